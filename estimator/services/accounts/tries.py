"""How many wrong names, passwords and codes one network sends, whatever accounts they are for.

An account rests by itself after wrong ones; this holds back who tries one password on many names.
Only what does not fit is counted, so that a clinic behind one address signs in as it likes. The
counts are in the database, where all processes find them, under a keyed hash of the network.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from estimator.services.accounts.registry import Registry
from estimator.storage import accounts
from estimator.storage.secret import key_for


@dataclass(frozen=True, slots=True)
class Allowed:
    """How many wrong tries a network may send within a time that begins with the first."""

    times: int
    within: timedelta


def too_many(registry: Registry, allowed: Allowed, network: str, now: datetime) -> bool:
    """Whether a network has to wait."""
    with registry.database.session() as session:
        return accounts.wrong_tries(session, _hashed(registry, network), now) >= allowed.times


def count(registry: Registry, allowed: Allowed, network: str, now: datetime) -> None:
    """Count a try that did not fit."""
    with registry.database.writing() as session:
        until = now + allowed.within
        accounts.add_wrong_try(session, _hashed(registry, network), now, until)


def _hashed(registry: Registry, network: str) -> str:
    key = key_for(registry.secret, "wrong tries")
    return hmac.new(key, network.encode(), sha256).hexdigest()
