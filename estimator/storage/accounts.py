"""Accounts: who may sign in."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from estimator.storage.tables import User


def any_user(session: Session) -> bool:
    """Whether there is an account at all."""
    return session.scalar(select(User.number).limit(1)) is not None


def enabled(session: Session) -> int:
    """Return how many accounts are not disabled."""
    query = select(func.count()).select_from(User).where(User.disabled_at.is_(None))
    return session.scalar(query) or 0
