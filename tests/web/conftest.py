"""An estimator in Flask over a small rulebook, by test client and by a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from estimator.storage.database import Database
from estimator.web import Settings, create_app
from estimator.web.source import Source
from tests.web import rules


class SmallSource(Source):
    """The small rulebook, on a day that stands still."""

    def live(self) -> rules.Live:
        return rules.LIVE

    def has_accounts(self) -> bool:
        return False

    def database(self) -> Database:
        raise ConnectionError("these tests have no database")


def small(app: Flask) -> Flask:
    """Let every estimator mounted in *app* serve the small rulebook."""
    for source in app.extensions["estimator"].values():
        source.__class__ = SmallSource
        source.today = lambda: rules.TODAY
        source.uses.add = lambda _answer, _today: None
    return app


def make() -> Flask:
    """Return an application that serves the small rulebook and opens no database."""
    return small(create_app(Settings(database_url="sqlite:////nowhere/none.sqlite3")))


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
    server = make_server("127.0.0.1", 0, shared, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
