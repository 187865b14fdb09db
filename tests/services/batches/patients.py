"""Random patients for a rulebook, as arrays for the population and as a request for each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from estimator.engine.money import dollars
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import day_of, number_of
from estimator.services.batches.names import MET_NAMES, met_names
from estimator.services.batches.people import UNKNOWN, People
from estimator.services.estimating.situation import rulebook_plan

DIAGNOSES = ("F33.2", "F32.1", "f411", "F53.0", "Z00.0")


def people_of(
    rulebook: Rulebook,
    many: int,
    chance: random.Random,
    treatments: Sequence[str] | None = None,
    first: date = date(2026, 1, 1),
    days: int = 500,
) -> People:
    """Return made-up patients: every clinic and plan, and days around the turn of years."""
    clinics = tuple(rulebook.clinics)
    plans = (*rulebook.plans, None)
    compared = tuple(each.treatment_id for each in rulebook.treatments.values() if each.compared)
    authorizations = ("unknown", "approved", "denied", {compared[0]: "approved"})

    def drawn(draw: Any) -> np.ndarray:
        return np.array([draw() for _ in range(many)], dtype=np.int64)

    def perhaps(draw: Any, share: float = 0.6) -> np.ndarray:
        return drawn(lambda: draw() if chance.random() < share else UNKNOWN)

    start = drawn(lambda: number_of(first) + chance.randrange(days))
    later = drawn(lambda: chance.choice([0, 0, 0, -400, -40, 20, 200, 400]))
    return People(
        clinics=clinics,
        plans=plans,
        diagnoses=DIAGNOSES,
        authorizations=authorizations,
        asked=(tuple(treatments) if treatments else compared,),
        clinic=drawn(lambda: chance.randrange(len(clinics))),
        plan=drawn(lambda: chance.randrange(len(plans))),
        family=drawn(lambda: chance.random() < 0.4).astype(bool),
        start=start,
        months=drawn(lambda: chance.choice([1, 3, 12, 12, 12, 17, 36])),
        as_of=start + later,
        age=perhaps(lambda: chance.randrange(5, 90)),
        diagnosis=perhaps(lambda: chance.randrange(len(DIAGNOSES))),
        failed_trials=perhaps(lambda: chance.randrange(6)),
        authorization=drawn(lambda: chance.randrange(len(authorizations))),
        household_size=perhaps(lambda: chance.randrange(1, 7)),
        annual_income=perhaps(lambda: chance.randrange(0, 20_000_000)),
        treatments=np.zeros(many, dtype=np.int64),
        met={
            name: perhaps(lambda: chance.choice([0, 1, 12_345, 90_001, 400_000, 1_500_000]), 0.5)
            for name in MET_NAMES
        },
    )


def request_of(rulebook: Rulebook, people: People, at: int) -> dict[str, Any]:
    """Return one patient's request."""
    patient: dict[str, Any] = {
        "prior_authorization": people.authorizations[people.authorization[at]]
    }
    for name in ("age", "failed_trials", "household_size"):
        if (value := int(getattr(people, name)[at])) != UNKNOWN:
            patient[name] = value
    if people.diagnosis[at] != UNKNOWN:
        patient["diagnosis"] = people.diagnoses[people.diagnosis[at]]
    if people.annual_income[at] != UNKNOWN:
        patient["annual_income"] = dollars(int(people.annual_income[at]))
    request = {
        "clinic_id": people.clinics[people.clinic[at]],
        "coverage": "family" if people.family[at] else "self",
        "start_date": day_of(people.start[at]).isoformat(),
        "as_of": day_of(people.as_of[at]).isoformat(),
        "months": int(people.months[at]),
        "patient": patient,
        "detail": "summary",
        "treatments": list(people.asked[people.treatments[at]]),
    }
    plan_id = people.plans[people.plan[at]]
    if plan_id is not None:
        request["plan_id"] = plan_id
        request["accumulators"] = accumulators(rulebook, people, at, plan_id)
    return request


def accumulators(rulebook: Rulebook, people: People, at: int, plan_id: str) -> list[Any]:
    found = {}
    for period in rulebook_plan(rulebook, plan_id).limits:
        key = period.limit.key
        names = met_names(key)
        given = (
            {}
            if names is None
            else {
                word: dollars(int(people.met[name][at]))
                for word, name in zip(("individual", "family"), names, strict=True)
                if people.met[name][at] != UNKNOWN
            }
        )
        if given:
            found[key] = {"kind": key.kind, "class": key.class_, "network": key.network, **given}
    return list(found.values())


def next_day(day: date) -> date:
    return day + timedelta(days=1)
