"""One part of a file's way alone, in this process: reading, the kernel, writing, or a loop.

``python -m benchmarks.batch_parts PART FILE OUT`` prints the seconds of the part, its imports done.
``benchmarks.batch`` runs it.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from benchmarks.patients import TODAY, rules
from estimator.services.batches import local, opening
from estimator.services.batches.columns import map_columns, result_names
from estimator.services.batches.population import estimate_all
from estimator.services.batches.recheck import request_of
from estimator.services.batches.results import estimate_piece, result_columns
from estimator.services.batches.rows import RowReader
from estimator.services.batches.sites import Sites
from estimator.services.batches.summary import Totals, report
from estimator.services.estimating import estimate
from estimator.sheets.grids.piece import Piece
from estimator.sheets.grids.report import write_report
from estimator.sheets.grids.writing import Written

LOOP = 200
"""Rows of the loop of single estimates: it takes the same for each."""


def reading(source: Path, _target: Path) -> float:
    """File to pieces: what is read of a row is checked with the kernel, on every core."""
    with source.open("rb") as file, tempfile.TemporaryFile() as spool:
        begin = time.perf_counter()
        local.spool_file(file, source.suffix, local.Rules(rules(), 1, TODAY), spool)
        return time.perf_counter() - begin


def kernel(source: Path, _target: Path) -> float:
    """Pieces to estimates: the rows looked at, and every treatment of everybody adjudicated."""
    book = rules()
    with source.open("rb") as file, tempfile.TemporaryFile() as spool:
        spooled = local.spool_file(file, source.suffix, local.Rules(book, 1, TODAY), spool)
        reader, sites = RowReader(book, spooled.mapped.places, TODAY), Sites(book)
        begin = time.perf_counter()
        for piece in _pieces(spool, spooled):
            estimate_all(sites, reader.read(piece).people, spooled.treatments)
        return time.perf_counter() - begin


def writing(source: Path, target: Path) -> float:
    """Estimates and rows to a file, of every sheet it has."""
    book = rules()
    with source.open("rb") as file, tempfile.TemporaryFile() as spool:
        spooled = local.spool_file(file, source.suffix, local.Rules(book, 1, TODAY), spool)
        reader, sites, totals = RowReader(book, spooled.mapped.places, TODAY), Sites(book), Totals()
        made = []
        for number, piece in enumerate(_pieces(spool, spooled)):
            result, tally = estimate_piece(reader, sites, piece, spooled.treatments, str(number))
            totals.add(tally)
            made.append((piece, result))
        names = result_names(spooled.header, spooled.treatments)
        begin = time.perf_counter()
        with target.open("wb") as out:
            writer = local.make_writer(
                out,
                target.suffix,
                Written(spooled.header, names, ",", marked=False),
                lambda book: write_report(report(totals, [], spooled.treatments), book),
            )
            for piece, result in made:
                writer.write(piece, result_columns(result, len(spooled.treatments), 1))
            writer.close()
        return time.perf_counter() - begin


def _pieces(spool: IO[bytes], spooled: local.Spooled) -> list[Piece]:
    found = []
    for at, length, _ in spooled.pieces:
        spool.seek(at)
        found.append(Piece.decode(spool.read(length)))
    return found


def loop(source: Path, _target: Path) -> float:
    """A loop of single estimates: seconds for all rows, from the first of them."""
    book = rules()
    with source.open("rb") as file:
        start = b"".join(file.readline() for _ in range(LOOP + 1))
        many = sum(1 for _ in file) + LOOP
    with opening.opened(io.BytesIO(start), source.suffix) as table:
        places = map_columns(table.header).places
        people = RowReader(book, places, TODAY).read(next(table.pieces)).people
    requests = [request_of(book, people, at) for at in range(len(people))]
    for request in requests:  # their courses are priced before, as in a loop that is long enough
        estimate(request, book, today=TODAY)
    begin = time.perf_counter()
    for request in requests:
        estimate(request, book, today=TODAY)
    return (time.perf_counter() - begin) / len(requests) * many


PARTS: dict[str, Callable[[Path, Path], float]] = {
    "reading": reading,
    "kernel": kernel,
    "writing": writing,
    "loop": loop,
}

if __name__ == "__main__":
    rules()
    print(PARTS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])))
