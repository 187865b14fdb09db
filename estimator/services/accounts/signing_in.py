"""Signing in: a password, then a code where the account has a second factor.

Whatever does not fit gets one answer after the same work, so that nobody learns from it which
names there are, which are locked and which are disabled. Wrong tries lock the account for a
while, longer each time; they count until somebody has signed in to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from estimator.services.accounts import second_factor, sign_ins, users
from estimator.services.accounts.codes import AccountRefused, refuse
from estimator.services.accounts.passwords import password_findings
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.users import plain_name
from estimator.storage import accounts
from estimator.storage.tables import User

FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FOR_CODE = timedelta(minutes=5)
"""How long after the password the code may come."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is signed in; the browser keeps the token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password is right, the code is to come; the browser carries the proof."""

    proof: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Checked:
    """Which password was compared with what was kept, and how it came out."""

    kept: str | None
    fits: bool
    renewed: str | None = None


def with_password(
    registry: Registry, now: datetime, name: str, password: str
) -> Entered | CodeNeeded | None:
    """Sign somebody in with name and password, or return ``None``; raises ``TooBusy``."""
    known, checked = _check(registry, name, password)
    with registry.database.writing() as session:
        user = known and accounts.to_change(session, known.number)
        why = _why_not(user, checked, now)
        if user is None or why:
            _wrong(registry, session, user, why, now)
            return None
        user.password_hash = checked.renewed or user.password_hash
        if user.totp_secret is not None:
            return CodeNeeded(_proof(registry, user, now))
        return Entered(enter(session, registry, user, now, "password"))


def with_code(
    registry: Registry, now: datetime, proof: str, code: str
) -> Entered | CodeNeeded | None:
    """Sign somebody in whose password was right; a wrong code may be typed again.

    ``None``: the proof is too old, and the password is to be typed again.
    """
    told = registry.unseal("second-factor", proof, now, FOR_CODE)
    with registry.database.writing() as session:
        user = told and accounts.to_change(session, told["user"])
        if not user or not told or told["mark"] != _mark(user) or user.disabled_at:
            return None
        why = "locked" if _locked(user, now) else ""
        if not why and not second_factor.use(registry, user, code, now):
            why = "code"
        if why:
            _wrong(registry, session, user, why, now)
            return CodeNeeded(proof)
        return Entered(enter(session, registry, user, now, "password and code"))


def confirm_password(registry: Registry, act: Act, password: str) -> None:
    """Ask somebody signed in for their password again; raises ``AccountRefused``."""
    known, checked = _check(registry, act.actor, password)
    with registry.database.writing() as session:
        user = known and accounts.to_change(session, known.number)
        why = _why_not(user, checked, act.now)
        if user is None or why:
            _wrong(registry, session, user, why, act.now)
    if why:
        refuse("password-wrong", "current_password")


def change_password(registry: Registry, act: Act, current: str, new: str) -> str:
    """Give whoever acts another password, and sign them in anew with the token returned.

    Every browser is signed out. Raises ``AccountRefused``.
    """
    found = password_findings(new, act.actor)
    if found:
        raise AccountRefused(found)
    confirm_password(registry, act, current)
    users.set_password(registry, act, act.actor, new)
    with users.changing(registry, act.actor) as (session, user):
        return sign_ins.begin(session, registry, user, act.now)


def enter(session: Session, registry: Registry, user: User, now: datetime, how: str) -> str:
    """Sign somebody in who has shown who they are, and forget the wrong tries."""
    user.failures, user.locked_until = 0, None
    registry.audit.record(session, now, user.name, "sign_in", how=how)
    return sign_ins.begin(session, registry, user, now)


def failed(
    registry: Registry, session: Session, user: User | None, why: str, now: datetime
) -> None:
    """Tell the audit of a try that did not fit. What was typed as a name may be a password."""
    registry.audit.record(session, now, user.name if user else "", "sign_in.failed", why=why)


def _check(registry: Registry, name: str, password: str) -> tuple[User | None, _Checked]:
    """Compare a password with the one kept; no transaction waits for it."""
    with registry.database.session() as session:
        user = accounts.named(session, plain_name(name))
    kept = user.password_hash if user else None
    fits = registry.passwords.fits(kept, password)
    outdated = fits and kept is not None and registry.passwords.outdated(kept)
    return user, _Checked(kept, fits, registry.passwords.hashed(password) if outdated else None)


def _why_not(user: User | None, checked: _Checked, now: datetime) -> str:
    if user is None:
        return "unknown"
    reasons = {
        "disabled": user.disabled_at is not None,
        "locked": _locked(user, now),
        "password": not checked.fits or user.password_hash != checked.kept,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _wrong(
    registry: Registry, session: Session, user: User | None, why: str, now: datetime
) -> None:
    """Count a wrong try, and lock the account from the fifth on."""
    if user is not None and why in {"password", "code"}:
        user.failures += 1
        doublings = min(user.failures - FREE_TRIES, 10)
        if doublings >= 0:
            user.locked_until = now + min(FIRST_LOCK * 2**doublings, LONGEST_LOCK)
    failed(registry, session, user, why, now)


def _locked(user: User, now: datetime) -> bool:
    return user.locked_until is not None and now < user.locked_until


def _proof(registry: Registry, user: User, now: datetime) -> str:
    told = {"user": user.number, "mark": _mark(user)}
    return registry.seal("second-factor", told, now)


def _mark(user: User) -> str:
    """Return what changes with password and second factor, and tells nothing of them."""
    return sha256(f"{user.password_hash} {user.totp_secret!r}".encode()).hexdigest()
