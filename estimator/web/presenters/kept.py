"""A kept estimate as the pages show it: when, by whom, of which plan, whether it still holds."""

from __future__ import annotations

import json
from typing import NamedTuple

from estimator import __version__
from estimator.rulebook.model import Rulebook
from estimator.services.kept.estimates import Remade
from estimator.storage.tables import KeptEstimate
from estimator.web.presenters import words


class ListedShown(NamedTuple):
    """A kept estimate in the list."""

    name: str
    day: str
    plan: str
    release: int
    by: str


class AboutShown(NamedTuple):
    """A kept estimate above its answer."""

    name: str
    facts: tuple[tuple[str, str], ...]
    verdict: str
    tone: str
    findings: tuple[str, ...]


def listed(kept: KeptEstimate, rulebook: Rulebook) -> ListedShown:
    """Return a kept estimate in the list; it names no patient."""
    return ListedShown(
        kept.name, words.day(kept.made_at.date()), _plan(kept, rulebook), kept.release, kept.made_by
    )


def about(made: Remade) -> AboutShown:
    """Return what stands above an estimate that was made again."""
    kept = made.kept
    facts = (
        ("Kept", words.day(kept.made_at.date())),
        ("By", kept.made_by),
        ("Release", str(kept.release)),
        ("Version of the program", kept.engine_version),
    )
    findings = tuple(finding.message for finding in made.findings)
    return AboutShown(kept.name, facts, *_verdict(made), findings)


def _verdict(made: Remade) -> tuple[str, str]:
    kept, now = made.kept, __version__
    if made.is_equal:
        return f"Made again from release {kept.release}, it is the same to the cent.", "yes"
    if made.answer is None:
        return f"Version {now} of the program does not take what was asked.", "no"
    if made.engine_differs:
        return (
            f"Made again by version {now} of the program, it is not the same as by version "
            f"{kept.engine_version}, which made it.",
            "no",
        )
    return "Made again by the same version, it is not the same: the record was changed.", "no"


def _plan(kept: KeptEstimate, rulebook: Rulebook) -> str:
    request = json.loads(kept.request)
    if "plan" in request:
        return "a plan as typed from the card"
    plan_id = request.get("plan_id")
    if plan_id is None:
        return "no insurance"
    plan = rulebook.plans.get(plan_id)
    return plan.name if plan else str(plan_id)
