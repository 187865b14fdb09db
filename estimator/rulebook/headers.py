"""Finds the sheets of a rulebook among the tables of a file, and the columns in their first row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from estimator.findings import Finding
from estimator.rulebook.columns import Column
from estimator.rulebook.problems import Place, finding
from estimator.rulebook.schema import NOT_RULES, SHEETS, Sheet
from estimator.sheets.table import Cell, Table, letters
from estimator.sheets.text import clean_word

HEADER_ROW = 1
PRIVATE = "#"
"""A column whose header begins so is the staff's own."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tables found for the sheets of a rulebook, by the sheet's name."""

    tables: Mapping[str, Table]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Headers:
    """Which column of a table holds which column of its sheet."""

    columns: Mapping[str, int]
    """By field name; a column that is missing or stands there twice is left out."""
    findings: tuple[Finding, ...] = field(default=())


def find_sheets(tables: Iterable[Table]) -> Found:
    """Match tables with the sheets of a rulebook by name."""
    by_name = {_folded(table.name): table for table in tables}
    found = {
        sheet.name: by_name.pop(_folded(sheet.name))
        for sheet in SHEETS
        if _folded(sheet.name) in by_name
    }
    for name in NOT_RULES:
        by_name.pop(_folded(name), None)
    findings = []
    for sheet in SHEETS:
        if sheet.name not in found:
            meant = _closest(sheet.name, by_name)
            other = by_name.pop(meant).name if meant else ""
            findings.append(_missing_sheet(sheet.name, other))
    findings += [_unknown_sheet(table.name) for table in by_name.values()]
    return Found(found, tuple(findings))


def find_columns(sheet: Sheet, table: Table) -> Headers:
    """Match the first row of *table* with the columns of *sheet*."""
    cells = table.rows.get(HEADER_ROW, {})
    places: dict[str, list[Cell]] = {}
    for cell in cells.values():
        places.setdefault(_folded(cell.shown).rstrip("* "), []).append(cell)
    known = {_folded(column.header): column for column in sheet.columns}
    if not known.keys() & places.keys():
        return Headers({}, (_no_header(sheet, table),))
    once = {
        known[text].name: at[0].column for text, at in places.items() if _single(text, at, known)
    }
    twice = [_twice(sheet, known[text], at) for text, at in places.items() if text in known]
    findings = [each for each in twice if each]
    others = {text: at[0] for text, at in places.items() if _matters(text, known)}
    missing = [column for text, column in known.items() if text not in places]
    findings += _missing_columns(sheet, missing, others, max(cells, default=0))
    findings += [_unknown_column(sheet, cell) for cell in others.values()]
    findings += [_headless(sheet, column) for column in _without_header(table, cells)]
    return Headers(once, tuple(findings))


def _single(text: str, at: list[Cell], known: Mapping[str, Column]) -> bool:
    return text in known and len(at) == 1


def _matters(text: str, known: Mapping[str, Column]) -> bool:
    return text not in known and not text.startswith(PRIVATE)


def _missing_columns(
    sheet: Sheet, missing: list[Column], others: dict[str, Cell], last: int
) -> list[Finding]:
    """Report each missing column at the header that was probably meant, else after the last."""
    findings = []
    for number, column in enumerate(missing, start=last + 1):
        meant = _closest(column.header, others)
        cell = others.pop(meant) if meant else None
        place = Place(
            sheet.name,
            cell.address if cell else f"{letters(number)}{HEADER_ROW}",
            column.header,
            cell.shown if cell else "",
        )
        says = f'is not there; the header says "{cell.shown}".' if cell else "is not there."
        advice = f"If that column is meant, type {column.header} as its header." if cell else ""
        findings.append(finding("missing-column", place, says, advice))
    return findings


def _missing_sheet(name: str, other: str) -> Finding:
    if not other:
        return finding("missing-sheet", Place(name), "is not in the workbook.")
    return finding(
        "missing-sheet",
        Place(name, shown=other),
        f'is not in the workbook; a sheet "{other}" is.',
        f'If "{other}" is meant, rename it to {name}.',
    )


def _unknown_sheet(name: str) -> Finding:
    return finding(
        "unknown-sheet", Place(name, shown=name), "is not a sheet of a rulebook; it is not read."
    )


def _no_header(sheet: Sheet, table: Table) -> Finding:
    """Say that row 1 is no header, and which row looks like it."""
    headers = {_folded(column.header) for column in sheet.columns}
    place = Place(sheet.name, f"A{HEADER_ROW}")
    for number, cells in table.rows.items():
        seen = {_folded(cell.shown).rstrip("* ") for cell in cells.values()}
        if len(seen & headers) > 1:
            says = f"is not the first header; the headers stand in row {number}."
            return finding("missing-header", place, says, f"Delete the rows above row {number}.")
    return finding("missing-header", place, "is none of the sheet's headers.")


def _twice(sheet: Sheet, column: Column, at: list[Cell]) -> Finding | None:
    if len(at) == 1:
        return None
    place = Place(sheet.name, at[1].address, column.header, at[1].shown)
    return finding("duplicate-column", place, f"is there already, in {at[0].address}.")


def _unknown_column(sheet: Sheet, cell: Cell) -> Finding:
    place = Place(sheet.name, cell.address, cell.shown, cell.shown)
    return finding("unknown-column", place, "is not a column of this sheet; it is not read.")


def _without_header(table: Table, headers: Mapping[int, Cell]) -> Iterable[list[Cell]]:
    """Return what stands in columns whose header is blank, column by column."""
    found: dict[int, list[Cell]] = {}
    for cells in table.rows.values():
        for at in cells.keys() - headers.keys():
            found.setdefault(at, []).append(cells[at])
    return (found[at] for at in sorted(found))


def _headless(sheet: Sheet, cells: list[Cell]) -> Finding:
    place = Place(sheet.name, cells[0].address, shown=cells[0].shown)
    more = "" if len(cells) == 1 else f", nor are {len(cells) - 1} more below it"
    says = f"stands in a column without a header; it is not read{more}."
    return finding("unknown-column", place, says)


def _closest(name: str, others: Iterable[str]) -> str:
    close = get_close_matches(_folded(name), others, n=1, cutoff=0.75)
    return close[0] if close else ""


def _folded(text: str) -> str:
    return clean_word(text).casefold()
