"""A clinic whose people have accounts: the small rulebook, a real database, a clock that we set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from estimator.services.accounts.registry import Registry
from estimator.storage.database import open_database
from estimator.web import Settings, create_app
from estimator.web.source import Source
from tests.support import accounts
from tests.support.accounts import CHEAP, NOW, PASSWORD
from tests.support.publishing import first
from tests.web import rules


class ClinicSource(Source):
    """The small rulebook and real accounts, whose passwords cost next to nothing to check."""

    def live(self) -> rules.Live:
        return rules.LIVE

    def registry(self) -> Registry:
        return replace(super().registry(), passwords=CHEAP)


@dataclass
class Clinic:
    """An application with accounts, and what time it is there."""

    app: Flask
    source: ClinicSource
    now: datetime = NOW

    @property
    def registry(self) -> Registry:
        """The accounts."""
        return self.source.registry()

    def add(self, name: str, role: str, password: str | None = PASSWORD) -> None:
        """Add an account, after an admin's where there is none yet."""
        accounts.add(self.registry, name, role, password)

    def client(self, name: str = "") -> FlaskClient:
        """Return a browser, signed in where a name is given."""
        client = browser(self.app)
        if name:
            assert sign_in(client, name).status_code == 303
        return client

    def wait(self, **time: float) -> None:
        """Let time go by."""
        self.now += timedelta(**time)


def publish_something(url: str) -> None:
    """Publish what nobody reads, which spares each test the workbook that ships."""
    database = open_database(url)
    first(database)
    database.close()


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    """Send the form of the page where people sign in."""
    return client.post("/sign-in", data={"name": name, "password": password}, **more)


def browser(app: Flask) -> FlaskClient:
    """Return a client that says what browsers say of requests from a page of the same site."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def make(settings: Settings) -> Clinic:
    """Return a clinic without accounts yet."""
    app = create_app(settings)
    publish_something(settings.database_url)
    (source,) = app.extensions["estimator"].values()
    source.__class__ = ClinicSource
    source.today = lambda: rules.TODAY
    clinic = Clinic(app, source)
    source.now = lambda: clinic.now
    return clinic
