"""What the pages about rules show of findings, decisions and Tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.findings import Finding, Severity
from estimator.services.publishing import kept
from estimator.services.publishing.view import DraftView
from estimator.storage.tables import Acceptance

SEVERITIES = {Severity.STOP: "To mend", Severity.DECIDE: "To decide", Severity.NOTE: "Notes"}
CHIPS = {Severity.STOP: "no", Severity.DECIDE: "ask", Severity.NOTE: ""}
WHOLE = "The file"
"""Where findings stand that belong to no sheet."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the findings is asked for; blank: all of them."""

    severity: str = ""
    sheet: str = ""

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is asked for."""
        return self.severity in ("", finding.severity) and self.sheet in (
            "",
            finding.sheet or WHOLE,
        )


@dataclass(frozen=True, slots=True)
class FindingShown:
    """One finding, and what was decided on it."""

    finding: Finding
    digest: str
    accepted: Acceptance | None

    @property
    def id(self) -> str:
        """The name of its place on the page."""
        return self.digest[:12]

    @property
    def to_decide(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.finding.severity is Severity.DECIDE

    @property
    def chip(self) -> str:
        """How its severity looks."""
        return "yes" if self.accepted else CHIPS[self.finding.severity]

    @property
    def word(self) -> str:
        """Its severity in a word."""
        return "accepted" if self.accepted else self.finding.severity.value


@dataclass(slots=True)
class Group:
    """Findings of one kind in one column: the first, and the repeats."""

    first: FindingShown
    more: list[FindingShown] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """The findings of one sheet."""

    sheet: str
    groups: Sequence[Group]
    count: int


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen in a filter, and how many findings it has."""

    value: str
    words: str
    count: int
    chosen: bool


class DraftPage:
    """A draft as its page shows it."""

    def __init__(self, seen: DraftView, chosen: Filter) -> None:
        self.seen = seen
        self.chosen = chosen
        self._all = [_shown(each, seen.accepted) for each in seen.findings]
        self.listed = [each for each in self._all if chosen.takes(each.finding)]

    @property
    def parts(self) -> list[Part]:
        """The findings that are asked for, by sheet."""
        return [
            Part(name, _grouped(found), len(found))
            for name in _sheets(self.listed)
            if (found := [each for each in self.listed if (each.finding.sheet or WHOLE) == name])
        ]

    @property
    def severities(self) -> list[Option]:
        """The severities to choose from."""
        counted = Counter(each.finding.severity for each in self._all)
        return [
            Option(severity.value, words, counted[severity], severity == self.chosen.severity)
            for severity, words in SEVERITIES.items()
        ]

    @property
    def sheets(self) -> list[Option]:
        """The sheets to choose from."""
        counted = Counter(each.finding.sheet or WHOLE for each in self._all)
        return [
            Option(name, name, counted[name], name == self.chosen.sheet)
            for name in _sheets(self._all)
        ]

    @property
    def total(self) -> int:
        """How many findings there are."""
        return len(self._all)

    @property
    def stops(self) -> int:
        """How many findings have to be mended in the workbook."""
        return sum(each.finding.severity is Severity.STOP for each in self._all)

    @property
    def decisions(self) -> int:
        """How many findings somebody has to decide on."""
        return sum(each.to_decide for each in self._all)

    @property
    def decided(self) -> int:
        """How many of them are accepted."""
        return sum(each.accepted is not None for each in self._all)

    @property
    def failing(self) -> list[dict[str, Any]]:
        """The Tests that fail."""
        return [each for each in self.seen.draft.tests if not each["passed"]]

    @property
    def moved(self) -> bool:
        """Whether another release went live since the upload."""
        return self.seen.draft.base != self.seen.live

    @property
    def own(self) -> bool:
        """Whether whoever looks uploaded it and so cannot approve it."""
        return any(each.code == "needs-another-person" for each in self.seen.against)

    @property
    def ready(self) -> bool:
        """Whether whoever looks can publish it; a live release that moved they confirm."""
        return all(each.code == "live-release-moved" for each in self.seen.against)


def accepted_shown(accepted: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what was accepted for a release: each finding, why, and who."""
    return [
        {
            "finding": kept.finding(each),
            "reason": each["reason"],
            "accepted_by": each["accepted_by"],
        }
        for each in accepted
    ]


def _shown(found: Finding, accepted: Mapping[str, Acceptance]) -> FindingShown:
    name = kept.digest(found)
    decided = found.severity is Severity.DECIDE
    return FindingShown(found, name, accepted.get(name) if decided else None)


def _sheets(shown: Iterable[FindingShown]) -> list[str]:
    """Return the sheets in the order of the workbook's findings."""
    return list(dict.fromkeys(each.finding.sheet or WHOLE for each in shown))


def _grouped(found: Iterable[FindingShown]) -> list[Group]:
    """Put repeats in one column together; what has to be decided stands by itself."""
    groups: dict[tuple[str, ...], Group] = {}
    for each in found:
        one = each.finding
        key = (one.code, one.header, each.digest if each.to_decide else "")
        if key in groups:
            groups[key].more.append(each)
        else:
            groups[key] = Group(each)
    return list(groups.values())
