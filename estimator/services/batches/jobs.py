"""Batches from upload to result: accept one, tell how far it is, cancel it, remove it.

The database holds everything, the upload too: once ``accept`` returns, a batch is done even if
every process ends in the same moment.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import IO, Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from estimator.findings import Finding
from estimator.services.audit import Audit
from estimator.services.batches.columns import COLUMNS, REQUIRED
from estimator.services.batches.opening import restored_findings
from estimator.storage import batches
from estimator.storage.database import Database
from estimator.storage.tables import Batch, BatchPiece

READ = 0
"""The number of the piece that reads the file; those of its rows follow."""
FORMATS = ("xlsx", "csv", "parquet")
MOST_SHOWN = 50
"""Rows shown on the page; the Problems sheet has more."""


class KeyUsedOtherwise(Exception):  # noqa: N818 - an answer to a person, not a fault
    """An idempotency key was sent before with another file."""


class NotInThisState(Exception):  # noqa: N818 - an answer to a person, not a fault
    """What is asked cannot be done with a batch as it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of patients as it comes in."""

    file: IO[bytes]
    file_name: str
    ending: str
    made_by: str
    idempotency_key: str | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    corrects: str | None = None


def accept(  # noqa: PLR0913, PLR0917 - what is sent, for which rules, when
    database: Database, audit: Audit, upload: Upload, release: int, today: date, now: datetime
) -> Batch:
    """Keep an upload; return its batch, or the one that its idempotency key made before.

    Raises ``KeyUsedOtherwise``.
    """
    batch = _batch(upload, _digest(upload.file), release, today, now)
    before = _made_before(database, batch)
    if before is not None:
        return before
    try:
        with database.writing() as session:
            session.add(batch)
            session.flush()
            _keep_upload(session, batch.name, upload.file)
            session.add(piece_of(batch.name, READ, "read"))
            about = {"release": release, "bytes": upload.file.tell()}
            audit.record(session, now, upload.made_by, "batch.upload", batch.name, **about)
    except IntegrityError:  # its key was sent twice in the same moment
        before = _made_before(database, batch)
        if before is None:
            raise
        return before
    return batch


def _made_before(database: Database, batch: Batch) -> Batch | None:
    """Return the batch that the idempotency key made before; raises ``KeyUsedOtherwise``."""
    if batch.idempotency_key is None:
        return None
    with database.session() as session:
        before = batches.by_key(session, batch.made_by, batch.idempotency_key)
    if before is not None and before.digest != batch.digest:
        raise KeyUsedOtherwise
    return before


def _batch(upload: Upload, digest: str, release: int, today: date, now: datetime) -> Batch:
    return Batch(
        name=secrets.token_hex(16),
        state="reading",
        release=release,
        today=today,
        file_name=upload.file_name[:200],
        ending=upload.ending,
        digest=digest,
        chosen=dict(upload.chosen),
        layout={},
        findings=[],
        corrects=upload.corrects,
        idempotency_key=upload.idempotency_key,
        made_by=upload.made_by,
        made_at=now,
        served_at=now,
    )


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = sha256()
    for content in iter(lambda: file.read(batches.PART), b""):
        digest.update(content)
    return digest.hexdigest()


def _keep_upload(session: Session, name: str, file: IO[bytes]) -> None:
    file.seek(0)
    for number, content in enumerate(iter(lambda: file.read(batches.PART), b"")):
        batches.keep_part(session, name, "upload", number, content)
        session.flush()


def piece_of(  # noqa: PLR0913, PLR0917 - a row of the table
    batch: str, number: int, kind: str, about: str = "", rows: int = 0, content: bytes | None = None
) -> BatchPiece:
    """Return a piece that waits for a worker."""
    return BatchPiece(
        batch=batch,
        number=number,
        kind=kind,
        state="waiting",
        about=about,
        rows=rows,
        attempts=0,
        content=content,
        tally={},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a batch is."""

    batch: Batch
    rows: int
    done: int
    errors: int
    problems: tuple[tuple[int, str], ...]
    """The first rows in error: their numbers with what is wrong."""
    more_problems: int
    notes: tuple[tuple[int, str], ...]
    """The first rows that are estimated and of which something is to be known."""
    more_notes: int
    files: tuple[str, ...]
    rows_per_second: float | None
    seconds_left: float | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.batch.state in batches.ENDED


def status(database: Database, name: str, now: datetime) -> Status | None:
    """Return how far a batch is; ``None`` where there is none of the name."""
    with database.session() as session:
        batch = batches.find(session, name)
        if batch is None:
            return None
        tallies = batches.tallies(session, name)
        files = batches.files(session, name) if batch.state == "done" else {}
    rows = sum(each[0] for each in tallies)
    done = [tally for _, state, tally in tallies if state == "done"]
    finished = sum(tally["rows"] for tally in done)
    problems, notes = _first(done, "problems"), _first(done, "notes")
    errors = sum(tally["errors"] for tally in done)
    rate = _rate(batch, finished, now)
    return Status(
        batch=batch,
        rows=rows,
        done=finished,
        errors=errors,
        problems=problems,
        more_problems=errors - len(problems),
        notes=notes,
        more_notes=sum(tally["noted"] for tally in done) - len(notes),
        files=tuple(each for each in FORMATS if each in files),
        rows_per_second=rate,
        seconds_left=(rows - finished) / rate if rate and batch.state == "running" else None,
    )


def _first(tallies: Iterable[Mapping[str, Any]], of: str) -> tuple[tuple[int, str], ...]:
    """Return the first rows that are listed in tallies."""
    listed = ((number, says) for tally in tallies for number, says in tally[of])
    return tuple(islice(listed, MOST_SHOWN))


def _rate(batch: Batch, done: int, now: datetime) -> float | None:
    if batch.began_at is None or not done:
        return None
    seconds = ((batch.ended_at or now) - batch.began_at).total_seconds()
    return done / seconds if seconds > 0 else None


def choose_columns(database: Database, name: str, chosen: Mapping[str, str], now: datetime) -> None:
    """Say which columns are ours, of a batch that waits for it; it is then read again.

    Raises ``NotInThisState``.
    """
    with database.writing() as session:
        batch = batches.held(session, name)
        if batch is None or batch.state != "mapping":
            raise NotInThisState
        kept = {ours: theirs for ours, theirs in chosen.items() if ours in COLUMNS and theirs}
        batch.chosen, batch.state, batch.findings, batch.served_at = kept, "reading", [], now
        batches.add_pieces(session, [piece_of(name, READ, "read")])


def cancel(database: Database, audit: Audit, name: str, who: str, now: datetime) -> None:
    """Cancel a batch that is under way; raises ``NotInThisState``."""
    with database.writing() as session:
        batch = batches.held(session, name)
        if batch is None or batch.state in batches.ENDED:
            raise NotInThisState
        batch.state, batch.ended_at = "cancelled", now
        audit.record(session, now, who, "batch.cancel", name)


def delete(database: Database, audit: Audit, name: str, who: str, now: datetime) -> None:
    """Remove a batch with its files."""
    with database.writing() as session:
        if batches.held(session, name) is None:
            raise NotInThisState
        batches.remove(session, name)
        audit.record(session, now, who, "batch.delete", name)


def forget_old(database: Database, audit: Audit, days: int, now: datetime) -> int:
    """Remove the batches older than *days*; return how many."""
    with database.session() as session:
        old = [each.name for each in batches.older_than(session, now - timedelta(days=days))]
    for name in old:
        with database.writing() as session:
            if batches.held(session, name) is not None:
                batches.remove(session, name)
                audit.record(session, now, "estimator", "batch.delete", name, after_days=days)
    return len(old)


def findings_of(batch: Batch) -> tuple[Finding, ...]:
    """Return the findings about a batch's file."""
    return restored_findings(batch.findings)


def missing_columns(batch: Batch) -> tuple[str, ...]:
    """Return the required columns that no column was taken for."""
    places = batch.layout.get("places", {})
    return tuple(name for name in REQUIRED if name not in places)
