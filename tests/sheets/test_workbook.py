"""Stored cells are read with what their format says, and nothing else is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import openpyxl.xml
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from estimator.sheets.table import Cell, Table, Trouble
from estimator.sheets.workbook import read_workbook


def read(fill: Callable[[Worksheet], object]) -> Table:
    book = openpyxl.Workbook()
    fill(book.worksheets[0])
    stream = BytesIO()
    book.save(stream)
    (table,) = read_workbook(stream.getvalue()).tables
    return table


def read_value(value: Any, number_format: str = "") -> Cell:
    def fill(ws: Worksheet) -> None:
        ws["B3"].value = value
        if number_format:
            ws["B3"].number_format = number_format

    return read(fill).rows[3][2]


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        (0.1 + 0.2, Decimal("0.3")),
        (421.07, Decimal("421.07")),
        (12345678901234567890, Decimal("1.23456789012346E+19")),
        (datetime(2026, 7, 1), date(2026, 7, 1)),  # noqa: DTZ001 - as spreadsheets keep days
        (time(13, 30), "13:30:00"),
        ("=TRUE()", True),
        ("=FALSE()", False),
        (" Acme\u00a0", " Acme\u00a0"),
    ],
)
def test_a_value_is_exact(stored: Any, value: Any) -> None:
    cell = read_value(stored)
    assert cell.value == value
    assert cell.trouble is None
    assert cell.address == "B3"


@pytest.mark.parametrize(
    ("stored", "trouble"), [("=1+1", Trouble.FORMULA), ("#N/A", Trouble.ERROR)]
)
def test_a_value_that_cannot_be_trusted_says_so(stored: str, trouble: Trouble) -> None:
    assert read_value(stored).trouble is trouble


@pytest.mark.parametrize(
    ("number_format", "value", "shown"),
    [("0%", 0.2, "20%"), ("0.00%", 0.335, "33.5%"), ('0"%"', 20, "20"), ("0\\%", 20, "20")],
)
def test_a_percentage_is_told_by_its_format(number_format: str, value: float, shown: str) -> None:
    assert read_value(value, number_format).shown == shown


@pytest.mark.parametrize(
    ("number_format", "value", "digits"),
    [
        ("00000", 636, "00636"),
        ("00-0000000", 12345678, "01-2345678"),
        ("0", 636, "636"),
        ("General", 96365, "96365"),
        ("General", 1.5, None),
    ],
)
def test_zeros_that_the_format_shows_are_kept(
    number_format: str, value: float, digits: str | None
) -> None:
    assert read_value(value, number_format).padded_digits == digits


def test_a_formula_with_its_saved_value_is_that_value() -> None:
    """No library of ours saves both, so the value is put beside the formula by hand."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=200+50"
    saved = BytesIO()
    book.save(saved)
    stream = BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(
                name,
                old.read(name).replace(b"<v />", b"<v>250</v>").replace(b"<v/>", b"<v>250</v>"),
            )
    (table,) = read_workbook(stream.getvalue()).tables
    assert table.rows[1][1].value == Decimal(250)
    assert table.rows[1][1].trouble is None


def test_blank_cells_are_left_out() -> None:
    def fill(ws: Worksheet) -> None:
        ws["A1"], ws["A2"], ws["A4"] = "Plan ID", " \u200b\u00a0", "gold"

    assert list(read(fill).rows) == [1, 4]


def test_merged_ranges_and_hidden_rows_are_told() -> None:
    def fill(ws: Worksheet) -> None:
        ws["A2"] = "gold"
        ws.merge_cells("A2:B3")
        ws.row_dimensions[7].hidden = True

    table = read(fill)
    assert table.hidden_rows == {7}
    assert [merge.holds(3, 2) for merge in table.merges] == [True]


def test_text_that_begins_with_an_equals_sign_stays_text() -> None:
    def fill(ws: Worksheet) -> None:
        ws["A1"].value = "=2+2"
        ws["A1"].data_type = "s"

    cell = read(fill).rows[1][1]
    assert (cell.value, cell.trouble) == ("=2+2", None)


def test_damaged_bytes_give_a_finding() -> None:
    book = read_workbook(b"PK\x03\x04 nothing more")
    assert [finding.code for finding in book.findings] == ["unreadable-workbook"]


def test_entities_are_refused_by_the_library_too() -> None:
    assert openpyxl.xml.DEFUSEDXML
