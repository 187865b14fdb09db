"""A host application that knows its people by a header, with the rules in a real database."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient

from estimator.services.accounts.roles import Identity, Role
from estimator.web import Estimator, Settings
from tests.support.rulebooks import SECRET

WHO = "X-Staff"


def identify() -> Identity | None:
    """Return who the header says is asking: ``robin:editor``."""
    name, _, role = request.headers.get(WHO, "").partition(":")
    return Identity(name, Role(role)) if name else None


def app_of(database_url: str, **settings: Any) -> Flask:
    app = Flask("host", static_folder=None)
    known = Settings(database_url=database_url, secret_key=SECRET, **settings)
    Estimator(app, settings=known, identify=identify)
    return app


def person(app: Flask, name: str, role: str) -> FlaskClient:
    """Return a client that sends its requests as somebody."""
    client = app.test_client()
    client.environ_base[f"HTTP_{WHO.replace('-', '_').upper()}"] = f"{name}:{role}"
    return client


def close(app: Flask) -> None:
    """Close the databases that were opened for an application."""
    for source in app.extensions["estimator"].values():
        source.database().close()
