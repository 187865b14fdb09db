from __future__ import annotations

from typing import Any

import pytest

from estimator.engine.coordination import (
    INTEGERS,
    METHODS,
    Assistance,
    FirstPayer,
    Supplement,
    assistance_pays,
    second_allowed,
    supplement_pays,
)
from estimator.engine.money import rate


def first_payer(**amounts: int) -> FirstPayer:
    """A line of $100 of which the first plan paid $60: a deductible, a copay and coinsurance."""
    given = {
        "billed": 12000,
        "allowed": 10000,
        "deductible": 1000,
        "copay": 1000,
        "coinsurance": 2000,
        "unpaid": 0,
        "balance_bill": 0,
        "plan_pays": 6000,
    }
    return FirstPayer(**given | amounts)


def second_pays(method: str, answer: int, allowed: int, first: FirstPayer) -> Any:
    return METHODS[method](first, answer, allowed, INTEGERS)


@pytest.mark.parametrize(("used", "pays"), [(0, 4000), (9000, 1000), (20000, 0)])
def test_assistance_pays_above_its_floor_up_to_what_is_left_of_its_maximum(
    used: int, pays: int
) -> None:
    terms = Assistance(pool="program", floor=1000, annual_max=10000)

    assert assistance_pays(terms, 5000, used, INTEGERS) == pays


def test_assistance_without_a_maximum_leaves_its_floor() -> None:
    terms = Assistance(pool="program", floor=1000)

    assert assistance_pays(terms, 5000, 10**9, INTEGERS) == 4000
    assert assistance_pays(terms, 500, 0, INTEGERS) == 0


@pytest.mark.parametrize(("answer", "pays"), [(3000, 3000), (8000, 4000)])
def test_a_standard_second_payer_pays_its_answer_but_no_more_than_is_owed(
    answer: int, pays: int
) -> None:
    assert second_pays("standard", answer, 10000, first_payer(balance_bill=2000)) == pays


@pytest.mark.parametrize(("answer", "pays"), [(5000, 0), (8000, 2000), (12000, 4000)])
def test_a_carve_out_pays_what_its_answer_has_above_the_first_payers(
    answer: int, pays: int
) -> None:
    assert second_pays("non_duplication", answer, 10000, first_payer()) == pays


def test_maintenance_of_benefits_adjudicates_what_the_first_left() -> None:
    first = first_payer()

    assert second_allowed("maintenance_of_benefits", first, 9000, INTEGERS) == 3000
    assert second_allowed("maintenance_of_benefits", first, 5000, INTEGERS) == 0
    assert second_allowed("standard", first, 9000, INTEGERS) == 9000
    assert second_pays("maintenance_of_benefits", 2500, 3000, first) == 2500


@pytest.mark.parametrize(
    ("answer", "allowed", "first", "pays"),
    [
        (3000, 9000, first_payer(), 3000),
        (9000, 9000, first_payer(), 4000),
        (9000, 11000, first_payer(), 4000),
        (9000, 11000, first_payer(balance_bill=2000), 5000),
        (9000, 11000, first_payer(billed=10000, balance_bill=2000), 4000),
        (9000, 5000, first_payer(allowed=5500), 0),
        (5000, 9000, first_payer(allowed=0, plan_pays=0, unpaid=12000), 5000),
    ],
)
def test_medicare_pays_the_lowest_of_its_three_amounts(
    answer: int, allowed: int, first: FirstPayer, pays: int
) -> None:
    assert second_pays("medicare_secondary", answer, allowed, first) == pays


def test_a_supplement_pays_its_share_of_each_part_rounded_each() -> None:
    terms = Supplement(
        deductible=rate("0.5"),
        copay=rate("1"),
        coinsurance=rate("0.5"),
        balance_bill=rate("0.25"),
    )
    first = first_payer(deductible=101, copay=7, coinsurance=3, balance_bill=10, unpaid=500)

    assert supplement_pays(terms, first) == 51 + 7 + 2 + 3
