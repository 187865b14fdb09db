"""What came in with the form, and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.findings import Finding
from estimator.web.form.asked import Asked
from estimator.web.form.search import Plan


@dataclass(slots=True)
class Posted:
    """The fields as posted."""

    values: Mapping[str, Sequence[str]]

    def __call__(self, name: str) -> str:
        """Return the value of a field, blank where it was not posted."""
        return (self.values.get(name) or [""])[0].strip()

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return list(self.values.get(name) or ())


@dataclass(slots=True)
class Reading:
    """A form as read: the document, where each part came from, and what is wrong so far."""

    document: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    refused: tuple[Finding, ...] = ()
    """What the service found wrong with the document."""
    plans: dict[str, Plan] = field(default_factory=dict)
    """The plan that each field was understood to mean."""
    candidates: dict[str, list[Plan]] = field(default_factory=dict)
    asked: dict[str, tuple[Asked, ...]] = field(default_factory=dict)
    """What to ask of each of these plans."""
