"""What is written, read back cell by cell with other readers."""

# ruff: noqa: DTZ001 - sheets know no time zones
from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.sheets.grids.piece import Kind, Piece
from estimator.sheets.grids.report import Report, write_report
from estimator.sheets.grids.sheet_writer import SheetWriter
from estimator.sheets.grids.writing import ParquetWriter, TextWriter, Written, amounts

LIVE = ("=1+1", "+1 617", "-x", "@SUM(A1)", "\t=1", "https://example.org", "'=1", "=cmd|' /C'!A0")


def piece(*columns: Sequence[Any], kinds: Sequence[Any] | None = None) -> Piece:
    many = len(columns[0])
    return Piece(
        pa.array(range(2, many + 2), pa.int64()),
        tuple(pa.array(column) for column in columns),
        tuple(kinds or (None,) * len(columns)),
        pa.array([False] * many),
    )


def as_sheet(*pieces: Piece, header: Sequence[str] = ("a",), results: Any = ()) -> bytes:
    stream = BytesIO()
    writer = SheetWriter(stream, Written(header, [f"r{at}" for at in range(len(results))]), _none)
    for each in pieces:
        writer.write(each, results)
    writer.close()
    return stream.getvalue()


def _none(_book: Any) -> None:
    """No more sheets."""


def by_openpyxl(data: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(BytesIO(data))["Results"]
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def by_calamine(data: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    return [[each or None for each in row] for row in book.get_sheet_by_name("Results").to_python()]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\r"))] * 3),
        min_size=1,
        max_size=20,
    )
)
def test_every_text_comes_back_cell_by_cell(rows: list[tuple[str, ...]]) -> None:
    columns = list(zip(*rows, strict=True))

    data = as_sheet(piece(*columns), header=["a", "b", "c"])

    sheet = openpyxl.load_workbook(BytesIO(data))["Results"]
    for number, row in enumerate(rows, 2):
        for at, text in enumerate(row, 1):
            cell = sheet.cell(number, at)
            assert (openpyxl.utils.escape.unescape(cell.value or "")) == text
            assert cell.data_type in ("s", "inlineStr", "n")


def test_amounts_dates_numbers_and_truths_are_cells_of_their_kind() -> None:
    known = np.array([True, False])
    rows = piece(
        [date(2026, 3, 1), None],
        [datetime(2026, 3, 1, 18, 30), None],
        [12, None],
        [1.5, None],
        [True, None],
        ["00123", None],
    )

    data = as_sheet(rows, header=list("abcdef"), results=[amounts(np.array([123456, 0]), known)])

    assert by_openpyxl(data)[0] == [
        datetime(2026, 3, 1),
        datetime(2026, 3, 1, 18, 30),
        12,
        1.5,
        True,
        "00123",
        1234.56,
    ]
    assert len(by_openpyxl(data)) == 1, "a row of blanks holds no cell"
    assert by_calamine(data)[1][5] == "00123"


def test_cells_of_mixed_kinds_keep_theirs() -> None:
    kinds = pa.array(
        [Kind.NUMBER, Kind.DATE, Kind.TEXT, Kind.TRUTH, Kind.ERROR, Kind.BLANK], pa.uint8()
    )
    texts = ["1500.25", "2026-12-31", "007", "TRUE", "#N/A", None]

    data = as_sheet(piece(texts, kinds=[kinds]))

    found = [row[0] for row in by_openpyxl(data)]
    assert found == [1500.25, datetime(2026, 12, 31), "007", True, "#N/A"]


def test_nothing_becomes_a_live_formula_or_link_in_a_workbook() -> None:
    data = as_sheet(piece(LIVE, LIVE), header=["=1+1", "b"])

    with ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert [row[0] for row in by_openpyxl(data)] == list(LIVE)
    assert "<f" not in sheet
    assert "hyperlink" not in sheet


def test_nothing_becomes_a_live_formula_in_a_text_file() -> None:
    stream = BytesIO()
    writer = TextWriter(stream, Written(["=a", "b"], []))
    writer.write(piece([*LIVE, "-5", "+3.5", "a,b", 'say "hi"', "two\nlines"], ["x"] * 13), ())

    rows = list(csv.reader(io.StringIO(stream.getvalue().decode(), newline="")))

    assert rows[0][0] == "'=a"
    assert [row[0] for row in rows[1:9]] == [
        "'=1+1",
        "'+1 617",
        "'-x",
        "'@SUM(A1)",
        "'\t=1",
        "https://example.org",
        "'=1",
        "'=cmd|' /C'!A0",
    ]
    assert [row[0] for row in rows[9:]] == ["-5", "+3.5", "a,b", 'say "hi"', "two\nlines"]


def test_a_text_file_keeps_its_separator_and_mark() -> None:
    stream = BytesIO()
    writer = TextWriter(stream, Written(["a", "b"], [], ";", marked=True))
    writer.write(piece(["1;2"], ["x"]), ())

    assert stream.getvalue() == b'\xef\xbb\xbfa;b\n"1;2";x\n'


def test_parquet_keeps_types_and_tells_columns_of_one_name_apart() -> None:
    stream = BytesIO()
    writer = ParquetWriter(stream, Written(["a", "a"], ["typical"]))
    cents = amounts(np.array([1234]), np.array([True]))
    writer.write(piece([date(2026, 1, 2)], ["007"]), [cents])
    writer.close()

    table = pq.read_table(BytesIO(stream.getvalue()))

    assert table.to_pylist() == [
        {"a": date(2026, 1, 2), "a (2)": "007", "typical": Decimal("12.34")}
    ]


def test_the_report_has_a_chart_and_lists_problems() -> None:
    report = Report(
        facts=[("Release", "3")],
        by_treatment=[("sertraline", 3, 12.5), ("iv-ketamine", 2, 1800.0)],
        by_plan=[("gold", "sertraline", "covered", 3, 12.5)],
        problems=[(7, "to mend", "=months is not a number")],
        more_problems=4,
    )
    stream = BytesIO()
    writer = SheetWriter(stream, Written(["a"], []), lambda book: write_report(report, book))
    writer.write(piece(["x"]), ())
    writer.close()

    book = openpyxl.load_workbook(BytesIO(stream.getvalue()))

    assert book.sheetnames == ["Results", "Summary", "Problems"]
    assert book["Results"].freeze_panes == "B2"
    assert book["Results"].auto_filter.ref == "A1:A2"
    assert len(book["Summary"]._charts) == 1
    assert [cell.value for cell in book["Problems"][2]] == [7, "to mend", "=months is not a number"]
    assert book["Problems"]["C2"].data_type == "s"
    assert "4 more" in book["Problems"]["C3"].value


@pytest.mark.parametrize("many", [1, 16_385])
def test_rows_are_numbered_on_from_piece_to_piece(many: int) -> None:
    texts = [str(number) for number in range(many)]

    data = as_sheet(piece(texts), piece(["last"]))

    assert by_calamine(data)[-1] == ["last"]
    assert len(by_calamine(data)) == many + 2


def test_every_row_of_a_long_piece_keeps_its_kind_and_our_answer() -> None:
    many = 5_000
    kinds = pa.array([Kind.NUMBER, Kind.TEXT] * (many // 2), pa.uint8())
    given = piece([str(number) for number in range(many)], kinds=[kinds])
    answers = pa.array([f"r{number}" for number in range(many)])
    stream = BytesIO()
    writer = TextWriter(stream, Written(["a"], ["r"]))
    writer.write(given, [answers])

    rows = by_calamine(as_sheet(given, results=[answers]))[1:]

    assert rows[2_047:2_050] == [["2047", "r2047"], [2048, "r2048"], ["2049", "r2049"]]
    assert [row[1] for row in rows] == answers.to_pylist()
    assert stream.getvalue().decode().splitlines()[1:] == [f"{at},r{at}" for at in range(many)]
