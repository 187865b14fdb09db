"""The work of a batch: read the file, estimate its rows, write its results. One piece a call.

Whoever is asked to do a piece gets its batch and number, never rows; everything else stands in
the database. A piece done twice leaves what it left the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from estimator.findings import Finding, stops
from estimator.services import rulebooks
from estimator.services.batches.columns import Mapped, map_columns, result_names
from estimator.services.batches.jobs import FORMATS, READ, findings_of, piece_of
from estimator.services.batches.local import make_writer
from estimator.services.batches.opening import BatchRefused, opened, stored_findings
from estimator.services.batches.recheck import RecheckFailed
from estimator.services.batches.results import ERROR, Tally, estimate_piece, result_columns
from estimator.services.batches.rows import RowReader
from estimator.services.batches.sites import Sites
from estimator.services.batches.summary import Totals, report
from estimator.sheets import codes
from estimator.sheets.grids.cell_texts import as_text
from estimator.sheets.grids.piece import Piece, decode
from estimator.sheets.grids.reading import LongTable
from estimator.sheets.grids.report import write_report
from estimator.sheets.grids.writing import Written
from estimator.storage import batches
from estimator.storage.database import Database
from estimator.storage.tables import Batch

AT_ONCE = 8
"""Pieces kept in one session, so that others get their turn."""


def perform(database: Database, name: str, number: int, now: Callable[[], datetime]) -> None:
    """Do a piece of a batch."""
    with database.session() as session:
        batch = batches.find(session, name)
        piece = batches.kind_and_state(session, name, number)
    if batch is None or batch.state not in batches.UNDER_WAY or piece is None:
        return
    kind, state = piece
    if state == "done" or kind != batches.KIND_OF_STATE[batch.state]:
        return
    try:
        _DO[kind](database, batch, number, now)
    except BatchRefused as refused:
        _fail(database, name, refused.findings, now())
    except RecheckFailed:
        _fail(database, name, [codes.finding("recheck-failed")], now())


def give_up(database: Database, name: str, now: datetime) -> None:
    """Fail a batch whose piece was begun again and again, and never done."""
    _fail(database, name, [codes.finding("batch-stopped")], now)


def _fail(database: Database, name: str, findings: Sequence[Finding], now: datetime) -> None:
    with database.writing() as session:
        batch = batches.held(session, name)
        if batch is not None and batch.state in batches.UNDER_WAY:
            batch.state, batch.ended_at = "failed", now
            batch.findings = [*batch.findings, *stored_findings(findings)]


def _read(database: Database, batch: Batch, number: int, now: Callable[[], datetime]) -> None:
    """Read the file into pieces; where a required column is missing, ask for it."""
    with TemporaryFile() as file:
        _fetch(database, batch.name, file)
        with opened(file, batch.ending) as table:
            mapped = map_columns(table.header, batch.chosen)
            count, treatments = _keep_rows(database, batch, table, mapped)
            layout = {
                "header": table.header,
                "places": dict(mapped.places),
                "treatments": treatments,
                "separator": table.separator,
                "marked": table.marked,
            }
            found = (*mapped.findings, *table.notes)
    _go_on(database, batch.name, number, (layout, found, count), now())


def _keep_rows(
    database: Database, batch: Batch, table: LongTable, mapped: Mapped
) -> tuple[int, list[str]]:
    """Keep the rows in pieces; return how many, and the treatments of the results."""
    reader = _reader(database, batch, dict(mapped.places))
    asked = dict.fromkeys(reader.compared)
    count = 0
    if mapped.missing or stops(mapped.findings):
        return count, list(asked)
    for pieces in _some(_wanted(database, batch, table, mapped.places)):
        for piece in pieces:
            for names in reader.treatments_in(piece):
                asked.update(dict.fromkeys(names))
        if not _keep(database, batch.name, pieces, count):
            break
        count += len(pieces)
    return count, list(asked)


def _fetch(database: Database, name: str, file: IO[bytes]) -> None:
    with database.session() as session:
        for content in batches.parts(session, name, "upload"):
            file.write(content)


def _some(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    some: list[Piece] = []
    for piece in pieces:
        some.append(piece)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _keep(database: Database, name: str, pieces: Sequence[Piece], before: int) -> bool:
    """Keep some pieces; not where the batch has ended, or another who reads it was quicker."""
    with database.writing() as session:
        batch = batches.held(session, name)
        if batch is None or batch.state != "reading":
            return False
        batches.add_pieces(
            session,
            [
                piece_of(name, before + at, "rows", rows=each.rows, content=each.encode())
                for at, each in enumerate(pieces, READ + 1)
            ],
        )
    return True


def _go_on(
    database: Database,
    name: str,
    number: int,
    read: tuple[dict[str, Any], Sequence[Finding], int],
    now: datetime,
) -> None:
    """Let the rows be estimated, or say what stands in the way."""
    layout, found, count = read
    with database.writing() as session:
        batch = batches.held(session, name)
        if batch is None or batch.state != "reading":
            return
        batch.layout, batch.findings = layout, stored_findings(found)
        batches.finish(session, name, number, None, {})
        stopping = [each for each in found if each.severity == "stop"]
        if not stopping and not count:
            batch.findings = stored_findings([*found, codes.finding("nothing-to-correct")])
        if stopping and all(each.code == "column-missing" for each in stopping):
            batch.state = "mapping"
        elif stopping or not count:
            batch.state, batch.ended_at = "failed", now
        else:
            batches.drop_pieces(session, name, count)
            batch.state, batch.began_at = "running", now


def _wanted(
    database: Database, batch: Batch, table: LongTable, places: Mapping[str, int]
) -> Iterator[Piece]:
    """Yield the pieces; of a batch that corrects another, without the rows estimated there.

    What is left was in error, or had no reference by which it could be known.
    """
    if batch.corrects is None:
        yield from table.pieces
        return
    done = pa.array(sorted(_refs_estimated(database, batch.corrects)), pa.string())
    for piece in table.pieces:
        refs = pc.utf8_trim_whitespace(as_text(piece.columns[places["patient_ref"]]))
        some = piece.filter(pc.invert(pc.is_in(refs, value_set=done)))
        if some.rows:
            yield some


def _refs_estimated(database: Database, name: str) -> set[str]:
    """Return the references of the rows that were estimated, and nowhere in error."""
    good: set[str] = set()
    wrong: set[str] = set()
    with database.session() as session:
        batch = batches.find(session, name)
        if batch is None or batch.state != "done":
            return good
        at = batch.layout["places"]["patient_ref"]
        for number in batches.numbers_of(session, name):
            content, result = batches.result_of(session, name, number)
            if result:
                refs = pc.utf8_trim_whitespace(as_text(Piece.decode(content).columns[at]))
                in_error = pc.equal(decode(result).column("status"), ERROR)
                wrong.update(filter(None, refs.filter(in_error).to_pylist()))
                good.update(filter(None, refs.filter(pc.invert(in_error)).to_pylist()))
    return good - wrong


def _reader(database: Database, batch: Batch, places: dict[str, int]) -> RowReader:
    live = rulebooks.of_number(database, batch.release)
    return RowReader(live.rulebook, places, batch.today)


@lru_cache(maxsize=2)
def _sites(database: Database, release: int) -> Sites:
    """Return the rulebook's answers, kept from piece to piece."""
    return Sites(rulebooks.of_number(database, release).rulebook)


def _estimate(database: Database, batch: Batch, number: int, _now: Callable[[], datetime]) -> None:
    """Estimate the rows of a piece; with the last one, let the results be written."""
    layout = batch.layout
    with database.session() as session:
        content = batches.content_of(session, batch.name, number)
    reader = _reader(database, batch, layout["places"])
    seed = f"{batch.name} {number}"
    sites = _sites(database, batch.release)
    result, tally = estimate_piece(reader, sites, Piece.decode(content), layout["treatments"], seed)
    with database.writing() as session:
        held = batches.held(session, batch.name)
        if held is None or held.state != "running":
            return
        batches.finish(session, batch.name, number, result, asdict(tally))
        session.flush()
        if not batches.left(session, batch.name, "rows"):
            last = max(batches.numbers_of(session, batch.name))
            written = [
                piece_of(batch.name, last + at, "write", about=each)
                for at, each in enumerate(FORMATS, 1)
            ]
            batches.add_pieces(session, written)
            held.state = "writing"


def _write(database: Database, batch: Batch, number: int, now: Callable[[], datetime]) -> None:
    """Write one of the results; with the last one the batch is done."""
    with database.session() as session:
        about = batches.about_of(session, batch.name, number)
    with TemporaryFile() as file:
        _write_file(database, batch, about, file)
        count = _keep_file(database, batch.name, about, file)
    with database.writing() as session:
        held = batches.held(session, batch.name)
        if held is None or held.state != "writing":
            return
        batches.drop_parts(session, batch.name, about, count - 1)
        batches.finish(session, batch.name, number, None, {})
        session.flush()
        if not batches.left(session, batch.name, "write"):
            held.state, held.ended_at = "done", now()


def _write_file(database: Database, batch: Batch, about: str, file: IO[bytes]) -> None:
    layout, totals = batch.layout, Totals()
    treatments = layout["treatments"]
    facts = [
        ("File", batch.file_name),
        ("Release", str(batch.release)),
        ("Day", batch.today.isoformat()),
        *((each.severity.value, each.message) for each in findings_of(batch)),
    ]
    written = Written(
        layout["header"],
        result_names(layout["header"], treatments),
        layout["separator"],
        layout["marked"],
    )
    with database.session() as session:
        for _, _, tally in batches.tallies(session, batch.name):
            totals.add(Tally(**tally))
        made = report(totals, facts, treatments)
        writer = make_writer(file, f".{about}", written, lambda book: write_report(made, book))
        for number in batches.numbers_of(session, batch.name):
            content, result = batches.result_of(session, batch.name, number)
            columns = result_columns(result, len(treatments), batch.release)
            writer.write(Piece.decode(content), columns)
    writer.close()


def _keep_file(database: Database, name: str, about: str, file: IO[bytes]) -> int:
    """Keep a file in parts, as long as the batch is written; return how many."""
    file.seek(0)
    number = 0
    while content := file.read(AT_ONCE * batches.PART):
        with database.writing() as session:
            batch = batches.held(session, name)
            if batch is None or batch.state != "writing":
                break
            for at in range(0, len(content), batches.PART):
                part = content[at : at + batches.PART]
                batches.keep_part(session, name, about, number, part)
                number += 1
    return number


_DO = {"read": _read, "rows": _estimate, "write": _write}
