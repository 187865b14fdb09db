"""Tables as text: comma-separated values, in which every cell is a text.

UTF-8 with or without a byte order mark; a record that spans lines is one row, numbered as
it would be on a sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from estimator.sheets.table import Cell, Table, blank

csv.field_size_limit(1_000_000)


def read_csv(name: str, data: bytes) -> Table:
    """Return the table of a CSV file; bytes that are not UTF-8 are read as Windows-1252."""
    rows: dict[int, dict[int, Cell]] = {}
    for number, record in enumerate(csv.reader(io.StringIO(_decoded(data), newline="")), start=1):
        cells = {
            at: Cell(row=number, column=at, value=text)
            for at, text in enumerate(record, start=1)
            if not blank(text)
        }
        if cells:
            rows[number] = cells
    return Table(name=name, rows=rows)


def write_csv(records: Iterable[Sequence[str]]) -> bytes:
    """Return records as CSV, lines ended by a line feed so that a diff shows rows."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue().encode("utf-8")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
