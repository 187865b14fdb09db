"""Batches and their work: what there is, who has taken which piece, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from estimator.storage.tables import Batch, BatchPart, BatchPiece

PART = 1024 * 1024
"""Bytes of a file that are kept, and fetched, at once."""
UNDER_WAY = ("reading", "running", "writing")
ENDED = ("done", "failed", "cancelled")
KIND_OF_STATE = {"reading": "read", "running": "rows", "writing": "write"}
"""Which pieces are taken in which state of a batch."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A piece that a worker has leased."""

    batch: str
    number: int
    kind: str
    attempts: int


def find(session: Session, name: str) -> Batch | None:
    """Return a batch."""
    return session.get(Batch, name)


def by_key(session: Session, made_by: str, key: str) -> Batch | None:
    """Return the batch that somebody sent under an idempotency key."""
    query = select(Batch).where(Batch.made_by == made_by, Batch.idempotency_key == key)
    return session.scalar(query)


def newest(session: Session, many: int) -> Sequence[Batch]:
    """Return the newest batches, newest first."""
    return session.scalars(select(Batch).order_by(Batch.made_at.desc()).limit(many)).all()


def older_than(session: Session, moment: datetime) -> Sequence[Batch]:
    """Return the batches made before a moment."""
    return session.scalars(select(Batch).where(Batch.made_at < moment)).all()


def remove(session: Session, name: str) -> None:
    """Remove a batch with all it holds."""
    for table in (BatchPart, BatchPiece):
        session.execute(delete(table).where(table.batch == name))
    session.execute(delete(Batch).where(Batch.name == name))


def held(session: Session, name: str) -> Batch | None:
    """Return a batch in a session for writing, so that nobody changes it before that ends."""
    return session.scalar(select(Batch).where(Batch.name == name).with_for_update())


def take(session: Session, worker: str, now: datetime, until: datetime) -> Taken | None:
    """Lease the next piece in a session for writing; ``None`` where there is none.

    Of several batches the one that was served longest ago comes first, so that a small one
    does not wait for the end of a large one.
    """
    for name in session.scalars(_with_work(now)).all():
        batch = session.scalar(
            select(Batch).where(Batch.name == name).with_for_update(skip_locked=True)
        )
        if batch is None or batch.state not in KIND_OF_STATE:
            continue
        piece = _next_piece(session, batch, now)
        if piece is None:
            continue
        number, attempts = piece
        batch.served_at = now
        session.execute(
            update(BatchPiece)
            .where(_is(batch.name, number))
            .values(state="leased", worker=worker, leased_until=until, attempts=attempts + 1)
        )
        return Taken(batch.name, number, KIND_OF_STATE[batch.state], attempts + 1)
    return None


def any_work(session: Session, now: datetime) -> bool:
    """Whether a piece waits for somebody; asked before ``take``, which holds others up."""
    return session.scalar(_with_work(now).limit(1)) is not None


def _with_work(now: datetime) -> Any:
    fits = or_(
        *(
            and_(Batch.state == state, BatchPiece.kind == kind)
            for state, kind in KIND_OF_STATE.items()
        )
    )
    return (
        select(Batch.name)
        .join(BatchPiece, BatchPiece.batch == Batch.name)
        .where(fits, _free(now))
        .group_by(Batch.name)
        .order_by(Batch.served_at, Batch.made_at)
        .limit(8)
    )


def _next_piece(session: Session, batch: Batch, now: datetime) -> tuple[int, int] | None:
    query = (
        select(BatchPiece.number, BatchPiece.attempts)
        .where(BatchPiece.batch == batch.name, BatchPiece.kind == KIND_OF_STATE[batch.state])
        .where(_free(now))
        .order_by(BatchPiece.number)
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def _free(now: datetime) -> ColumnElement[bool]:
    """A piece nobody has, or whose worker has not been heard of."""
    expired = and_(BatchPiece.state == "leased", BatchPiece.leased_until < now)
    return or_(BatchPiece.state == "waiting", expired)


def _is(batch: str, number: int) -> ColumnElement[bool]:
    return and_(BatchPiece.batch == batch, BatchPiece.number == number)


def renew(session: Session, taken: Iterable[tuple[str, int]], worker: str, until: datetime) -> None:
    """Go on holding pieces, in a session for writing."""
    for batch, number in taken:
        session.execute(
            update(BatchPiece)
            .where(_is(batch, number), BatchPiece.worker == worker, BatchPiece.state == "leased")
            .values(leased_until=until)
        )


def release(session: Session, taken: Iterable[tuple[str, int]], worker: str) -> None:
    """Give pieces back at once, in a session for writing."""
    for batch, number in taken:
        session.execute(
            update(BatchPiece)
            .where(_is(batch, number), BatchPiece.worker == worker, BatchPiece.state == "leased")
            .values(state="waiting", worker=None, leased_until=None)
        )


def finish(
    session: Session, batch: str, number: int, result: bytes | None, tally: dict[str, Any]
) -> None:
    """Keep what came of a piece, in a session for writing; the first result stays.

    The batch is ``held`` by the same session.
    """
    session.execute(
        update(BatchPiece)
        .where(_is(batch, number), BatchPiece.state != "done")
        .values(state="done", result=result, tally=tally, worker=None, leased_until=None)
    )


def add_pieces(session: Session, pieces: Iterable[BatchPiece]) -> None:
    """Add pieces, in the place of those of their numbers."""
    for piece in pieces:
        session.execute(delete(BatchPiece).where(_is(piece.batch, piece.number)))
        session.add(piece)


def drop_pieces(session: Session, batch: str, after: int) -> None:
    """Remove the pieces of rows beyond the last one."""
    beyond = (BatchPiece.number > after, BatchPiece.kind == "rows")
    session.execute(delete(BatchPiece).where(BatchPiece.batch == batch, *beyond))


def left(session: Session, batch: str, kind: str) -> int:
    """Return how many pieces of a kind are not done."""
    query = select(func.count()).where(
        BatchPiece.batch == batch, BatchPiece.kind == kind, BatchPiece.state != "done"
    )
    return session.scalar(query) or 0


def content_of(session: Session, batch: str, number: int) -> bytes:
    """Return the rows of a piece."""
    return session.scalar(select(BatchPiece.content).where(_is(batch, number))) or b""


def kind_and_state(session: Session, batch: str, number: int) -> tuple[str, str] | None:
    """Return of which kind a piece is, and whether it is done."""
    query = select(BatchPiece.kind, BatchPiece.state).where(_is(batch, number))
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def about_of(session: Session, batch: str, number: int) -> str:
    """Return what a piece is about."""
    return session.scalar(select(BatchPiece.about).where(_is(batch, number))) or ""


def numbers_of(session: Session, batch: str) -> Sequence[int]:
    """Return the numbers of the pieces of rows, in order."""
    query = select(BatchPiece.number).where(BatchPiece.batch == batch, BatchPiece.kind == "rows")
    return session.scalars(query.order_by(BatchPiece.number)).all()


def result_of(session: Session, batch: str, number: int) -> tuple[bytes, bytes]:
    """Return the rows of a piece and what came of them."""
    found = session.execute(
        select(BatchPiece.content, BatchPiece.result).where(_is(batch, number))
    ).one()
    return found[0] or b"", found[1] or b""


def tallies(session: Session, batch: str) -> Sequence[tuple[int, str, dict[str, Any]]]:
    """Return rows, state and tally of each piece of rows, in order."""
    query = (
        select(BatchPiece.rows, BatchPiece.state, BatchPiece.tally)
        .where(BatchPiece.batch == batch, BatchPiece.kind == "rows")
        .order_by(BatchPiece.number)
    )
    return [(rows, state, tally) for rows, state, tally in session.execute(query)]


def keep_part(session: Session, batch: str, file: str, number: int, content: bytes) -> None:
    """Keep a part of a file, in the place of one of its number."""
    where = (BatchPart.batch == batch, BatchPart.file == file, BatchPart.number == number)
    session.execute(delete(BatchPart).where(*where))
    session.add(BatchPart(batch=batch, file=file, number=number, content=content))


def drop_parts(session: Session, batch: str, file: str, after: int) -> None:
    """Remove the parts of a file beyond the last one."""
    where = (BatchPart.batch == batch, BatchPart.file == file, BatchPart.number > after)
    session.execute(delete(BatchPart).where(*where))


def parts(session: Session, batch: str, file: str) -> Iterator[bytes]:
    """Yield the parts of a file in order, all of them: removed meanwhile, it is still whole."""
    query = select(BatchPart.content).where(BatchPart.batch == batch, BatchPart.file == file)
    one_by_one = query.order_by(BatchPart.number).execution_options(yield_per=1)
    yield from session.scalars(one_by_one)


def files(session: Session, batch: str) -> dict[str, int]:
    """Return the files of a batch with the parts of each."""
    query = (
        select(BatchPart.file, func.count())
        .where(BatchPart.batch == batch)
        .group_by(BatchPart.file)
    )
    return {file: many for file, many in session.execute(query)}  # noqa: C416 - rows are typed so
