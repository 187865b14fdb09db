"""Reads the bytes of a workbook into tables.

Only stored cells are walked: a sheet whose last formatted cell stands in row one million
has a million rows to openpyxl's iterators, and three to us.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from estimator.findings import Finding
from estimator.sheets import codes
from estimator.sheets.table import Cell, Merge, Table, Trouble, Value, blank

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_TEXT = 32_767
"""What a cell can hold in any spreadsheet program."""

ERROR_VALUES = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!")
)
"""What a cell shows where a formula has no answer; never a text that somebody typed."""

_SIGNIFICANT = Context(prec=15)
"""Spreadsheets keep 15 significant digits; what a float has after them is noise."""

_TRUTHS = {"=TRUE()": True, "=FALSE()": False, "=TRUE": True, "=FALSE": False}
"""LibreOffice saves the words TRUE and FALSE as these formulas."""


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of a workbook, or the finding that says why there are none."""

    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_workbook(data: bytes) -> Book:
    """Return the tables of a workbook that has passed the guard; never raises on its content."""
    try:
        with warnings.catch_warnings():
            # openpyxl tells which parts of a file it would not write back; we never do.
            warnings.simplefilter("ignore")
            return Book(tables=_tables(data))
    except MemoryError:
        return Book(findings=(codes.finding("reading-stopped", detail="memory"),))
    except Exception as error:  # openpyxl raises anything on a damaged file
        return Book(findings=(codes.finding("unreadable-workbook", detail=type(error).__name__),))


def _tables(data: bytes) -> tuple[Table, ...]:
    book = _open(data, values=False)
    has_formulas = any(cell.data_type == "f" for ws in book.worksheets for cell in _stored(ws))
    return tables_of(book, _open(data, values=True) if has_formulas else None)


def tables_of(book: Workbook, saved: Workbook | None = None) -> tuple[Table, ...]:
    """Return the tables of an opened workbook; *saved* is the same with formulas' results."""
    return tuple(
        _table(ws, saved.worksheets[index] if saved else None)
        for index, ws in enumerate(book.worksheets)
    )


def _open(data: bytes, *, values: bool) -> Workbook:
    import openpyxl  # noqa: PLC0415 - slow to load, and only needed where a file is read

    return openpyxl.load_workbook(BytesIO(data), data_only=values, keep_links=False)


def _stored(ws: Worksheet) -> Iterable[Any]:
    """Return the cells that the file holds, in reading order."""
    return (ws._cells[place] for place in sorted(ws._cells))


def _table(ws: Worksheet, saved: Worksheet | None) -> Table:
    rows: dict[int, dict[int, Cell]] = {}
    for stored in _stored(ws):
        cell = _cell(stored, saved)
        if cell is not None:
            rows.setdefault(cell.row, {})[cell.column] = cell
    hidden = (number for number, row in ws.row_dimensions.items() if row.hidden)
    return Table(
        name=ws.title,
        rows=rows,
        merges=tuple(
            Merge(
                first_row=merged.min_row,
                first_column=merged.min_col,
                last_row=merged.max_row,
                last_column=merged.max_col,
            )
            for merged in sorted(ws.merged_cells.ranges, key=lambda merged: merged.bounds)
        ),
        hidden_rows=frozenset(hidden),
    )


def _cell(stored: Any, saved: Worksheet | None) -> Cell | None:
    """Return a stored cell as ours, or ``None`` where a person sees nothing in it."""
    if stored.value is None:  # as is that of the hidden cells of a merged range
        return None
    raw, trouble = stored.value, None
    if stored.data_type == "f":
        raw, trouble = _outcome(stored, saved)
    if stored.data_type == "e" or (isinstance(raw, str) and raw in ERROR_VALUES):
        trouble = Trouble.ERROR
    value = _value(raw)
    if isinstance(value, str) and blank(value) and trouble is None:
        return None
    return Cell(
        row=stored.row,
        column=stored.column,
        value=value,
        number_format=stored.number_format or "General",
        trouble=trouble,
    )


def _outcome(formula: Any, saved: Worksheet | None) -> tuple[Any, Trouble | None]:
    """Return a formula's saved value, or its text and the trouble that there is none."""
    text = str(getattr(formula.value, "text", formula.value))
    truth = _TRUTHS.get(text.replace("of:", "").upper())
    if truth is not None:
        return truth, None
    kept = saved._cells.get((formula.row, formula.column)) if saved else None
    if kept is None or kept.value is None:
        return text, Trouble.FORMULA
    return kept.value, None


def _value(raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return raw[:LONGEST_TEXT]
    if isinstance(raw, int | float):
        return _number(raw)
    if isinstance(raw, date):
        return raw.date() if isinstance(raw, datetime) else raw
    return str(raw)


def _number(raw: int | float) -> Value:
    exact = Decimal(repr(raw))
    return _SIGNIFICANT.plus(exact) if exact.is_finite() else str(raw)
