"""Published rulebooks: add one, read one, list them. Nothing here changes or removes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, defer

from estimator.storage.tables import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """What is published: the file's bytes, what was read in it, and who, when and why.

    ``snapshot`` is the parsed rulebook as JSON text. ``accepted`` are the findings published
    in spite of, as JSON objects. ``rollback_of`` numbers the release published again.
    ``tests`` are the results of its Tests; ``uploaded_by`` is who brought the file.
    """

    fingerprint: str
    workbook: bytes
    snapshot: str
    engine_version: str
    published_at: datetime
    published_by: str
    reason: str
    accepted: list[dict[str, Any]] = field(default_factory=list)
    rollback_of: int | None = None
    tests: list[dict[str, Any]] = field(default_factory=list)
    uploaded_by: str | None = None


def publish(session: Session, new: NewRelease) -> Release:
    """Add *new* under the next number, in a session for writing.

    Whoever publishes at the same moment waits until that session ends and gets the number
    after this one.
    """
    wait_for_others(session)
    return _add(session, new)


def publish_if_empty(session: Session, new: NewRelease) -> Release | None:
    """Add *new* as release 1; where there is a release already, return ``None``."""
    wait_for_others(session)
    return _add(session, new) if current_number(session) is None else None


def current_number(session: Session) -> int | None:
    """Return the number of the release in force: the last one published."""
    return session.scalar(select(func.max(Release.number)))


def load(session: Session, number: int) -> Release | None:
    """Return release *number*, with its workbook and snapshot."""
    return session.get(Release, number)


def page(session: Session, number: int) -> Release | None:
    """Return a release without its workbook and snapshot."""
    return session.scalar(select(Release).options(*_LIGHT).where(Release.number == number))


def history(session: Session) -> Sequence[Release]:
    """Return all releases, newest first, without their workbooks, snapshots and Tests."""
    options = (*_LIGHT, defer(Release.tests, raiseload=True))
    return session.scalars(select(Release).options(*options).order_by(Release.number.desc())).all()


_LIGHT = (defer(Release.workbook, raiseload=True), defer(Release.snapshot, raiseload=True))


def wait_for_others(session: Session) -> None:
    """Let one publisher in until the session ends; on SQLite, one for writing already does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {Release.__tablename__} IN EXCLUSIVE MODE"))


def _add(session: Session, new: NewRelease) -> Release:
    release = Release(number=(current_number(session) or 0) + 1, **asdict(new))
    session.add(release)
    session.flush()
    return release
