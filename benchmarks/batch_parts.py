"""The way of a file step by step, in this process: reading, the kernel, writing; and a loop.

``python -m benchmarks.batch_parts reading|way|loop FILE`` prints the seconds of its steps, imports
done. ``benchmarks.batch`` runs it.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from benchmarks.patients import TODAY, rules
from estimator.services.batches import local, opening
from estimator.services.batches.columns import map_columns, result_names
from estimator.services.batches.recheck import request_of
from estimator.services.batches.results import estimate_piece, result_columns
from estimator.services.batches.rows import RowReader
from estimator.services.batches.sites import Sites
from estimator.services.batches.summary import Totals, report
from estimator.services.estimating import estimate
from estimator.sheets.grids.piece import Piece
from estimator.sheets.grids.report import Report, write_report
from estimator.sheets.grids.writing import Written

Seconds = dict[str, float]

LOOP = 200
"""Rows of the loop of single estimates: it takes the same for each."""


def reading(source: Path) -> Seconds:
    """File to pieces, as texts; what they mean is looked at with the kernel, on every core."""
    with tempfile.TemporaryFile() as spool:
        return {f"reading {source.suffix[1:]}": _spooled(source, spool)[1]}


def way(source: Path) -> Seconds:
    """The whole way of a file in one process, step by step, to every kind of file."""
    taken: Seconds = {}
    with tempfile.TemporaryFile() as spool:
        spooled, taken[f"reading {source.suffix[1:]}"] = _spooled(source, spool)
        reader, sites = RowReader(rules(), spooled.mapped.places, TODAY), Sites(rules())
        pieces = list(_pieces(spool, spooled))
    totals, results = Totals(), []
    begin = time.perf_counter()
    for number, piece in enumerate(pieces):
        result, tally = estimate_piece(reader, sites, piece, spooled.treatments, str(number))
        totals.add(tally)
        results.append(result)
    taken["the kernel, one process"] = time.perf_counter() - begin
    made = report(totals, [], spooled.treatments)
    for ending in ("csv", "xlsx", "parquet"):
        begin = time.perf_counter()
        _write(ending, spooled, made, zip(pieces, results, strict=True))
        taken[f"writing {ending}"] = time.perf_counter() - begin
    return taken


def _spooled(source: Path, spool: IO[bytes]) -> tuple[local.Spooled, float]:
    given = local.Rules(rules(), 1, TODAY)
    with source.open("rb") as file:
        begin = time.perf_counter()
        spooled = local.spool_file(file, source.suffix, given, spool)
        return spooled, time.perf_counter() - begin


def _pieces(spool: IO[bytes], spooled: local.Spooled) -> Iterator[Piece]:
    for at, length, _ in spooled.pieces:
        spool.seek(at)
        yield Piece.decode(spool.read(length))


def _write(
    ending: str, spooled: local.Spooled, made: Report, pieces: Iterable[tuple[Piece, bytes]]
) -> None:
    names = result_names(spooled.header, spooled.treatments)
    written = Written(spooled.header, names)
    with tempfile.TemporaryFile() as out:
        writer = local.make_writer(
            out, f".{ending}", written, lambda book: write_report(made, book)
        )
        for piece, result in pieces:
            writer.write(piece, result_columns(result, len(spooled.treatments), 1))
        writer.close()


def loop(source: Path) -> Seconds:
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
    each = (time.perf_counter() - begin) / len(requests)
    return {"a loop of single estimates": each * many}


PARTS: dict[str, Callable[[Path], Seconds]] = {"reading": reading, "way": way, "loop": loop}

if __name__ == "__main__":
    rules()
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))
