"""Rulebooks in use: the first one published, the live one served.

A release is parsed when it is published, never when it is served.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from estimator import __version__, shipped
from estimator.rulebook import snapshot
from estimator.rulebook.model import Rulebook
from estimator.services.checking import Checked, Reader, RulebookRefused, check
from estimator.sheets.apart import read_apart
from estimator.sheets.workbook import read_workbook
from estimator.storage import releases
from estimator.storage.database import Database, migrate, open_database

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "Checked",
    "DatabaseUnavailable",
    "Live",
    "NoPublishedRulebook",
    "RulebookRefused",
    "check",
    "live",
    "new_release",
    "open_workbook",
    "opened",
    "prepare",
    "prepared",
    "reached",
]


class NoPublishedRulebook(Exception):  # noqa: N818 - a state of the service, not a fault
    """There is no release to serve."""


class DatabaseUnavailable(Exception):  # noqa: N818 - a state of the service, not a fault
    """The database cannot be opened, or holds no tables of ours and takes none."""


@dataclass(frozen=True, slots=True)
class Live:
    """The release in force."""

    number: int
    fingerprint: str
    rulebook: Rulebook
    published_at: datetime
    engine_version: str


def open_workbook(data: bytes, today: date) -> tuple[Rulebook, str]:
    """Return the rulebook of a workbook and its fingerprint, to use without publishing it.

    Raises ``RulebookRefused`` where something stops.
    """
    checked = check(data, today)
    if checked.rulebook is None or checked.fingerprint is None:
        raise RulebookRefused(checked.findings)
    return checked.rulebook, checked.fingerprint


def prepare(database: Database, now: datetime) -> None:
    """Bring the tables up to date and, where nothing is published, publish what ships."""
    migrate(database)
    with database.session() as session:
        if releases.current_number(session) is not None:
            return
    data = shipped.workbook().read_bytes()
    why = "The workbook that ships with the program"
    new = new_release(data, now, "estimator", why, read=read_workbook)
    with database.writing() as session:
        releases.publish_if_empty(session, new)


def new_release(
    data: bytes, now: datetime, who: str, why: str, read: Reader = read_apart
) -> releases.NewRelease:
    """Return a workbook ready to be published; raises ``RulebookRefused`` where something stops."""
    checked = check(data, now.date(), read)
    if checked.rulebook is None or checked.fingerprint is None:
        raise RulebookRefused(checked.findings)
    return releases.NewRelease(
        fingerprint=checked.fingerprint,
        workbook=data,
        snapshot=snapshot.encode(checked.loaded.rows),
        engine_version=__version__,
        published_at=now.astimezone(UTC),
        published_by=who,
        reason=why,
        tests=[asdict(outcome) for outcome in checked.tests],
    )


def prepared(url: str, now: datetime) -> Live:
    """Return the release in force at *url*, publishing what ships where nothing is.

    Raises ``DatabaseUnavailable``. The database is closed again.
    """
    with opened(url) as database:
        prepare(database, now)
        return live(database)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Give the database at *url* with its tables, and close it; raises ``DatabaseUnavailable``."""
    with reached(url) as database:
        migrate(database)
        yield database


@contextmanager
def reached(url: str) -> Iterator[Database]:
    """Give the database at *url* as it is, and close it; raises ``DatabaseUnavailable``."""
    try:
        database = open_database(url)
    except (ValueError, OSError, SQLAlchemyError) as error:
        raise DatabaseUnavailable(_first_line(error)) from error
    try:
        yield database
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseUnavailable(_first_line(error)) from error
    finally:
        database.close()


def _first_line(error: Exception) -> str:
    known = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(known).strip().partition("\n")[0]


def live(database: Database) -> Live:
    """Return the release in force; raises ``NoPublishedRulebook``.

    Its number is asked of the database every time, so that a new release is served at once;
    its content is read once, since a release never changes.
    """
    with database.session() as session:
        number = releases.current_number(session)
    if number is None:
        raise NoPublishedRulebook("no rulebook has been published")
    with _LOADING:
        return of_number(database, number)


_LOADING = Lock()
"""Of the threads that meet a new release at once, one reads it and the others wait for it."""


@lru_cache(maxsize=8)
def of_number(database: Database, number: int) -> Live:
    """Return a release; raises ``NoPublishedRulebook`` where there is none of the number."""
    with database.session() as session:
        release = releases.load(session, number)
    if release is None:
        raise NoPublishedRulebook(f"release {number} is not there")
    return Live(
        number,
        release.fingerprint,
        Rulebook(snapshot.decode(release.snapshot)),
        release.published_at,
        release.engine_version,
    )
