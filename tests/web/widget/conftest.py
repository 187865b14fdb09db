"""A widget over the small rulebook with a real database, and sites that show it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from estimator.services.audit import Audit
from estimator.services.widget.settings import WidgetSettings, save_settings
from estimator.storage.database import Database, migrate, open_database
from estimator.web import Settings, create_app
from estimator.web.source import Source
from tests.web import rules

KEY = "a secret of these tests"
CLINIC_SITE, OTHER_SITE = "clinic.localhost", "other.localhost"
HERE = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}


class WidgetSource(Source):
    """The small rulebook on a day that stands still; settings and counts in a real database."""

    kept: Database

    def live(self) -> rules.Live:
        return rules.LIVE

    def has_accounts(self) -> bool:
        return False

    def database(self) -> Database:
        return self.kept


def widget_app(url: str, **settings: str) -> Flask:
    """Return an application over the database at *url*."""
    database = open_database(url)
    app = create_app(Settings(database_url=url, secret_key=KEY, **settings))
    for source in app.extensions["estimator"].values():
        source.__class__ = WidgetSource
        source.kept = database
        source.today = lambda: rules.TODAY
    return app


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["estimator"]["estimator"].kept
    return database


def set_up(app: Flask, clinic_id: str = "main", **changes: Any) -> WidgetSettings:
    """Keep a clinic's settings as an administrator would."""
    database = database_of(app)
    settings = WidgetSettings(clinic_id=clinic_id, **changes)
    audit = Audit.of(database, KEY)
    save_settings(database, audit, datetime(2026, 3, 1, tzinfo=UTC), "Robin", settings)
    return settings


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve an application on loopback; gives the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield int(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in them, to copy."""
    path: Path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def empty_url(migrated: Path, tmp_path: Path) -> str:
    """The address of a database of the test's own."""
    return f"sqlite:///{shutil.copy(migrated, tmp_path)}"


@pytest.fixture
def own(empty_url: str) -> Iterator[Flask]:
    """An application of the test's own."""
    app = widget_app(empty_url)
    yield app
    database_of(app).close()


@pytest.fixture
def visitor(own: Flask) -> FlaskClient:
    return own.test_client()


class Site:
    """Pages of somebody else, each on any host name, with any policy."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.app = Flask("site", static_folder=None)
        self.app.add_url_rule("/<name>", "page", self._page)
        self.port = 0

    def _page(self, name: str) -> Response:
        html, headers = self.pages.get(name, ("", {}))
        return Response(html, 200 if html else 404, headers, mimetype="text/html")

    def page(self, html: str, host: str = CLINIC_SITE, **headers: str) -> str:
        """Put up a page and return its address."""
        name = f"page-{len(self.pages)}"
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        head = '<head><title>A site</title><link rel="icon" href="data:,"></head>'
        whole = f'<!doctype html><html lang="en">{head}<body>{html}</body></html>'
        self.pages[name] = (whole, named)
        return f"http://{host}:{self.port}/{name}"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A web server that is not ours."""
    made = Site()
    with served(made.app) as port:
        made.port = port
        yield made


@pytest.fixture(scope="session")
def costs(site: Site, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the widget, which one foreign site may show."""
    copied = shutil.copy(migrated, tmp_path_factory.mktemp("widget"))
    app = widget_app(f"sqlite:///{copied}", widget_rate="100000 per minute")
    origin = f"http://{CLINIC_SITE}:{site.port}"
    set_up(app, origins=(origin,), contact_phone="555 0100", contact_name="Front desk")
    set_up(app, "branch", origins=(origin,), accent="#ffe66d", languages=("es", "en"))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"
    database_of(app).close()
