"""Writes workbooks with a sheet of any length: the frame by XlsxWriter, its rows by ourselves.

XlsxWriter makes a workbook with everything but the rows of the long sheet. Its parts are copied;
the rows are made column by column and written between the start and the end of that sheet.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from estimator.sheets.grids.cell_texts import Styles, cells
from estimator.sheets.grids.piece import Piece
from estimator.sheets.grids.writing import LongWriter, Written, joined, some_rows
from estimator.sheets.table import letters

RESULTS = "Results"
_PART = "xl/worksheets/sheet1.xml"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_QUICK = 1
_HEADER = {"bold": True, "bg_color": "#DCE3EC", "border": 1, "valign": "top"}
_OURS = {**_HEADER, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}

_END = b"</sheetData>"
_WIDTHS = {"message": 60, "plan_id": 34, " low": 12, " typical": 12, " high": 12, "status": 10}
"""Of columns by how their names end."""

More = Callable[[Any], None]
"""Adds the sheets after the long one to a workbook of XlsxWriter."""


class SheetWriter(LongWriter):
    """Writes the Results sheet a piece at a time, then the sheets after it."""

    def __init__(self, file: IO[bytes], written: Written, more: More) -> None:
        self._more = more
        self._written = written
        self._archive = ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK)
        start, self._styles = self._start_of_results()
        self._sheet = self._archive.open(_info(_PART), "w", force_zip64=True)
        self._sheet.write(start)
        width = len(written.header) + len(written.results)
        self._letters = [letters(at + 1) for at in range(width)]
        self._next = 2

    def write(self, piece: Piece, results: Sequence[Any]) -> None:
        """Add rows."""
        for some, ours in some_rows(piece, results):
            self._write(some, ours)

    def _write(self, piece: Piece, results: Sequence[Any]) -> None:
        numbers = pa.array(range(self._next, self._next + piece.rows), pa.int64())
        rows = pc.cast(numbers, pa.string())
        kinds = (*piece.kinds, *(None for _ in results))
        made = [
            cells(self._letters[at], rows, column, kinds[at], self._styles)
            for at, column in enumerate((*piece.columns, *results))
        ]
        text = pc.binary_join_element_wise(
            '<row r="',
            rows,
            '">',
            *made,
            "</row>",
            "",
            null_handling="replace",
            null_replacement="",
        )
        self._sheet.write(joined(text))
        self._next += piece.rows

    def close(self) -> None:
        """Write the rest of the workbook."""
        with ZipFile(BytesIO(self._frame(self._more, self._next - 2))) as frame:
            self._sheet.write(_END + frame.read(_PART).partition(_END)[2])
            self._sheet.close()
            for part in frame.infolist():
                if part.filename != _PART:
                    self._archive.writestr(_info(part.filename), frame.read(part), compresslevel=6)
        self._archive.close()

    def _start_of_results(self) -> tuple[bytes, Styles]:
        """Return what stands before the rows, and the numbers of the styles."""
        with ZipFile(BytesIO(self._frame(lambda _: None, 1))) as frame:
            start = frame.read(_PART).partition(_END)[0]
        first, _, _ = start.partition(b'<row r="2"')
        found = [int(each.split(b'"')[0]) for each in start.split(b' s="')[-3:]]
        return first, Styles(*found)

    def _frame(self, more: More, rows: int) -> bytes:
        """Return the workbook with everything but the rows, of which there are so many."""
        stream = BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        # two workers may write the same results: these are the same bytes
        book.set_properties({"created": datetime(*_DAY_ONE, tzinfo=UTC)})
        page = book.add_worksheet(RESULTS)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.repeat_rows(0)
        page.repeat_columns(0)
        own, ours = book.add_format(_HEADER), book.add_format(_OURS)
        header = self._written.header
        names = (*header, *self._written.results)
        for at, name in enumerate(names):
            page.write_string(0, at, name, own if at < len(header) else ours)
            page.set_column(at, at, _width(name))
        page.autofilter(0, 0, max(rows, 1), len(names) - 1)
        for at, pattern in enumerate(("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "#,##0.00")):
            page.write_number(1, at, 0, book.add_format({"num_format": pattern}))
        more(book)
        book.close()
        return stream.getvalue()


def _width(name: str) -> int:
    """Return the width of a column, in signs: enough for most of what stands in it."""
    widest = next((width for word, width in _WIDTHS.items() if name.endswith(word)), 16)
    return min(max(len(name) + 4, widest), 60)


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, _DAY_ONE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
