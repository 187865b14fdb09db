"""Who does something to the rules, and when: what every step of a release's life takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from estimator.services.audit import Audit
from estimator.services.publishing.report import Report, report


@dataclass(frozen=True, slots=True)
class Act:
    """One person, at one moment, on the day it is where they are."""

    who: str
    now: datetime
    today: date
    audit: Audit
    check: Callable[[bytes, date], Report] = report
    """How a workbook is looked at: here, or by a process of its own."""

    def record(self, session: Session, action: str, about: object, **details: Any) -> None:
        """Add what was done to the audit, in the session for writing that does it."""
        self.audit.record(session, self.now, self.who, action, str(about), **details)
