"""What stands between a workbook and its being live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from estimator.findings import Finding, Severity
from estimator.services.publishing import kept
from estimator.services.publishing.codes import refusal
from estimator.services.publishing.drafts import closed
from estimator.services.publishing.two_people import TwoPersonRule, one_person
from estimator.storage import drafts, releases
from estimator.storage.tables import Acceptance, Draft, Release


@dataclass(frozen=True, slots=True)
class Approval:
    """Why it goes live, and beside which live release somebody has looked at it."""

    why: str
    live: int | None
    rule: TwoPersonRule


def against_draft(
    session: Session, who: str, approval: Approval, draft: Draft, found: tuple[Finding, ...]
) -> Iterator[Finding]:
    """Yield why a draft is not published by *who*."""
    if closed(draft):
        yield refusal("draft-closed", closed(draft))
        return
    yield from _stopping(found, "draft-has-stops")
    yield from _undecided(found, drafts.acceptances(session, draft.number))
    yield from _moved(session, approval)
    if approval.rule.holds(session) and one_person([draft.uploaded_by, who]):
        says = f"{draft.uploaded_by} uploaded this workbook, so another person approves it."
        yield refusal("needs-another-person", says)


def against_earlier(
    session: Session, who: str, approval: Approval, earlier: Release, found: tuple[Finding, ...]
) -> Iterator[Finding]:
    """Yield why an earlier release is not published again by *who*."""
    if earlier.number == releases.current_number(session):
        yield refusal("already-live", f"Release {earlier.number} is live already.")
        return
    yield from _stopping(found, "release-has-stops")
    yield from _moved(session, approval)
    behind = [earlier.uploaded_by or earlier.published_by, earlier.published_by, who]
    if approval.rule.holds(session) and one_person(behind):
        says = f"Nobody but {who} has approved release {earlier.number} yet."
        yield refusal("needs-another-person", says)


def _undecided(found: tuple[Finding, ...], accepted: Mapping[str, Acceptance]) -> Iterator[Finding]:
    left = [each for name, each in kept.to_decide(found).items() if name not in accepted]
    if left:
        places = ", ".join(each.where for each in left[:5]) + (" and more" if len(left) > 5 else "")
        yield refusal("finding-not-accepted", f"Not accepted yet: {len(left)} ({places}).")


def _stopping(found: tuple[Finding, ...], code: str) -> Iterator[Finding]:
    left = [each for each in found if each.severity is Severity.STOP]
    if left:
        more = f" And {len(left) - 1} more." if len(left) > 1 else ""
        yield refusal(code, f"{left[0].message}{more}")


def _moved(session: Session, approval: Approval) -> Iterator[Finding]:
    live = releases.current_number(session)
    if live != approval.live:
        yield refusal("live-release-moved", f"Release {live} is live now.", field="live")
