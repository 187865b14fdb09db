"""Streams one part of a workbook through an XML parser that builds nothing, and counts.

What a library would have to build is known from the counts: cells, elements, the cells
that merged ranges and links cover. Expat is given no chance to expand an entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_FAR_CELLS = 100
"""Cells that a slip of the hand formatted far below the table may stand there; a table not."""
MOST_CELLS = 500_000
MOST_ELEMENTS = 2_000_000
MOST_COVERED = 50_000
MOST_DECLARED = 5_000_000

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COVERING = frozenset({"mergeCell", "hyperlink", "comment"})
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<")
_NOT_ALWAYS_XML = (".vml",)
"""Excel itself writes drawings of comments that are not well-formed; nothing reads them."""


class RefusedError(Exception):
    """Why a file is not read: a code, what was seen, and what it was about."""

    def __init__(self, code: str, says: str, shown: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.says = says
        self.shown = shown


@dataclass(slots=True)
class Counts:
    """What a file would make a library build, over all of its parts."""

    elements: int = 0
    cells: int = 0
    far: int = 0
    covered: int = 0

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """Count one element; raises ``RefusedError`` where there is too much of anything."""
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise RefusedError(
                "unpacks-too-large", f"The file has more than {MOST_ELEMENTS:,} elements."
            )
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes.get("r", ""))
        elif local in _COVERING:
            self._covers(attributes.get("ref", ""))
        elif local == "sst":
            _declared(attributes)

    def _cell(self, reference: str) -> None:
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise RefusedError("too-many-cells", f"The file has more than {MOST_CELLS:,} cells.")
        if len(reference) < 3:
            return
        column, row = place(reference)
        if row > MOST_ROWS or column > MOST_COLUMNS:
            self.far += 1
            if self.far > MOST_FAR_CELLS:
                raise RefusedError(
                    "too-many-cells",
                    f"A sheet has cells beyond {MOST_ROWS:,} rows or {MOST_COLUMNS} columns, "
                    f"such as {reference}.",
                    reference,
                )

    def _covers(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        column, row = place(first)
        last_column, last_row = place(last or first)
        self.covered += (abs(last_row - row) + 1) * (abs(last_column - column) + 1)
        if self.covered > MOST_COVERED:
            raise RefusedError(
                "too-much-merged",
                f"Merged ranges, links or comments cover more than {MOST_COVERED:,} cells, "
                f"such as {reference}.",
                reference,
            )


def place(reference: str) -> tuple[int, int]:
    """Return column and row of a cell reference.

    >>> place("AA7")
    (27, 7)
    """
    match = _REFERENCE.fullmatch(reference)
    if not match:
        raise RefusedError(
            "unsafe-file", "The file refers to cells that do not exist.", reference[:60]
        )
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])


def scan(name: str, chunks: Iterable[bytes], counts: Counts) -> Iterator[bytes]:
    """Pass the chunks of a part on, counting where they are XML."""
    parser = None
    for number, chunk in enumerate(chunks):
        if number == 0 and _is_xml(name, chunk):
            parser = _parser(counts)
        if parser:
            _feed(parser, name, chunk, final=False)
        yield chunk
    if parser:
        _feed(parser, name, b"", final=True)


def _is_xml(name: str, start: bytes) -> bool:
    return name.endswith((".xml", ".rels")) or start.lstrip().startswith(_XML_STARTS)


def _parser(counts: Counts) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = counts.element
    return parser


def _feed(parser: expat.XMLParserType, name: str, chunk: bytes, *, final: bool) -> None:
    try:
        parser.Parse(chunk, final)
    except expat.ExpatError as error:
        if not name.endswith(_NOT_ALWAYS_XML):
            raise RefusedError("unreadable-workbook", "", name[:60]) from error


def _refuse_doctype(*_: object) -> None:
    raise RefusedError("unsafe-file", "A part of the file declares a document type (DOCTYPE).")


def _declared(attributes: dict[str, str]) -> None:
    for key in ("count", "uniqueCount"):
        text = attributes.get(key, "0")
        if not text.isdigit() or len(text) > 10 or int(text) > MOST_DECLARED:
            raise RefusedError("unsafe-file", f"The file declares {text[:20]} texts.", text[:20])
