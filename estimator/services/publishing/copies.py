"""Workbooks for people to take away: as they came, or written anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from estimator.findings import Finding
from estimator.rulebook import snapshot
from estimator.rulebook.annotated import annotated
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.rulebook.template import write_workbook
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import kept
from estimator.services.publishing.act import Act
from estimator.services.publishing.codes import NotThere
from estimator.sheets.apart import read_apart
from estimator.storage import drafts, releases
from estimator.storage.database import Database
from estimator.storage.tables import Draft, Release

AS_IT_CAME, CLEAN, ERRORS = "original", "clean", "errors"


def clean(workbook: bytes, content: str) -> bytes:
    """Return what a release says as a fresh workbook: dropdowns, formats, the staff's own log."""
    changes = load_workbook_bytes(workbook, read_apart).changes
    return write_workbook(snapshot.decode(content), changes=changes)


def with_errors(workbook: bytes, found: Sequence[Finding]) -> bytes:
    """Return what a draft says as a fresh workbook, with what is wrong beside each row."""
    book = read_apart(workbook)
    if book.findings:
        raise RulebookRefused(book.findings)
    return annotated(book.tables, load_tables(book.tables), found)


OF_RELEASES: Mapping[str, Callable[[Release], bytes]] = {
    AS_IT_CAME: lambda release: release.workbook,
    CLEAN: lambda release: clean(release.workbook, release.snapshot),
}
OF_DRAFTS: Mapping[str, Callable[[Draft], bytes]] = {
    AS_IT_CAME: lambda draft: draft.workbook,
    ERRORS: lambda draft: with_errors(draft.workbook, kept.findings(draft.findings)),
}


def of_release(database: Database, act: Act, number: int, kind: str) -> bytes:
    """Return a workbook of a release, and tell the audit; raises ``NotThere``."""
    with database.session() as session:
        release = releases.load(session, number)
    if release is None:
        raise NotThere(f"there is no release {number}")
    data = OF_RELEASES[kind](release)
    with database.writing() as session:
        act.record(session, "release.download", number, kind=kind)
    return data


def of_draft(database: Database, act: Act, number: int, kind: str) -> bytes:
    """Return a workbook of a draft, and tell the audit; raises ``NotThere``."""
    with database.session() as session:
        draft = drafts.load(session, number)
    if draft is None:
        raise NotThere(f"there is no draft {number}")
    data = OF_DRAFTS[kind](draft)
    with database.writing() as session:
        act.record(session, "draft.download", number, kind=kind)
    return data
