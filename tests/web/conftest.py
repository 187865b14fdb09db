"""An estimator in Flask over a small rulebook, by test client and by a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.services.rulebooks import NoPublishedRulebook
from estimator.storage.database import Database
from estimator.web import Settings, create_app
from estimator.web.source import Source
from tests.support.accounts import SECRET
from tests.support.serving import listening
from tests.web import rules
from tests.web.accounts.clinic import Clinic
from tests.web.accounts.clinic import make as make_clinic


class SmallSource(Source):
    """The small rulebook, on a day that stands still."""

    def live(self) -> rules.Live:
        return rules.LIVE

    def has_accounts(self) -> bool:
        return False

    def database(self) -> Database:
        raise NoPublishedRulebook("this estimator has no database")


def small(app: Flask) -> Flask:
    """Let every estimator mounted in *app* serve the small rulebook."""
    for source in app.extensions["estimator"].values():
        source.__class__ = SmallSource
        source.today = lambda: rules.TODAY
        source.uses.add = lambda _answer, _today: None
    return app


def make() -> Flask:
    """Return an application that serves the small rulebook and opens no database."""
    return small(create_app(Settings(database_url="sqlite:////proc/nowhere/none.sqlite3")))


@pytest.fixture
def app() -> Flask:
    """An application of the test's own."""
    return make()


@pytest.fixture(scope="session")
def shared() -> Flask:
    """An application for all tests that change nothing in it."""
    return make()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of the estimator as it starts on an empty database: with the workbook we ship."""
    folder = tmp_path_factory.mktemp("shipped")
    return create_app(Settings(database_url=f"sqlite:///{folder}/it.sqlite3")).test_client()


@pytest.fixture
def client(shared: Flask) -> FlaskClient:
    return shared.test_client()


@pytest.fixture(scope="session")
def address(shared: Flask) -> Iterator[str]:
    """The address of a server on this machine."""
    with listening(shared) as address:
        yield address


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    made = make_clinic(Settings(database_url=sqlite_url))
    yield made
    made.source.database().close()


@pytest.fixture
def clinic_on_each(database_url: str) -> Iterator[Clinic]:
    """A clinic, once on each database."""
    made = make_clinic(Settings(database_url=database_url, secret_key=SECRET))
    yield made
    made.source.database().close()


@pytest.fixture
def clinic_address(clinic: Clinic) -> Iterator[str]:
    """The address of a server of the clinic on this machine."""
    with listening(clinic.app) as address:
        yield address
