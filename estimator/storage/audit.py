"""The audit: what was done, in order. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Generator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from estimator.storage.tables import Event

AT_ONCE = 1_000


def last(session: Session) -> Event | None:
    """Return the newest event, in a session for writing: nobody adds another before it ends.

    What the session holds is written first, so that the audit is the last thing every writer
    waits for, and no two wait for each other.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {Event.__tablename__} IN EXCLUSIVE MODE"))
    return session.scalar(select(Event).order_by(Event.number.desc()).limit(1))


def all_events(session: Session) -> Generator[Event]:
    """Yield every event, oldest first; whoever stops before the end closes it."""
    query = select(Event).order_by(Event.number).execution_options(yield_per=AT_ONCE)
    with session.scalars(query) as found:
        yield from found


def before(session: Session, number: int, many: int) -> list[Event]:
    """Return the newest events before a number, newest first."""
    query = select(Event).where(Event.number < number).order_by(Event.number.desc())
    return list(session.scalars(query.limit(many)))


def newest(session: Session, many: int) -> list[Event]:
    """Return the newest events, newest first."""
    return list(session.scalars(select(Event).order_by(Event.number.desc()).limit(many)))
