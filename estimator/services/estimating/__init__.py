"""From a patient's situation to what each treatment costs: the one function behind every door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from estimator.engine.comparison import best_route
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.estimating.answer import Answer, TreatmentAnswer
from estimator.services.estimating.coverage import (
    REFUSING,
    Coverage,
    benefit_refuses,
    coverage_of,
)
from estimator.services.estimating.insurers import Insurer
from estimator.services.estimating.notices import Notice
from estimator.services.estimating.routes import routes
from estimator.services.estimating.situation import Situation, read_situation
from estimator.services.intake.requests import JOIN

__all__ = ["answer_to", "estimate"]


def estimate(
    document: Any,
    rulebook: Rulebook,
    *,
    today: date,
    release: int | None = None,
    fingerprint: str = "",
) -> dict[str, Any]:
    """Return the answer to a request document, as the contract of estimates has it.

    *today* is the start where the request names none; *release* and *fingerprint* name the
    rulebook in the answer. Raises ``DocumentRefused`` with every finding at once.
    """
    answer = answer_to(document, rulebook, today=today, release=release, fingerprint=fingerprint)
    return answer.as_json()


def answer_to(
    document: Any,
    rulebook: Rulebook,
    *,
    today: date,
    release: int | None = None,
    fingerprint: str = "",
) -> Answer:
    """Return the same answer before it is written down, for whoever says it in other words."""
    situation = read_situation(document, rulebook, today)
    treatments = tuple(_treatment(situation, treatment) for treatment in situation.treatments)
    return Answer(situation, treatments, release, fingerprint)


def _treatment(situation: Situation, treatment: str) -> TreatmentAnswer:
    rows = [situation.rulebook.treatments[part] for part in treatment.split(JOIN)]
    not_priced = tuple(_not_priced(situation, rows))
    coverage = _coverage(situation, rows[0])
    if not_priced:
        return TreatmentAnswer(treatment, rows, None, coverage, (), None, not_priced)
    course = situation.course(treatment)
    if not course.priced:
        return TreatmentAnswer(treatment, rows, None, coverage, (), None, course.notices)
    priced = tuple(routes(situation, course, coverage))
    best = best_route(route.cost for route in priced)
    notices = (*course.notices, *(notice for route in priced for notice in route.notices))
    return TreatmentAnswer(treatment, rows, course, coverage, priced, best, notices)


def _not_priced(situation: Situation, rows: Iterable[r.TreatmentRow]) -> Iterable[Notice]:
    for row in rows:
        if row.not_priced_because is not None:
            yield Notice("not-priced", f"{row.name}: {row.not_priced_because}")
        elif row.treatment_id not in situation.rulebook.courses:
            yield Notice("no-course", row.name)


def _coverage(situation: Situation, row: r.TreatmentRow) -> Coverage:
    """Return the coverage of a treatment: that of its main item on the start date."""
    insurer = situation.insurer
    if insurer is None:
        return Coverage("unknown" if situation.insurance == "unknown" else "no_insurance")
    item = situation.rulebook.items.get(row.main_item or "")
    if item is None:
        return Coverage("unknown")
    coverage = Coverage("covered")
    if item.policy_of is not None:
        policy = insurer.policy(item, situation.start)
        coverage = coverage_of(policy, situation.request.patient, row.treatment_id)
    if coverage.status in REFUSING:
        return coverage
    return _unless_benefit_refuses(situation, insurer, item, coverage)


def _unless_benefit_refuses(
    situation: Situation, insurer: Insurer, item: r.ItemRow, coverage: Coverage
) -> Coverage:
    """A plan without a benefit for the item, or with one that says so, does not cover it."""
    refused, rule = benefit_refuses(insurer, situation.clinic.clinic_id, item, situation.start)
    if not refused:
        return coverage
    return Coverage("not_covered", coverage.criteria, rule or coverage.rule)
