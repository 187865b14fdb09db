"""Findings as they are kept with a draft and a release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from estimator.findings import Finding, Severity

if TYPE_CHECKING:
    from estimator.storage.tables import Acceptance


def documents(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as JSON objects."""
    return [
        asdict(each) | {"severity": each.severity.value, "also": list(each.also)}
        for each in findings
    ]


def findings(kept: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings that ``documents`` was given."""
    return tuple(map(finding, kept))


def finding(kept: Mapping[str, Any]) -> Finding:
    """Return one finding; what a release keeps beside it (who accepted it, why) is left out."""
    given = {name: kept[name] for name in Finding.__dataclass_fields__ if name in kept}
    severity = Severity(kept["severity"])
    return Finding(**{**given, "severity": severity, "also": tuple(kept.get("also", ()))})


def digest(found: Finding) -> str:
    """Return what names a finding: whoever accepts it accepts this code, place, value and words.

    One that says something else after the workbook or the program has changed has another.
    """
    told = [found.code, found.sheet, found.cell, found.shown, found.message]
    return sha256(json.dumps(told).encode()).hexdigest()


def to_decide(found: Iterable[Finding]) -> dict[str, Finding]:
    """Return the findings that somebody has to decide on, by digest."""
    return {digest(each): each for each in found if each.severity is Severity.DECIDE}


def accepted(found: Iterable[Finding], by: Mapping[str, Acceptance]) -> list[dict[str, Any]]:
    """Return the findings that were accepted as a release keeps them: with reason and person."""
    return [
        {
            **documents([each])[0],
            "reason": by[name].reason,
            "accepted_by": by[name].accepted_by,
            "accepted_at": by[name].accepted_at.isoformat(),
        }
        for name, each in to_decide(found).items()
        if name in by
    ]
