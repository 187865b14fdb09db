"""Opens a workbook of patients: looks at it from outside, finds its sheet, texts and styles."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from estimator.sheets.container import Bounds, look_at_parts, look_at_start
from estimator.sheets.grids.cells import CellStyles
from estimator.sheets.grids.piece import LONGEST_TEXT
from estimator.sheets.grids.sheet_reader import SheetRows, parse
from estimator.sheets.refusal import RefusedError

BOUNDS = Bounds("a file of patients", file=256 * 1024 * 1024, unpacked=4 * 1024**3, parts=500)
_BOMB_RATIO, _BOMB_SIZE = 300, 64 * 1024 * 1024
"""No spreadsheet program packs this well; what does was made to fill a disk or a memory."""
_MOST_TEXTS = 8_000_000
_MOST_STYLES = 65_000
_TABLE_SHEET = re.compile(r"patients|results", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read; the others that are shown, where its name does not tell."""

    name: str
    part: str
    others: tuple[str, ...]


@contextmanager
def opened(file: IO[bytes]) -> Iterator[tuple[SheetRows, Sheet]]:
    """Give the rows of a workbook's table, and its sheet; refuse what no program writes."""
    look_at_start(file, BOUNDS)
    try:
        archive = ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedError("unreadable-table", "The workbook is damaged or cut off.") from error
    with archive:
        look_at_parts(archive, file, BOUNDS)
        _refuse_bomb(archive)
        book = _Book(archive)
        sheet = book.sheet()
        yield SheetRows(archive, sheet.part, book.texts(), book.styles()), sheet


def _refuse_bomb(archive: ZipFile) -> None:
    for part in archive.infolist():
        if part.file_size > _BOMB_SIZE and part.file_size > _BOMB_RATIO * part.compress_size:
            says = f"A part of the file unpacks to {part.file_size // 1024**2:,} MB."
            raise RefusedError("unpacks-too-large", says, part.filename)


class _Book:
    """The parts of a workbook beside its sheets."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {name.casefold(): name for name in archive.namelist()}
        self.from_1904 = False

    def sheet(self) -> Sheet:
        """Return the sheet with the patients: one of that name, else the first one shown."""
        sheets: list[tuple[str, str]] = []

        def look(name: str, attributes: dict[str, str]) -> None:
            local = name.rpartition(":")[2]
            if local == "sheet" and attributes.get("state", "visible") == "visible":
                link = next((v for k, v in attributes.items() if k.endswith(":id")), "")
                sheets.append((attributes.get("name", ""), link))
            if local == "workbookPr":
                self.from_1904 = attributes.get("date1904", "") in ("1", "true")

        self._each("xl/workbook.xml", look)
        if not sheets:
            raise RefusedError("unreadable-table", "The workbook has no sheet that is shown.")
        named = [each for each in sheets if _TABLE_SHEET.fullmatch(each[0].strip())]
        name, link = (named or sheets)[0]
        others = () if named else tuple(name for name, _ in sheets[1:])
        return Sheet(name, self._part_of(link), others)

    def _part_of(self, link: str) -> str:
        targets: dict[str, str] = {}

        def look(name: str, attributes: dict[str, str]) -> None:
            if name.rpartition(":")[2] == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        self._each("xl/_rels/workbook.xml.rels", look)
        path = targets.get(link, "")
        path = path.lstrip("/") if path.startswith("/") else posixpath.join("xl", path)
        found = self._names.get(posixpath.normpath(path).casefold())
        if found is None:
            raise RefusedError("unreadable-table", "The workbook is damaged.")
        return found

    def texts(self) -> list[str]:
        """Return the texts that cells share."""
        collected = _SharedTexts()
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = collected.begin, collected.end
        parser.CharacterDataHandler = collected.text
        self._parse("xl/sharedstrings.xml", parser)
        return collected.found

    def styles(self) -> CellStyles:
        """Return how the numbers of cells are displayed."""
        custom: dict[int, str] = {}
        cells: list[int] = []
        inside = False

        def look(name: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            local = name.rpartition(":")[2]
            number = attributes.get("numFmtId", "0")
            number_id = int(number) if number.isdigit() and len(number) < 9 else 0
            if local == "numFmt":
                custom[number_id] = attributes.get("formatCode", "")
            elif local in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                inside = local == "cellXfs"
            elif local == "xf" and inside:
                cells.append(number_id)
            if len(cells) + len(custom) > _MOST_STYLES:
                raise RefusedError("too-many-definitions", "The file has too many styles.")

        self._each("xl/styles.xml", look)
        return CellStyles([(each, custom.get(each, "")) for each in cells], self.from_1904)

    def _each(self, name: str, look: expat.StartElementHandler) -> None:  # type: ignore[name-defined]
        parser = expat.ParserCreate()
        parser.StartElementHandler = look
        self._parse(name, parser)

    def _parse(self, name: str, parser: expat.XMLParserType) -> None:
        part = self._names.get(name)
        if part is None:
            return
        with self._archive.open(part) as stream:
            for _ in parse(stream, parser):
                pass


class _SharedTexts:
    """Told every element of the shared texts, collects them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._current: list[str] = []
        self._reading = self._aid = False

    def begin(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2] if ":" in name else name
        if local == "si":
            self._current.clear()
        self._reading = local == "t"
        self._aid = self._aid or local == "rPh"

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2] if ":" in name else name
        self._reading = False
        if local == "rPh":
            self._aid = False
        if local == "si":
            self.found.append("".join(self._current))
            if len(self.found) > _MOST_TEXTS:
                raise RefusedError("unpacks-too-large", "The file holds too many texts.")

    def text(self, data: str) -> None:
        current = self._current
        if self._reading and not self._aid:
            current.append(data)
            if len(current) > 8 and sum(map(len, current)) > 2 * LONGEST_TEXT:
                raise RefusedError("unsafe-file", "The file holds a text longer than a cell can.")
