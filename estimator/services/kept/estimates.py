"""Keep an estimate, make it again from its release, list what is kept, remove it.

What is kept is the request as it was understood, which has no field for who the patient is, and
a digest of the answer. Whoever keeps or removes one is in the audit.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from estimator import __version__
from estimator.findings import Finding
from estimator.rulebook.model import Rulebook
from estimator.services.audit import Audit
from estimator.services.estimating import estimate
from estimator.services.intake.fields import DocumentRefused
from estimator.services.kept.digest import digest_of
from estimator.services.rulebooks import Live, NoPublishedRulebook, of_number
from estimator.storage import estimates
from estimator.storage.database import Database
from estimator.storage.tables import KeptEstimate

NAME_BYTES = 12
"""So long a name is not guessed."""


class NoSuchRelease(Exception):  # noqa: N818 - an answer to a person, not a fault
    """An estimate names a release that is not there."""


@dataclass(frozen=True, slots=True)
class Remade:
    """A kept estimate, made again."""

    kept: KeptEstimate
    rulebook: Rulebook
    answer: dict[str, Any] | None
    """``None`` where this engine refuses what was asked; ``findings`` say why."""
    is_equal: bool
    """Whether every figure is the same, to the cent."""
    findings: tuple[Finding, ...] = ()

    @property
    def engine_differs(self) -> bool:
        """Whether another version of the program made it."""
        return self.kept.engine_version != __version__


@dataclass(frozen=True, slots=True)
class Keeping:
    """Keeps estimates in one database, each for so many days."""

    database: Database
    audit: Audit
    days: int

    def keep(self, document: Any, release: int, now: datetime, who: str) -> str:
        """Keep the estimate of a request by a release; return its name.

        Raises ``DocumentRefused`` and ``NoSuchRelease``.
        """
        answer = _answer(self.database, _without_names(document), release, now.date())
        kept = KeptEstimate(
            name=secrets.token_hex(NAME_BYTES),
            release=release,
            engine_version=__version__,
            made_at=now,
            made_by=who,
            request=json.dumps(answer["request"], sort_keys=True),
            answer_digest=digest_of(answer),
        )
        with self.database.writing() as session:
            self._expire(session, now)
            session.add(kept)
            self.audit.record(session, now, who, "estimate.keep", kept.name, release=release)
        return kept.name

    def remove(self, name: str, now: datetime, who: str) -> bool:
        """Remove an estimate; return whether it was there."""
        with self.database.writing() as session:
            if estimates.load(session, name) is None:
                return False
            estimates.remove(session, [name])
            self.audit.record(session, now, who, "estimate.remove", name)
        return True

    def expire(self, now: datetime) -> None:
        """Remove what was kept long enough."""
        with self.database.session() as session:
            if not estimates.names_before(session, self._since(now)):
                return
        with self.database.writing() as session:
            self._expire(session, now)

    def _expire(self, session: Session, now: datetime) -> None:
        names = estimates.names_before(session, self._since(now))
        if names:
            estimates.remove(session, names)
            told = {"names": list(names), "days": self.days}
            self.audit.record(session, now, "estimator", "estimate.expire", "", **told)

    def _since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


def remade(database: Database, name: str) -> Remade | None:
    """Return a kept estimate made again from its release; ``None``: there is none of the name."""
    with database.session() as session:
        kept = estimates.load(session, name)
    if kept is None:
        return None
    rulebook = _release(database, kept.release).rulebook
    try:
        answer = _answer(database, json.loads(kept.request), kept.release, kept.made_at.date())
    except DocumentRefused as refused:
        return Remade(kept, rulebook, None, is_equal=False, findings=refused.findings)
    return Remade(kept, rulebook, answer, digest_of(answer) == kept.answer_digest)


def kept_estimates(database: Database, page: int, many: int) -> tuple[Sequence[KeptEstimate], int]:
    """Return a page of what is kept, the newest first, and how many there are."""
    with database.session() as session:
        return estimates.newest(session, (page - 1) * many, many), estimates.count(session)


def _answer(database: Database, document: Any, number: int, today: date) -> dict[str, Any]:
    release = _release(database, number)
    return estimate(
        document,
        release.rulebook,
        today=today,
        release=number,
        fingerprint=release.fingerprint,
    )


def _release(database: Database, number: int) -> Live:
    try:
        return of_number(database, number)
    except NoPublishedRulebook as missing:
        raise NoSuchRelease(f"There is no release {number}.") from missing


def _without_names(document: Any) -> Any:
    """Leave out what a plan is called: free text, where somebody might write who has it."""
    if isinstance(document, dict) and isinstance(document.get("plan"), dict):
        plan = {name: value for name, value in document["plan"].items() if name != "name"}
        return {**document, "plan": plan}
    return document
