"""A workbook's bytes → typed rows and every problem of reading them, all at once.

A row with a cell that cannot be read is left out of the rows and kept as unread, so that
what is said about other rows does not repeat the one mistake: an ID it does hold is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.findings import Finding
from estimator.rulebook.cells import read_cell
from estimator.rulebook.columns import Column
from estimator.rulebook.headers import HEADER_ROW, find_columns, find_sheets
from estimator.rulebook.percents import companion, doubt_of
from estimator.rulebook.problems import Place, UnreadableError, finding, grouped
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SETUP_PAGE, SHEETS, Sheet
from estimator.sheets.codes import FILE_CODES
from estimator.sheets.guard import guard
from estimator.sheets.table import Cell, Merge, Table, Trouble, letters
from estimator.sheets.workbook import Book, read_workbook

CHANGES = "Changes"


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row with a cell that could not be read: what could be, by field name."""

    sheet: str
    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedRulebook:
    """What a file says, as far as it can be read, and what was found in reading it."""

    rows: Mapping[str, tuple[Row, ...]]
    """By sheet name; every sheet of the schema is there."""
    findings: tuple[Finding, ...] = ()
    unread: tuple[UnreadRow, ...] = ()
    unread_sheets: frozenset[str] = frozenset()
    """Sheets that are missing, or whose header could not be read."""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Sheet name → field name → the letters of its column in the file."""
    changes: tuple[tuple[str, ...], ...] = ()
    """The staff's own log, as text."""
    setup_page: Table | None = None
    """The page "Set up your clinic", where there is one."""

    @property
    def readable(self) -> bool:
        """Whether the file could be opened as a workbook at all."""
        return not any(each.code in FILE_CODES for each in self.findings)


@dataclass(slots=True)
class _Reading:
    """One sheet while it is read."""

    sheet: Sheet
    table: Table
    columns: Mapping[str, int]
    rows: list[Row] = field(default_factory=list)
    unread: list[UnreadRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def load_workbook_bytes(
    data: bytes, read: Callable[[bytes], Book] = read_workbook
) -> LoadedRulebook:
    """Return what the workbook says and everything that is wrong with it; never raises.

    A file from somebody we do not know is read by ``sheets.apart.read_apart``.
    """
    refused = guard(data)
    if refused:
        return _unreadable(refused)
    book = read(data)
    return _unreadable(book.findings) if book.findings else load_tables(book.tables)


def load_tables(tables: Iterable[Table]) -> LoadedRulebook:
    """Return what the tables of a rulebook say, wherever they were read from."""
    tables = tuple(tables)
    found = find_sheets(tables)
    readings = [
        _read_sheet(sheet, found.tables[sheet.name])
        for sheet in SHEETS
        if sheet.name in found.tables
    ]
    findings = [*found.findings, *(each for reading in readings for each in reading.findings)]
    rows: dict[str, tuple[Row, ...]] = {sheet.name: () for sheet in SHEETS}
    rows.update({reading.sheet.name: tuple(reading.rows) for reading in readings})
    return LoadedRulebook(
        rows=rows,
        findings=grouped(findings),
        unread=tuple(row for reading in readings for row in reading.unread),
        unread_sheets=frozenset(rows) - {r.sheet.name for r in readings if r.columns},
        columns={reading.sheet.name: _lettered(reading.columns) for reading in readings},
        changes=_changes(tables),
        setup_page=_named(tables, SETUP_PAGE),
    )


def _unreadable(findings: tuple[Finding, ...]) -> LoadedRulebook:
    names = [sheet.name for sheet in SHEETS]
    return LoadedRulebook(
        rows=dict.fromkeys(names, ()), findings=findings, unread_sheets=frozenset(names)
    )


def _lettered(columns: Mapping[str, int]) -> dict[str, str]:
    return {name: letters(number) for name, number in columns.items()}


def _read_sheet(sheet: Sheet, table: Table) -> _Reading:
    headers = find_columns(sheet, table)
    reading = _Reading(sheet, table, headers.columns, findings=list(headers.findings))
    merges = _merges(reading)
    if any(merge.first_row <= HEADER_ROW for merge in merges):
        reading.findings = [_merged(reading, merge) for merge in merges]
        reading.columns = {}
    if not reading.columns:
        return reading
    reading.findings += [_merged(reading, merge) for merge in merges]
    for number, cells in table.rows.items():
        if number > HEADER_ROW:
            _read_row(reading, number, _own_cells(reading, number, cells, merges))
    return reading


def _own_cells(
    reading: _Reading, number: int, stored: Mapping[int, Cell], merges: list[Merge]
) -> dict[str, Cell]:
    """Return the row's cells by field name, those in a merged range marked as such."""
    cells = {name: stored[at] for name, at in reading.columns.items() if at in stored}
    for name, at in reading.columns.items() if merges else ():
        if any(merge.holds(number, at) for merge in merges):
            cells[name] = Cell(row=number, column=at, value="", trouble=Trouble.MERGED)
    return cells


def _read_row(reading: _Reading, number: int, cells: Mapping[str, Cell]) -> None:
    if not cells:
        return
    values: dict[str, Any] = {}
    unread = set()
    for column in _companions_first(reading.sheet):
        try:
            values[column.name] = _value(reading, column, cells, values)
        except UnreadableError as problem:
            unread.add(column.name)
            if problem.says:
                place = _place(reading, number, column, cells.get(column.name))
                reading.findings.append(finding(problem.code, place, problem.says, problem.advice))
    if unread:
        reading.unread.append(UnreadRow(reading.sheet.name, number, values))
    else:
        reading.rows.append(reading.sheet.row_class(row=number, **values))
    if number in reading.table.hidden_rows:
        place = Place(reading.sheet.name, f"A{number}")
        says = "is hidden, and still counts."
        row = f"Row {number} of {reading.sheet.name}"
        reading.findings.append(finding("hidden-row", place, says, subject=row))


def _value(
    reading: _Reading,
    column: Column,
    cells: Mapping[str, Cell],
    values: Mapping[str, Any],
) -> Any:
    """Return one value; raises ``UnreadableError``, without words where they would repeat."""
    cell = cells.get(column.name)
    if column.name not in reading.columns or (cell and cell.trouble is Trouble.MERGED):
        raise UnreadableError("", "")
    if cell is None:
        if column.required:
            raise UnreadableError("required-blank", "is blank.")
        return None
    told_by = companion(reading.sheet.name, column)
    if told_by and told_by not in values:
        raise UnreadableError("", "")
    return read_cell(column, cell, doubt_of(reading.sheet.name, column, values))


def _companions_first(sheet: Sheet) -> list[Column]:
    return sorted(sheet.columns, key=lambda column: companion(sheet.name, column) is not None)


def _place(reading: _Reading, row: int, column: Column, cell: Cell | None) -> Place:
    address = f"{letters(reading.columns[column.name])}{row}"
    return Place(reading.sheet.name, address, column.header, cell.shown if cell else "")


def _merges(reading: _Reading) -> list[Merge]:
    """Return the merged ranges over the sheet's own columns that hold something."""
    known = set(reading.columns.values())
    return [
        merge
        for merge in reading.table.merges
        if known & set(range(merge.first_column, merge.last_column + 1))
        and merge.first_column in reading.table.rows.get(merge.first_row, {})
    ]


def _merged(reading: _Reading, merge: Merge) -> Finding:
    cell = reading.table.rows[merge.first_row][merge.first_column]
    headers = {
        reading.columns[c.name]: c.header
        for c in reading.sheet.columns
        if c.name in reading.columns
    }
    place = Place(reading.sheet.name, cell.address, headers.get(merge.first_column, ""), cell.shown)
    last = f"{letters(merge.last_column)}{merge.last_row}"
    return finding(
        "merged-cells",
        place,
        f"is merged with the cells to {last}.",
        f"Unmerge {cell.address}:{last} and fill in each cell.",
    )


def _changes(tables: Iterable[Table]) -> tuple[tuple[str, ...], ...]:
    """Return the staff's log as rows of text, header first."""
    table = _named(tables, CHANGES)
    if table is None:
        return ()
    width = max((at for cells in table.rows.values() for at in cells), default=0)
    return tuple(
        tuple(cells[at].full if at in cells else "" for at in range(1, width + 1))
        for cells in table.rows.values()
    )


def _named(tables: Iterable[Table], name: str) -> Table | None:
    return next((each for each in tables if each.name.casefold() == name.casefold()), None)
