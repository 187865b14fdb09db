"""The shipped rules as other programs would have saved them, and files with their habits."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as ExcelTable

from estimator.rulebook.schema import SHEETS
from estimator.sheets.table import Cell, Table
from estimator.sheets.workbook import read_workbook
from tests.rulebook.mistakes import SHIPPED, at, changed

X14_DROPDOWN = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation '
    'type="list"><x14:formula1><xm:f>Lists!$A$2:$A$3</xm:f></x14:formula1>'
    "<xm:sqref>C2:C1000</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


@cache
def shipped_tables() -> tuple[Table, ...]:
    return read_workbook(SHIPPED.read_bytes()).tables


def written(**options: bool) -> bytes:
    """Return the shipped rules as XlsxWriter writes them with *options*, bare of all help."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **options})
    for table in shipped_tables():
        page = book.add_worksheet(table.name)
        for cells in table.rows.values():
            for cell in cells.values():
                _write(book, page, cell)
    book.close()
    return stream.getvalue()


def _write(book: Any, page: Any, cell: Cell) -> None:
    where = (cell.row - 1, cell.column - 1)
    style = book.add_format({"num_format": cell.number_format})
    if isinstance(cell.value, Decimal):
        page.write_number(*where, float(cell.value), style)
    elif isinstance(cell.value, date):
        page.write_datetime(*where, cell.value, style)
    else:
        page.write_string(*where, str(cell.value), style)


def saved_by_openpyxl() -> bytes:
    return changed(lambda book: None)


def counted_from_1904() -> bytes:
    def change(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    return changed(change)


def painted() -> bytes:
    """Colours, fonts and widths everywhere, and some formatted blank cells."""

    def change(book: Workbook) -> None:
        for ws in book.worksheets:
            for row in ws.iter_rows(min_row=1, max_row=ws.max_row + 5):
                for cell in row:
                    cell.font = Font(name="Arial", size=10, bold=cell.column == 1)
                    cell.fill = PatternFill("solid", fgColor="FFF2CC")
            ws.column_dimensions["A"].width = 44

    return changed(change)


def exported_online() -> bytes:
    """As an online sheet exports: a style in each formatted cell down to row 1,000, and no names.

    Its dropdowns hold their words themselves, and what the headers explain is gone.
    """

    def change(book: Workbook) -> None:
        book.defined_names.clear()
        arial = Font(name="Arial", size=10)
        for ws in book.worksheets:
            ws.data_validations.dataValidation = [DataValidation("list", formula1='"in,out"')]
            ws.data_validations.dataValidation[0].add("D2:D1000")
            for cell in ws[1]:
                cell.comment = None
        for ws in (book["Networks"], book["Plans"]):
            for row in range(ws.max_row + 1, 1001):
                for column in range(1, ws.max_column + 1):
                    ws.cell(row, column).font = arial

    return changed(change)


def as_tables() -> bytes:
    """Every sheet of rules a table of Excel's, with its own filter and stripes."""

    def change(book: Workbook) -> None:
        for sheet in SHEETS:
            ws = book[sheet.name]
            ws.auto_filter.ref = None
            ref = f"A1:{ws.cell(max(ws.max_row, 2), ws.max_column).coordinate}"
            ws.add_table(ExcelTable(displayName=f"t{sheet.name}", ref=ref))

    return changed(change)


def with_rich_text() -> bytes:
    """Part of a cell in bold."""

    def change(book: Workbook) -> None:
        for row in range(2, book["Items"].max_row + 1):
            cell = at(book["Items"], "Description", row)
            text = str(cell.value)
            bold = TextBlock(InlineFont(b=True), text[:4])
            cell.value = CellRichText(bold, text[4:])

    return changed(change)


def in_another_order() -> bytes:
    """Rows turned around, except where the order of sheets' rows is their meaning: nowhere."""

    def change(book: Workbook) -> None:
        for sheet in SHEETS:
            ws = book[sheet.name]
            rows = [[cell.value for cell in row] for row in ws.iter_rows(min_row=2)]
            for number, values in enumerate(reversed(rows), start=2):
                for column, value in enumerate(values, start=1):
                    ws.cell(number, column).value = value
        book._sheets.reverse()

    return changed(change)


def far_below() -> bytes:
    """One formatted cell at row one million, which is no row."""

    def change(book: Workbook) -> None:
        for ws in book.worksheets:
            ws.cell(1_048_000, 1).font = Font(bold=True)

    return changed(change)


def with_new_dropdowns() -> bytes:
    """Dropdowns that refer to another sheet, as Excel has kept them since 2010."""

    def edit(xml: bytes) -> bytes:
        return xml.replace(b"</worksheet>", X14_DROPDOWN.encode() + b"</worksheet>")

    return edited("xl/worksheets/", edit)


def edited(prefix: str, edit: Callable[[bytes], bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(SHIPPED) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            is_meant = name.startswith(prefix) and name.endswith(".xml")
            new.writestr(name, edit(content) if is_meant else content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


SAVED: list[tuple[str, Callable[[], bytes]]] = [
    ("openpyxl", saved_by_openpyxl),
    ("XlsxWriter", written),
    ("XlsxWriter, texts inside their cells", lambda: written(constant_memory=True)),
    ("XlsxWriter, dates counted from 1904", lambda: written(date_1904=True)),
    ("openpyxl, dates counted from 1904", counted_from_1904),
    ("colours and blank cells", painted),
    ("an online sheet", exported_online),
    ("tables", as_tables),
    ("text in bold", with_rich_text),
    ("another order", in_another_order),
    ("a cell far below", far_below),
    ("newer dropdowns", with_new_dropdowns),
]


def with_formulas(rows: Iterable[tuple[str, Any]], value: Callable[[Any], Any]) -> bytes:
    """Return a book of formulas in a column, each with the value that *value* makes of it."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet("Formulas")
    for number, (formula, result) in enumerate(rows):
        page.write_formula(number, 0, formula, None, value(result))
    book.close()
    return stream.getvalue()


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def formulas_without_values(formulas: Iterable[str]) -> bytes:
    book = openpyxl.Workbook()
    for number, formula in enumerate(formulas, start=1):
        book.worksheets[0].cell(number, 1).value = formula
    return saved(book)
