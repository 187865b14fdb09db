"""The one place where rolling forward hands a workbook on to be published."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from estimator.findings import stops
from estimator.rulebook import snapshot
from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.rulebooks import Checked
from estimator.sheets.workbook import read_workbook
from estimator.storage.database import Database
from estimator.storage.tables import Draft


@dataclass(frozen=True, slots=True)
class Sent:
    """A workbook of ours: its name, its bytes, why it was made."""

    file_name: str
    data: bytes
    why: str


def store_draft(database: Database, audit: Audit, sent: Sent, now: datetime, who: str) -> int:
    """Keep a workbook as an open draft; return its number.

    Uploading does the same with a file from outside, and can take this function's place.
    """
    checked = rulebooks.check(sent.data, now.date(), read_workbook)
    draft = _draft(checked, sent, now, who)
    with database.writing() as session:
        session.add(draft)
        session.flush()
        about = {"file": sent.file_name, "why": sent.why, "fingerprint": draft.fingerprint}
        audit.record(session, now, who, "draft.upload", str(draft.number), **about)
    return draft.number


def _draft(checked: Checked, sent: Sent, now: datetime, who: str) -> Draft:
    stopped = stops(each for each in checked.findings if each.code != "failing-test")
    return Draft(
        state="open",
        file_name=sent.file_name,
        workbook=sent.data,
        fingerprint=None if stopped else checked.fingerprint,
        snapshot=None if stopped else snapshot.encode(checked.loaded.rows),
        findings=[
            {field.name: getattr(each, field.name) for field in fields(each)}
            for each in checked.findings
        ],
        tests=[],
        reason=sent.why,
        uploaded_by=who,
        uploaded_at=now,
    )


def draft_workbook(database: Database, number: int) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a draft's workbook; ``None``: there is no such draft."""
    with database.session() as session:
        draft = session.get(Draft, number)
    return (draft.file_name, draft.workbook) if draft else None
