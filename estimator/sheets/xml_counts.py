"""Streams one part of a workbook through an XML parser that builds nothing, and counts.

What a library would have to build is known from the counts: cells, the cells that merged
ranges and links cover, styles, names. Expat is given no chance to expand an entity.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from estimator.sheets.refusal import RefusedError

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_FAR_CELLS = 100
"""Cells that a slip of the hand formatted far below the table may stand there; a table not."""
MOST_CELLS = 300_000
MOST_ELEMENTS = 1_200_000
MOST_COVERED = 50_000
MOST_DECLARED = 5_000_000
DEEPEST = 200
LONGEST_RANGES = 100_000
"""Characters of the ranges that one rule of a sheet is for."""

MOST_DEFINED = {
    "xf": (65_000, "styles"),
    "font": (65_000, "fonts"),
    "fill": (65_000, "fills"),
    "border": (65_000, "borders"),
    "numFmt": (65_000, "number formats"),
    "dxf": (65_000, "styles"),
    "definedName": (10_000, "names"),
    "sheet": (250, "sheets"),
    "dataValidation": (10_000, "dropdowns and other checks of cells"),
    "cfRule": (10_000, "conditional formats"),
    "f": (20_000, "formulas"),
}
"""More than any spreadsheet program takes, or than anybody needs beside rules."""

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COVERING = frozenset({"mergeCell", "hyperlink", "comment"})
_STRICT = "http://purl.oclc.org/ooxml/"
_XML_NAMES = (".xml", ".rels", ".vml")
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<")
_NOT_ALWAYS_XML = (".vml",)
"""Excel itself writes drawings of comments that are not well-formed; nothing reads them."""
_WORKBOOKS_OWN = ("xl/", "_rels/", "[")
"""Where no processing instruction stands; what other programs attach elsewhere may have some."""

Handler = Callable[[str, dict[str, str]], None]


@dataclass(slots=True)
class Counts:
    """What a file would make a library build, over all of its parts."""

    cells: int = 0
    far: int = 0
    covered: int = 0
    defined: Counter[str] = field(default_factory=Counter)

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """Count one element; raises ``RefusedError`` where there is too much of anything."""
        local = name.rpartition(":")[2] if ":" in name else name
        if local == "c":
            self._cell(attributes.get("r", ""))
            return
        if local in _COVERING:
            self._covers(attributes.get("ref", ""))
        elif local in MOST_DEFINED:
            self._defines(local)
        elif local in _LOOKS:
            _LOOKS[local](attributes)
        if "sqref" in attributes and len(attributes["sqref"]) > LONGEST_RANGES:
            raise RefusedError("too-many-definitions", "A rule of a sheet is for too many ranges.")

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
                f"such as {reference[:60]}.",
                reference,
            )

    def _defines(self, local: str) -> None:
        self.defined[local] += 1
        most, what = MOST_DEFINED[local]
        if self.defined[local] > most:
            raise RefusedError("too-many-definitions", f"The file has more than {most:,} {what}.")


def place(reference: str) -> tuple[int, int]:
    """Return column and row of a cell reference.

    >>> place("AA7")
    (27, 7)
    """
    match = _REFERENCE.fullmatch(reference)
    if not match:
        raise RefusedError("unsafe-file", "The file refers to cells that do not exist.", reference)
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])


def scan(name: str, chunks: Iterable[bytes], element: Handler) -> None:
    """Tell *element* every element of a part, if it is XML; refuse XML that is not plain."""
    parser = _parser(name, element) if is_xml(name) else None
    for number, chunk in enumerate(chunks):
        if number == 0 and parser is None and is_xml(name, chunk):
            parser = _parser(name, element)
        if parser:
            _feed(parser, name, chunk, final=False)
    if parser:
        _feed(parser, name, b"", final=True)


def is_xml(name: str, start: bytes = b"") -> bool:
    """Whether a part of this name, or with this start, is read as XML."""
    return name.lower().endswith(_XML_NAMES) or start.lstrip().startswith(_XML_STARTS)


def _parser(name: str, element: Handler) -> expat.XMLParserType:
    parser, depth = expat.ParserCreate(), 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise RefusedError("unsafe-file", f"A part has elements {DEEPEST} deep in each other.")
        element(name, attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if name.startswith(_WORKBOOKS_OWN):
        parser.ProcessingInstructionHandler = _refuse_instruction
    return parser


def _feed(parser: expat.XMLParserType, name: str, chunk: bytes, *, final: bool) -> None:
    try:
        parser.Parse(chunk, final)
    except (expat.ExpatError, LookupError) as error:
        if not name.endswith(_NOT_ALWAYS_XML):
            raise RefusedError("unreadable-workbook", "", name) from error


def _refuse_doctype(*_: object) -> None:
    raise RefusedError("unsafe-file", "A part of the file declares a document type (DOCTYPE).")


def _refuse_instruction(target: str, _: str) -> None:
    raise RefusedError("unsafe-file", "A part of the file instructs its reader.", target)


def _declared(attributes: dict[str, str]) -> None:
    for key in ("count", "uniqueCount"):
        text = attributes.get(key, "0")
        if not text.isdigit() or len(text) > 10 or int(text) > MOST_DECLARED:
            raise RefusedError("unsafe-file", f"The file declares {text[:20]} texts.", text)


def _row(attributes: dict[str, str]) -> None:
    number = attributes.get("r", "1")
    if not number.isdigit() or len(number) > 7:
        raise RefusedError("unsafe-file", "The file refers to rows that do not exist.", number)


def _dialect(attributes: dict[str, str]) -> None:
    if any(value.startswith(_STRICT) for value in attributes.values()):
        raise RefusedError(
            "not-a-workbook",
            'The file is a "Strict Open XML Spreadsheet", which few programs can read.',
        )


_LOOKS: dict[str, Callable[[dict[str, str]], None]] = {
    "sst": _declared,
    "row": _row,
    "workbook": _dialect,
}
