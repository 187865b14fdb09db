"""Who does something to the rules, and when: what every step of a release's life records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from estimator.services.audit import Audit


@dataclass(frozen=True, slots=True)
class Act:
    """One person, at one moment, on the day it is where they are."""

    who: str
    now: datetime
    today: date
    audit: Audit

    def record(self, session: Session, action: str, about: object, **details: Any) -> None:
        """Add what was done to the audit, in the session for writing that does it."""
        self.audit.record(session, self.now, self.who, action, str(about), **details)
