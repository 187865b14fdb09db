"""A copy of a workbook with what is wrong beside each row, written anew from its content.

Rows and columns stay where they are, so that every address in a finding holds in the copy too. The
file that somebody gave is never written into; what only it had (formats, macros) is not copied.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from estimator.findings import Finding, Severity
from estimator.rulebook.headers import HEADER_ROW, PRIVATE
from estimator.rulebook.loader import LoadedRulebook
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.template import README, REFERRED, ids_of, lists, written_column
from estimator.rulebook.written import cell_content
from estimator.sheets import writer
from estimator.sheets.table import Cell, Table, letters
from estimator.sheets.text import clean_word

ERRORS = f"{PRIVATE} Errors"
"""The header of the column: it begins so that the copy can be uploaded with it."""
_COLORS = {Severity.STOP: "#FFC7CE", Severity.DECIDE: "#FFEB9C"}
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)")
_REGENERATED = ("readme", "lists")
_LONGEST_CELL = 30_000
_LARGEST = Decimal("1E300")
_WORDS = {Severity.STOP: "to mend", Severity.DECIDE: "to decide", Severity.NOTE: "notes"}

Places = Mapping[int, Sequence[tuple[str, Finding]]]
"""Row → cells of it and what is wrong there."""


def annotated(
    tables: Iterable[Table], loaded: LoadedRulebook, findings: Sequence[Finding]
) -> bytes:
    """Return a workbook with the tables of a file, and what was found in them."""
    copies = [
        _Copy(table, loaded, _by_row(findings, table.name))
        for table in tables
        if _folded(table.name) not in _REGENERATED
    ]
    words = lists(loaded.rows.get("Items", ()))
    defined = {each.name for each in words} | {name for copy in copies for name in copy.named}
    taken = {*_REGENERATED}
    sheets = [copy.written(_own_name(copy.name, taken), defined) for copy in copies]
    front = [*_front(findings), "", *README]
    return writer.write_book(writer.Book(readme=front, sheets=sheets, lists=words))


def _front(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what stands on the first page: how much is wrong, and what belongs to no row."""
    counted = Counter(each.severity for each in findings)
    yield "What is wrong in this workbook"
    yield ", ".join(f"{counted[severity]} {words}" for severity, words in _WORDS.items()) + "."
    yield f"Each stands in the column {ERRORS} beside its row. The column is not read as a rule."
    for each in findings:
        if _row_of(each.cell) <= HEADER_ROW:
            yield _says(each.cell or each.sheet, each)


def _by_row(findings: Iterable[Finding], sheet: str) -> Places:
    found: dict[int, list[tuple[str, Finding]]] = defaultdict(list)
    for each in findings:
        if _folded(each.sheet) == _folded(sheet):
            for cell in (each.cell, *each.also):
                found[_row_of(cell)].append((cell, each))
    return found


def _folded(name: str) -> str:
    """Return a sheet's name as the loader compares it."""
    return clean_word(name).casefold()


def _row_of(cell: str) -> int:
    address = _ADDRESS.fullmatch(cell)
    return int(address[2]) if address else 0


def _says(cell: str, finding: Finding) -> str:
    """Return a finding as it stands beside the row of a cell."""
    said = finding.message if cell in ("", finding.cell, finding.sheet) else _same(finding)
    return f"{finding.severity.value.capitalize()}, {cell}: {said} {finding.advice}".strip()


def _same(finding: Finding) -> str:
    return f"The same as in {finding.cell} ({finding.code})."


def _own_name(name: str, taken: set[str]) -> str:
    """Return a sheet's name as every program takes it, and add it to those that are taken."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip("' ") or "Sheet"
    while plain.casefold() in taken:
        plain = f"{plain[:28]} {len(taken)}"
    taken.add(plain.casefold())
    return plain


class _Copy:
    """One table of the file on its way into the copy."""

    def __init__(self, table: Table, loaded: LoadedRulebook, places: Places) -> None:
        self._table = table
        self._places = places
        self._sheet = next((s for s in SHEETS if _folded(s.name) == _folded(table.name)), None)
        name = self._sheet.name if self._sheet else ""
        at = {letter: name for name, letter in loaded.columns.get(name, {}).items()}
        columns = self._sheet.columns if self._sheet else ()
        self._columns = {c.name: c for c in columns}
        self._known = {letter: self._columns[field] for letter, field in at.items()}
        self._rows = {row.row: row for row in loaded.rows.get(name, ())}
        header = table.rows.get(HEADER_ROW, {})
        self._header = {number: cell.full for number, cell in header.items()}
        ours = [n for n, text in self._header.items() if text.casefold() == ERRORS.casefold()]
        widest = max((number for cells in table.rows.values() for number in cells), default=0)
        self._errors = (ours[0] if ours else widest + 1) if self._sheet else 0
        self._width = max(widest, self._errors)

    def written(self, name: str, defined: set[str]) -> writer.Sheet:
        """Return the sheet; dropdowns are those whose words are *defined*."""
        last = max((*self._table.rows, *self._places, HEADER_ROW))
        rows = [self._row(number) for number in range(HEADER_ROW + 1, last + 1)]
        columns = tuple(
            self._column(number, [row[number - 1] for row in rows], defined)
            for number in range(1, self._width + 1)
        )
        return writer.Sheet(
            name=name,
            columns=columns,
            rows=rows,
            named=self.named,
            marked=dict(self._marked()),
        )

    def _column(
        self, number: int, contents: Sequence[writer.Copied], defined: set[str]
    ) -> writer.Column:
        if number == self._errors:
            return writer.Column(header=ERRORS, width=70, number_format="@", wrap=True)
        known = self._known.get(letters(number))
        if known is None or self._sheet is None:
            return writer.Column(header=self._header.get(number, ""), width=20)
        column = written_column(self._sheet, known, contents)
        return column if column.choices in defined else _without_choices(column)

    def _row(self, number: int) -> list[writer.Copied]:
        content: list[writer.Copied] = [None] * self._width
        read = self._rows.get(number)
        for at, cell in self._table.rows.get(number, {}).items():
            known = self._known.get(letters(at))
            if read is not None and known is not None and self._sheet is not None:
                content[at - 1] = cell_content(self._sheet, known, read)
            else:
                content[at - 1] = _as_it_is(cell)
        told = "\n".join(_says(cell, each) for cell, each in self._places.get(number, ()))
        if self._errors:
            content[self._errors - 1] = told[:_LONGEST_CELL] or None
        return content

    @property
    def name(self) -> str:
        """The sheet's own name, or what the file calls the table."""
        return self._sheet.name if self._sheet else self._table.name

    @property
    def named(self) -> dict[str, int]:
        """Where the IDs stand that other sheets choose from: under the first column."""
        if self._sheet is None or self._sheet.name not in REFERRED:
            return {}
        first = self._sheet.columns[0]
        at = [letter for letter, column in self._known.items() if column is first]
        return {ids_of(self._sheet.name): _number(at[0]) - 1} if at else {}

    def _marked(self) -> Iterator[tuple[tuple[int, int], str]]:
        for row, places in self._places.items():
            for cell, each in reversed(places):
                address = _ADDRESS.fullmatch(cell)
                if address and each.severity in _COLORS and row > HEADER_ROW:
                    yield (row - 1, _number(address[1]) - 1), _COLORS[each.severity]


def _without_choices(column: writer.Column) -> writer.Column:
    return writer.Column(
        header=column.header,
        help=column.help,
        required=column.required,
        width=column.width,
        number_format=column.number_format,
        wrap=column.wrap,
    )


def _as_it_is(cell: Cell) -> writer.Copied:
    """Return a cell that was not read as a rule; what cannot be trusted is left blank."""
    value = cell.value
    if cell.trouble is not None:
        return None
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value) > _LARGEST):
        return cell.full
    if isinstance(value, Decimal) and cell.is_percent:
        return writer.Share(value * 100)
    return writer.Formatted(value, cell.number_format)


def _number(column: str) -> int:
    """Return the number of a column by its letters.

    >>> _number("A"), _number("AA")
    (1, 27)
    """
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
