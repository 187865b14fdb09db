"""A rulebook as canonical JSON: what a release keeps, and the fingerprint of its content.

The snapshot keeps the number of each row, so that a receipt made from a stored release still
points into the workbook. The fingerprint leaves it out: it is the same whatever the
formatting, the row order or the column order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEETS, Sheet

Rows = Mapping[str, Sequence[Row]]


def encode(rows: Rows) -> str:
    """Return the rows as JSON text."""
    content = {
        sheet.name: [[row.row, *_values(sheet, row)] for row in rows.get(sheet.name, ())]
        for sheet in SHEETS
    }
    columns = {sheet.name: [column.name for column in sheet.columns] for sheet in SHEETS}
    return _json({"columns": columns, "rows": content})


def decode(snapshot: str) -> dict[str, tuple[Row, ...]]:
    """Return the rows that ``encode`` was given."""
    content = json.loads(snapshot)
    return {
        sheet.name: tuple(
            _row(sheet, content["columns"].get(sheet.name, ()), values)
            for values in content["rows"].get(sheet.name, ())
        )
        for sheet in SHEETS
    }


def fingerprint(rows: Rows) -> str:
    """Return the SHA-256 of the content, in hexadecimal."""
    content = {
        sheet.name: sorted(
            _json(dict(zip((c.name for c in sheet.columns), _values(sheet, row), strict=True)))
            for row in rows.get(sheet.name, ())
        )
        for sheet in SHEETS
    }
    return sha256(_json(content).encode()).hexdigest()


def _values(sheet: Sheet, row: Row) -> list[Any]:
    return [column.encode(getattr(row, column.name)) for column in sheet.columns]


def _row(sheet: Sheet, names: Sequence[str], values: Sequence[Any]) -> Row:
    given = dict(zip(names, values[1:], strict=True))
    decoded = {column.name: column.decode(given.get(column.name)) for column in sheet.columns}
    return sheet.row_class(row=values[0], **decoded)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
