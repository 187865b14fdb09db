"""Rulebooks from upload to use: check a file, publish it as a release, serve the live one.

A release is parsed when it is published, never when it is served.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from estimator import __version__, shipped
from estimator.findings import Finding, stops
from estimator.rulebook import snapshot
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import LoadedRulebook, load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.rulebook.problems import in_order
from estimator.rulebook.seen import Seen
from estimator.services.clinic_workbook import not_moved
from estimator.services.rulebook_tests import run_tests
from estimator.sheets.apart import read_apart
from estimator.sheets.workbook import Book, read_workbook
from estimator.storage import releases
from estimator.storage.database import Database, migrate, open_database

if TYPE_CHECKING:
    from datetime import date


class NoPublishedRulebook(Exception):  # noqa: N818 - a state of the service, not a fault
    """There is no release to serve."""


class DatabaseUnavailable(Exception):  # noqa: N818 - a state of the service, not a fault
    """The database cannot be opened, or holds no tables of ours and takes none."""


class RulebookRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A file that cannot be published or used; ``findings`` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the rulebook cannot be used")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is worth: its rulebook, as far as it can be used, and every finding."""

    loaded: LoadedRulebook
    findings: tuple[Finding, ...]
    rulebook: Rulebook | None
    """``None`` where a finding stops."""
    fingerprint: str | None

    @property
    def publishable(self) -> bool:
        """Whether nothing stops it from being published."""
        return not stops(self.findings)


@dataclass(frozen=True, slots=True)
class Live:
    """The release in force."""

    number: int
    fingerprint: str
    rulebook: Rulebook
    published_at: datetime
    engine_version: str


Reader = Callable[[bytes], Book]


def check(data: bytes, today: date, read: Reader = read_apart) -> Checked:
    """Read a workbook's bytes and return everything that is wrong with it, its Tests included.

    It is read in a process of its own unless it comes from ourselves.
    """
    loaded = load_workbook_bytes(data, read)
    findings = in_order((*all_findings(loaded, today), *not_moved(loaded, today)))
    if not loaded.readable:
        return Checked(loaded, findings, None, None)
    fingerprint = snapshot.fingerprint(loaded.rows)
    if stops(findings):
        return Checked(loaded, findings, None, fingerprint)
    rulebook = Rulebook(loaded.rows)
    failing = tuple(run_tests(rulebook, Seen.of(loaded)))
    usable = None if stops(failing) else rulebook
    return Checked(loaded, in_order((*findings, *failing)), usable, fingerprint)


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
    )


def prepared(url: str, now: datetime) -> Live:
    """Return the release in force at *url*, publishing what ships where nothing is.

    Raises ``DatabaseUnavailable``. The database is closed again.
    """
    try:
        database = open_database(url)
    except (ValueError, OSError, SQLAlchemyError) as error:
        raise DatabaseUnavailable(_first_line(error)) from error
    try:
        prepare(database, now)
        return live(database)
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
    return _load(database, number)


def of_release(database: Database, number: int) -> Live:
    """Return a release by its number; raises ``NoPublishedRulebook`` where it is not there."""
    return _load(database, number)


@lru_cache(maxsize=8)
def _load(database: Database, number: int) -> Live:
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
