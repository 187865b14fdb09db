"""Opens a file of patients, whatever its kind: its header, its rows, what to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from estimator.findings import Finding
from estimator.sheets import codes
from estimator.sheets.container import look_for_other
from estimator.sheets.grids.piece import (
    MOST_COLUMNS,
    MOST_ROWS,
    ROWS,
    Piece,
    PieceBuilder,
    blank,
)
from estimator.sheets.refusal import RefusedError

if TYPE_CHECKING:
    from estimator.sheets.grids.workbook_file import Sheet

ENDINGS = (".xlsx", ".csv", ".parquet")
_ON_SHEET = {
    "header-missing": "The first row of the sheet {} names no column we know.",
    "table-without-rows": "The sheet {} has no patients.",
}
_NAME_IT = "Name the sheet with the patients Patients, with the names of its columns in row 1."
_MOST_NAMED = 5
_HEADER_SOUGHT = 5
"""Rows in which a header is looked for, to say where it is if not in the first."""

Row = tuple[int, list[str | None], bytearray | None]
Known = Callable[[str], bool]
"""Whether a name is one that a header may have for a column of ours."""


@dataclass(slots=True)
class LongTable:
    """A file that is being read; ``notes`` are whole when its pieces have been."""

    header: list[str]
    pieces: Iterator[Piece]
    notes: list[Finding] = field(default_factory=list)
    separator: str = ","
    marked: bool = False
    """Whether a text file begins with a byte order mark."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name; raises ``RefusedError`` where it is none of ours."""
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise RefusedError("not-a-batch-file", "")
    return ending


@contextmanager
def open_table(
    file: IO[bytes], ending: str, known: Known, names: Iterable[str]
) -> Iterator[LongTable]:
    """Give the table of a file; raises ``RefusedError`` where there is none to read."""
    file.seek(0)
    if ending == ".xlsx":
        yield from _sheet(file, known)
    elif ending == ".csv":
        yield _text(file, known, names)
    else:
        yield _parquet(file, known)


def _sheet(file: IO[bytes], known: Known) -> Iterator[LongTable]:
    from estimator.sheets.grids.workbook_file import opened  # noqa: PLC0415 - one kind of three

    with opened(file) as (rows, sheet):
        try:
            table = _table(((number, cells, kinds) for number, cells, kinds in rows), known)
        except RefusedError as refusal:
            raise _on_sheet(refusal, sheet) from None
        if sheet.others:
            says = f"The sheet {sheet.name} was read, not {_some(sheet.others)}."
            table.notes.append(codes.finding("sheet-taken", says))
        table.pieces = _then(table, table.pieces, lambda: rows.ghosts)
        yield table


def _on_sheet(refusal: RefusedError, sheet: Sheet) -> RefusedError:
    """Return a refusal that says on which of several sheets nothing was found."""
    if not sheet.others or refusal.code not in _ON_SHEET:
        return refusal
    says = _ON_SHEET[refusal.code].format(sheet.name)
    return RefusedError(refusal.code, says, sheet.name, _NAME_IT)


def _some(names: Sequence[str]) -> str:
    more = " and others" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _then(table: LongTable, pieces: Iterator[Piece], ghosts: Callable[[], int]) -> Iterator[Piece]:
    yield from pieces
    if ghosts():
        says = f"{ghosts():,} rows that are formatted, but empty, were left out."
        table.notes.append(codes.finding("empty-rows", says))


def _text(file: IO[bytes], known: Known, names: Iterable[str]) -> LongTable:
    from estimator.sheets.grids import text_reader  # noqa: PLC0415 - one kind of three

    look_for_other(file)
    encoding = text_reader.encoding_of(file)
    separator, records = text_reader.records(file, encoding, names)
    table = _table(((number, cells, None) for number, cells in records), known)
    table.separator, table.marked = separator, encoding in ("utf-8-sig", "utf-16")
    table.notes.extend(text_reader.notes_on(encoding))
    return table


def _parquet(file: IO[bytes], known: Known) -> LongTable:
    from estimator.sheets.grids.parquet_reader import ParquetTable  # noqa: PLC0415 - one of three

    table = ParquetTable(file)
    if not any(map(known, table.header)):
        raise RefusedError("header-missing", "")
    _look_at_width(table.header)
    if table.rows > MOST_ROWS:
        raise RefusedError("too-many-patients", f"The file has {table.rows:,} rows.")
    if not table.rows:
        raise RefusedError("table-without-rows", "")
    return LongTable(table.header, table.pieces())


def _table(rows: Iterator[Row], known: Known) -> LongTable:
    header = _header(rows, known)
    first = next(rows, None)
    if first is None:
        raise RefusedError("table-without-rows", "")
    _look_for_second_header(header, first, known)
    return LongTable(header, _pieces(chain([first], rows), len(header)))


def _header(rows: Iterator[Row], known: Known) -> list[str]:
    """Return the names in the first row; say where they are if they are further down."""
    first = next(rows, None)
    if first is None:
        raise RefusedError("table-without-rows", "The file is empty.")
    names = [text or "" for text in first[1]]
    while names and not names[-1].strip():
        names.pop()
    _look_at_width(names)
    if any(map(known, names)):
        return names
    for _, (number, cells, _) in zip(range(_HEADER_SOUGHT), rows, strict=False):
        if sum(map(known, filter(None, cells))) > 1:
            raise _header_in(number)
    raise RefusedError("header-missing", "")


def _look_at_width(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        says = f"The file has {len(names):,} columns; {MOST_COLUMNS} are the most."
        raise RefusedError("too-many-columns", says, str(len(names)))


def _look_for_second_header(header: Sequence[str], row: Row, known: Known) -> None:
    number, cells, _ = row
    many = sum(map(known, filter(None, cells)))
    if many > sum(map(known, header)):
        raise _header_in(number)
    if many > 1:
        says = f"Row {number} names columns again."
        raise RefusedError("header-twice", says, str(number))


def _header_in(number: int) -> RefusedError:
    return RefusedError("header-not-first", f"The header is in row {number}.", str(number))


def _pieces(rows: Iterable[Row], width: int) -> Iterator[Piece]:
    builder = PieceBuilder(width)
    total = 0
    for number, cells, kinds in rows:
        if blank(cells) and not (kinds and any(kinds)):
            continue
        total += 1
        if total > MOST_ROWS:
            raise RefusedError("too-many-patients", f"The file has more than {MOST_ROWS:,} rows.")
        builder.add(number, cells, kinds)
        if len(builder) == ROWS:
            yield builder.take()
    if len(builder):
        yield builder.take()
