"""What many tests start from: both databases, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from estimator.storage.database import Database, migrate, open_database
from tests.support import postgres

PATIENCE = 30_000
"""Milliseconds in which a page shows what is expected of it, also where the machine is busy."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000
"""How many milliseconds a page may take on a busy machine before a test calls it broken."""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage once: not again on the other database, nor where a browser asks.

    Measuring doubles the time that our own code takes; some modules of tests go without it too.
    """
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgres" in values or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/estimator.sqlite3"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with its tables, once of each kind."""
    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, "These tests need a browser: install the package chromium."
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        launched = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        yield launched
        launched.close()
