"""Tables as plain JSON, for the way from the process that reads a file to the one that asked.

Nothing but texts and numbers crosses: whatever a hostile file made of the reader, its answer
is data, and an answer in another shape is an error.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.sheets.table import Cell, Merge, Table, Trouble, Value

_TEXT, _NUMBER, _DATE, _TRUTH = "s", "n", "d", "b"


class NotTablesError(Exception):
    """An answer that is not what ``encode`` writes."""


def encode(tables: tuple[Table, ...]) -> bytes:
    """Return the tables as JSON, each text once: a thousand cells may share a long one."""
    texts: dict[str, int] = {}
    content = [_table(table, texts) for table in tables]
    return json.dumps({"texts": list(texts), "tables": content}).encode()


def decode(answer: bytes) -> tuple[Table, ...]:
    """Return the tables that ``encode`` was given; raises ``NotTablesError``."""
    try:
        content = json.loads(answer)
        texts = [str(each) for each in content["texts"]]
        return tuple(_as_table(table, texts) for table in content["tables"])
    except (ValueError, KeyError, IndexError, TypeError, ArithmeticError, RecursionError) as error:
        raise NotTablesError(type(error).__name__) from error


def _table(table: Table, texts: dict[str, int]) -> dict[str, Any]:
    return {
        "name": table.name,
        "merges": [
            [each.first_row, each.first_column, each.last_row, each.last_column]
            for each in table.merges
        ],
        "hidden": sorted(table.hidden_rows),
        "cells": [_cell(cell, texts) for row in table.rows.values() for cell in row.values()],
    }


def _cell(cell: Cell, texts: dict[str, int]) -> list[Any]:
    kind, text = _typed(cell.value)
    numbers = [texts.setdefault(each, len(texts)) for each in (text, cell.number_format)]
    return [cell.row, cell.column, kind, *numbers, cell.trouble.name if cell.trouble else None]


def _typed(value: Value) -> tuple[str, str]:
    if isinstance(value, bool):
        return _TRUTH, "1" if value else ""
    if isinstance(value, Decimal):
        return _NUMBER, str(value)
    if isinstance(value, date):
        return _DATE, value.isoformat()
    return _TEXT, value


_VALUES: dict[str, Any] = {
    _TEXT: str,
    _NUMBER: Decimal,
    _DATE: date.fromisoformat,
    _TRUTH: bool,
}


def _as_table(content: dict[str, Any], texts: list[str]) -> Table:
    rows: dict[int, dict[int, Cell]] = {}
    for row, column, kind, text, number_format, trouble in content["cells"]:
        rows.setdefault(int(row), {})[int(column)] = Cell(
            row=int(row),
            column=int(column),
            value=_VALUES[kind](texts[text]),
            number_format=texts[number_format],
            trouble=Trouble[trouble] if trouble else None,
        )
    return Table(
        name=str(content["name"]),
        rows=rows,
        merges=tuple(_merge(*map(int, each)) for each in content["merges"]),
        hidden_rows=frozenset(map(int, content["hidden"])),
    )


def _merge(first_row: int, first_column: int, last_row: int, last_column: int) -> Merge:
    return Merge(
        first_row=first_row,
        first_column=first_column,
        last_row=last_row,
        last_column=last_column,
    )
