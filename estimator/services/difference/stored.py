"""Which two rulebooks are compared: a draft with what it would replace, or two releases."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from estimator.storage import releases
from estimator.storage.database import Database
from estimator.storage.tables import Draft


@dataclass(frozen=True, slots=True)
class Side:
    """A stored rulebook and what people call it."""

    name: str
    fingerprint: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of them; a side that cannot be read has no snapshot to compare."""

    before: Side
    after: Side | None
    after_name: str


def draft_beside_release(database: Database, number: int) -> Pair | None:
    """Return a draft beside the live release; one that was published, beside the one before it.

    ``None``: there is no such draft, or no release.
    """
    with database.session() as session:
        draft = session.get(Draft, number)
        if draft is None:
            return None
        beside = draft.release - 1 if draft.release else releases.current_number(session)
        before = _release(session, beside or 0)
        name = f"draft {number} ({draft.file_name})"
        if before is None:
            return None
        if draft.snapshot is None or draft.fingerprint is None:
            return Pair(before, None, name)
        return Pair(before, Side(name, draft.fingerprint, draft.snapshot), name)


def two_releases(database: Database, before: int, after: int) -> Pair | None:
    """Return two releases; ``None`` where one is not there."""
    with database.session() as session:
        one, other = _release(session, before), _release(session, after)
    return None if one is None or other is None else Pair(one, other, other.name)


def release_numbers(database: Database) -> list[int]:
    """Return the numbers of all releases, the newest first."""
    with database.session() as session:
        return [release.number for release in releases.history(session)]


def _release(session: Session, number: int) -> Side | None:
    found = releases.load(session, number)
    if found is None:
        return None
    return Side(f"release {number}", found.fingerprint, found.snapshot)
