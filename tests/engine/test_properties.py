"""What holds for every case, tried on random ones that use everything the contract knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator.engine.account import Account
from estimator.engine.adjudication import AMOUNTS, LedgerLine
from estimator.engine.arrays import ARRAYS
from estimator.engine.coordination import INTEGERS
from estimator.engine.kernel import Line, run
from estimator.engine.plan import LimitPeriod
from tests.engine import building, reference, stacking
from tests.engine.building import Built
from tests.engine.cases import CASES

MORE = int(os.environ.get("MORE_EXAMPLES", "1"))
"""Try this many times as many cases as a usual run does."""

PATIENTS = 7
RANDOMS = st.randoms(use_true_random=True)
LINE_FIELDS = tuple(field.name for field in fields(Line))


def examples(number: int) -> Callable[..., Any]:
    return settings(
        max_examples=number * MORE,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def in_cents(answer: Mapping[str, Any]) -> dict[str, Any]:
    def exact(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: int(value * 100) if isinstance(value, Decimal) else value
            for key, value in row.items()
        }

    return {
        "lines": [exact(line) for line in answer["lines"]],
        "totals": exact(answer["totals"]),
        "accumulators": [exact(met) for met in answer["accumulators"]],
    }


@examples(1000)
@given(CASES)
def test_the_engine_agrees_with_the_reference_on_every_line(case: dict[str, Any]) -> None:
    ledger = building.build(case).ledger()

    assert building.answer(ledger) == in_cents(reference.answer(case))


@examples(300)
@given(CASES)
def test_every_cent_of_a_line_is_in_one_place_and_none_is_below_zero(case: dict[str, Any]) -> None:
    for line in building.build(case).ledger().lines:
        amounts = line.amounts
        paid = amounts.patient_pays + amounts.plan_pays
        paid += amounts.secondary_pays + amounts.assistance
        assert paid == due(line)
        assert min(getattr(amounts, name) for name in AMOUNTS) >= 0


def due(line: LedgerLine) -> int:
    claim, amounts = line.claim, line.amounts
    if amounts.cash:
        return int(amounts.cash)
    if line.reason != "covered":
        assert amounts.not_covered == claim.billed
        return claim.billed
    return min(claim.allowed, claim.billed) + int(amounts.balance_bill)


@examples(300)
@given(CASES)
def test_what_is_met_never_passes_its_limit(case: dict[str, Any]) -> None:
    built = building.build(case)
    steps, account, second = built.run_with()

    assert_within(built.cover.limits, account, built.cover.family)
    for _ in run(steps, account, INTEGERS, second):
        assert_within(built.cover.limits, account, built.cover.family)
        if second is not None and second.account is not None and isinstance(built.second, tuple):
            assert_within(built.second[1].limits, second.account, built.second[1].family)


def assert_within(limits: tuple[LimitPeriod, ...], account: Account, family: bool) -> None:
    for (limit, _, _), individual_met, family_met in zip(
        limits, account.individual, account.family, strict=True
    ):
        if not (family and limit.aggregate):
            assert 0 <= individual_met <= limit.individual
        if limit.family is not None:
            assert 0 <= family_met <= limit.family


@examples(150)
@given(CASES, RANDOMS)
def test_the_order_of_claims_on_different_dates_is_irrelevant(
    case: dict[str, Any], random: Random
) -> None:
    shuffled = mixed(case["claims"], random)
    first = building.answer(building.build(case).ledger())
    again = building.build({**case, "claims": [claim for _, claim in shuffled]}).ledger()

    second = building.answer(again)
    for line in second["lines"]:
        line["claim"] = shuffled[line["claim"]][0]
    assert second == first


def mixed(claims: list[Any], random: Random) -> list[tuple[int, Any]]:
    """Return the claims with their places: dates in any order, those of one date in theirs."""
    days = [claim["date"] for claim in claims]
    random.shuffle(days)
    by_day = {
        day: [(place, claim) for place, claim in enumerate(claims) if claim["date"] == day]
        for day in set(days)
    }
    return [by_day[day].pop(0) for day in days]


@examples(200)
@given(CASES, RANDOMS)
def test_arrays_give_each_patient_what_integers_give(case: dict[str, Any], random: Random) -> None:
    patients = [building.build(stacking.variant(case, random)) for _ in range(PATIENTS)]
    one_by_one = [integers(patient) for patient in patients]
    steps, account, second = stacking.stack([patient.run_with() for patient in patients])

    for place, line in enumerate(run(steps, account, ARRAYS, second)):
        for name in LINE_FIELDS:
            expected = [getattr(lines[place], name) for lines, _ in one_by_one]
            assert spread(getattr(line, name)) == expected, name
    if steps:
        for slot, (individual, family) in enumerate(
            zip(account.individual, account.family, strict=True)
        ):
            assert spread(individual) == [each.individual[slot] for _, each in one_by_one]
            assert spread(family) == [each.family[slot] for _, each in one_by_one]


def integers(patient: Built) -> tuple[list[Line], Account]:
    steps, account, second = patient.run_with()
    return list(run(steps, account, INTEGERS, second)), account


def spread(amount: Any) -> list[Any]:
    """Return one value for each patient, also where they all share it."""
    values: list[Any] = np.broadcast_to(np.asarray(amount), (PATIENTS,)).tolist()
    return values
