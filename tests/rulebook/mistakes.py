"""The shipped workbook with one mistake made in it, as a person would make it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from estimator.findings import Finding
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.sheets.workbook import tables_of

SHIPPED = Path(__file__).parents[2] / "rules" / "us-2026.xlsx"
TODAY = date(2026, 12, 1)
GIVEN = object()
"""Stands in a condition for any value that is not blank."""


@dataclass(frozen=True)
class Mistake:
    """A value typed into one cell, and the finding it must give there."""

    code: str
    sheet: str
    header: str
    value: Any
    where: dict[str, Any] = field(default_factory=dict)
    number_format: str = ""
    found_at: str = ""
    """The header of the cell of the finding, where it is another one."""

    def make(self, book: Workbook) -> str:
        """Make the mistake; return the address of the finding."""
        ws = book[self.sheet]
        row = row_where(ws, **self.where)
        cell = at(ws, self.header, row)
        cell.value = self.value
        if self.number_format:
            cell.number_format = self.number_format
        return f"{self.sheet}!{at(ws, self.found_at or self.header, row).coordinate}"


def at(ws: Worksheet, header: str, row: int) -> Any:
    """Return the cell of a row under a header."""
    column = next(cell.column for cell in ws[1] if cell.value == header)
    return ws.cell(row, column)


def row_where(ws: Worksheet, **conditions: Any) -> int:
    """Return the first row whose cells hold the values, by header."""
    for row in range(2, ws.max_row + 1):
        cells = [(at(ws, header, row).value, wanted) for header, wanted in conditions.items()]
        if all((v is not None) if wanted is GIVEN else v == wanted for v, wanted in cells):
            return row
    raise LookupError(conditions)


def add_row(ws: Worksheet, like: int, **cells: Any) -> int:
    """Append a copy of a row with other values in some cells; return its number."""
    number = ws.max_row + 1
    for cell in list(ws[like]):
        ws.cell(number, cell.column).value = cell.value
    for header, value in cells.items():
        at(ws, header, number).value = value
    return number


@cache
def _packed() -> bytes:
    """Return the shipped workbook as openpyxl holds it: five times as fast to open as the file."""
    return pickle.dumps(openpyxl.load_workbook(SHIPPED))


def opened() -> Workbook:
    """Return the shipped workbook, open, to be changed at will."""
    book: Workbook = pickle.loads(_packed())  # noqa: S301 - our own
    for ws in book.worksheets:  # what a pickle forgets: how rows and columns are made
        ws.row_dimensions.default_factory = ws._add_row
        ws.column_dimensions.default_factory = ws._add_column
    return book


def changed(change: Callable[[Workbook], object]) -> bytes:
    """Return the shipped workbook's bytes after *change*."""
    book = opened()
    change(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def findings_of(data: bytes) -> tuple[Finding, ...]:
    """Return all findings about a workbook."""
    return all_findings(load_workbook_bytes(data), TODAY)


@cache
def shipped_findings() -> frozenset[Finding]:
    """Return the findings about the workbook as it is shipped."""
    return frozenset(findings_of(SHIPPED.read_bytes()))


def new_findings(change: Callable[[Workbook], object]) -> list[Finding]:
    """Return the findings that the shipped workbook has only after *change*."""
    book = opened()
    change(book)
    found = all_findings(load_tables(tables_of(book)), TODAY)
    return [each for each in found if each not in shipped_findings()]


def new_findings_in_file(change: Callable[[Workbook], object]) -> list[Finding]:
    """Return the same by way of a file, which takes three times as long."""
    return [each for each in findings_of(changed(change)) if each not in shipped_findings()]
