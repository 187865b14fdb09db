"""Accounts to sign in with, whose passwords cost next to nothing to check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp

from estimator.services.accounts import second_factor, signing_in, users
from estimator.services.accounts.passwords import Passwords
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.signing_in import CodeNeeded, Entered
from estimator.storage import accounts, audit
from estimator.storage.tables import User

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
CHEAP = Passwords(rounds=1, memory_kib=8)
PASSWORD = "a quiet green lamp"
ADMIN = Act("admin", NOW)
SECRET = "a secret that is long enough"


def add(registry: Registry, name: str, role: str, password: str | None = PASSWORD) -> None:
    """Add an account, after an admin's where there is none yet."""
    with registry.database.session() as session:
        first = not accounts.any_user(session)
    if first and role != "admin":
        users.add(registry, ADMIN, "admin", "admin", PASSWORD)
    users.add(registry, ADMIN, name, role, password)


def user(registry: Registry, name: str) -> User:
    """Return what is kept of an account."""
    with registry.database.session() as session:
        found = accounts.named(session, name)
    assert found is not None
    return found


def enter(registry: Registry, name: str, now: datetime = NOW, password: str = PASSWORD) -> str:
    """Sign in with the password alone and return the browser's token."""
    outcome = signing_in.with_password(registry, now, name, password)
    assert isinstance(outcome, Entered)
    return outcome.token


def proof(registry: Registry, name: str, now: datetime = NOW) -> str:
    """Give the right password, and return what the browser carries to the code."""
    outcome = signing_in.with_password(registry, now, name, PASSWORD)
    assert isinstance(outcome, CodeNeeded)
    return outcome.proof


def set_up_totp(registry: Registry, name: str, now: datetime = NOW) -> str:
    """Give an account a second factor and return its secret."""
    act = Act(name, now)
    offer = second_factor.offer(registry, act)
    second_factor.confirm(registry, act, offer, code(offer.secret, now))
    return offer.secret


def code(secret: str, now: datetime, later: int = 0) -> str:
    """Return the code of a secret, *later* half minutes from now."""
    return pyotp.TOTP(secret).at(now + timedelta(seconds=30 * later))


def told(registry: Registry) -> list[tuple[str, str, str]]:
    """Return the audit, oldest first: who, what, about whom."""
    with registry.database.session() as session:
        events = list(audit.all_events(session))
    return [(event.actor, event.action, event.about) for event in events]


def details(registry: Registry) -> dict[str, object]:
    """Return the details of the newest event."""
    with registry.database.session() as session:
        (event,) = audit.newest(session, 1)
    return event.details
