"""Files of patients as programs write them, and as nobody should."""

# ruff: noqa: DTZ001 - sheets know no time zones
from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from estimator.sheets.grids.piece import Kind, Piece
from estimator.sheets.grids.reading import LongTable, open_table
from estimator.sheets.refusal import RefusedError

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


def workbook(rows: Sequence[Sequence[Any]], name: str = "Patients", **formats: str) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet(name)
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for at, value in enumerate(row):
            style = (
                book.add_format({"num_format": formats[f"c{at}"]}) if f"c{at}" in formats else None
            )
            if isinstance(value, date):
                page.write_datetime(number, at, value, date_format)
            elif isinstance(value, str) and value.startswith("="):
                formula, _, result = value.partition(" -> ")
                page.write_formula(number, at, formula, style, result)
            elif value is not None:
                page.write(number, at, value, style)
    book.close()
    return stream.getvalue()


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
            30_000, last='<row r="40000"><c r="A40000" t="inlineStr"><is><t>z</t></is></c></row>'
        ),
        ".xlsx",
    )

    assert piece.columns[0].to_pylist() == ["a", "z"]
    assert piece.numbers.to_pylist() == [2, 40_000]
    assert [note.code for note in table.notes] == ["empty-rows"]


def with_ghosts(many: int, last: str = "") -> bytes:
    """A sheet with rows that are only formatted, below its table."""
    ghosts = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="0"/></row>' for n in range(3, many + 3))
    return changed(
        workbook([["patient_ref"], ["a"]]),
        "xl/worksheets/sheet1.xml",
        "</sheetData>",
        ghosts + last + "</sheetData>",
    )


def changed(data: bytes, part: str, before: str, after: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for info in old.infolist():
            text = old.read(info)
            if info.filename == part:
                assert before.encode() in text
                text = text.replace(before.encode(), after.encode())
            new.writestr(info.filename, text)
    return stream.getvalue()


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


HEADER = b"patient_ref,age\n"
BAD = {
    "no rows": (HEADER, ".csv", "table-without-rows"),
    "nothing": (b"", ".csv", "empty-file"),
    "only blanks": (b"\n \n", ".csv", "empty-file"),
    "two headers": (HEADER + HEADER + b"a,1\n", ".csv", "header-twice"),
    "titles above": (b"My clinic\n" + HEADER + b"a,1\n", ".csv", "header-not-first"),
    "no header": (b"a,1\nb,2\n", ".csv", "header-missing"),
    "300 columns": (
        b"patient_ref," + b",".join([b"x"] * 299) + b"\na\n",
        ".csv",
        "too-many-columns",
    ),
    "open quote": (HEADER + b'"a,1\nb,2\n', ".csv", "table-broken-off"),
    "a workbook as text": (b"PK\x03\x04....", ".csv", "not-a-table"),
    "a web page as text": (b"<html>", ".csv", "not-a-table"),
    "bytes": (HEADER + b"a\x00\x01\n", ".csv", "not-a-table"),
    "text as a workbook": (HEADER, ".xlsx", "not-a-workbook"),
    "encrypted": (
        bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600,
        ".xlsx",
        "locked-or-old-workbook",
    ),
    "cut off": (workbook([["patient_ref"], ["a"]])[:-200], ".xlsx", "unreadable-table"),
    "no parquet": (b"PAR1 no", ".parquet", "unreadable-table"),
    "sheet without rows": (workbook([["patient_ref"]]), ".xlsx", "table-without-rows"),
    "empty sheet": (workbook([]), ".xlsx", "table-without-rows"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_refused_in_one_finding(name: str) -> None:
    data, ending, code = BAD[name]

    assert refusal(data, ending)[0] == code


def test_a_bomb_is_refused_unopened() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", 8, compresslevel=9) as archive:
        with zipfile.ZipFile(BytesIO(workbook([["patient_ref"], ["a"]]))) as old:
            for info in old.infolist():
                if "sheet1" not in info.filename:
                    archive.writestr(info.filename, old.read(info))
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 * 1024 * 1024))

    assert refusal(stream.getvalue(), ".xlsx")[0] == "unpacks-too-large"


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
