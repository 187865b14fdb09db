"""Accounts as those who manage them see them: added, given a role, disabled, listed.

Whatever somebody may no longer do ends at once: the account is signed out everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from estimator.findings import Finding
from estimator.services.accounts.codes import AccountRefused, finding, refuse
from estimator.services.accounts.passwords import password_findings
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.roles import Role
from estimator.storage import accounts
from estimator.storage.tables import User

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_OURS = frozenset({"estimator"})
"""Names under which the program itself stands in the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, as listed."""

    name: str
    role: Role
    password: bool
    """Whether it signs in with a password; otherwise with an identity provider."""
    second_factor: bool
    created_at: datetime
    disabled_at: datetime | None
    seen_at: datetime | None
    """When a browser that is still signed in did something last."""


def plain_name(typed: str) -> str:
    """Return a name as accounts have it.

    >>> plain_name(" Robin@Clinic.example ")
    'robin@clinic.example'
    """
    return typed.strip().lower()


def listing(registry: Registry) -> list[Account]:
    """Return every account by name."""
    with registry.database.session() as session:
        return [_account(user, seen_at) for user, seen_at in accounts.everyone(session)]


def one(registry: Registry, name: str) -> Account:
    """Return an account; raises ``AccountRefused``."""
    found = [account for account in listing(registry) if account.name == name]
    if not found:
        refuse("account-unknown", "name")
    return found[0]


def add(registry: Registry, act: Act, name: str, role: str, password: str | None) -> None:
    """Add an account; without a password it signs in with an identity provider alone.

    Raises ``AccountRefused``.
    """
    found = new_findings(name, role, password)
    if found:
        raise AccountRefused(found)
    name = plain_name(name)
    kept = None if password is None else registry.passwords.hashed(password)
    user = User(name=name, role=role, password_hash=kept, failures=0, created_at=act.now)
    with registry.database.writing() as session:
        if role != Role.ADMIN and not accounts.any_user(session):
            refuse("first-not-admin", "role")
        _insert(session, user)
        signs_in = "provider" if password is None else "password"
        registry.audit.record(
            session, act.now, act.actor, "user.add", name, role=role, signs_in_with=signs_in
        )


def new_findings(name: str, role: str, password: str | None) -> list[Finding]:
    """Return what is wrong with an account that is to be added, as far as it can be seen."""
    name = plain_name(name)
    found = _name_findings(name) + _role_findings(role)
    return found if password is None else found + password_findings(password, name)


def change_role(registry: Registry, act: Act, name: str, role: str) -> None:
    """Give somebody another role; raises ``AccountRefused``."""
    found = _role_findings(role)
    if found:
        raise AccountRefused(found)
    with changing(registry, name) as (session, user):
        if user.role == role:
            return
        _keep_an_admin(session, user)
        before, user.role = user.role, role
        accounts.end_all(session, user.number)
        registry.audit.record(
            session, act.now, act.actor, "user.role", user.name, before=before, role=role
        )


def disable(registry: Registry, act: Act, name: str) -> None:
    """Let an account do nothing any more; raises ``AccountRefused``."""
    with changing(registry, name) as (session, user):
        if user.disabled_at is not None:
            return
        _keep_an_admin(session, user)
        user.disabled_at = act.now
        accounts.end_all(session, user.number)
        registry.audit.record(session, act.now, act.actor, "user.disable", user.name)


def enable(registry: Registry, act: Act, name: str) -> None:
    """Let an account sign in again, at once; raises ``AccountRefused``."""
    with changing(registry, name) as (session, user):
        user.disabled_at = user.locked_until = None
        user.failures = 0
        registry.audit.record(session, act.now, act.actor, "user.enable", user.name)


def set_password(registry: Registry, act: Act, name: str, password: str) -> None:
    """Give an account another password, and sign it out everywhere; raises ``AccountRefused``."""
    found = password_findings(password, plain_name(name))
    if found:
        raise AccountRefused(found)
    kept = registry.passwords.hashed(password)
    with changing(registry, name) as (session, user):
        user.password_hash, user.failures, user.locked_until = kept, 0, None
        accounts.end_all(session, user.number)
        registry.audit.record(session, act.now, act.actor, "user.password", user.name)


def remove_second_factor(registry: Registry, act: Act, name: str) -> None:
    """Let an account sign in with its password alone; raises ``AccountRefused``."""
    with changing(registry, name) as (session, user):
        if user.totp_secret is None:
            return
        user.totp_secret = None
        registry.audit.record(session, act.now, act.actor, "user.totp_off", user.name)


def sign_out(registry: Registry, act: Act, name: str) -> None:
    """Sign an account out everywhere; raises ``AccountRefused``."""
    with changing(registry, name) as (session, user):
        browsers = accounts.end_all(session, user.number)
        registry.audit.record(
            session, act.now, act.actor, "sign_out.everywhere", user.name, browsers=browsers
        )


@contextmanager
def changing(registry: Registry, name: str) -> Iterator[tuple[Session, User]]:
    """Give an account in a session for writing; raises ``AccountRefused``."""
    with registry.database.writing() as session:
        known = accounts.named(session, plain_name(name))
        # Before the account itself, so that two who change admins never wait for each other
        accounts.enabled_admins(session)
        user = known and accounts.to_change(session, known.number)
        if user is None:
            refuse("account-unknown", "name")
        yield session, user


def _insert(session: Session, user: User) -> None:
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise AccountRefused([finding("name-taken", "name")]) from None


def _keep_an_admin(session: Session, user: User) -> None:
    """Refuse to lose the last enabled admin."""
    is_admin = user.role == Role.ADMIN and user.disabled_at is None
    if is_admin and accounts.enabled_admins(session) == 1:
        refuse("last-admin", "name")


def _name_findings(name: str) -> list[Finding]:
    usable = _NAME.fullmatch(name) and name not in _OURS
    return [] if usable else [finding("name-not-usable", "name")]


def _role_findings(role: str) -> list[Finding]:
    return [] if role in set(Role) else [finding("role-unknown", "role")]


def _account(user: User, seen_at: datetime | None) -> Account:
    return Account(
        name=user.name,
        role=Role(user.role),
        password=user.password_hash is not None,
        second_factor=user.totp_secret is not None,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
        seen_at=seen_at,
    )
