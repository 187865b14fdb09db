"""What changed between two rulebooks: rows added, removed and changed, cell by cell.

Rows are matched by their key (and on dated sheets by the day on which they begin), so that
sorting, formatting and moving columns is no change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from estimator.rulebook.columns import Column
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEETS, Sheet
from estimator.rulebook.seen import show_whole

Rows = Mapping[str, Sequence[Row]]
Place = tuple[str, int | None, int | None]
"""A sheet, and a row's number there before and after."""


class Change(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell: what it said and what it says, as a person reads it; blank is blank."""

    header: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row: its key as a person reads it, where it stood and stands, what is different."""

    change: Change
    sheet: str
    key: str
    row_before: int | None
    row_after: int | None
    cells: tuple[CellChange, ...]

    @property
    def place(self) -> Place:
        """Where the row stood and stands, which no other change shares."""
        return self.sheet, self.row_before, self.row_after


def difference(before: Rows, after: Rows) -> tuple[RowChange, ...]:
    """Return what one has to do to *before* to say what *after* says, sheet by sheet."""
    return tuple(
        change
        for sheet in SHEETS
        for change in _of_sheet(sheet, before.get(sheet.name, ()), after.get(sheet.name, ()))
    )


def _of_sheet(sheet: Sheet, before: Sequence[Row], after: Sequence[Row]) -> Iterator[RowChange]:
    old, new = _by_key(sheet, before), _by_key(sheet, after)
    for key in dict.fromkeys([*old, *new]):
        for one, other in zip_longest(old.get(key, ()), new.get(key, ())):
            cells = tuple(_cells(sheet, one, other))
            if cells:
                yield _row_change(sheet, key, one, other, cells)


def _by_key(sheet: Sheet, rows: Sequence[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Return the rows by what names them; more than one only where the file is not right."""
    named = [c for c in sheet.columns if c.key or c.name == "effective_from"]
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(_shown(column, row) for column in named)].append(row)
    return found


def _cells(sheet: Sheet, one: Row | None, other: Row | None) -> Iterator[CellChange]:
    for column in sheet.columns:
        before = getattr(one, column.name) if one else None
        after = getattr(other, column.name) if other else None
        if column.encode(before) != column.encode(after):
            yield CellChange(column.header, _shown(column, one), _shown(column, other))


def _shown(column: Column, row: Row | None) -> str:
    return show_whole(column, getattr(row, column.name)) if row else ""


def _row_change(
    sheet: Sheet,
    key: tuple[str, ...],
    one: Row | None,
    other: Row | None,
    cells: tuple[CellChange, ...],
) -> RowChange:
    change = Change.CHANGED if one and other else Change.REMOVED if one else Change.ADDED
    numbers = (one.row if one else None, other.row if other else None)
    return RowChange(change, sheet.name, ", ".join(key), *numbers, cells)
