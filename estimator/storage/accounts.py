"""Accounts: who may sign in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from estimator.storage.tables import User


def any_user(session: Session) -> bool:
    """Whether there is an account at all."""
    return session.scalar(select(User.number).limit(1)) is not None
