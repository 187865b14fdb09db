"""Signing in through an identity provider: whose account it is.

Only known users: an admin adds the account, without a password, under the name that the
provider vouches for. The first sign-in ties it to the provider's own, lasting identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from estimator.services.accounts.registry import Registry
from estimator.services.accounts.signing_in import Entered, enter, failed
from estimator.services.accounts.users import plain_name
from estimator.storage import accounts
from estimator.storage.tables import User


def with_claims(
    registry: Registry, now: datetime, issuer: str, claims: Mapping[str, Any], name_claim: str
) -> Entered | None:
    """Sign in whom the provider named, or return ``None`` where no account here is theirs."""
    subject = str(claims["sub"])
    with registry.database.writing() as session:
        found = accounts.of_provider(session, issuer, subject)
        known = found or _waiting(session, _vouched_name(claims, name_claim))
        user = known and accounts.to_change(session, known.number)
        if user is None or user.disabled_at is not None:
            failed(registry, session, user, "disabled" if user else "unknown", now)
            return None
        if found is None:
            user.issuer, user.subject = issuer, subject
            registry.audit.record(session, now, user.name, "user.tie", user.name, issuer=issuer)
        return Entered(enter(session, registry, user, now, "provider"))


def _waiting(session: Session, name: str) -> User | None:
    """Return the account of a name, if it was made for the provider and is nobody's yet."""
    user = accounts.named(session, name)
    free = user is not None and user.password_hash is None and user.subject is None
    return user if free else None


def _vouched_name(claims: Mapping[str, Any], name_claim: str) -> str:
    """Return the name that the provider stands for: of an e-mail address, a verified one."""
    unverified = name_claim == "email" and claims.get("email_verified") not in (True, "true")
    return "" if unverified else plain_name(str(claims.get(name_claim, "")))
