"""Random patients for a rulebook: every clinic and plan, and days around the turn of years."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import number_of
from estimator.services.batches.names import MET_NAMES
from estimator.services.batches.people import UNKNOWN, People

DIAGNOSES = ("F33.2", "F32.1", "f411", "F53.0", "Z00.0")
AMOUNTS = (0, 1, 12_345, 90_001, 400_000, 1_500_000)


def people_of(  # noqa: PLR0917 - what a test may care about
    rulebook: Rulebook,
    many: int,
    seed: int,
    treatments: Sequence[str] | None = None,
    first: date = date(2026, 1, 1),
    days: int = 500,
) -> People:
    """Return made-up patients."""
    chance = random.Random(seed)
    clinics = tuple(rulebook.clinics)
    plans = (*rulebook.plans, None)
    compared = tuple(each.treatment_id for each in rulebook.treatments.values() if each.compared)
    authorizations = ("unknown", "approved", "denied", {compared[0]: "approved"})

    def drawn(draw: Callable[[], int]) -> Any:
        return np.array([draw() for _ in range(many)], dtype=np.int64)

    def perhaps(draw: Callable[[], int], share: float = 0.6) -> Any:
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
        met={name: perhaps(lambda: chance.choice(AMOUNTS), 0.5) for name in MET_NAMES},
    )
