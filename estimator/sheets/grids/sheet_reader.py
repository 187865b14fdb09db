"""Streams the first sheet of a workbook: one parser that builds nothing, one row at a time.

Unlike quick readers it sees which cells are errors and which formulas were never calculated,
and a row that is only formatted costs nothing. Memory does not grow with the rows.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from estimator.sheets.grids.cells import CellStyles, number_text
from estimator.sheets.grids.piece import LONGEST_TEXT, MOST_ROWS, Kind
from estimator.sheets.refusal import RefusedError

CHUNK = 256 * 1024
_GHOSTS = 2_000
"""Rows without a value after which the next ones are looked through for any."""
_VALUE_MARKS = (b"<v", b"<is", b":v", b":is")
_LONGEST_CELL = LONGEST_TEXT * 2
Row = tuple[int, list[str | None], bytearray]


def parse(stream: IO[bytes], parser: expat.XMLParserType) -> Iterator[None]:
    """Feed a part to a parser, pausing after each chunk; refuse XML that is not plain."""
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    try:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            if len(chunk) == CHUNK and b"<" not in chunk:
                raise RefusedError("unsafe-file", "The file holds a text longer than a cell can.")
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise RefusedError("unreadable-table", "The workbook is damaged.") from error
    yield


def _refuse_doctype(*_: object) -> None:
    raise RefusedError("unsafe-file", "A part of the file declares a document type (DOCTYPE).")


class SheetRows:
    """The rows of a sheet that hold anything."""

    def __init__(self, archive: ZipFile, name: str, texts: list[str], styles: CellStyles) -> None:
        self._archive = archive
        self._name = name
        self._texts = texts
        self._styles = styles
        self._rows: list[Row] = []
        self.ghosts = 0
        """Rows that are formatted, but empty."""

    def __iter__(self) -> Iterator[Row]:
        handler = _Handler(self._texts, self._styles, self._rows)
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler.begin
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        with self._archive.open(self._name) as stream:
            for _ in parse(_Looking(stream, handler, parser), parser):  # type: ignore[arg-type]
                yield from self._rows
                self._rows.clear()
        self.ghosts = handler.ghosts


class _Looking:
    """A stream that lets the parser run without handlers over rows without values."""

    def __init__(self, stream: IO[bytes], handler: _Handler, parser: expat.XMLParserType) -> None:
        self._stream = stream
        self._handler = handler
        self._parser = parser
        self._before = b""

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        looked_at = self._before + chunk
        quiet = self._handler.blanks >= _GHOSTS and not any(
            mark in looked_at for mark in _VALUE_MARKS
        )
        self._before = chunk[-4:]
        if quiet and chunk:
            rows = chunk.count(b"<row") + chunk.count(b":row")
            self._handler.number += rows
            self._handler.ghosts += rows
        self._parser.StartElementHandler = None if quiet else self._handler.begin
        self._parser.EndElementHandler = None if quiet else self._handler.end
        return chunk


class _Handler:
    """Told every element of a sheet, collects the rows that hold anything."""

    def __init__(self, texts: list[str], styles: CellStyles, rows: list[Row]) -> None:
        self.texts = texts
        self.styles = styles
        self.rows = rows
        self.number = 0
        self.blanks = 0
        self.ghosts = 0
        self.column = 0
        self.kind = "n"
        self.style = "0"
        self.formula = False
        self.value: list[str] | None = None
        self.cells: list[str | None] = []
        self.kinds = bytearray()
        self.places: dict[str, int] = {}
        self.reading = self.aid = False
        self.begins: dict[str, Callable[[dict[str, str]], None]] = {
            "c": self._begin_cell,
            "row": self._begin_row,
            "v": self._begin_value,
            "t": self._begin_value,
            "f": self._begin_formula,
            "rPh": self._begin_aid,
        }
        self.ends: dict[str, Callable[[], None]] = {
            "c": self._end_cell,
            "row": self._end_row,
            "v": self._end_value,
            "t": self._end_value,
            "f": self._end_value,
            "rPh": self._end_aid,
        }

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        known = self.begins.get(name)
        if known is None and ":" in name:
            known = self.begins.get(name.rpartition(":")[2])
        if known is not None:
            known(attributes)

    def end(self, name: str) -> None:
        known = self.ends.get(name)
        if known is None and ":" in name:
            known = self.ends.get(name.rpartition(":")[2])
        if known is not None:
            known()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r", "")
        self.number = int(text) if text.isdigit() and len(text) < 8 else self.number + 1
        if self.number > MOST_ROWS + 1:
            raise RefusedError("too-many-patients", f"The sheet has more than {MOST_ROWS:,} rows.")
        self.column = 0
        self.cells, self.kinds = [], bytearray()

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference:
            letters = reference.rstrip("0123456789")
            place = self.places.get(letters)
            if place is None:
                place = self.places[letters] = _place(letters)
            self.column = place
        else:
            self.column += 1
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "0")
        self.formula = False
        self.value = None

    def _begin_value(self, _attributes: dict[str, str]) -> None:
        if self.value is None:
            self.value = []
        self.reading = True

    def _begin_formula(self, _attributes: dict[str, str]) -> None:
        self.formula = True

    def _end_value(self) -> None:
        self.reading = False

    def _begin_aid(self, _attributes: dict[str, str]) -> None:
        self.aid = True  # how a text is read aloud is no part of it

    def _end_aid(self) -> None:
        self.aid = False

    def text(self, data: str) -> None:
        if self.reading and not self.aid and self.value is not None:
            self.value.append(data)
            if len(self.value) > 8 and sum(map(len, self.value)) > _LONGEST_CELL:
                raise RefusedError("unsafe-file", "The file holds a text longer than a cell can.")

    def _end_cell(self) -> None:
        value = self.value
        if value is None:
            if not self.formula:
                return
            text, kind = "", Kind.FORMULA
        else:
            text, kind = self._read("".join(value))
        if not text and kind is Kind.TEXT:
            return
        missing = self.column - 1 - len(self.cells)
        if missing < 0:
            raise RefusedError("unsafe-file", "The cells of a row are not in order.")
        if missing:
            self.cells.extend([None] * missing)
            self.kinds.extend(bytes(missing))
        self.cells.append(text)
        self.kinds.append(kind)

    def _read(self, raw: str) -> tuple[str, Kind]:
        kind = self.kind
        if kind == "s":
            if not raw.isdigit() or int(raw) >= len(self.texts):
                raise RefusedError("unreadable-table", "The workbook is damaged.")
            return self.texts[int(raw)], Kind.TEXT
        if kind == "n":
            return number_text(raw, self.styles.of(self.style)) if raw else ("", Kind.FORMULA)
        if kind in ("str", "inlineStr"):
            return raw, Kind.TEXT
        if kind == "e":
            return raw, Kind.ERROR
        if kind == "b":
            return ("TRUE" if raw == "1" else "FALSE"), Kind.TRUTH
        return (raw[:10], Kind.DATE) if kind == "d" else (raw, Kind.TEXT)

    def _end_row(self) -> None:
        if self.cells:
            self.rows.append((self.number, self.cells, self.kinds))
            self.blanks = 0
        else:
            self.blanks += 1
            self.ghosts += 1
        self.cells, self.kinds = [], bytearray()


def _place(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or place > 20_000:
            raise RefusedError("unsafe-file", "The file refers to cells that do not exist.")
        place = place * 26 + ord(letter) - ord("A") + 1
    return place
