"""What the checks look at: the rows that could be read, and how much is not known.

A check never speaks about what could not be read; the cell itself already has its finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.rulebook.columns import Column
from estimator.rulebook.loader import LoadedRulebook, UnreadRow
from estimator.rulebook.problems import Place
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEET_BY_NAME, Sheet
from estimator.sheets.table import letters


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, read or not, as the values that could be read by field name."""

    sheet: str
    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows by sheet, with what is needed to name their cells."""

    rows: Mapping[str, Sequence[Row]]
    unread: Sequence[UnreadRow] = ()
    unread_sheets: frozenset[str] = frozenset()
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, loaded: LoadedRulebook) -> Seen:
        """Return what was read of a file."""
        return cls(loaded.rows, loaded.unread, loaded.unread_sheets, loaded.columns)

    def sheet(self, name: str) -> Sequence[Any]:
        """Return the rows of a sheet that could be read."""
        return self.rows.get(name, ())

    def entries(self, name: str) -> Iterator[Entry]:
        """Return every row of a sheet, those that could be read in part with that part."""
        columns = SHEET_BY_NAME[name].columns
        for row in self.sheet(name):
            yield Entry(name, row.row, {c.name: getattr(row, c.name) for c in columns})
        for unread in self.unread:
            if unread.sheet == name:
                yield Entry(name, unread.row, unread.values)

    def all_read(self, *names: str) -> bool:
        """Whether every row of the sheets could be read, so that a missing one is missing."""
        unread = self.unread_sheets | {row.sheet for row in self.unread}
        return unread.isdisjoint(names)

    def known(self, sheet: str, name: str) -> frozenset[Any] | None:
        """Return the values of a column, or ``None`` where one of them could not be read."""
        if sheet in self.unread_sheets:
            return None
        values = [entry.values.get(name) for entry in self.entries(sheet)]
        return None if None in values else frozenset(values)

    def place(self, sheet: str, row: int, name: str, shown: Any = None) -> Place:
        """Return the cell of a row under a column, by the column's field name."""
        column = column_of(sheet, name)
        at = self.columns.get(sheet, {}).get(name) or _usual_letters(sheet, name)
        return Place(sheet, f"{at}{row}", column.header, show(column, shown))


def column_of(sheet: str, name: str) -> Column:
    """Return a column of a sheet by its field name."""
    return next(column for column in SHEET_BY_NAME[sheet].columns if column.name == name)


def show(column: Column, value: Any) -> str:
    """Return a row's value as a person reads it in its cell, cut to fit a sentence."""
    text = show_whole(column, value)
    return text if len(text) <= 60 else text[:57] + "..."


def show_whole(column: Column, value: Any) -> str:
    """Return a row's value as a person reads it in its cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    encoded = column.encode(value)
    return ", ".join(encoded) if isinstance(encoded, list) else str(encoded)


def show_key(sheet: Sheet, row: Any) -> str:
    """Return the key of a row as a person reads it."""
    return ", ".join(show(column, getattr(row, column.name)) for column in sheet.key)


def listed(texts: Iterable[str]) -> str:
    """Return texts as people list them, the first few of many."""
    texts = list(texts)
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    return ", ".join(texts[:5]) + more


def _usual_letters(sheet: str, name: str) -> str:
    names = [column.name for column in SHEET_BY_NAME[sheet].columns]
    return letters(names.index(name) + 1)
