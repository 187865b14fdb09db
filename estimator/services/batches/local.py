"""A file of patients estimated on this machine: read, spread over processes, written in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from estimator.findings import Finding
from estimator.rulebook import snapshot
from estimator.rulebook.model import Rulebook
from estimator.services.batches.columns import Mapped, map_columns, result_names
from estimator.services.batches.opening import BatchRefused, opened
from estimator.services.batches.results import Tally, estimate_piece, result_columns
from estimator.services.batches.rows import RowReader
from estimator.services.batches.sites import Sites
from estimator.services.batches.summary import Totals, report
from estimator.sheets.grids.piece import Piece
from estimator.sheets.grids.report import write_report
from estimator.sheets.grids.sheet_writer import SheetWriter
from estimator.sheets.grids.writing import LongWriter, ParquetWriter, TextWriter, Written


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook of a whole batch, and the day it is."""

    rulebook: Rulebook
    release: int | None
    today: date


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a file."""

    totals: Totals
    findings: tuple[Finding, ...]


Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file that was read: where each piece stands, and what was found of it."""

    header: list[str]
    mapped: Mapped
    pieces: list[tuple[int, int, int]]
    """Place, length and rows of each piece."""
    treatments: tuple[str, ...]
    notes: tuple[Finding, ...]
    separator: str
    marked: bool


def run_file(
    source: tuple[IO[bytes], str],
    target: tuple[IO[bytes], str],
    rules: Rules,
    processes: int,
    progress: Progress,
) -> Done:
    """Estimate every row of a file and write it with its answers.

    *source* and *target* are files with their endings. Raises ``BatchRefused``.
    """
    with TemporaryFile() as spool:
        spooled = spool_file(*source, rules, spool)
        totals = Totals()
        writer = _writer(target, spooled, rules, totals)
        many = len(spooled.treatments)
        rows = sum(each[2] for each in spooled.pieces)
        progress(0, rows)
        for at, (data, tally) in enumerate(_estimated(spool, spooled, rules, processes)):
            totals.add(tally)
            piece = Piece.decode(_read(spool, spooled.pieces[at]))
            writer.write(piece, result_columns(data, many, rules.release))
            progress(totals.rows, rows)
        writer.close()
    return Done(totals, (*spooled.mapped.findings, *spooled.notes))


def spool_file(file: IO[bytes], ending: str, rules: Rules, spool: IO[bytes]) -> Spooled:
    """Read a file into pieces; raises ``BatchRefused``."""
    with opened(file, ending) as table:
        mapped = map_columns(table.header)
        if any(finding.severity == "stop" for finding in mapped.findings):
            raise BatchRefused(mapped.findings)
        reader = RowReader(rules.rulebook, mapped.places, rules.today)
        pieces = []
        asked = dict.fromkeys(reader.compared)
        for piece in table.pieces:
            data = piece.encode()
            pieces.append((spool.tell(), len(data), piece.rows))
            spool.write(data)
            for names in reader.treatments_in(piece):
                asked.update(dict.fromkeys(names))
        notes = tuple(table.notes)
    return Spooled(table.header, mapped, pieces, tuple(asked), notes, table.separator, table.marked)


def make_writer(
    file: IO[bytes], ending: str, written: Written, more: Callable[[Any], None]
) -> LongWriter:
    """Return the writer of a kind of file; *more* adds the sheets after the first."""
    if ending == ".xlsx":
        return SheetWriter(file, written, more)
    return TextWriter(file, written) if ending == ".csv" else ParquetWriter(file, written)


def _writer(
    target: tuple[IO[bytes], str], spooled: Spooled, rules: Rules, totals: Totals
) -> LongWriter:
    facts = [("Release", str(rules.release or "a workbook")), ("Day", rules.today.isoformat())]
    names = result_names(spooled.header, spooled.treatments)
    written = Written(spooled.header, names, spooled.separator, spooled.marked)

    def more(book: Any) -> None:
        write_report(report(totals, facts, spooled.treatments), book)

    return make_writer(*target, written, more)


def _estimated(
    spool: IO[bytes], spooled: Spooled, rules: Rules, processes: int
) -> Iterator[tuple[bytes, Tally]]:
    """Yield the results of each piece in order, a few pieces ahead of who takes them."""
    pieces = spooled.pieces
    places, treatments = dict(spooled.mapped.places), spooled.treatments
    if processes == 1 or len(pieces) == 1:
        work = _Work(rules, places, treatments)
        for at, piece in enumerate(pieces):
            yield work.estimate(at, _read(spool, piece))
        return
    given = (snapshot.encode(rules.rulebook.rows), rules.release, rules.today, places, treatments)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, given) as pool:
        yield from _in_order(pool, spool, pieces, 2 * processes)


def _in_order(
    pool: Executor, spool: IO[bytes], pieces: Sequence[tuple[int, int, int]], ahead: int
) -> Iterator[tuple[bytes, Tally]]:
    waiting: deque[Future[tuple[bytes, Tally]]] = deque()
    for at, piece in enumerate(pieces):
        waiting.append(pool.submit(_estimate, at, _read(spool, piece)))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _read(spool: IO[bytes], piece: tuple[int, int, int]) -> bytes:
    spool.seek(piece[0])
    return spool.read(piece[1])


class _Work:
    """What a process keeps from one piece to the next."""

    def __init__(self, rules: Rules, places: dict[str, int], treatments: Sequence[str]) -> None:
        self.reader = RowReader(rules.rulebook, places, rules.today)
        self.sites = Sites(rules.rulebook)
        self.treatments = treatments

    def estimate(self, at: int, data: bytes) -> tuple[bytes, Tally]:
        piece = Piece.decode(data)
        return estimate_piece(self.reader, self.sites, piece, self.treatments, str(at))


_WORK: list[_Work] = []


def _begin(
    rows: str,
    release: int | None,
    today: date,
    places: dict[str, int],
    treatments: Sequence[str],
) -> None:
    rules = Rules(Rulebook(snapshot.decode(rows)), release, today)
    _WORK[:] = [_Work(rules, places, treatments)]


def _estimate(at: int, data: bytes) -> tuple[bytes, Tally]:
    return _WORK[0].estimate(at, data)
