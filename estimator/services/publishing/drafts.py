"""Drafts: upload a workbook, accept what has to be decided, withdraw it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from sqlalchemy.orm import Session

from estimator.services.checking import RulebookRefused
from estimator.services.publishing import kept
from estimator.services.publishing.act import Act
from estimator.services.publishing.codes import NotThere, refusal
from estimator.services.publishing.reasons import reason
from estimator.services.publishing.report import Report
from estimator.storage import drafts, releases
from estimator.storage.database import Database
from estimator.storage.drafts import NewDraft
from estimator.storage.tables import Acceptance, Draft

UNNAMED = "workbook.xlsx"
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name on the other machine, its bytes, why it was sent."""

    file_name: str
    data: bytes
    why: str


def upload(database: Database, act: Act, sent: Upload) -> int:
    """Check a workbook and keep it as a draft; return its number once it is kept for good.

    Raises ``RulebookRefused`` for a file that cannot be read at all: it is not kept.
    """
    why = reason(sent.why)
    found = act.check(sent.data, act.today)
    if not found.readable:
        _refuse(database, act, sent, found)
    with database.writing() as session:
        live = releases.current_number(session)
        draft = drafts.add(session, _draft(act, sent, found, why, live))
        about = {"file": draft.file_name, "workbook": digest_of(sent.data), "why": why}
        act.record(session, "draft.upload", draft.number, fingerprint=draft.fingerprint, **about)
    return draft.number


def accept(database: Database, act: Act, number: int, finding: str, why: str) -> None:
    """Accept one finding to decide on, by its digest; raises ``RulebookRefused``."""
    given = reason(why)
    with database.writing() as session:
        draft = _open(session, number)
        found = kept.to_decide(kept.findings(draft.findings)).get(finding)
        if found is None:
            raise RulebookRefused((refusal("not-to-decide"),))
        acceptance = Acceptance(
            draft=number,
            finding=finding,
            reason=given,
            accepted_by=act.who,
            accepted_at=act.now,
        )
        drafts.accept(session, acceptance)
        act.record(session, "draft.accept", number, code=found.code, at=found.where, why=given)


def withdraw(database: Database, act: Act, number: int, why: str) -> None:
    """Close a draft without publishing it; raises ``RulebookRefused``."""
    given = reason(why)
    with database.writing() as session:
        draft = _open(session, number)
        draft.state = drafts.WITHDRAWN
        act.record(session, "draft.withdraw", number, why=given)


def closed(draft: Draft) -> str:
    """Return why nothing can be done with a draft any more; blank while it is open."""
    if draft.state == drafts.PUBLISHED:
        return f"Draft {draft.number} was published as release {draft.release}."
    return f"Draft {draft.number} was withdrawn." if draft.state == drafts.WITHDRAWN else ""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return sha256(data).hexdigest()


def _draft(act: Act, sent: Upload, found: Report, why: str, live: int | None) -> NewDraft:
    return NewDraft(
        file_name=_safe(sent.file_name),
        workbook=sent.data,
        fingerprint=found.fingerprint,
        snapshot=found.snapshot,
        findings=kept.documents(found.findings),
        tests=list(found.tests),
        reason=why,
        uploaded_by=act.who,
        uploaded_at=act.now,
        base=live,
    )


def _open(session: Session, number: int) -> Draft:
    """Return an open draft, held; raises ``NotThere`` and ``RulebookRefused``."""
    draft = drafts.hold(session, number)
    if draft is None:
        raise NotThere(f"there is no draft {number}")
    if closed(draft):
        raise RulebookRefused((refusal("draft-closed", closed(draft)),))
    return draft


def _refuse(database: Database, act: Act, sent: Upload, found: Report) -> None:
    """Say in the audit that a file was refused, and refuse it."""
    codes = sorted({each.code for each in found.findings})
    with database.writing() as session:
        name, digest = _safe(sent.file_name), digest_of(sent.data)
        act.record(session, "draft.refuse", "", file=name, workbook=digest, findings=codes)
    raise RulebookRefused(found.findings)


def _safe(file_name: str) -> str:
    r"""Return a file's name without folders and signs that cannot be shown.

    >>> _safe("C:\\Robin\\rules\x00 2026.xlsx"), _safe("")
    ('rules 2026.xlsx', 'workbook.xlsx')
    """
    name = PurePath(file_name.replace("\\", "/")).name
    return "".join(filter(str.isprintable, name)).strip()[-LONGEST_NAME:] or UNNAMED
