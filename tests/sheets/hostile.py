# ruff: noqa: E501 - one file, one line
"""Files that must not be read, built by code: one for each way that we know of.

Each has the code that it must get and a word of the finding that says which rule it met.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from estimator.sheets.container import LARGEST_FILE, LARGEST_UNPACKED

SHIPPED = (Path(__file__).parents[2] / "rules" / "us-2026.xlsx").read_bytes()
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRICT = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet2.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"
TYPES = "[Content_Types].xml"
LINKS = "xl/_rels/workbook.xml.rels"

CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(frozen=True)
class Hostile:
    name: str
    code: str
    words: str
    make: Callable[[], bytes]

    @cached_property
    def data(self) -> bytes:
        return self.make()


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@cache
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(SHIPPED)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(changed: dict[str, bytes]) -> bytes:
    """Return the shipped workbook with parts replaced or added."""
    return zipped(parts() | changed)


def without(name: str) -> bytes:
    return zipped({each: content for each, content in parts().items() if each != name})


def replaced(name: str, old: bytes, new: bytes) -> bytes:
    content = parts()[name]
    assert old in content
    return with_parts({name: content.replace(old, new, 1)})


def with_sheet(inner: str, before: str = "", encoding: str = "utf-8") -> bytes:
    return with_parts({SHEET: f"{before}<worksheet {MAIN}>{inner}</worksheet>".encode(encoding)})


def with_strings(inner: str, declared: str = "1") -> bytes:
    sst = f'<sst {MAIN} count="{declared}" uniqueCount="{declared}">{inner}</sst>'
    return with_parts({STRINGS: sst.encode()})


def with_styles(inner: str) -> bytes:
    return with_parts({STYLES: f"<styleSheet {MAIN}>{inner}</styleSheet>".encode()})


def with_workbook(inner: str) -> bytes:
    return with_parts({WORKBOOK: f"<workbook {MAIN}>{inner}</workbook>".encode()})


def with_link(kind: str, target: str, mode: str = "Internal") -> bytes:
    link = f'<Relationship Id="x1" Type="{RELATED}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return replaced(LINKS, b"</Relationships>", link.encode() + b"</Relationships>")


def with_type(part: str, content_type: str) -> bytes:
    override = f'<Override PartName="{part}" ContentType="{content_type}"/>'
    return replaced(TYPES, b"</Types>", override.encode() + b"</Types>")


def with_member(change: Callable[[zipfile.ZipInfo], None], content: bytes = b"a") -> bytes:
    """Return the shipped workbook with one more part, described as *change* says."""
    stream = BytesIO(SHIPPED)
    part = zipfile.ZipInfo("xl/more.xml")
    change(part)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(part, content)
    return stream.getvalue()


def named(name: str) -> bytes:
    return with_parts({name: b"<a/>"})


def symbolic_link() -> bytes:
    def change(part: zipfile.ZipInfo) -> None:
        part.create_system, part.external_attr = 3, 0o120777 << 16

    return with_member(change, b"/etc/passwd")


def unusual_packing() -> bytes:
    return zipped(parts(), zipfile.ZIP_LZMA)


def twice_the_same_part(name: str = SHEET) -> bytes:
    stream = BytesIO(SHIPPED)
    with zipfile.ZipFile(stream, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, b"<worksheet/>")
    return stream.getvalue()


def edited_entry(offset: int, value: bytes, at: int = 0) -> bytes:
    """Change some bytes of an entry of the central directory."""
    data = bytearray(SHIPPED)
    begin = data.index(CENTRAL, at) + offset
    data[begin : begin + len(value)] = value
    return bytes(data)


def locked_part() -> bytes:
    return edited_entry(8, b"\x01")


def overlapping() -> bytes:
    """Let the second entry of the directory stand where the first one is."""
    data = bytearray(SHIPPED)
    first = data.index(CENTRAL)
    second = data.index(CENTRAL, first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def two_in_one() -> bytes:
    return zipped({"xl/a.xml": b"<a/>"}) + SHIPPED


def declared_size(size: int) -> bytes:
    """Let the first part say that it unpacks to another size than it does."""
    return edited_entry(24, struct.pack("<I", size))


def huge_by_zip64() -> bytes:
    """Let a part say through the extension for huge files that it has a terabyte."""
    stream = BytesIO(SHIPPED)
    with zipfile.ZipFile(stream, "a") as archive:
        part = zipfile.ZipInfo("xl/more.xml")
        archive.writestr(part, b"a")
        part.file_size = 1 << 40
    return stream.getvalue()


def zip64_without_its_record() -> bytes:
    """Let the end of the directory point to an extension that is not there."""
    data = bytearray(SHIPPED)
    end = data.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 1 << 62, 1)
    return bytes(data[:end]) + locator + bytes(data[end:])


def flipped_bits() -> bytes:
    data = bytearray(SHIPPED)
    middle = data.index(LOCAL, 4) + 120
    data[middle : middle + 8] = bytes(255 - byte for byte in data[middle : middle + 8])
    return bytes(data)


def cut(share: float) -> bytes:
    return SHIPPED[: int(len(SHIPPED) * share)]


def cells(count: int, cell: str = '<c r="A1"/>') -> str:
    return "<sheetData><row>" + cell * count + "</row></sheetData>"


def far_cells(count: int) -> str:
    far = "".join(f'<c r="A{row}"/>' for row in range(30_000, 30_000 + count))
    return f"<sheetData><row>{far}</row></sheetData>"


def merged(*ranges: str) -> str:
    inner = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return f"<mergeCells>{inner}</mergeCells>"


def nested_entities() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY l0 "lol">{levels}]>'


def inside_each_other(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


ENTITY = '<!DOCTYPE a [<!ENTITY b "x">]>'
QUADRATIC = f'<!DOCTYPE a [<!ENTITY b "{"x" * 50_000}">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE a SYSTEM "https://example.com/a.dtd">'
PARAMETER = '<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]>'
MANY_PARTS = {f"xl/extra/{number}.xml": b"<a/>" for number in range(600)}
OPEN_DOCUMENT = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}
BINARY = {TYPES: b"<Types/>", "xl/workbook.bin": b"\x83\x01"}
WORD = {TYPES: b"<Types/>", "word/document.xml": b"<a/>"}
NUMBERS = {"Index/Document.iwa": b"a", "preview.jpg": b"a"}
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
OLE_TYPE = "application/vnd.openxmlformats-officedocument.oleObject"
SHEET_TYPE = b"spreadsheetml.sheet.main+xml"

OTHER_FILES = [
    Hostile("nothing in it", "empty-file", "empty", lambda: b""),
    Hostile("a PDF", "not-a-workbook", "a PDF", lambda: b"%PDF-1.7 ..."),
    Hostile("a CSV", "not-a-workbook", "CSV", lambda: b"Plan ID,Copay $\nacme,20\n"),
    Hostile("a web page", "not-a-workbook", "web page", lambda: b"<html><table></table></html>"),
    Hostile("XML of 2003", "not-a-workbook", "XML", lambda: b"<?xml version='1.0'?><Workbook/>"),
    Hostile("a SYLK file", "not-a-workbook", "SYLK", lambda: b"ID;PWXL;N;E\n"),
    Hostile("a link", "not-a-workbook", ".gsheet", lambda: b'{"doc_id": "1x"}'),
    Hostile("a picture", "not-a-workbook", "picture", lambda: b"\x89PNG\r\n\x1a\n"),
    Hostile("gzip", "not-a-workbook", "compressed", lambda: b"\x1f\x8b\x08\x00"),
    Hostile("bytes", "not-a-workbook", "another kind", lambda: b"\x00\x01\x02\x03"),
    Hostile("an .ods", "not-a-workbook", ".ods", lambda: zipped(OPEN_DOCUMENT)),
    Hostile("an .xlsb", "not-a-workbook", ".xlsb", lambda: zipped(BINARY)),
    Hostile("a .docx", "not-a-workbook", "Word", lambda: zipped(WORD)),
    Hostile("a .numbers", "not-a-workbook", "Numbers", lambda: zipped(NUMBERS)),
    Hostile("a plain zip", "not-a-workbook", "zip", lambda: zipped({"rules.csv": b"a,b"})),
    Hostile(
        "Strict",
        "not-a-workbook",
        "Strict",
        lambda: replaced(WORKBOOK, MAIN.encode(), STRICT.encode()),
    ),
    Hostile("an .xls", "locked-or-old-workbook", ".xls", lambda: OLE2 + b"\x00" * 2000),
    Hostile(
        "locked",
        "locked-or-old-workbook",
        "password",
        lambda: OLE2 + b"\x00" * 900 + "EncryptedPackage".encode("utf-16-le"),
    ),
]

DAMAGED = [
    Hostile("cut near the start", "unreadable-workbook", "damaged", lambda: cut(0.05)),
    Hostile("cut in the middle", "unreadable-workbook", "damaged", lambda: cut(0.5)),
    Hostile("cut in the directory", "unreadable-workbook", "damaged", lambda: cut(0.98)),
    Hostile("without its last byte", "unreadable-workbook", "damaged", lambda: SHIPPED[:-1]),
    Hostile("flipped bits", "unreadable-workbook", "damaged", flipped_bits),
    Hostile(
        "not XML", "unreadable-workbook", "damaged", lambda: with_parts({SHEET: b"<worksheet"})
    ),
    Hostile(
        "an empty sheet part", "unreadable-workbook", "damaged", lambda: with_parts({SHEET: b""})
    ),
    Hostile(
        "UTF-7",
        "unreadable-workbook",
        "damaged",
        lambda: with_sheet("", "<?xml version='1.0' encoding='utf-7'?>"),
    ),
    Hostile("a smaller size said", "unreadable-workbook", "damaged", lambda: declared_size(100)),
    Hostile("a larger size said", "unsafe-file", "another size", lambda: declared_size(20_000_000)),
    Hostile("no sheet part", "unreadable-workbook", "not in it", lambda: without(SHEET)),
    Hostile("zip64 that is not there", "unreadable-workbook", "damaged", zip64_without_its_record),
]

TOO_MUCH = [
    Hostile("a large file", "file-too-large", "10 MB", lambda: LOCAL + b"\x00" * LARGEST_FILE),
    Hostile("a bomb", "unpacks-too-large", "30 MB", lambda: with_sheet(" " * (LARGEST_UNPACKED + 1))),
    Hostile("a size of 4 GB said", "unpacks-too-large", "30 MB", lambda: declared_size(0xFFFFFFF0)),
    Hostile("a terabyte by zip64", "unpacks-too-large", "30 MB", huge_by_zip64),
    Hostile("many parts", "unpacks-too-large", "500 parts", lambda: with_parts(MANY_PARTS)),
    Hostile("many elements", "unpacks-too-large", "elements", lambda: with_sheet("<a/>" * 2_000_001)),
    Hostile("many texts", "unpacks-too-large", "elements", lambda: with_strings("<si><t/></si>" * 1_000_000)),
    Hostile("marks in a CDATA", "unpacks-too-large", "elements", lambda: with_sheet(f"<![CDATA[{'<' * 9_000_000}]]>")),
    Hostile("many cells", "too-many-cells", "300,000", lambda: with_sheet(cells(2_000_000))),
    Hostile("many cells, disguised", "too-many-cells", "300,000", lambda: with_sheet(cells(300_001, "<c\tr='A1'/>"))),
    Hostile("many cells of a prefix", "too-many-cells", "300,000", lambda: with_sheet(cells(300_001, "<m:c/>"))),
    Hostile("a table far down", "too-many-cells", "A30100", lambda: with_sheet(far_cells(101))),
    Hostile("one merged sheet", "too-much-merged", "A1:XFD1048576", lambda: with_sheet(merged("A1:XFD1048576"))),
    Hostile("many merged", "too-much-merged", "50,000", lambda: with_sheet(merged(*["A1:CV100"] * 6))),
    Hostile("one linked sheet", "too-much-merged", "A1:XFD1048576", lambda: with_sheet('<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>')),
    Hostile("a comment everywhere", "too-much-merged", "50,000", lambda: with_sheet('<comment ref="A1:XFD1048576"/>')),
    Hostile("many styles", "too-many-definitions", "styles", lambda: with_styles("<xf/>" * 1_000_000)),
    Hostile("many names", "too-many-definitions", "names", lambda: with_workbook("<definedName/>" * 1_000_000)),
    Hostile("many dropdowns", "too-many-definitions", "dropdowns", lambda: with_sheet("<dataValidation/>" * 10_001)),
    Hostile("many formats", "too-many-definitions", "conditional", lambda: with_sheet("<cfRule/>" * 10_001)),
    Hostile("many formulas", "too-many-definitions", "formulas", lambda: with_sheet("<f>1</f>" * 20_001)),
    Hostile("many sheets", "too-many-definitions", "sheets", lambda: with_workbook("<sheet/>" * 251)),
    Hostile("many ranges", "too-many-definitions", "ranges", lambda: with_sheet(f'<conditionalFormatting sqref="{"A1 " * 100_000}"/>')),
    Hostile("a huge cell", "unsafe-file", "longer", lambda: with_sheet(cells(1, f'<c r="A1"><v>{"1" * 20_000_000}</v></c>'))),
    Hostile("a huge remark", "unsafe-file", "longer", lambda: with_sheet(f"<!--{'a' * 20_000_000}-->")),
]  # fmt: skip

TRICKS = [
    Hostile("an entity", "unsafe-file", "DOCTYPE", lambda: with_sheet("&b;", ENTITY)),
    Hostile("nested entities", "unsafe-file", "DOCTYPE", lambda: with_sheet("&l9;", nested_entities())),
    Hostile("quadratic blow-up", "unsafe-file", "DOCTYPE", lambda: with_sheet("&b;" * 50_000, QUADRATIC)),
    Hostile("a file as an entity", "unsafe-file", "DOCTYPE", lambda: with_sheet("&b;", EXTERNAL)),
    Hostile("a remote DTD", "unsafe-file", "DOCTYPE", lambda: with_sheet("", REMOTE)),
    Hostile("a parameter entity", "unsafe-file", "DOCTYPE", lambda: with_sheet("", PARAMETER)),
    Hostile("entities in UTF-16", "unsafe-file", "DOCTYPE", lambda: with_sheet("&b;", ENTITY, "utf-16")),
    Hostile("entities in UTF-16 without mark", "unsafe-file", "DOCTYPE", lambda: with_sheet("&b;", ENTITY, "utf-16-le")),
    Hostile("entities in the types", "unsafe-file", "DOCTYPE", lambda: with_parts({TYPES: f"{ENTITY}<Types/>".encode()})),
    Hostile("entities in a part by another name", "unsafe-file", "DOCTYPE", lambda: with_parts({"xl/media/a.png": f"{ENTITY}<a/>".encode()})),
    Hostile("an instruction", "unsafe-file", "instructs", lambda: with_sheet("<?php echo 1 ?>")),
    Hostile("deep nesting", "unsafe-file", "deep", lambda: with_sheet(inside_each_other(100_000))),
    Hostile("declared texts", "unsafe-file", "4294967295", lambda: with_strings("", "4294967295")),
    Hostile("a negative count", "unsafe-file", "-1", lambda: with_strings("", "-1")),
    Hostile("no such cell", "unsafe-file", "cells", lambda: with_sheet('<sheetData><c r="A1B2"/></sheetData>')),
    Hostile("no such row", "unsafe-file", "rows", lambda: with_sheet(f'<sheetData><row r="{"9" * 5000}"/></sheetData>')),
    Hostile("a way out", "unsafe-file", "outside", lambda: named("../../etc/cron")),
    Hostile("a way out by a backslash", "unsafe-file", "outside", lambda: named("xl\\..\\x.xml")),
    Hostile("an absolute path", "unsafe-file", "outside", lambda: named("/etc/passwd")),
    Hostile("a drive", "unsafe-file", "outside", lambda: named("C:/x.xml")),
    Hostile("a link out of the file", "unsafe-file", "outside", lambda: with_link("theme", "../../../x.xml")),
    Hostile("a symbolic link", "unsafe-file", "outside", symbolic_link),
    Hostile("a long name", "unsafe-file", "unusual name", lambda: named(f"xl/{'a' * 60_000}.xml")),
    Hostile("a control character", "unsafe-file", "unusual name", lambda: named("xl/a\x07b.xml")),
    Hostile("a part twice", "unsafe-file", "one name", twice_the_same_part),
    Hostile("a part twice, in capitals", "unsafe-file", "one name", lambda: twice_the_same_part(SHEET.upper())),
    Hostile("a locked part", "unsafe-file", "locked", locked_part),
    Hostile("unusual packing", "unsafe-file", "unusual way", unusual_packing),
    Hostile("overlapping parts", "unsafe-file", "overlap", overlapping),
    Hostile("two files in one", "unsafe-file", "before its first part", two_in_one),
    Hostile("a sheet by another name", "unsafe-file", "unusual name", lambda: with_parts({LINKS: parts()[LINKS].replace(b"sheet2.xml", b"sheet2.dat"), "xl/worksheets/sheet2.dat": b"<worksheet/>"})),
    Hostile("another main type", "not-a-workbook", "does not say", lambda: replaced(TYPES, SHEET_TYPE, b"text/plain")),
]  # fmt: skip

ACTIVE = [
    Hostile("macros", "active-content", "macros", lambda: named("xl/vbaProject.bin")),
    Hostile("macros by type", "active-content", "macros", lambda: with_type("/xl/a.xml", MACRO_TYPE)),
    Hostile("macros by a link", "active-content", "macros", lambda: with_link("vbaProject", "theme/theme1.xml")),
    Hostile("macro sheets", "active-content", "macros", lambda: named("xl/macrosheets/sheet1.xml")),
    Hostile("links to files", "active-content", "links", lambda: named("xl/externalLinks/a.xml")),
    Hostile("a link to a file", "active-content", "links", lambda: with_link("externalLink", "a.xml")),
    Hostile("a template elsewhere", "active-content", "links", lambda: with_link("attachedTemplate", "https://example.com/a", "External")),
    Hostile("a picture elsewhere", "active-content", "draws on", lambda: with_link("image", "https://example.com/a.png", "External")),
    Hostile("embedded", "active-content", "embedded", lambda: named("xl/embeddings/a.bin")),
    Hostile("embedded by type", "active-content", "embedded", lambda: with_type("/xl/a.bin", OLE_TYPE)),
    Hostile("a zip inside", "active-content", "another file", lambda: with_parts({"xl/media/a.png": zipped({"a": b"a"})})),
    Hostile("a program inside", "active-content", "another file", lambda: with_parts({"xl/media/a.png": b"MZ\x90\x00"})),
    Hostile("activeX", "active-content", "embedded", lambda: named("xl/activeX/activeX1.xml")),
    Hostile("connections", "active-content", "links", lambda: named("xl/connections.xml")),
    Hostile("queries", "active-content", "links", lambda: named("xl/queryTables/queryTable1.xml")),
    Hostile("a ribbon of its own", "active-content", "macros", lambda: named("customUI/customUI14.xml")),
]  # fmt: skip

HOSTILE = [*OTHER_FILES, *DAMAGED, *TOO_MUCH, *TRICKS, *ACTIVE]
"""Refused by the guard."""

CORNERS = '<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c>'
SURVIVED = [
    ("corners", lambda: with_sheet(f"<sheetData><row>{CORNERS}</row></sheetData>")),
    ("a dimension that lies", lambda: with_sheet('<dimension ref="A1:XFD1048576"/><sheetData/>')),
    ("columns to the end", lambda: with_sheet('<cols><col min="1" max="16384"/></cols><sheetData/>')),
    ("an array formula over all", lambda: with_sheet(cells(1, '<c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c>'))),
    ("a dropdown over all", lambda: with_sheet('<sheetData/><dataValidations><dataValidation sqref="A1:XFD1048576"/></dataValidations>')),
    ("a remark in a sheet", lambda: with_sheet("<!-- a -->")),
    ("a long end", lambda: SHIPPED[:-2] + struct.pack("<H", 60_000) + b"a" * 60_000),
]  # fmt: skip
"""Strange, but read at once."""
