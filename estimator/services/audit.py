"""What was done by whom, each entry sealed together with all before it.

The seal is an HMAC over the seal before it and the event, so that an event that is edited,
inserted, removed or moved breaks the chain from there on. It holds no patient's data.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from estimator.storage import audit
from estimator.storage.database import Database
from estimator.storage.secret import key_for, secret_key
from estimator.storage.tables import Event

FIRST_SEAL = "0" * 64
"""What the first event is sealed with, there being none before it."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Adds to the audit with one installation's key."""

    key: bytes

    @classmethod
    def of(cls, database: Database, secret: str | None) -> Audit:
        """Return the audit of a database; raises ``NoSecretKey``."""
        return cls(key_for(secret_key(database, secret), "audit"))

    def record(
        self,
        session: Session,
        now: datetime,
        actor: str,
        action: str,
        about: str = "",
        **details: Any,
    ) -> Event:
        """Add an event in the session for writing that does what it tells of.

        So either both are there or neither. ``action`` is a stable word (``release.publish``),
        ``about`` names the thing, ``details`` is plain JSON.
        """
        before = audit.last(session)
        event = Event(
            number=before.number + 1 if before else 1,
            at=now.astimezone(UTC),
            actor=actor,
            action=action,
            about=about,
            details=details,
        )
        event.seal = self.seal(before.seal if before else FIRST_SEAL, event)
        session.add(event)
        session.flush()
        return event

    def seal(self, before: str, event: Event) -> str:
        """Return the seal of an event that comes after the one sealed *before*."""
        told = [
            event.number,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor,
            event.action,
            event.about,
            event.details,
        ]
        canonical = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hmac.new(self.key, f"{before}\n{canonical}".encode(), sha256).hexdigest()
