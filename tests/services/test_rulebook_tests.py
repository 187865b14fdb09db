"""The sheet Tests, run: every test is one estimate."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.seen import Seen
from estimator.services.estimating import estimate
from estimator.services.rulebook_tests import Outcome, request_of, run_tests
from estimator.services.rulebook_tests import failing as problems
from tests.builders import (
    BASE,
    a_test,
    benefit,
    cash,
    charge,
    course,
    deductible,
    item,
    network,
    oop_max,
    plan,
    policy,
    program,
    rulebook,
    sheets,
    treatment,
)

RULES = (
    *(BASE, treatment(), course(times=3, every=7), charge("infusion", 100), cash("infusion", 80)),
    *(benefit("coinsurance after deductible", coinsurance_percent=20), deductible(150)),
    *(
        oop_max(400),
        program("half", "percent off", 50),
        program("card", "patient pays at least", 5),
    ),
)


def failing(*rows: Any) -> list[str]:
    """Return what the failing tests of the rules with these rows say."""
    together = (RULES, rows)
    rules = rulebook(*together)
    found = list(problems(rules, run_tests(rules), Seen(sheets(*together))))
    assert all((each.severity, each.code) == ("stop", "failing-test") for each in found)
    return [each.message for each in found]


GOLD = {"plan_id": "gold"}


@pytest.mark.parametrize(
    ("route", "expect", "more"),
    [
        # 100; 50 + 10; 20
        ("insured", 180, GOLD),
        # 30 left of 150: 30 + 14; 20; 20
        ("insured", 84, {**GOLD, "deductible_met": 120}),
        # 150 met of each: 250 left of the maximum, never reached: 20 x 3
        ("insured", 60, {**GOLD, "deductible_met": 150, "oop_met": 150}),
        # 10 left of the maximum
        ("insured", 10, {**GOLD, "oop_met": 390}),
        ("self-pay", 240, GOLD),
        ("self-pay", 240, {}),
        ("half", 120, {}),
        ("card", 15, GOLD),
    ],
)
def test_a_test_that_agrees_says_nothing(route: str, expect: int, more: dict[str, Any]) -> None:
    assert failing(a_test(route, expect, **more)) == []


def test_a_test_that_disagrees_says_both_amounts_and_its_cell() -> None:
    together = (RULES, a_test("self-pay", 241))

    rules = rulebook(*together)
    (finding,) = problems(rules, run_tests(rules), Seen(sheets(*together)))

    assert finding.message == (
        "Test t1 expects the patient to pay $241.00, but the rules give $240.00."
    )
    assert (finding.sheet, finding.header) == ("Tests", "Expect patient pays $")
    assert finding.cell.endswith("2")


def test_every_failing_test_is_told() -> None:
    tests = [a_test("self-pay", amount, test_id=f"t{amount}") for amount in (1, 240, 2)]

    assert len(failing(*tests)) == 2


def test_a_route_that_is_not_offered_is_told_with_those_that_are() -> None:
    assert failing(a_test("insured", 1)) == [
        "Test t1 expects the route insured, which is not offered; "
        "offered: self_pay, assistance:half."
    ]


def test_a_test_of_a_treatment_without_a_price_fails() -> None:
    assert failing(treatment("none", "pill"), a_test("self-pay", 1, treatment_id="none")) == [
        "Test t1 expects the route self-pay, which is not offered; offered: none."
    ]


def test_a_test_that_cannot_be_run_says_why() -> None:
    (message,) = failing(a_test("self-pay", 1, months=99))

    assert message.startswith("Test t1 cannot be run: months ")


def test_a_test_says_all_that_a_request_needs() -> None:
    rules = rulebook(RULES, policy("prior authorization"))
    row = a_test("insured", 1, coverage="family", prior_authorization="denied", **GOLD)

    assert request_of(rules, row) == {
        "clinic_id": "main",
        "plan_id": "gold",
        "treatments": ["ketamine"],
        "start_date": "2026-03-02",
        "months": 1,
        "coverage": "family",
        "patient": {"prior_authorization": "denied"},
        "accumulators": [],
        "detail": "summary",
    }


def met(*rows: r.Row, **more: Any) -> list[tuple[str, str, str, str]]:
    base = tuple(each for each in BASE if not isinstance(each, r.NetworkRow))
    rules = rulebook(base, treatment(), course(), cash("infusion", 1), rows)
    row = a_test("insured", 1, plan_id="gold", deductible_met=10, oop_met=20, **more)
    document = request_of(rules, row)
    estimate(document, rules, today=row.start_date)  # it can be read
    return sorted(
        (each["kind"], each["class"], each["network"], each["individual"])
        for each in document["accumulators"]
    )


def test_what_is_met_is_of_the_limits_that_constrain_the_main_item() -> None:
    limits = [
        *(deductible(1, class_="medical", network="in"), deductible(2, class_="drug")),
        *(deductible(3, class_="medical", network="out"), oop_max(4), oop_max(9, class_="drug")),
    ]
    inside = [("deductible", "medical", "in", "10.00"), ("oop_max", "all", "all", "20.00")]
    outside = [("deductible", "medical", "out", "10.00"), ("oop_max", "all", "all", "20.00")]

    assert met(network("in"), *limits) == inside
    assert met(network("out"), *limits) == met(*limits) == outside


def test_what_is_met_is_of_every_maximum_that_constrains_the_main_item() -> None:
    maxes = [oop_max(4), oop_max(9, class_="medical"), oop_max(7, class_="drug")]
    both = [("oop_max", "all", "all", "20.00"), ("oop_max", "medical", "all", "20.00")]

    assert met(*maxes) == met(*maxes[::-1]) == both


def test_what_is_met_is_of_the_limits_in_force_on_the_start_date() -> None:
    limits = [
        deductible(1, effective_to="2026-03-01", class_="medical"),
        deductible(2, effective_from="2026-03-02"),
        deductible(3, effective_from="2026-06-01", class_="medical"),
    ]

    assert met(*limits) == [("deductible", "all", "all", "10.00")]


def test_a_main_item_from_the_pharmacy_is_in_network() -> None:
    limits = [deductible(1, network="in"), deductible(2, network="out")]
    drug = (treatment("sertraline", "pill"), course("sertraline", "pill"), cash("pill", 1))

    assert met(*limits, *drug, treatment_id="sertraline") == [("deductible", "all", "in", "10.00")]


def test_what_is_not_typed_is_not_met() -> None:
    rules = rulebook(RULES, item("other"), plan("tin"))

    assert request_of(rules, a_test("insured", 1, **GOLD))["accumulators"] == []
    assert request_of(rules, a_test("insured", 1, plan_id="tin"))["accumulators"] == []


def test_a_large_amount_is_written_as_it_is_read() -> None:
    outcome = Outcome(2, "t1", "a year of infusions", "3050.00", "3200.00", passed=False)

    assert outcome.problem == "expects the patient to pay $3,050.00, but the rules give $3,200.00."
