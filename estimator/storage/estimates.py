"""Kept estimates: add one, read one, list them, remove them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from estimator.storage.tables import KeptEstimate


def load(session: Session, name: str) -> KeptEstimate | None:
    """Return the estimate of this name."""
    return session.get(KeptEstimate, name)


def count(session: Session) -> int:
    """Return how many there are."""
    return session.scalar(select(func.count()).select_from(KeptEstimate)) or 0


def newest(session: Session, skip: int, many: int) -> Sequence[KeptEstimate]:
    """Return estimates, the newest first, without the first so many."""
    order = (KeptEstimate.made_at.desc(), KeptEstimate.name)
    query = select(KeptEstimate).order_by(*order).offset(skip).limit(many)
    return session.scalars(query).all()


def names_before(session: Session, moment: datetime) -> Sequence[str]:
    """Return the names of those made before a moment."""
    query = select(KeptEstimate.name).where(KeptEstimate.made_at < moment)
    return session.scalars(query.order_by(KeptEstimate.made_at)).all()


def remove(session: Session, names: Sequence[str]) -> None:
    """Remove the estimates of these names."""
    session.execute(delete(KeptEstimate).where(KeptEstimate.name.in_(names)))
