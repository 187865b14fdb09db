"""Files that must not be read are refused at once, with what to do instead."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from estimator.rulebook.loader import load_workbook_bytes
from estimator.sheets.codes import FILE_CODES
from estimator.sheets.guard import LARGEST_FILE, LARGEST_UNPACKED, guard

SHIPPED = (Path(__file__).parents[2] / "rules" / "us-2026.xlsx").read_bytes()
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet2.xml"


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_parts(**parts: bytes) -> bytes:
    """Return the shipped workbook with parts replaced or added."""
    with zipfile.ZipFile(BytesIO(SHIPPED)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped(kept | parts)


def with_sheet(inner: str, before: str = "") -> bytes:
    return with_parts(**{SHEET: f"{before}<worksheet {MAIN}>{inner}</worksheet>".encode()})


def cells(count: int) -> str:
    return "<sheetData><row>" + '<c r="A1"/>' * count + "</row></sheetData>"


def far_cells(count: int) -> str:
    far = "".join(f'<c r="A{row}"/>' for row in range(30_000, 30_000 + count))
    return f"<sheetData><row>{far}</row></sheetData>"


def twice_the_same_part() -> bytes:
    stream = BytesIO(SHIPPED)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    return stream.getvalue()


def locked_part() -> bytes:
    """Set the bit that says a part is encrypted, in its entry of the central directory."""
    data = bytearray(SHIPPED)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


ENTITIES = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]>'
MANY_PARTS = {f"xl/extra/{number}.xml": b"<a/>" for number in range(600)}
OPEN_DOCUMENT = zipped(
    {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
)

REFUSED = [
    ("nothing in it", "empty-file", b"", "empty"),
    ("a PDF", "not-a-workbook", b"%PDF-1.7 ...", "a PDF"),
    ("a CSV", "not-a-workbook", b"Plan ID,Copay $\nacme,20\n", "CSV"),
    ("a web page", "not-a-workbook", b"<html><table></table></html>", "web page"),
    ("a picture", "not-a-workbook", b"\x89PNG\r\n\x1a\n", "picture"),
    ("an .ods", "not-a-workbook", OPEN_DOCUMENT, ".ods"),
    ("a plain zip", "not-a-workbook", zipped({"rules.csv": b"a,b"}), "zip"),
    (
        "an .xls, or locked",
        "locked-or-old-workbook",
        bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 2000,
        "password",
    ),
    ("cut off", "unreadable-workbook", SHIPPED[:5000], "damaged"),
    ("not XML", "unreadable-workbook", with_parts(**{SHEET: b"<worksheet"}), "damaged"),
    ("too large", "file-too-large", b"PK\x03\x04" + b"\x00" * LARGEST_FILE, "10 MB"),
    ("a bomb", "unpacks-too-large", with_sheet(" " * (LARGEST_UNPACKED + 1)), "50 MB"),
    ("many parts", "unpacks-too-large", with_parts(**MANY_PARTS), "500 parts"),
    ("many elements", "unpacks-too-large", with_sheet("<a/>" * 2_000_001), "2,000,000"),
    ("many cells", "too-many-cells", with_sheet(cells(500_001)), "500,000"),
    ("a table far down", "too-many-cells", with_sheet(far_cells(101)), "A30100"),
    (
        "one merged sheet",
        "too-much-merged",
        with_sheet('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "A1:XFD1048576",
    ),
    (
        "one linked sheet",
        "too-much-merged",
        with_sheet('<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'),
        "A1:XFD1048576",
    ),
    ("entities", "unsafe-file", with_sheet("<sheetData/>", ENTITIES), "DOCTYPE"),
    (
        "entities in UTF-16",
        "unsafe-file",
        with_parts(**{SHEET: f"{ENTITIES}<worksheet/>".encode("utf-16")}),
        "DOCTYPE",
    ),
    (
        "declared texts",
        "unsafe-file",
        with_parts(**{"xl/sharedStrings.xml": f'<sst {MAIN} uniqueCount="4294967295"/>'.encode()}),
        "4294967295",
    ),
    ("no such cell", "unsafe-file", with_sheet('<sheetData><c r="A1B2"/></sheetData>'), "cells"),
    ("a way out", "unsafe-file", with_parts(**{"../../etc/cron": b""}), "outside"),
    ("a way out, again", "unsafe-file", with_parts(**{"xl\\..\\x": b""}), "outside"),
    ("a part twice", "unsafe-file", twice_the_same_part(), "one name"),
    ("a locked part", "unsafe-file", locked_part(), "locked"),
    ("macros", "active-content", with_parts(**{"xl/vbaProject.bin": b"x"}), "macros"),
    ("links", "active-content", with_parts(**{"xl/externalLinks/a.xml": b"<a/>"}), "links"),
    ("embedded", "active-content", with_parts(**{"xl/embeddings/a.bin": b"x"}), "embedded"),
]


@pytest.mark.parametrize(
    ("code", "data", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_file_that_must_not_be_read_gets_one_finding(code: str, data: bytes, words: str) -> None:
    findings = guard(data)
    assert [finding.code for finding in findings] == [code]
    assert words in findings[0].message
    assert findings[0].advice
    loaded = load_workbook_bytes(data)
    assert loaded.findings == findings
    assert not loaded.readable


def test_every_code_of_a_file_has_a_file_that_gets_it() -> None:
    assert {code for _, code, _, _ in REFUSED} == set(FILE_CODES) - {"reading-stopped"}


def test_the_shipped_workbook_passes() -> None:
    assert guard(SHIPPED) == ()


def test_refusing_takes_little_time_and_memory() -> None:
    """Each of these few kilobytes asks a library for gigabytes or minutes."""
    names = {"a bomb", "one merged sheet", "one linked sheet", "entities", "declared texts"}
    hostile = [data for name, _, data, _ in REFUSED if name in names]
    tracemalloc.start()
    began = time.perf_counter()
    for data in hostile:
        guard(data)
    seconds = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1.0
    assert peak < 20 * 1024 * 1024


def test_a_formatted_cell_at_row_one_million_is_survived() -> None:
    book = openpyxl.load_workbook(BytesIO(SHIPPED))
    book["Benefits"].cell(1_048_000, 1).font = Font(bold=True)
    stream = BytesIO()
    book.save(stream)
    began = time.perf_counter()
    loaded = load_workbook_bytes(stream.getvalue())
    assert time.perf_counter() - began < 2.0
    assert not loaded.findings
    assert loaded.rows == load_workbook_bytes(SHIPPED).rows


def test_cells_in_opposite_corners_are_survived() -> None:
    corners = (
        '<sheetData><row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    loaded = load_workbook_bytes(with_sheet(corners))
    assert [finding.code for finding in loaded.findings] == ["missing-header"]
