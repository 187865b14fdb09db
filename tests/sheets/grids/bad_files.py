"""Workbooks as bytes, and every file of patients that is refused with one finding."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter


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


def with_ghosts(many: int, *table: Sequence[str], last: str = "") -> bytes:
    """A sheet with rows that are only formatted, below its table."""
    first = len(table) + 1
    ghosts = "".join(
        f'<row r="{n}" s="1"><c r="A{n}" s="0"/></row>' for n in range(first, first + many)
    )
    return changed(
        workbook(table),
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


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 80 MB of nothing."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", 8, compresslevel=9) as archive:
        with zipfile.ZipFile(BytesIO(workbook([["patient_ref"], ["a"]]))) as old:
            for info in old.infolist():
                if "sheet1" not in info.filename:
                    archive.writestr(info.filename, old.read(info))
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 * 1024 * 1024))
    return stream.getvalue()


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
    "only ghost rows": (with_ghosts(100_000, ["patient_ref"]), ".xlsx", "table-without-rows"),
    "a bomb": (bomb(), ".xlsx", "unpacks-too-large"),
}
