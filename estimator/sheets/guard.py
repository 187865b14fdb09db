"""Refuses a file before anything builds objects from it, and says what to do instead.

A few kilobytes can ask a spreadsheet library for gigabytes: a zip that unpacks a
thousandfold, a merged range over the whole sheet, entities that double and double. So the
file is first looked at from outside; then every part is unpacked once, counting bytes; then
once more through a parser that builds nothing. Each look is made only if the one before it,
which is cheaper, found nothing.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO
from zipfile import ZipFile

from estimator.findings import Finding
from estimator.sheets import codes
from estimator.sheets.container import (
    LARGEST_UNPACKED,
    MEGABYTE,
    look_at_parts,
    look_outside,
    too_large,
)
from estimator.sheets.refusal import RefusedError
from estimator.sheets.relations import Relations
from estimator.sheets.xml_counts import MOST_CELLS, MOST_ELEMENTS, Counts, is_xml, scan

_EMBEDDED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"%PDF")
"""How files begin that have no place inside a workbook."""
_LONGEST_RUN = MEGABYTE // 2
"""More bytes than the longest text of a cell can have, whatever stands in it."""
_CELL_STARTS = (b"<c ", b"<c>", b"<c/", b":c ", b":c>")


def guard(data: bytes) -> tuple[Finding, ...]:
    """Return why *data* must not be read as a workbook; nothing where it may."""
    try:
        look_outside(data)
        with ZipFile(BytesIO(data)) as archive:
            look_at_parts(archive, BytesIO(data))
            _count_bytes(archive)
            _count_elements(archive)
    except RefusedError as refusal:
        found = codes.finding(refusal.code, refusal.says, refusal.advice, detail=refusal.shown)
        return (found,)
    except _DAMAGE as error:
        return (codes.finding("unreadable-workbook", detail=type(error).__name__),)
    return ()


_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    RuntimeError,
    OSError,
    OverflowError,
)
"""What the standard library raises on a zip that is not whole."""


def _count_bytes(archive: ZipFile) -> None:
    """Hold the declared sizes to what really comes out, and refuse what is plainly too much."""
    unpacked = elements = cells = 0
    for name, chunks in _parts(archive):
        begin = unpacked
        for chunk in chunks:
            if unpacked == begin:
                _refuse_embedded(name, chunk)
            unpacked += len(chunk)
            if unpacked > LARGEST_UNPACKED:
                raise too_large()
            elements += chunk.count(b"<") - chunk.count(b"</")
            cells += sum(chunk.count(start) for start in _CELL_STARTS)
            if is_xml(name):
                _refuse_long_text(name, chunk)
        if unpacked - begin != archive.getinfo(name).file_size:
            raise RefusedError("unsafe-file", "A part says another size than it has.", name)
        # pictures hold these bytes by chance, far more seldom than this
        _refuse_too_many(elements, cells)


def _refuse_too_many(elements: int, cells: int) -> None:
    if cells > MOST_CELLS:
        raise RefusedError("too-many-cells", f"The file has more than {MOST_CELLS:,} cells.")
    if elements > MOST_ELEMENTS:
        says = f"The file has more than {MOST_ELEMENTS:,} elements."
        raise RefusedError("unpacks-too-large", says)


def _count_elements(archive: ZipFile) -> None:
    counts, relations = Counts(), Relations(archive.namelist())
    for name, chunks in _parts(archive):
        scan(name, chunks, relations.handler(name) or counts.element)
    relations.look()


def _parts(archive: ZipFile) -> Iterator[tuple[str, Iterable[bytes]]]:
    for part in archive.infolist():
        with archive.open(part) as stream:
            yield part.filename, _chunks(stream)


def _chunks(stream: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: stream.read(MEGABYTE), b"")


def _refuse_embedded(name: str, start: bytes) -> None:
    if start.startswith(_EMBEDDED):
        raise RefusedError("active-content", "The file holds another file.", name)


def _refuse_long_text(name: str, chunk: bytes) -> None:
    """Refuse a text that fills a window: no cell of a spreadsheet program holds as much."""
    for begin in range(0, len(chunk) - _LONGEST_RUN + 1, _LONGEST_RUN):
        if chunk.find(b"<", begin, begin + _LONGEST_RUN) < 0:
            raise RefusedError(
                "unsafe-file", "The file holds a text longer than any cell can hold.", name
            )
