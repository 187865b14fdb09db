"""Columns as the text of cells: for a text file, and as the XML of a sheet."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from estimator.sheets.grids.piece import Kind

LIVE = "^[=+\\-@\t\r\x00]"
"""How a text begins that a spreadsheet program may take for a formula."""
_NUMBER = r"^[+-]?([0-9]+([.,][0-9]+)*|\.[0-9]+)([eE][+-]?[0-9]+)?%?$"
_UNIX_DAY = 25_569
_DAY = 86_400
_SPECIAL = r"[&<>]"
_NEEDS_CARE = r"[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]|_x[0-9A-Fa-f]{4}_"
_CARE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def as_text(column: Any) -> Any:
    """Return a column of any type as text."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    if pa.types.is_floating(kind):
        return pa.array(
            [None if value is None else _float_text(value) for value in column.to_pylist()],
            pa.string(),
        )
    if pa.types.is_timestamp(kind):
        return pc.strftime(column, "%Y-%m-%d %H:%M:%S")
    return pc.cast(column, pa.string())


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def kind_of(column: Any) -> Kind:
    """Return what the cells of a column with a type of its own hold."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return Kind.TRUTH
    if pa.types.is_date32(kind):
        return Kind.DATE
    if pa.types.is_timestamp(kind):
        return Kind.MOMENT
    return Kind.TEXT if pa.types.is_string(kind) else Kind.NUMBER


def harmless(column: Any, kinds: Any) -> Any:
    """Return texts for a text file, in which none begins as a formula would."""
    text = as_text(column)
    if not pa.types.is_string(column.type):
        return text
    live = pc.and_(
        pc.match_substring_regex(text, LIVE), pc.invert(pc.match_substring_regex(text, _NUMBER))
    )
    if kinds is not None:
        live = pc.and_(live, pc.equal(kinds, int(Kind.TEXT)))
    if not pc.any(live).as_py():
        return text
    return pc.if_else(live, pc.binary_join_element_wise("'", text, ""), text)


def record(columns: list[Any], separator: str) -> Any:
    """Return rows of a text file, quoted where it is needed."""
    quoted = [_quoted(column, separator) for column in columns]
    return pc.binary_join_element_wise(
        *quoted, separator, null_handling="replace", null_replacement=""
    )


def _quoted(column: Any, separator: str) -> Any:
    needs = pc.match_substring_regex(column, f'["\r\n{re.escape(separator)}]|^ | $')
    if not pc.any(needs).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def escaped(text: Any) -> Any:
    """Return texts as they stand in XML; what XML cannot hold is written as sheets do."""
    if pc.any(pc.match_substring_regex(text, _NEEDS_CARE)).as_py():
        kept = [
            None if each is None else _CARE.sub(lambda found: f"_x{ord(found[0]):04X}_", each)
            for each in text.to_pylist()
        ]
        text = pa.array(kept, pa.string())
    if pc.any(pc.match_substring_regex(text, _SPECIAL)).as_py():
        for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = pc.replace_substring(text, sign, name)
    return text


class Styles:
    """The numbers of a workbook's styles for dates, moments and amounts."""

    def __init__(self, date: int, moment: int, amount: int) -> None:
        self.date = date
        self.moment = moment
        self.amount = amount


def cells(letters: str, rows: Any, column: Any, kinds: Any, styles: Styles) -> Any:
    """Return a column's cells as XML; nothing where a cell is blank."""
    if pa.types.is_decimal(column.type) and kinds is None:
        return _cell(letters, rows, f' s="{styles.amount}"><v>', as_text(column), "</v></c>")
    if not pa.types.is_string(column.type):
        return _of_kind(kind_of(column), letters, rows, column, styles)
    made = _of_kind(Kind.TEXT, letters, rows, column, styles)
    if kinds is None:
        return made
    for kind in (Kind.NUMBER, Kind.DATE, Kind.MOMENT, Kind.TRUTH):
        mine = pc.equal(kinds, int(kind))
        if pc.any(mine).as_py():
            some = pc.if_else(mine, column, pa.scalar(None, pa.string()))
            made = pc.if_else(mine, _of_kind(kind, letters, rows, some, styles), made)
    formulas = pc.equal(kinds, int(Kind.FORMULA))
    return pc.if_else(formulas, pa.scalar(None, pa.string()), made)


def _of_kind(kind: Kind, letters: str, rows: Any, column: Any, styles: Styles) -> Any:
    if kind is Kind.NUMBER:
        return _cell(letters, rows, "><v>", as_text(column), "</v></c>")
    if kind is Kind.TRUTH:
        truth = column if pa.types.is_boolean(column.type) else pc.equal(column, "TRUE")
        return _cell(letters, rows, ' t="b"><v>', pc.if_else(truth, "1", "0"), "</v></c>")
    if kind is Kind.DATE:
        days = pc.cast(pc.cast(column, pa.date32()), pa.int32())
        serial = pc.cast(pc.add(days, _UNIX_DAY), pa.string())
        return _cell(letters, rows, f' s="{styles.date}"><v>', serial, "</v></c>")
    if kind is Kind.MOMENT:
        seconds = pc.cast(pc.cast(pc.cast(column, pa.timestamp("s")), pa.int64()), pa.float64())
        serial = pc.cast(pc.add(pc.divide(seconds, _DAY), _UNIX_DAY), pa.string())
        return _cell(letters, rows, f' s="{styles.moment}"><v>', serial, "</v></c>")
    text = escaped(column)
    start = ' t="inlineStr"><is><t xml:space="preserve">'
    return _cell(letters, rows, start, text, "</t></is></c>")


def _cell(letters: str, rows: Any, start: str, text: Any, end: str) -> Any:
    return pc.binary_join_element_wise(f'<c r="{letters}', rows, f'"{start}', text, end, "")
