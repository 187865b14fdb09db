"""The accounts of one installation, with the keys and the limits that go with them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from estimator.services.accounts.passwords import Passwords
from estimator.services.audit import Audit
from estimator.storage.database import Database
from estimator.storage.secret import key_for, secret_key

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


@dataclass(frozen=True, slots=True)
class Limits:
    """How long somebody stays signed in: without doing anything, and at all."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and when."""

    actor: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Registry:
    """Where accounts are kept, and what it takes to know somebody again."""

    database: Database
    secret: bytes = field(repr=False)
    limits: Limits = Limits()
    passwords: Passwords = field(default_factory=Passwords)

    @classmethod
    def of(cls, database: Database, secret: str, limits: Limits) -> Registry:
        """Return the accounts of a database; raises ``NoSecretKey``."""
        return cls(database, secret_key(database, secret), limits)

    @property
    def audit(self) -> Audit:
        """Where everything that is done to accounts is told."""
        return Audit(key_for(self.secret, "audit"))

    def seal(self, purpose: str, told: dict[str, Any], now: datetime) -> str:
        """Return something that a browser carries for us without reading or changing it."""
        sealed = self.sealing(purpose).encrypt_at_time(
            json.dumps(told).encode(), int(now.timestamp())
        )
        return sealed.decode()

    def unseal(
        self, purpose: str, sealed: str, now: datetime, within: timedelta
    ) -> dict[str, Any] | None:
        """Return what a browser carried for us, unless it is not ours or took too long."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see sealing

        longest, at = int(within.total_seconds()), int(now.timestamp())
        try:
            opened = self.sealing(purpose).decrypt_at_time(sealed.encode(), longest, at)
        except InvalidToken:
            return None
        told: dict[str, Any] = json.loads(opened)
        return told

    def sealing(self, purpose: str) -> Fernet:
        """Return what encrypts for one purpose, and opens nothing sealed for another."""
        # Only what signs people in needs it, and the memory it takes
        from cryptography.fernet import Fernet  # noqa: PLC0415 - see above

        return Fernet(urlsafe_b64encode(key_for(self.secret, purpose)))
