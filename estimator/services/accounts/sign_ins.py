"""Who is signed in, in which browser, and for how long.

A browser holds a random token; here only its digest is kept. Removing the row signs the
browser out, from its next request on.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from estimator.services.accounts.registry import Limits, Registry
from estimator.services.accounts.roles import Identity, Role
from estimator.storage import accounts
from estimator.storage.database import Database
from estimator.storage.tables import SignIn, User

SEEN_EVERY = timedelta(minutes=1)
"""A request sooner after the last one is not noted, which spares the database a write."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in browser: whose it is, and until when if nothing more is done."""

    identity: Identity
    user: int
    token_hash: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


def begin(session: Session, registry: Registry, user: User, now: datetime) -> str:
    """Sign a browser in, in a session for writing, and return its token."""
    token = secrets.token_urlsafe(32)
    limits = registry.limits
    accounts.end_older(session, now - limits.idle, now - limits.longest)
    session.add(SignIn(token_hash=_digest(token), user=user.number, began_at=now, seen_at=now))
    return token


def who(
    database: Database, limits: Limits, token: str, now: datetime, *, note: bool = True
) -> SignedIn | None:
    """Return who is signed in with a token, and *note* that they did something.

    Role and state are read each time, so that what is taken away is gone at once.
    """
    with database.session() as session:
        found = accounts.signed_in(session, _digest(token))
    if found is None or found[1].disabled_at is not None:
        return None
    known = _signed_in(*found, limits)
    if known.ends_at <= now:
        return None
    if not note or now - known.seen_at < SEEN_EVERY:
        return known
    return stay(database, limits, known, now)


def stay(database: Database, limits: Limits, known: SignedIn, now: datetime) -> SignedIn:
    """Note that somebody signed in did something."""
    with database.writing() as session:
        accounts.seen(session, known.token_hash, now)
    return replace(known, seen_at=now, ends_at=_ends_at(limits, known.began_at, now))


def seconds_left(known: SignedIn, now: datetime) -> int:
    """Return how long somebody stays signed in who does nothing more."""
    return int((known.ends_at - now).total_seconds())


def end(registry: Registry, known: SignedIn, now: datetime) -> None:
    """Sign one browser out."""
    with registry.database.writing() as session:
        if accounts.end(session, known.token_hash):
            registry.audit.record(session, now, known.identity.name, "sign_out")


def listing(registry: Registry, known: SignedIn) -> list[SignedIn]:
    """Return every browser that the same account is signed in with."""
    with registry.database.session() as session:
        user = session.get_one(User, known.user)
        rows = accounts.sign_ins(session, known.user)
    return [_signed_in(row, user, registry.limits) for row in rows]


def _signed_in(row: SignIn, user: User, limits: Limits) -> SignedIn:
    identity = Identity(user.name, Role(user.role))
    ends_at = _ends_at(limits, row.began_at, row.seen_at)
    return SignedIn(identity, user.number, row.token_hash, row.began_at, row.seen_at, ends_at)


def _ends_at(limits: Limits, began_at: datetime, seen_at: datetime) -> datetime:
    return min(seen_at + limits.idle, began_at + limits.longest)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
