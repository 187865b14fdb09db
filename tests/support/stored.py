"""Databases with releases and drafts of small made-up rulebooks, and an application on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask

from estimator.rulebook.rows import Row
from estimator.rulebook.snapshot import encode, fingerprint
from estimator.rulebook.template import write_workbook
from estimator.storage import releases
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.tables import Draft
from estimator.web import Estimator, Settings
from estimator.web.access import Identify
from tests.support.publishing import new_release

Book = Mapping[str, Sequence[Row]]
NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SECRET = "sealing and hiding"


def publish(database: Database, *books: Book) -> None:
    """Publish rulebooks, one after the other."""
    for book in books:
        new = new_release(
            fingerprint=fingerprint(book), snapshot=encode(book), workbook=write_workbook(book)
        )
        with database.writing() as session:
            releases.publish(session, new)


def draft(database: Database, book: Book | None, **more: Any) -> int:
    """Add a draft; without rows it cannot be read."""
    values: dict[str, Any] = {
        "state": "open",
        "file_name": "march.xlsx",
        "workbook": b"PK",
        "fingerprint": book and fingerprint(book),
        "snapshot": book and encode(book),
        "findings": [],
        "tests": [],
        "reason": "",
        "uploaded_by": "robin",
        "uploaded_at": NOW,
    }
    with database.writing() as session:
        added = Draft(**values | more)
        session.add(added)
        session.flush()
        return added.number


@contextmanager
def served(
    url: str, *books: Book, identify: Identify | None = None
) -> Iterator[tuple[Database, Flask]]:
    """Give a database with these releases, and an application on it whose day stands still."""
    database = open_database(url)
    migrate(database)
    publish(database, *books)
    app = Flask("host", static_folder=None)
    Estimator(app, settings=Settings(database_url=url, secret_key=SECRET), identify=identify)
    source = app.extensions["estimator"]["estimator"]
    source.today = lambda: TODAY
    source.now = lambda: NOW
    try:
        yield database, app
    finally:
        source.uses.flush()
        source.database().close()
        database.close()
