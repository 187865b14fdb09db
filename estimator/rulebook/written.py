"""A row's value as it stands in a cell: the inverse of reading it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.engine import money
from estimator.rulebook.columns import Column, Kind, plain
from estimator.rulebook.percents import doubt_of
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import Sheet
from estimator.sheets.writer import Content, Share


def cell_content(sheet: Sheet, column: Column, row: Row) -> Content:
    """Return what is written into a cell of a workbook."""
    value = getattr(row, column.name)
    if value is None:
        return None
    if isinstance(value, Decimal) and _would_be_doubtful(sheet, column, row, value):
        return Share(value)
    return _CONTENT.get(column.kind, _as_it_is)(value)


def cell_text(sheet: Sheet, column: Column, row: Row) -> str:
    """Return what is written into a cell of a text file."""
    content = cell_content(sheet, column, row)
    if content is None:
        return ""
    if isinstance(content, Share):
        return f"{plain(content.percent)}%"
    if isinstance(content, date):
        return content.isoformat()
    return plain(content) if isinstance(content, Decimal) else content


def _would_be_doubtful(sheet: Sheet, column: Column, row: Row, value: Decimal) -> bool:
    """Whether a percentage is so small that without its sign it could be a share."""
    others = {each.name: getattr(row, each.name) for each in sheet.columns}
    doubt = doubt_of(sheet.name, column, others)
    return doubt is not None and 0 < value < doubt.doubtful_below


def _as_it_is(value: Any) -> Content:
    content: Content = Decimal(value) if isinstance(value, int) else value
    return content


def _with_semicolons(words: tuple[str, ...]) -> str:
    return "; ".join(words)


def _with_commas(codes: tuple[str, ...]) -> str:
    return ", ".join(codes)


_CONTENT: dict[Kind, Callable[[Any], Content]] = {
    Kind.YES_NO: lambda value: "yes" if value else "no",
    Kind.MONEY: lambda value: Decimal(money.dollars(value)),
    Kind.WORDS: _with_semicolons,
    Kind.TEXTS: _with_semicolons,
    Kind.CODES: _with_commas,
}
