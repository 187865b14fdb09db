"""Accounts and who is signed in: rows of both, found and removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, delete, func, or_, select, update
from sqlalchemy.orm import Session

from estimator.storage.tables import SignIn, User, WrongTries
from estimator.storage.upserts import upsert


def any_user(session: Session) -> bool:
    """Whether there is an account at all."""
    return session.scalar(select(User.number).limit(1)) is not None


def everyone(session: Session) -> list[tuple[User, datetime | None]]:
    """Return every account by name, with when somebody who is signed in was seen last."""
    seen = (
        select(SignIn.user, func.max(SignIn.seen_at).label("seen_at"))
        .group_by(SignIn.user)
        .subquery()
    )
    query = select(User, seen.c.seen_at).outerjoin(seen, seen.c.user == User.number)
    return [(user, seen_at) for user, seen_at in session.execute(query.order_by(User.name))]


def named(session: Session, name: str) -> User | None:
    """Return the account of a name."""
    if "\0" in name:
        return None  # PostgreSQL refuses to look for it
    return session.scalar(select(User).where(User.name == name))


def of_provider(session: Session, issuer: str, subject: str) -> User | None:
    """Return the account of somebody whom an identity provider knows."""
    return session.scalar(select(User).where(User.issuer == issuer, User.subject == subject))


def to_change(session: Session, number: int) -> User | None:
    """Return an account in a session for writing: nobody else changes it before the end."""
    query = select(User).where(User.number == number).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def enabled_admins(session: Session) -> int:
    """Return how many may manage accounts, in a session for writing; they stay so to its end."""
    query = select(User.number).where(User.role == "admin", User.disabled_at.is_(None))
    return len(session.scalars(query.order_by(User.number).with_for_update()).all())


def signed_in(session: Session, token_hash: str) -> tuple[SignIn, User] | None:
    """Return a sign-in and whose it is."""
    query = select(SignIn, User).join(User, User.number == SignIn.user)
    found = session.execute(query.where(SignIn.token_hash == token_hash)).one_or_none()
    return (found[0], found[1]) if found else None


def sign_ins(session: Session, user: int) -> Sequence[SignIn]:
    """Return where somebody is signed in, the longest ago first."""
    query = select(SignIn).where(SignIn.user == user)
    return session.scalars(query.order_by(SignIn.began_at, SignIn.token_hash)).all()


def seen(session: Session, token_hash: str, now: datetime) -> None:
    """Note that somebody signed in did something; a row that is gone stays gone."""
    session.execute(update(SignIn).where(SignIn.token_hash == token_hash).values(seen_at=now))


def end(session: Session, token_hash: str) -> bool:
    """Sign a browser out; say whether it was signed in."""
    return _removed(session, delete(SignIn).where(SignIn.token_hash == token_hash)) > 0


def end_all(session: Session, user: int) -> int:
    """Sign somebody out everywhere; return of how many browsers."""
    return _removed(session, delete(SignIn).where(SignIn.user == user))


def end_older(session: Session, seen_before: datetime, began_before: datetime) -> None:
    """Remove the sign-ins whose time is over."""
    over = or_(SignIn.seen_at < seen_before, SignIn.began_at < began_before)
    _removed(session, delete(SignIn).where(over))


def wrong_tries(session: Session, network: str, now: datetime) -> int:
    """Return how many sign-ins of a network did not fit and still count."""
    still = (WrongTries.network == network, WrongTries.until > now)
    return session.scalar(select(WrongTries.times).where(*still)) or 0


def add_wrong_try(session: Session, network: str, now: datetime, until: datetime) -> None:
    """Count one more, all of them until the first one's end; forget those whose time is over."""
    _removed(session, delete(WrongTries).where(WrongTries.until <= now))
    first = upsert(session, WrongTries).values(network=network, times=1, until=until)
    more = {"times": WrongTries.times + 1}
    session.execute(first.on_conflict_do_update(index_elements=["network"], set_=more))


def _removed(session: Session, statement: Delete) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def enabled(session: Session) -> int:
    """Return how many accounts are not disabled."""
    query = select(func.count()).select_from(User).where(User.disabled_at.is_(None))
    return session.scalar(query) or 0
