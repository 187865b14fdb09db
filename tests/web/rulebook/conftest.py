"""Applications over small rulebooks in real databases, with people of several roles."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from estimator.storage.database import migrate, open_database
from tests.support.rulebooks import published, workbook
from tests.support.staff import app_of, close

EDITOR = ("robin", "editor")
APPROVER = ("kim", "approver")
Mounted = Callable[..., Flask]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with one release, of a small rulebook."""
    file = tmp_path_factory.mktemp("filled") / "it.sqlite3"
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture
def url(filled: Path, tmp_path: Path) -> str:
    """A database of the test's own with one release."""
    return f"sqlite:///{shutil.copy(filled, tmp_path / 'it.sqlite3')}"


def fill(url: str) -> None:
    database = open_database(url)
    migrate(database)
    published(database, workbook(70))
    database.close()


@pytest.fixture
def mounted() -> Iterator[Mounted]:
    """Makes applications whose databases are closed at the end."""
    made: list[Flask] = []

    def mount(url: str, **settings: str) -> Flask:
        made.append(app_of(url, **settings))
        return made[-1]

    yield mount
    for app in made:
        close(app)


@pytest.fixture
def app(url: str, mounted: Mounted) -> Flask:
    return mounted(url)
