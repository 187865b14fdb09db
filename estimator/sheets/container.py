"""Looks at a file from outside: what it is, and whether its zip is one that programs write.

Nothing is unpacked here. Two programs can read two different things out of a zip whose parts
overlap, repeat or hide behind other bytes, so such a zip is refused whatever it holds.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import IO
from zipfile import ZipFile, ZipInfo

from estimator.sheets.refusal import RefusedError

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 30 * MEGABYTE
MOST_PARTS = 500
LONGEST_NAME = 250

MANIFEST = "[content_types].xml"
_ZIP = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED = 0x1
_UNIX = 3
_LOCAL_HEADER = 30
_SEEN = 1024 * 1024
"""Bytes of a file's start that are looked at."""

_SEEMS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
    (b'{"', "a link to an online sheet (.gsheet), or JSON"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"PAR1", "a Parquet file"),
    (b"ID;P", "a SYLK file (.slk)"),
    (b"<?xml", "an XML file"),
    (b"<", "a web page"),
)
"""How files begin that people upload in place of a workbook."""

_MEMBERS = (
    ("content.xml", _ODS := "an OpenDocument file (.ods)"),
    ("xl/workbook.bin", _XLSB := "a binary workbook (.xlsb)"),
    ("word/document.xml", _WORD := "a Word document"),
    ("ppt/presentation.xml", _SLIDES := "a presentation"),
    ("index/document.iwa", _NUMBERS := "a Numbers document"),
)
"""What other zips of office programs hold."""

_TABLES = ("a web page", "an XML file", "a SYLK file (.slk)")
"""What other programs write in place of a table, and spreadsheet programs open."""
_OTHER = "Choose the workbook itself, an .xlsx file."
_SAVE_AS = {
    **dict.fromkeys(("a PDF", "a picture", _WORD, _SLIDES), _OTHER),
    _ODS: "Open it in LibreOffice, choose File, Save As, and as type Excel 2007-365 (.xlsx). Every "
    "cell comes through as it is.",
    _XLSB: "Open it in Excel, choose File, Save As, and as type Excel Workbook (.xlsx).",
    _NUMBERS: "Open it in Numbers and choose File, Export To, Excel, in the format .xlsx.",
}
_LOCKED_FILE = (
    "The file is locked with a password.",
    "Take the password away (in Excel: File, Info, Protect Workbook, Encrypt with Password, and "
    "clear it), then save it.",
)
_OLD_FILE = ("The file has the format before 2007 (.xls).", "Save it as .xlsx.")

_ACTIVE = re.compile(
    r"vbaproject|(^|/)(externallinks|embeddings|activex|ctrlprops|macrosheets|dialogsheets"
    r"|querytables|customui)/|(^|/)connections\.xml$"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a file of a kind may hold, in bytes and parts."""

    what: str
    file: int
    unpacked: int
    parts: int


RULEBOOK = Bounds("a rulebook", LARGEST_FILE, LARGEST_UNPACKED, MOST_PARTS)


def look_outside(data: bytes) -> None:
    """Refuse what is not a zip of a sensible size, and say what it seems to be."""
    look_at_start(BytesIO(data), RULEBOOK)
    if data.count(_DIRECTORY_ENTRY) > MOST_PARTS:
        raise RefusedError("unpacks-too-large", f"The file has more than {MOST_PARTS} parts.")


def look_at_start(file: IO[bytes], bounds: Bounds) -> None:
    """Refuse by its size and its first bytes what is not a zip; say what it seems to be."""
    size_in_bytes = file.seek(0, SEEK_END)
    file.seek(0)
    data = file.read(_SEEN)
    file.seek(0)
    if not data:
        raise RefusedError("empty-file", "")
    if size_in_bytes > bounds.file:
        size = f"{size_in_bytes / MEGABYTE:.1f} MB"
        most = bounds.file // MEGABYTE
        says = f"The file has {size}; {bounds.what} has at most {most} MB."
        raise RefusedError("file-too-large", says, size)
    if data.startswith(_OLE2):
        says, advice = _LOCKED_FILE if _LOCKED in data else _OLD_FILE
        raise RefusedError("locked-or-old-workbook", says, advice=advice)
    if not data.startswith(_ZIP):
        seems = _seems(data)
        says = f"The file seems to be {seems}, not an .xlsx workbook."
        raise RefusedError("not-a-workbook", says, advice=_SAVE_AS.get(seems, ""))


def look_for_other(file: IO[bytes]) -> None:
    """Refuse a file that begins as no text table does, and say what it seems to be."""
    start = file.read(_SEEN)
    file.seek(0)
    if not start.strip():
        raise RefusedError("empty-file", "")
    if start.startswith((_ZIP, _OLE2)):
        says = "The file is a workbook with the name of a text file."
        raise RefusedError("not-a-table", says, advice="Save it as .xlsx or .csv.")
    for magic, name in _SEEMS:
        if start.lstrip().startswith(magic):
            advice = (
                "Open it in a spreadsheet program and save it as .xlsx." if name in _TABLES else ""
            )
            raise RefusedError("not-a-table", f"The file seems to be {name}.", advice=advice)


def look_at_parts(archive: ZipFile, file: IO[bytes], bounds: Bounds = RULEBOOK) -> None:
    """Refuse a zip by the list of its parts: their names, kinds, sizes and places."""
    parts = archive.infolist()
    if len(parts) > bounds.parts:
        raise RefusedError("unpacks-too-large", f"The file has more than {bounds.parts} parts.")
    names = [part.filename.casefold() for part in parts]
    other = next((kind for member, kind in _MEMBERS if member in names), "")
    if other or MANIFEST not in names or not any(name.startswith("xl/") for name in names):
        says = f"The file is {other or 'a zip archive'}, not an .xlsx workbook."
        raise RefusedError("not-a-workbook", says, advice=_SAVE_AS.get(other, ""))
    if len(set(names)) != len(names):
        raise RefusedError("unsafe-file", "The file holds two parts of one name.")
    for part in parts:
        _look_at_part(part)
    if sum(part.file_size for part in parts) > bounds.unpacked:
        raise too_large(bounds)
    _look_at_places(parts, file, archive.start_dir)


def too_large(bounds: Bounds = RULEBOOK) -> RefusedError:
    """Return the refusal of what unpacks to too much."""
    size = bounds.unpacked // MEGABYTE
    return RefusedError("unpacks-too-large", f"The file unpacks to more than {size} MB.")


def _seems(data: bytes) -> str:
    """Say what a file that is no zip seems to be."""
    start = data[:2000].lstrip()
    for magic, name in _SEEMS:
        if start.startswith(magic):
            return name
    if b"\x00" in start:
        return "another kind of file"
    return "a text file (CSV)" if re.search(rb"[,;\t]", start) else "a text file"


def _look_at_part(part: ZipInfo) -> None:
    name = part.orig_filename
    if _points_outside(name) or stat.S_ISLNK(_mode(part)):
        raise RefusedError("unsafe-file", "A part of the file points outside of it.", name[:60])
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise RefusedError("unsafe-file", "A part of the file has an unusual name.", name[:60])
    if part.flag_bits & _ENCRYPTED:
        raise RefusedError("unsafe-file", "A part of the file is locked with a password.", name)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError("unsafe-file", "A part of the file is packed in an unusual way.", name)
    if _ACTIVE.search(name.casefold()):
        raise RefusedError("active-content", "", name)


def _points_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _mode(part: ZipInfo) -> int:
    return part.external_attr >> 16 if part.create_system == _UNIX else 0


def _look_at_places(parts: Sequence[ZipInfo], file: IO[bytes], directory: int) -> None:
    """Refuse parts that share bytes, and bytes before the first part."""
    in_order = sorted(parts, key=lambda part: part.header_offset)
    if in_order[0].header_offset != 0:
        raise RefusedError("unsafe-file", "The file holds another one before its first part.")
    starts = [part.header_offset for part in in_order[1:]]
    for part, following in zip(in_order, [*starts, directory], strict=True):
        if _end(part, file) > following:
            raise RefusedError("unsafe-file", "Two parts of the file overlap.", part.filename)


def _end(part: ZipInfo, file: IO[bytes]) -> int:
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER:
        raise zipfile.BadZipFile("no local header")
    name, extra = struct.unpack("<HH", header[26:30])
    return int(part.header_offset + _LOCAL_HEADER + name + extra + part.compress_size)
