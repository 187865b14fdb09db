"""Drafts: uploaded workbooks on their way to a release, and what of them was accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from estimator.storage.tables import Acceptance, Draft

OPEN, PUBLISHED, WITHDRAWN = "open", "published", "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """What was uploaded, what was found in it, who brought it and why."""

    file_name: str
    workbook: bytes
    fingerprint: str | None
    snapshot: str | None
    findings: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    reason: str
    uploaded_by: str
    uploaded_at: datetime
    base: int | None


def add(session: Session, new: NewDraft) -> Draft:
    """Add an open draft under the next number."""
    draft = Draft(state=OPEN, **asdict(new))
    session.add(draft)
    session.flush()
    return draft


def load(session: Session, number: int) -> Draft | None:
    """Return a draft with its workbook and snapshot."""
    return session.get(Draft, number)


def hold(session: Session, number: int) -> Draft | None:
    """Return a draft that nobody else changes before this session for writing ends."""
    query = select(Draft).where(Draft.number == number).with_for_update()
    return session.scalar(query)


def page(session: Session, number: int) -> Draft | None:
    """Return a draft without its workbook and snapshot."""
    return session.scalar(select(Draft).options(*_LIGHT).where(Draft.number == number))


def listed(session: Session) -> Sequence[Draft]:
    """Return all drafts, newest first, without what was uploaded and found."""
    found = (defer(Draft.findings, raiseload=True), defer(Draft.tests, raiseload=True))
    query = select(Draft).options(*_LIGHT, *found).order_by(Draft.number.desc())
    return session.scalars(query).all()


def findings(session: Session, number: int) -> list[dict[str, Any]]:
    """Return what was found in a draft."""
    return session.scalar(select(Draft.findings).where(Draft.number == number)) or []


def acceptances(session: Session, number: int) -> dict[str, Acceptance]:
    """Return what was accepted for a draft, by finding."""
    found = session.scalars(select(Acceptance).where(Acceptance.draft == number))
    return {each.finding: each for each in found}


def accept(session: Session, acceptance: Acceptance) -> None:
    """Add an acceptance; one of the same finding gives way to it."""
    session.merge(acceptance)
    session.flush()


_LIGHT = (defer(Draft.workbook, raiseload=True), defer(Draft.snapshot, raiseload=True))
