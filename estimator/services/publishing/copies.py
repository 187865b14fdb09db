"""Workbooks written anew for people to take away: of a release, and of a draft with its errors."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.findings import Finding
from estimator.rulebook import snapshot
from estimator.rulebook.annotated import annotated
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.rulebook.template import write_workbook
from estimator.services.rulebooks import RulebookRefused
from estimator.sheets.apart import read_apart


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
