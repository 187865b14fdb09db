"""What there is to see of releases and drafts, for whoever looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from estimator.findings import Finding
from estimator.services.publishing import gate, kept
from estimator.services.publishing.two_people import TwoPersonRule
from estimator.storage import drafts, releases
from estimator.storage.database import Database
from estimator.storage.tables import Acceptance, Draft, Release


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft on its way, and why whoever looks cannot publish it now."""

    draft: Draft
    against: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All releases and drafts, newest first."""

    releases: Sequence[Release]
    drafts: Sequence[Draft]

    @property
    def live(self) -> Release | None:
        """The release in force."""
        return self.releases[0] if self.releases else None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft: what was found in it, what of that is accepted, what is still in the way."""

    draft: Draft
    findings: tuple[Finding, ...]
    accepted: Mapping[str, Acceptance]
    live: int | None
    same_as_live: bool
    """Whether it says what the live release says."""
    two_people: bool
    against: tuple[Finding, ...]
    """Why whoever looks cannot publish it now; nothing where they can."""


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release, and which one is live."""

    release: Release
    live: int


def overview(database: Database) -> Overview:
    """Return all releases and drafts."""
    with database.session() as session:
        return Overview(releases.history(session), drafts.listed(session))


def open_drafts(database: Database, who: str, rule: TwoPersonRule) -> list[OpenDraft]:
    """Return the drafts on their way, newest first, as *who* sees them."""
    with database.session() as session:
        listed = [draft for draft in drafts.listed(session) if draft.state == drafts.OPEN]
        return [_open(session, draft, who, rule) for draft in listed]


def draft_view(database: Database, number: int, who: str, rule: TwoPersonRule) -> DraftView | None:
    """Return a draft as *who* sees it."""
    with database.session() as session:
        draft = drafts.page(session, number)
        if draft is None:
            return None
        found = kept.findings(draft.findings)
        live = releases.current_number(session)
        current = releases.page(session, live) if live else None
        beside = gate.Approval("", draft.base, rule)
        return DraftView(
            draft=draft,
            findings=found,
            accepted=drafts.acceptances(session, number),
            live=live,
            same_as_live=current is not None and current.fingerprint == draft.fingerprint,
            two_people=rule.holds(session),
            against=tuple(gate.against_draft(session, who, beside, draft, found)),
        )


def _open(session: Session, draft: Draft, who: str, rule: TwoPersonRule) -> OpenDraft:
    found = kept.findings(drafts.findings(session, draft.number))
    beside = gate.Approval("", draft.base, rule)
    return OpenDraft(draft, tuple(gate.against_draft(session, who, beside, draft, found)))


def release_view(database: Database, number: int) -> ReleaseView | None:
    """Return a release."""
    with database.session() as session:
        release = releases.page(session, number)
        live = releases.current_number(session)
    return ReleaseView(release, live) if release and live else None
