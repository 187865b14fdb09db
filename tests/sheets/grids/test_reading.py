"""Files of patients as programs write them, and as nobody should."""

# ruff: noqa: DTZ001 - sheets know no time zones
from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.sheets.grids.piece import Kind, Piece
from estimator.sheets.grids.reading import LongTable, open_table
from estimator.sheets.refusal import RefusedError
from tests.sheets.grids.bad_files import BAD, changed, with_ghosts, workbook

NAMES = ("patient_ref", "plan_id", "age", "months")


def known(name: str) -> bool:
    return name.strip().lower() in NAMES


def read(data: bytes, ending: str) -> tuple[LongTable, list[Piece]]:
    with open_table(BytesIO(data), ending, known, NAMES) as table:
        return table, list(table.pieces)


def refusal(data: bytes, ending: str) -> tuple[str, str]:
    with pytest.raises(RefusedError) as refused:
        read(data, ending)
    return refused.value.code, refused.value.says


def cells(piece: Piece, at: int) -> list[tuple[str | None, int]]:
    texts = piece.columns[at].to_pylist()
    kinds = piece.kinds[at]
    if kinds is None:
        return [(text, Kind.BLANK if text is None else Kind.TEXT) for text in texts]
    return list(zip(texts, kinds.to_pylist(), strict=True))


def test_a_sheet_keeps_texts_numbers_dates_errors_and_formulas_apart() -> None:
    data = workbook(
        [
            ["patient_ref", "age", "own"],
            ["007", 42, date(2026, 3, 1)],
            ["=A2 -> 9", "=1/0 -> #DIV/0!", datetime(2026, 3, 1, 18)],
            ["x", None, True],
        ]
    )

    table, (piece,) = read(data, ".xlsx")

    assert table.header == ["patient_ref", "age", "own"]
    assert piece.numbers.to_pylist() == [2, 3, 4]
    assert cells(piece, 0) == [("007", Kind.TEXT), ("9", Kind.TEXT), ("x", Kind.TEXT)]
    assert cells(piece, 1) == [("42", Kind.NUMBER), ("#DIV/0!", Kind.ERROR), (None, Kind.BLANK)]
    assert cells(piece, 2)[0] == ("2026-03-01", Kind.DATE)
    assert cells(piece, 2)[2] == ("TRUE", Kind.TRUTH)


def test_a_formula_that_was_never_calculated_is_seen() -> None:
    stream = BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["patient_ref", "age"])
    book.active.append(["a", "=1+1"])
    book.save(stream)

    _, (piece,) = read(stream.getvalue(), ".xlsx")

    assert cells(piece, 1) == [("", Kind.FORMULA)]


def test_zeros_that_a_format_shows_stay() -> None:
    _, (piece,) = read(workbook([["patient_ref"], [123]], c0="00000"), ".xlsx")

    assert cells(piece, 0) == [("00123", Kind.TEXT)]


def test_hidden_sheets_are_passed_over_and_one_named_patients_is_taken() -> None:
    stream = BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["hello"])
    page = book.create_sheet("patients")
    page.append(["patient_ref"])
    page.append(["a"])
    book.save(stream)

    table, _ = read(stream.getvalue(), ".xlsx")

    assert table.header == ["patient_ref"]


def test_ghost_rows_are_left_out_and_told() -> None:
    table, (piece,) = read(
        with_ghosts(
            30_000,
            ["patient_ref"],
            ["a"],
            last='<row r="40000"><c r="A40000" t="inlineStr"><is><t>z</t></is></c></row>',
        ),
        ".xlsx",
    )

    assert piece.columns[0].to_pylist() == ["a", "z"]
    assert piece.numbers.to_pylist() == [2, 40_000]
    assert [note.code for note in table.notes] == ["empty-rows"]


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", []),
        ("cp1252", ["read-as-windows-1252"]),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_text_files_of_every_encoding_and_separator(
    encoding: str, notes: list[str], separator: str
) -> None:
    text = f"patient_ref{separator}age\r\nJosé{separator}4\r\n"

    table, (piece,) = read(text.encode(encoding), ".csv")

    assert [column.to_pylist() for column in piece.columns] == [["José"], ["4"]]
    assert [note.code for note in table.notes] == notes


def test_a_record_over_two_lines_is_one_row_and_blank_ones_none() -> None:
    _, (piece,) = read(b'\npatient_ref,age\n"a\nb",1\n,\n\nc,2,3\n', ".csv")

    assert piece.columns[0].to_pylist() == ["a\nb", "c"]
    assert piece.long.to_pylist() == [False, True]


def test_parquet_columns_keep_their_types() -> None:
    stream = BytesIO()
    table = pa.table({"patient_ref": ["a"], "age": [4], "paid": [Decimal("1.50")]})
    pq.write_table(table, stream)

    _, (piece,) = read(stream.getvalue(), ".parquet")

    assert [column.to_pylist() for column in piece.columns] == [["a"], [4], [Decimal("1.50")]]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_refused_in_one_finding(name: str) -> None:
    data, ending, code = BAD[name]

    assert refusal(data, ending)[0] == code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<sheetData>", '<!DOCTYPE x [<!ENTITY a "b">]><sheetData>'),
        ('r="A2"', 'r="ZZZZZZZ2"'),
        ('t="s"><v>1</v>', 't="s"><v>99</v>'),
        ("</sheetData>", "</sheetDat>"),
    ],
)
def test_a_twisted_sheet_is_refused(before: str, after: str) -> None:
    data = changed(workbook([["patient_ref"], ["a"]]), "xl/worksheets/sheet1.xml", before, after)

    assert refusal(data, ".xlsx")[0] in {"unsafe-file", "unreadable-table"}


def test_macros_are_refused() -> None:
    stream = BytesIO(workbook([["patient_ref"], ["a"]]))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")

    assert refusal(stream.getvalue(), ".xlsx")[0] == "active-content"


def two_sheets(*first: list[str]) -> bytes:
    stream = BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    for row in first:
        book.active.append(row)
    page = book.create_sheet("Data")
    page.append(["patient_ref"])
    page.append(["a"])
    book.save(stream)
    return stream.getvalue()


def test_which_of_several_sheets_was_read_is_told() -> None:
    table, _ = read(two_sheets(["patient_ref"], ["b"]), ".xlsx")

    assert [each.message for each in table.notes] == ["The sheet Cover was read, not Data."]


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ([["Please read"]], "The first row of the sheet Cover names no column we know."),
        ([], "The sheet Cover has no patients."),
    ],
)
def test_a_sheet_without_patients_is_named_where_there_are_others(
    first: list[list[str]], says: str
) -> None:
    assert refusal(two_sheets(*first), ".xlsx")[1] == says


def test_of_two_headers_the_one_that_names_more_columns_is_the_header() -> None:
    rows = [["age", "", "months of care"], ["patient_ref", "plan_id", "months"], ["a", "b", "3"]]

    assert refusal(workbook(rows), ".xlsx") == ("header-not-first", "The header is in row 2.")
