"""Publish a draft, or an earlier release again: the only ways in which rules go live."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from estimator import __version__
from estimator.rulebook import snapshot
from estimator.rulebook.checks import check_rows
from estimator.rulebook.model import Rulebook
from estimator.rulebook.seen import Seen
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import gate, kept
from estimator.services.publishing.act import Act
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.drafts import closed, digest_of
from estimator.services.publishing.reasons import reason
from estimator.services.publishing.report import Report
from estimator.services.rulebook_tests import Outcome, failing, run_tests
from estimator.storage import drafts, releases
from estimator.storage.database import Database
from estimator.storage.releases import NewRelease
from estimator.storage.tables import Draft, Release


def publish(database: Database, act: Act, number: int, approval: gate.Approval) -> int:
    """Publish a draft as the next release and return the release's number.

    The workbook is checked again, by today's program and today's date; whatever has changed
    since the upload is kept with the draft. Raises ``RulebookRefused`` with everything that
    stands in the way, and ``NotThere``.
    """
    why = reason(approval.why)
    with database.session() as session:
        draft = _there(drafts.load(session, number))
    found = act.check(draft.workbook, act.today)
    with database.writing() as session:
        releases.wait_for_others(session)
        draft = _there(drafts.hold(session, number))
        against = tuple(gate.against_draft(session, act.who, approval, draft, found.findings))
        if not against:
            accepted = kept.accepted(found.findings, drafts.acceptances(session, number))
            return _publish(session, act, draft, _release(act, draft, found, accepted, why))
        _renew(session, act, draft, found)
    raise RulebookRefused(against)


def roll_back(database: Database, act: Act, number: int, approval: gate.Approval) -> int:
    """Publish an earlier release again under the next number, which is returned.

    It says what it said then, and what was accepted then stays accepted; its Tests are run by
    today's program. Raises as ``publish`` does.
    """
    why = reason(approval.why)
    with database.session() as session:
        earlier = _there(releases.load(session, number))
    rows = snapshot.decode(earlier.snapshot)
    rulebook = Rulebook(rows)
    outcomes = run_tests(rulebook)
    found = (*check_rows(rows, act.today), *failing(rulebook, outcomes, Seen(rows)))
    with database.writing() as session:
        releases.wait_for_others(session)
        against = tuple(gate.against_earlier(session, act.who, approval, earlier, found))
        if not against:
            new = _again(act, earlier, outcomes, why)
            return _record(session, act, "release.roll_back", new, again=number)
    raise RulebookRefused(against)


def _release(
    act: Act, draft: Draft, found: Report, accepted: list[dict[str, Any]], why: str
) -> NewRelease:
    return NewRelease(
        fingerprint=found.fingerprint or "",
        workbook=draft.workbook,
        snapshot=found.snapshot or "",
        engine_version=__version__,
        published_at=act.now,
        published_by=act.who,
        reason=why,
        accepted=accepted,
        tests=list(found.tests),
        uploaded_by=draft.uploaded_by,
    )


def _again(act: Act, earlier: Release, outcomes: tuple[Outcome, ...], why: str) -> NewRelease:
    return NewRelease(
        fingerprint=earlier.fingerprint,
        workbook=earlier.workbook,
        snapshot=earlier.snapshot,
        engine_version=__version__,
        published_at=act.now,
        published_by=act.who,
        reason=why,
        accepted=earlier.accepted,
        rollback_of=earlier.number,
        tests=[asdict(outcome) for outcome in outcomes],
        uploaded_by=earlier.uploaded_by,
    )


def _publish(session: Session, act: Act, draft: Draft, new: NewRelease) -> int:
    number = _record(session, act, "release.publish", new, draft=draft.number)
    draft.state, draft.release = drafts.PUBLISHED, number
    return number


def _record(session: Session, act: Act, action: str, new: NewRelease, **about: int) -> int:
    """Add the release and tell the audit of it."""
    release = releases.publish(session, new)
    told = {
        "fingerprint": new.fingerprint,
        "workbook": digest_of(new.workbook),
        "uploaded_by": new.uploaded_by,
        "why": new.reason,
    }
    act.record(session, action, release.number, **told, **about)
    return release.number


def _renew(session: Session, act: Act, draft: Draft, found: Report) -> None:
    """Keep what was found today where that is something else than at the upload."""
    documents, tests = kept.documents(found.findings), list(found.tests)
    same = (draft.findings, draft.tests) == (documents, tests)
    if same or closed(draft) or not found.readable:
        return
    draft.findings, draft.tests = documents, tests
    draft.snapshot, draft.fingerprint = found.snapshot, found.fingerprint
    act.record(session, "draft.check_again", draft.number)


_Row = TypeVar("_Row", Draft, Release)


def _there(row: _Row | None) -> _Row:
    if row is None:
        raise NotThere("there is no such draft or release")
    return row
