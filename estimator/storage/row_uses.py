"""How often rows were used, by month: add to the counts, read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from estimator.storage.tables import RowUse
from estimator.storage.upserts import upsert

AT_ONCE = 500
_KEY = ("release", "month", "sheet", "row")


class Key(NamedTuple):
    """What is counted: a row of a release in a month."""

    release: int
    month: date
    sheet: str
    row: int


class Count(NamedTuple):
    """How many lines a row stood behind, and what these were billed at."""

    uses: int
    cents: int


def add(session: Session, counts: Mapping[Key, Count]) -> None:
    """Add to what is counted already, in a session for writing.

    In one order, so that two who add at once do not wait for each other.
    """
    rows = [{**key._asdict(), **count._asdict()} for key, count in sorted(counts.items())]
    for start in range(0, len(rows), AT_ONCE):
        session.execute(_added(session, rows[start : start + AT_ONCE]))


def since(session: Session, month: date) -> Iterator[tuple[int, str, int, Count]]:
    """Yield what was counted from a month on: release, sheet, row and count."""
    query = (
        select(
            RowUse.release, RowUse.sheet, RowUse.row, func.sum(RowUse.uses), func.sum(RowUse.cents)
        )
        .where(RowUse.month >= month)
        .group_by(RowUse.release, RowUse.sheet, RowUse.row)
    )
    for release, sheet, row, uses, cents in session.execute(query):
        yield release, sheet, row, Count(int(uses), int(cents))


def _added(session: Session, rows: Sequence[dict[str, Any]]) -> Any:
    new = upsert(session, RowUse).values(rows)
    summed = {name: getattr(RowUse, name) + getattr(new.excluded, name) for name in Count._fields}
    return new.on_conflict_do_update(index_elements=_KEY, set_=summed)
