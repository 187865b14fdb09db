"""The patients whose estimates are compared.

Of every plan: alone and with a family, with nothing met and with half of the deductible met.

Both rulebooks are asked about the same patient, so what is half met is half of the deductible
before; of one that was not there before, half of what it becomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from estimator.engine.money import dollars
from estimator.engine.plan import Limit, LimitKey
from estimator.rulebook.model import Rulebook

NOTHING_MET = "nothing met"
HALF_MET = "deductible half met"
COVERAGES = ("self", "family")
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom the plan covers, and what is met of which deductible."""

    coverages: tuple[str, ...] = COVERAGES
    """More than one where they cannot make a difference."""
    met: str = NOTHING_MET
    deductibles: Mapping[LimitKey, Limit] = field(default_factory=dict)
    """The deductibles of which half is met."""


def patients(plan_id: str | None, before: Rulebook, after: Rulebook, day: date) -> list[Patient]:
    """Return the patients of a plan; without a plan there is one."""
    if plan_id is None:
        return [Patient()]
    halves = {**_deductibles(after, plan_id, day), **_deductibles(before, plan_id, day)}
    alike = all(_alone_as_in_family(side, plan_id) for side in (before, after))
    coverages = (COVERAGES,) if alike else tuple((each,) for each in COVERAGES)
    known = [Patient(each) for each in coverages]
    if any(limit.individual or limit.family for limit in halves.values()):
        known += [Patient(each, HALF_MET, halves) for each in coverages]
    return known


def request(
    rulebook: Rulebook, clinic_id: str, plan_id: str | None, patient: Patient, day: date
) -> dict[str, Any]:
    """Return what a rulebook is asked about a patient, the treatments aside."""
    asked: dict[str, Any] = {
        "clinic_id": clinic_id,
        "start_date": day.isoformat(),
        "months": MONTHS,
        "coverage": patient.coverages[-1],
    }
    if plan_id is None:
        return asked
    met = list(_met(rulebook, plan_id, patient))
    return {**asked, "plan_id": plan_id, "accumulators": met}


def _alone_as_in_family(rulebook: Rulebook, plan_id: str) -> bool:
    """Whether one patient of a family meets each limit as if alone.

    Nobody else of the family has met anything here, so that a family amount that is not the
    lower one never binds, unless it is the only one (aggregate).
    """
    return all(
        not limit.aggregate and (limit.family is None or limit.family >= limit.individual)
        for limit, *_ in rulebook.limits(plan_id)
    )


def _deductibles(rulebook: Rulebook, plan_id: str, day: date) -> dict[LimitKey, Limit]:
    return {
        period.limit.key: period.limit
        for period in rulebook.limits(plan_id)
        if period.limit.kind == "deductible" and period.holds_on(day)
    }


def _met(rulebook: Rulebook, plan_id: str, patient: Patient) -> Iterator[dict[str, str]]:
    """Yield what is met of the limits that a rulebook knows."""
    known = {period.limit.key for period in rulebook.limits(plan_id)}
    for key, limit in patient.deductibles.items():
        if key in known:
            half = {"individual": dollars(limit.individual // 2)}
            if patient.coverages[-1] == "family" and limit.family is not None:
                half["family"] = dollars(limit.family // 2)
            yield {"kind": key.kind, "class": key.class_, "network": key.network, **half}
