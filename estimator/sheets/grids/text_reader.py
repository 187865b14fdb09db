"""Reads long CSV files: any usual separator and encoding, a record at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

from estimator.findings import Finding
from estimator.sheets import codes
from estimator.sheets.grids.piece import LONGEST_TEXT, blank
from estimator.sheets.refusal import RefusedError

SEPARATORS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MEGABYTE = 1024 * 1024


def encoding_of(file: IO[bytes]) -> str:
    """Return how a text file is written: by its mark, else UTF-8, else Windows-1252."""
    start = file.read(4)
    file.seek(0)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for data in iter(lambda: file.read(_MEGABYTE), b""):
            if b"\0" in data:
                raise RefusedError("not-a-table", "The file is neither text nor a workbook.")
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8"


def notes_on(encoding: str) -> Iterable[Finding]:
    """Yield what somebody should know of the encoding."""
    if encoding == "cp1252":
        yield codes.finding("read-as-windows-1252")


def separator_of(line: str, known: Iterable[str]) -> str:
    """Return what separates the names of a header: what leaves the most known names."""
    names = set(known)

    def fits(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=separator), [])
        return sum(cell.strip().casefold() in names for cell in cells), len(cells)

    return max(SEPARATORS, key=fits)


def records(
    file: IO[bytes], encoding: str, known: Iterable[str]
) -> tuple[str, Iterator[tuple[int, list[str | None]]]]:
    """Return the separator, and the records with the number of the row of each.

    A record that spans lines is one row, numbered as it would be on a sheet.
    """
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    start = text.readline(_MEGABYTE)
    while start and not start.strip():
        start = text.readline(_MEGABYTE)
    separator = separator_of(start, known)
    text.seek(0)
    return separator, _records(text, separator)


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, list[str | None]]]:
    csv.field_size_limit(LONGEST_TEXT)
    number = 0
    try:
        for number, record in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
            cells: list[str | None] = [cell if cell else None for cell in record]
            if not blank(cells):
                yield number, cells
    except csv.Error as error:
        says = f"The table cannot be read on from row {number + 1}: a quotation mark is not closed."
        raise RefusedError("table-broken-off", says, str(error)) from error
    finally:
        with suppress(ValueError):  # its owner may have closed it meanwhile
            text.detach()
