"""Refuses a file before anything builds objects from it, and says what to do instead.

A few kilobytes can ask a spreadsheet library for gigabytes: a zip that unpacks a
thousandfold, a merged range over the whole sheet, entities that double and double. So the
file is first looked at from outside, then streamed once, part by part, counting.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import IO
from zipfile import ZipFile, ZipInfo

from estimator.findings import Finding
from estimator.sheets import codes
from estimator.sheets.parts import Counts, RefusedError, scan

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 50 * MEGABYTE
MOST_PARTS = 500

_ZIP = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = 0x1

_SEEMS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"PAR1", "a Parquet file"),
    (b"<?xml", "an XML file"),
    (b"<", "a web page"),
)
"""How files begin that people upload in place of a workbook."""

_MEMBERS = (
    ("content.xml", "an OpenDocument file (.ods)"),
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a presentation"),
    ("index/document.iwa", "a Numbers document"),
)
"""What other zips of office programs hold."""

_ACTIVE = re.compile(
    r"vbaproject|(^|/)(externallinks|embeddings|activex|macrosheets|dialogsheets|querytables)/"
    r"|(^|/)connections\.xml$"
)
_MANIFEST = "[content_types].xml"
_ACTIVE_TYPES = re.compile(rb"vbaProject|macroEnabled|externalLink|oleObject|macrosheet|activeX")


def guard(data: bytes) -> tuple[Finding, ...]:
    """Return why *data* must not be read as a workbook; nothing where it may."""
    try:
        _look_outside(data)
        with ZipFile(BytesIO(data)) as archive:
            _look_at_names(archive.infolist())
            _look_inside(archive)
    except RefusedError as refusal:
        return (codes.finding(refusal.code, refusal.says, detail=refusal.shown),)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        return (codes.finding("unreadable-workbook", detail=type(error).__name__),)
    return ()


def _look_outside(data: bytes) -> None:
    if not data:
        raise RefusedError("empty-file", "")
    if len(data) > LARGEST_FILE:
        size = f"{len(data) / MEGABYTE:.1f} MB"
        raise RefusedError(
            "file-too-large", f"The file has {size}; a rulebook has at most 10 MB.", size
        )
    if data.startswith(_OLE2):
        raise RefusedError("locked-or-old-workbook", "")
    if not data.startswith(_ZIP):
        seems = _seems(data)
        raise RefusedError(
            "not-a-workbook", f"The file seems to be {seems}, not an .xlsx workbook."
        )
    if data.count(_DIRECTORY_ENTRY) > MOST_PARTS:
        raise RefusedError("unpacks-too-large", f"The file has more than {MOST_PARTS} parts.")


def _seems(data: bytes) -> str:
    """Say what a file that is no zip seems to be."""
    start = data[:2000].lstrip()
    for magic, name in _SEEMS:
        if start.startswith(magic):
            return name
    if b"\x00" in start:
        return "another kind of file"
    return "a text file (CSV)" if re.search(rb"[,;\t]", start) else "a text file"


def _look_at_names(parts: list[ZipInfo]) -> None:
    names = [part.filename.casefold() for part in parts]
    if _MANIFEST not in names or not any(name.startswith("xl/") for name in names):
        raise RefusedError("not-a-workbook", f"The file is {_holds(names)}, not an .xlsx workbook.")
    for other, name in _MEMBERS:
        if other in names:
            raise RefusedError("not-a-workbook", f"The file is {name}, not an .xlsx workbook.")
    if len(set(names)) != len(names):
        raise RefusedError("unsafe-file", "The file holds two parts of one name.")
    for part in parts:
        _look_at_part(part)
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _too_large()


def _look_at_part(part: ZipInfo) -> None:
    name = part.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise RefusedError("unsafe-file", "A part of the file points outside of it.", name[:60])
    if part.flag_bits & _ENCRYPTED:
        raise RefusedError(
            "unsafe-file", "A part of the file is locked with a password.", name[:60]
        )
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError(
            "unsafe-file", "A part of the file is packed in an unusual way.", name[:60]
        )
    if _ACTIVE.search(name.casefold()):
        raise RefusedError("active-content", "", name[:60])


def _look_inside(archive: ZipFile) -> None:
    """Stream every part once, holding the declared sizes to what really comes out."""
    counts = Counts()
    unpacked = 0
    for part in archive.infolist():
        with archive.open(part) as stream:
            for chunk in scan(part.filename, _chunks(stream), counts):
                unpacked += len(chunk)
                if unpacked > LARGEST_UNPACKED:
                    raise _too_large()
                if part.filename.casefold() == _MANIFEST and _ACTIVE_TYPES.search(chunk):
                    raise RefusedError("active-content", "", part.filename)


def _chunks(stream: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: stream.read(MEGABYTE), b"")


def _holds(names: list[str]) -> str:
    """Say what a zip that is no workbook seems to be."""
    return next((name for member, name in _MEMBERS if member in names), "a zip archive")


def _too_large() -> RefusedError:
    size = LARGEST_UNPACKED // MEGABYTE
    return RefusedError("unpacks-too-large", f"The file unpacks to more than {size} MB.")
