"""What a sheet holds once it is read: stored cells, each with its place.

The same shape comes from a workbook and from a text table, so everything after it does
not know which it was. Numbers are exact decimals here; a float never leaves this room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from estimator.sheets.text import clean_word

Value = str | bool | Decimal | date


class Trouble(StrEnum):
    """Why the value of a cell cannot be trusted."""

    FORMULA = "formula without a saved value"
    ERROR = "error value"
    MERGED = "inside a merged range"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One stored cell that is not blank: its place, its value, how it is displayed."""

    row: int
    column: int
    value: Value
    number_format: str = "General"
    trouble: Trouble | None = None

    @property
    def address(self) -> str:
        """The place as people say it: F7."""
        return f"{letters(self.column)}{self.row}"

    @property
    def is_percent(self) -> bool:
        """Whether the cell displays a number as a percentage, so that 0.2 reads 20%."""
        return "%" in _LITERALS.sub("", self.number_format)

    @property
    def full(self) -> str:
        """The value as the person sees it."""
        return _show(self.value, self.is_percent)

    @property
    def shown(self) -> str:
        """The value as the person sees it, cut to a length that fits a sentence."""
        text = self.full
        return text if len(text) <= 60 else text[:57] + "..."

    @property
    def padded_digits(self) -> str | None:
        """The digits of a whole number with the leading zeros its format shows, else ``None``.

        ``636`` formatted ``00000`` is seen as 00636, so that is what was meant.
        """
        value = self.value
        if isinstance(value, bool) or not isinstance(value, Decimal):
            return None
        if value != value.to_integral_value() or value < 0:
            return None
        pattern = re.sub(r'["\\]', "", self.number_format.split(";")[0])
        digits = format(value, "f").split(".")[0]
        if not re.fullmatch(r"[0-]*00[0-]*", pattern):
            return digits
        return _fill(pattern, digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged range."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, cell_row: int, cell_column: int) -> bool:
        """Whether the cell is one of the range."""
        return (
            self.first_row <= cell_row <= self.last_row
            and self.first_column <= cell_column <= self.last_column
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet: row number → column number → cell, in order, without blank cells."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)


def letters(column: int) -> str:
    """Return the letters of a column number.

    >>> letters(1), letters(27)
    ('A', 'AA')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def blank(text: str) -> bool:
    """Whether a person sees nothing in a cell with this text."""
    return not text[:1].isalnum() and not clean_word(text)


_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""Parts of a number format that are only printed: 0"%" shows 20 as 20%, and means 20."""


def _show(value: Value, is_percent: bool) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, Decimal):
        return f"{_plain(value * 100)}%" if is_percent else _plain(value)
    return value.isoformat() if isinstance(value, date) else value


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _fill(pattern: str, digits: str) -> str:
    """Put *digits* into the zeros of *pattern* from the right: 00-0000000 of a TIN."""
    left = list(digits.zfill(pattern.count("0")))
    filled = "".join(left.pop() if mark == "0" else mark for mark in reversed(pattern))[::-1]
    return "".join(left) + filled
