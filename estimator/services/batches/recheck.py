"""Some patients of every piece, estimated once more one by one: the two must agree to the cent."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from estimator.engine.money import dollars
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import day_of
from estimator.services.batches.names import met_names
from estimator.services.batches.people import UNKNOWN, People
from estimator.services.batches.population import NO_ROUTE, NOT_ASKED, STATUSES, Estimates
from estimator.services.estimating import estimate
from estimator.services.estimating.situation import rulebook_plan

SAMPLE = 2
"""Patients of each piece that are estimated again."""


class RecheckFailed(Exception):  # noqa: N818 - it stops a job, and is said in its words
    """A patient's estimate in the batch is another than on its own: nothing may be shown."""


def recheck(
    rulebook: Rulebook, people: People, estimates: Estimates, seed: str, today: date
) -> None:
    """Raise ``RecheckFailed`` where a sampled patient's estimates differ."""
    many = len(people)
    for at in random.Random(seed).sample(range(many), min(SAMPLE, many)):  # noqa: S311 - a sample
        document = request_of(rulebook, people, at)
        if alone(estimate(document, rulebook, today=today)) != together(estimates, at):
            raise RecheckFailed("a row comes out otherwise on its own")


Figures = dict[str, tuple[Any, ...]]


def together(estimates: Estimates, at: int) -> tuple[Figures, str | None]:
    """Return one patient's figures of a batch."""
    found: Figures = {}
    for treatment, outcome in zip(estimates.treatments, estimates.outcomes, strict=True):
        if outcome.coverage[at] == NOT_ASKED:
            continue
        status, route = STATUSES[outcome.coverage[at]], int(outcome.route[at])
        costs = [dollars(int(cents)) for cents in outcome.cents[:, at]]
        found[treatment] = (
            (status, None) if route == NO_ROUTE else (status, outcome.routes[route], *costs)
        )
    base = int(estimates.baseline[at])
    return found, None if base == NO_ROUTE else estimates.treatments[base]


def alone(answer: dict[str, Any]) -> tuple[Figures, str | None]:
    """Return the same figures of an answer."""
    rows = {row["treatment_id"]: row for row in answer["comparison"]["rows"]}
    found: Figures = {}
    for each in answer["treatments"]:
        row = rows.get(each["treatment_id"])
        costs = () if row is None else (row["low"], row["typical"], row["high"])
        found[each["treatment_id"]] = (each["coverage"]["status"], each["best_route"], *costs)
    return found, answer["comparison"]["baseline"]


def request_of(rulebook: Rulebook, people: People, at: int) -> dict[str, Any]:
    """Return one patient's request."""
    request: dict[str, Any] = {
        "clinic_id": people.clinics[people.clinic[at]],
        "coverage": "family" if people.family[at] else "self",
        "start_date": day_of(people.start[at]).isoformat(),
        "as_of": day_of(people.as_of[at]).isoformat(),
        "months": int(people.months[at]),
        "patient": _patient(people, at),
        "detail": "summary",
        "treatments": list(people.asked[people.treatments[at]]),
    }
    plan_id = people.plans[people.plan[at]]
    if plan_id is not None:
        request["plan_id"] = plan_id
        request["accumulators"] = _accumulators(rulebook, people, at, plan_id)
    return request


def _patient(people: People, at: int) -> dict[str, Any]:
    patient: dict[str, Any] = {
        "prior_authorization": people.authorizations[people.authorization[at]]
    }
    for name in ("age", "failed_trials", "household_size"):
        value = int(getattr(people, name)[at])
        if value != UNKNOWN:
            patient[name] = value
    if people.diagnosis[at] != UNKNOWN:
        patient["diagnosis"] = people.diagnoses[people.diagnosis[at]]
    if people.annual_income[at] != UNKNOWN:
        patient["annual_income"] = dollars(int(people.annual_income[at]))
    return patient


def _accumulators(
    rulebook: Rulebook, people: People, at: int, plan_id: str
) -> list[dict[str, Any]]:
    """Return what is met of each limit of the plan, as far as it is given."""
    found = {}
    for period in rulebook_plan(rulebook, plan_id).limits:
        key = period.limit.key
        names = zip(("individual", "family"), met_names(key) or (), strict=False)
        given = {
            word: dollars(int(people.met[name][at]))
            for word, name in names
            if people.met[name][at] != UNKNOWN
        }
        if given:
            limit = {"kind": key.kind, "class": key.class_, "network": key.network}
            found[key] = {**limit, **given}
    return list(found.values())
