"""One cell → the Python value that columns.py documents for its kind, or why it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.engine import money
from estimator.findings import did_you_mean
from estimator.rulebook.columns import ANY, Column, Kind
from estimator.rulebook.dates import read_date, read_month_day
from estimator.rulebook.numbers import read_number, read_percent, whole
from estimator.rulebook.percents import Doubt
from estimator.rulebook.problems import UnreadableError
from estimator.sheets.table import Cell, Trouble
from estimator.sheets.text import clean_text, clean_word

_ID = re.compile(r"[A-Za-z0-9_-]+")
_CODE_PREFIX = re.compile(r"[A-Za-z][0-9A-Za-z.]{0,7}")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


def read_cell(column: Column, cell: Cell, doubt: Doubt | None = None) -> Any:
    """Return the value of *cell* in *column*; raises ``UnreadableError`` where it has none.

    With *doubt* the number is a percentage.
    """
    if cell.trouble:
        raise _TROUBLES[cell.trouble](cell)
    if isinstance(cell.value, str) and clean_word(cell.value) == ANY:
        return _any(column)
    if doubt:
        return read_percent(cell, doubt)
    return _READERS[column.kind](column, cell)


def _any(column: Column) -> str:
    """Return ``*`` where it means any; in a remark it is only a mark."""
    remark = column.kind is Kind.TEXT and not column.required
    if column.any_allowed or column.kind is Kind.COUNT_OR_ANY or remark:
        return ANY
    advice = 'Type "all".' if "all" in column.words else ""
    raise UnreadableError("any-not-allowed", "is * (any), which this column does not take.", advice)


def _text(column: Column, cell: Cell) -> str:
    """Return text for people; a number is read as its digits, a date would be a mishap."""
    value = cell.value
    if isinstance(value, str):
        return clean_text(value)
    return _digits(column, cell)


def _digits(column: Column, cell: Cell) -> str:
    value = cell.value
    if isinstance(value, date):
        raise UnreadableError(
            "date-in-text",
            f"is the date {cell.shown}, where {_belongs(column)} belongs; the spreadsheet "
            "program may have made it one.",
        )
    if isinstance(value, bool):
        raise UnreadableError("not-text", f"is {cell.shown}, where {_belongs(column)} belongs.")
    return cell.padded_digits or cell.shown


def _id(column: Column, cell: Cell) -> str:
    text = _code(column, cell)
    if not _ID.fullmatch(text):
        raise UnreadableError(
            "id-characters", f'is "{cell.shown}"; an ID has letters, digits, - and _.'
        )
    return text


def _code(column: Column, cell: Cell) -> str:
    value = cell.value
    if isinstance(value, str):
        return clean_word(value)
    text = _digits(column, cell)
    if cell.padded_digits is None:
        raise UnreadableError(
            "not-text", f"is the number {cell.shown}, where {_belongs(column)} belongs."
        )
    return text


def _word(column: Column, cell: Cell) -> str:
    if isinstance(cell.value, date):
        _digits(column, cell)
    return _listed(column, cell.value if isinstance(cell.value, str) else cell.shown)


def _listed(column: Column, text: str) -> str:
    """Return *text* in the spelling of the column's list."""
    seen = clean_word(text)
    for word in column.words:
        if word.casefold() == seen.casefold():
            return word
    choices = ", ".join(f'"{word}"' if "," in word else word for word in column.words)
    raise UnreadableError(
        "not-in-list",
        f'is "{seen}".',
        f"{did_you_mean(seen, column.words)} Choose one of: {choices}.".strip(),
    )


def _yes_no(_: Column, cell: Cell) -> bool:
    if isinstance(cell.value, bool):
        return cell.value
    word = clean_word(cell.shown).casefold()
    if word not in _YES_NO:
        raise UnreadableError("not-yes-or-no", f'is "{cell.shown}"; it takes yes or no.')
    return _YES_NO[word]


def _money(column: Column, cell: Cell) -> int:
    return money.cents(read_number(cell, column.kind))


def _decimal(column: Column, cell: Cell) -> Decimal:
    return read_number(cell, column.kind)


def _count(column: Column, cell: Cell) -> int:
    return whole(read_number(cell, column.kind), cell.shown)


def _words(column: Column, cell: Cell) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(_listed(column, part) for part in _parts(column, cell, ";"))) or None


def _texts(column: Column, cell: Cell) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(_parts(column, cell, ";"))) or None


def _codes(column: Column, cell: Cell) -> tuple[str, ...] | None:
    parts = tuple(dict.fromkeys(_parts(column, cell, "[,;]")))
    for part in parts:
        if not _CODE_PREFIX.fullmatch(part):
            raise UnreadableError("code-characters", f'has "{part}", which is not a code.')
    return parts or None


def _parts(column: Column, cell: Cell, separator: str) -> list[str]:
    text = clean_word(cell.value if isinstance(cell.value, str) else _digits(column, cell))
    return [part.strip() for part in re.split(separator, text) if part.strip()]


def _belongs(column: Column) -> str:
    return {Kind.ID: "an ID", Kind.CODE: "a code", Kind.WORD: "a word from the list"}.get(
        column.kind, "text"
    )


_READERS: dict[Kind, Callable[[Column, Cell], Any]] = {
    Kind.TEXT: _text,
    Kind.ID: _id,
    Kind.CODE: _code,
    Kind.WORD: _word,
    Kind.YES_NO: _yes_no,
    Kind.MONEY: _money,
    Kind.UNIT_PRICE: _decimal,
    Kind.NUMBER: _decimal,
    Kind.COUNT: _count,
    Kind.COUNT_OR_ANY: _count,
    Kind.DATE: lambda _, cell: read_date(cell),
    Kind.MONTH_DAY: lambda _, cell: read_month_day(cell),
    Kind.WORDS: _words,
    Kind.TEXTS: _texts,
    Kind.CODES: _codes,
}

_TROUBLES: dict[Trouble, Callable[[Cell], UnreadableError]] = {
    Trouble.FORMULA: lambda cell: UnreadableError(
        "formula-without-value", f"is the formula {cell.shown}, saved without its result."
    ),
    Trouble.ERROR: lambda cell: UnreadableError("error-value", f"shows the error {cell.shown}."),
    Trouble.MERGED: lambda _: UnreadableError("merged-cells", "is merged with other cells."),
}
