"""One shape for every problem in what people give us.

A finding is data, never raised one at a time: whoever reads a document, a cell or a
row collects all of them and hands them on, so that a person mends everything in one go.
Its words say what was seen, what it would mean and what to do; never a patient's data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding stands in the way."""

    STOP = "stop"
    """Cannot be used (a rulebook: cannot be published) before it is mended."""
    DECIDE = "decide"
    """A person should mend it or knowingly accept it: it can change a dollar."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem: how serious, which kind, where it stands, what to do.

    ``code`` is stable and documented in docs/findings.md. A place in a workbook is
    ``sheet``, ``cell`` (A1 style) and ``header``; a place in a document is ``field``
    (``accumulators[0].individual``). ``shown`` is the value as the person sees it. ``also``
    are further cells with the same problem, where long repeats are told once.
    """

    severity: Severity
    code: str
    message: str
    advice: str = ""
    field: str = ""
    sheet: str = ""
    cell: str = ""
    header: str = ""
    shown: str = ""
    also: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The address a person can go to: ``Benefits!F7``, or the field of a document."""
        if self.sheet:
            return f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        return self.field


def stops(findings: Iterable[Finding]) -> bool:
    """Whether any of *findings* stands in the way."""
    return any(finding.severity is Severity.STOP for finding in findings)


def did_you_mean(seen: str, known: Iterable[str]) -> str:
    """Return " Did you mean X?" where a known word is close to *seen*, else nothing."""
    by_folded = {word.casefold(): word for word in known}
    close = get_close_matches(seen.casefold().strip(), by_folded, n=1, cutoff=0.6)
    return f" Did you mean {by_folded[close[0]]}?" if close else ""


def finding_document(finding: Finding) -> dict[str, str]:
    """Return a finding as documents and answers carry it."""
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "message": finding.message,
        "advice": finding.advice,
        "where": finding.where,
    }
