from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from estimator.engine.account import Account, Gauge, YearStart
from estimator.engine.arrays import ARRAYS, BLOCK
from estimator.engine.coordination import INTEGERS, Assistance
from estimator.engine.kernel import Line, Second, Step, run
from estimator.engine.money import rate
from estimator.engine.plan import Benefit, Met

DEDUCTIBLE = Gauge(slot=0, individual=10000)
OOP_MAX = Gauge(slot=1, individual=30000)
COVERED = Benefit(name="infusion", copay=1000, coinsurance=rate("0.2"))


def account(*met: int) -> Account:
    opening = [Met(amount, amount) for amount in met or (0, 0)]
    opened = Account(opening=opening)
    opened.start_year(YearStart(carried=False, opening=True, caps=()), INTEGERS)
    return opened


def step(allowed: Any, benefit: Benefit = COVERED, **changes: Any) -> Step:
    given: dict[str, Any] = {
        "billed": allowed,
        "allowed": allowed,
        "benefit": benefit,
        "deductible": DEDUCTIBLE,
        "oop_maxes": (OOP_MAX,),
        "deductible_credits": (DEDUCTIBLE,),
        "oop_credits": (OOP_MAX,),
    }
    return Step(**given | changes)


def test_the_deductible_comes_first_then_the_copay_then_coinsurance() -> None:
    opened = account()

    (line,) = run([step(30000)], opened, INTEGERS)

    assert (line.deductible, line.copay, line.coinsurance) == (10000, 1000, 3800)
    assert (line.plan_pays, line.patient_pays) == (15200, 14800)
    assert (opened.individual, opened.family) == ([10000, 14800], [10000, 14800])


def test_each_line_sees_what_the_lines_before_it_met() -> None:
    opened = account()
    seen = [
        (line.patient_pays, list(opened.individual))
        for line in run([step(8000), step(8000)], opened, INTEGERS)
    ]

    assert seen == [(8000, [8000, 8000]), (4000, [10000, 12000])]


@pytest.mark.parametrize(
    ("met", "parts"),
    [
        (15000, (10000, 1000, 3800)),
        (18000, (10000, 1000, 1000)),
        (19500, (10000, 500, 0)),
        (26000, (4000, 0, 0)),
        (30000, (0, 0, 0)),
    ],
)
def test_the_maximum_cuts_coinsurance_then_copay_then_deductible(
    met: int, parts: tuple[int, int, int]
) -> None:
    (line,) = run([step(30000)], account(0, met), INTEGERS)

    assert (line.deductible, line.copay, line.coinsurance) == parts


def test_of_several_maximums_the_smallest_room_decides() -> None:
    tighter = Gauge(slot=0, individual=500)
    benefit = Benefit(name="visit", copay=2000)

    (line,) = run(
        [step(9000, benefit, deductible=None, oop_maxes=(OOP_MAX, tighter))], account(), INTEGERS
    )

    assert line.patient_pays == 500


def test_a_family_that_meets_one_amount_together_has_no_individual_cap() -> None:
    together = Gauge(slot=0, individual=1000, family=5000, for_family=True, aggregate=True)
    opened = account()
    benefit = Benefit(name="visit")

    lines = list(
        run(
            [step(4000, benefit, deductible=together, deductible_credits=(together,))] * 2,
            opened,
            INTEGERS,
        )
    )

    assert [line.deductible for line in lines] == [4000, 1000]
    assert (opened.individual[0], opened.family[0]) == (5000, 5000)


def test_an_embedded_family_amount_stops_a_patient_below_the_individual_one() -> None:
    embedded = Gauge(slot=0, individual=10000, family=12000, for_family=True)
    opened = account()
    opened.family[0] = 9000

    (line,) = run(
        [step(8000, deductible=embedded, deductible_credits=(embedded,))], opened, INTEGERS
    )

    assert line.deductible == 3000
    assert (opened.individual[0], opened.family[0]) == (3000, 12000)


def test_a_limit_lowered_in_mid_year_leaves_no_room_and_lowers_nothing_that_is_met() -> None:
    lowered = Gauge(slot=0, individual=4000, family=4000, passable=True)
    opened = account(9000, 9000)

    (line,) = run([step(3000, deductible=lowered, deductible_credits=(lowered,))], opened, INTEGERS)

    assert line.deductible == 0
    assert (opened.individual[0], opened.family[0]) == (9000, 9000)


def test_a_supplement_needs_no_plan_of_its_own_but_every_other_method_does() -> None:
    with pytest.raises(ValueError, match="standard needs a second plan"):
        next(run([step(3000)], account(), INTEGERS, Second("standard")))


def test_assistance_that_is_not_credited_leaves_the_deductible_what_is_left() -> None:
    terms = Assistance(pool="program", floor=500, counts_toward_limits=False)
    opened = account()

    (line,) = run([step(8000, assistance=terms, assistance_pool="program")], opened, INTEGERS)

    assert (line.assistance, line.patient_pays) == (7500, 500)
    assert opened.individual == [500, 500]
    assert opened.assistance == {"program": 7500}


def test_where_patients_differ_each_goes_an_own_way() -> None:
    cash = np.array([500, 90000], dtype=np.int64)
    billed = np.array([30000, 30000], dtype=np.int64)

    (line,) = run([step(billed, cash=cash, weigh_cash=True)], account(), ARRAYS)

    assert line.by_cash.tolist() == [True, False]
    assert line.patient_pays.tolist() == [500, 14800]
    assert line.cash.tolist() == [500, 0]


def test_a_visit_too_many_is_refused_only_for_those_who_used_theirs() -> None:
    benefit = Benefit(name="therapy", visit_limit=2)
    opened = account()
    opened.visits["therapy"] = np.array([1, 2], dtype=np.int64)

    first, again, more = run(
        [step(1000, benefit, visit=visit) for visit in ("a", "a", "b")], opened, ARRAYS
    )

    assert first.over_visit_limit.tolist() == [False, True]
    assert first.not_covered.tolist() == [0, 1000]
    assert again.over_visit_limit.tolist() == [False, True]
    assert more.over_visit_limit.tolist() == [True, True]


def test_a_line_says_nothing_unless_told() -> None:
    assert Line() == Line(allowed=0, patient_pays=0, by_cash=False, over_visit_limit=False)


def test_a_block_of_patients_is_a_whole_number_of_them() -> None:
    assert BLOCK > 0
