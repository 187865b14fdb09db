"""Small workbooks on their way to a release, and who does what with them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from estimator.rulebook.template import write_workbook
from estimator.services.audit import Audit
from estimator.services.publishing.act import Act
from estimator.services.publishing.drafts import Upload, upload
from estimator.services.publishing.gate import Approval
from estimator.services.publishing.releasing import publish
from estimator.services.publishing.report import report
from estimator.services.publishing.two_people import TwoPeople, TwoPersonRule
from estimator.sheets.workbook import read_workbook
from estimator.storage.database import Database
from estimator.storage.secret import key_for
from tests.builders import BASE, TODAY, a_test, cash, course, deductible, sheets, treatment

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
SECRET = "k" * 32
AUDIT = Audit(key_for(SECRET.encode(), "audit"))
WHY = "Prices of March"
ONE, TWO = TwoPersonRule(TwoPeople.NEVER), TwoPersonRule(TwoPeople.ALWAYS)


def act(who: str = "robin", now: datetime = NOW) -> Act:
    """Return who acts; our own files need no process of their own to be read."""
    return Act(who, now, now.date(), AUDIT, partial(report, read=read_workbook))


def workbook(price: Any = 80, *rows: Any, expected: Any = None, decide: bool = False) -> bytes:
    """Return a workbook with one price, the test that expects it, and, if asked, a decision."""
    tested = a_test("self-pay", price if expected is None else expected)
    limits = () if decide else (deductible(0),)
    return write_workbook(
        sheets(BASE, treatment(), course(), cash("infusion", price), tested, limits, rows)
    )


def sent(data: bytes, name: str = "rules.xlsx", why: str = WHY) -> Upload:
    return Upload(name, data, why)


def approval(live: int | None, rule: TwoPersonRule = ONE, why: str = "Looked at") -> Approval:
    return Approval(why, live, rule)


def published(database: Database, data: bytes, live: int | None = None) -> int:
    """Upload and publish a workbook; return the number of the release."""
    number = upload(database, act("robin"), sent(data))
    return publish(database, act("kim"), number, approval(live))


__all__ = ["NOW", "ONE", "TODAY", "TWO", "act", "approval", "published", "sent", "workbook"]
