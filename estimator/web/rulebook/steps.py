"""What comes next for a draft: one word in the list, one sentence on its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from estimator.findings import Finding
from estimator.services.publishing.view import OpenDraft
from estimator.storage.tables import Draft

CLOSED = "draft-closed"
APPROVE = "Look at what changes, then approve it below."
WAITS = "It waits for somebody who may approve (an approver or admin)."


class Step(NamedTuple):
    """What is to be done about a draft before it goes live."""

    chip: str
    words: str
    sentence: str


STEPS = {
    "draft-has-stops": Step(
        "no",
        "to mend",
        "Mend each finding marked stop in your workbook (the copy with its errors shows them row "
        "by row), then upload it again: it becomes another draft.",
    ),
    "finding-not-accepted": Step(
        "ask",
        "to decide",
        "Mend each finding marked decide, or let a rule editor accept it below with a reason.",
    ),
    "needs-another-person": Step(
        "",
        "waits for another person",
        "Look at what changes, then ask another person who may approve (an approver or admin) to "
        "open the page Rulebook. The draft waits for them there.",
    ),
}
"""By what stands in the way first, in the order in which it is looked at."""
READY = Step("yes", "waits for approval", "")


class Waiting(NamedTuple):
    """An open draft in the list."""

    draft: Draft
    chip: str
    words: str


def waiting(each: OpenDraft) -> Waiting:
    """Return an open draft with what it waits for."""
    step = _step(each.against)
    return Waiting(each.draft, step.chip, step.words)


def next_step(against: Sequence[Finding], may_publish: bool) -> str:
    """Return what is to be done about a draft; nothing about a closed one."""
    if any(each.code == CLOSED for each in against):
        return ""
    return _step(against).sentence or (APPROVE if may_publish else WAITS)


def _step(against: Sequence[Finding]) -> Step:
    codes = {each.code for each in against}
    return next((step for code, step in STEPS.items() if code in codes), READY)
