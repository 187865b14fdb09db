"""What an answer assumes, said once, with the treatments it touches."""

from __future__ import annotations

from typing import Any, NamedTuple


class FindingShown(NamedTuple):
    """A finding, and which treatments it is about (none: all of them)."""

    message: str
    advice: str
    treatments: str


class FindingGroup(NamedTuple):
    """Findings of like weight."""

    title: str
    findings: tuple[FindingShown, ...]


GROUPS = (
    ("These can change the figures", ("stop", "decide")),
    ("Good to know", ("note",)),
)


def finding_groups(answer: dict[str, Any]) -> tuple[FindingGroup, ...]:
    """Return the findings, those that can move dollars first."""
    touched: dict[tuple[str, str, str], list[str]] = {}
    for finding in answer["findings"]:
        touched.setdefault(_key(finding), [])
    for each in answer["treatments"]:
        for finding in each["findings"] if each["routes"] else ():
            touched.setdefault(_key(finding), []).append(each["name"])
    groups = (
        FindingGroup(
            title,
            tuple(
                FindingShown(message, advice, ", ".join(names))
                for (severity, message, advice), names in touched.items()
                if severity in severities
            ),
        )
        for title, severities in GROUPS
    )
    return tuple(group for group in groups if group.findings)


def _key(finding: dict[str, Any]) -> tuple[str, str, str]:
    return (finding["severity"], finding["message"], finding.get("advice", ""))
