"""What is billed, allowed and paid in cash for a line: "Computing", 2 and 3."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from tests.builders import (
    BASE,
    allowed,
    ask,
    benefit,
    cash,
    charge,
    clinic,
    codes,
    course,
    item,
    line_pays,
    network,
    payer,
    pays,
    plan,
    price,
    routed,
    rulebook,
    treated,
    treatment,
)

HALF = benefit("coinsurance", coinsurance_percent=50)
"""The patient pays half of what is allowed."""
GOLD = {"plan_id": "gold", "treatments": ["ketamine"]}


def book(*rows: r.Row, base: tuple[r.Row, ...] = BASE) -> Rulebook:
    return rulebook(base, treatment(), course(), rows)


def line(answer: dict[str, Any], route: str = "insured") -> dict[str, Any]:
    return dict(routed(answer, route)["lines"][0])


def out_of_network() -> tuple[r.Row, ...]:
    return tuple(network("out") if isinstance(each, r.NetworkRow) else each for each in BASE)


def test_a_unit_price_times_the_quantity_is_rounded_half_up_to_the_cent() -> None:
    # 0.333333 x 1.5 = 0.4999995 -> 0.50; 1.005 x 1 -> 1.01; 0.0049 -> 0.00
    rules = rulebook(
        *BASE,
        *(treatment(), cash("infusion", "0.333333"), cash("fee", "1.005"), cash("pill", "0.0049")),
        course(quantity="1.5"),
        course(item_id="fee", step=2),
        course(item_id="pill", step=3),
    )

    assert line_pays(ask(rules), "self_pay") == ["0.50", "1.01", "0.00"]


def test_each_scenario_takes_its_own_prices_and_blank_ones_take_the_amount() -> None:
    rules = book(cash("infusion", 200, low=150), charge("infusion", 300, high=500))

    answer = ask(rules)

    assert routed(answer, "self_pay")["patient_pays"] == {
        "low": "150.00",
        "typical": "200.00",
        "high": "200.00",
    }


def test_a_percentage_is_of_the_charge_of_the_line() -> None:
    # The line's charge is 3 x 33.335 = 100.005 -> 100.01. Cash 45%: 45.0045 -> 45.00.
    # Allowed 62.5%: 62.50625 -> 62.51; half of it is 31.255 -> 31.26.
    rules = rulebook(
        BASE,
        treatment(),
        course(quantity=3),
        charge("infusion", "33.335"),
        cash("infusion", 45, basis="percent of charge"),
        allowed("infusion", "62.5", basis="percent of charge"),
        HALF,
    )

    answer = ask(rules, **GOLD)

    assert pays(answer, "self_pay") == "45.00"
    assert (line(answer)["billed"], line(answer)["allowed"]) == ("100.01", "62.51")
    assert pays(answer) == "31.26"


def test_a_percentage_is_of_the_charge_of_its_own_scenario() -> None:
    rules = book(
        charge("infusion", 400, low=200, high=1000),
        cash("infusion", 50, basis="percent of charge", high=60),
    )

    answer = ask(rules)

    # 50% of 200, 50% of 400, 60% of 1000
    assert routed(answer, "self_pay")["patient_pays"] == {
        "low": "100.00",
        "typical": "200.00",
        "high": "600.00",
    }


def test_a_percentage_without_a_charge_is_a_missing_price() -> None:
    rules = book(cash("infusion", 50, basis="percent of charge"))

    answer = ask(rules)

    assert treated(answer)["routes"] == []
    assert "price-missing" in codes(treated(answer))


def test_a_percentage_without_a_charge_leaves_the_other_prices() -> None:
    rules = book(allowed("infusion", 60, basis="percent of charge"), cash("infusion", 80), HALF)

    answer = ask(rules, **GOLD)

    # Billed is the cash price, and in network nothing else is known to be allowed: half of 80.
    assert pays(answer) == "40.00"
    assert "no-allowed-in-network" in codes(treated(answer))


def test_without_a_charge_the_higher_of_cash_and_allowed_is_billed() -> None:
    rules = book(cash("infusion", 80), allowed("infusion", 120), HALF)

    answer = ask(rules, **GOLD)

    assert line(answer)["billed"] == "120.00"
    assert (pays(answer), pays(answer, "self_pay")) == ("60.00", "80.00")
    assert "no-charge" in codes(treated(answer))


def test_without_a_plan_no_allowed_price_is_read() -> None:
    rules = book(cash("infusion", 80), allowed("infusion", 120, payer_id="*"))

    answer = ask(rules)

    assert line(answer, "self_pay")["billed"] == "80.00"


def test_an_allowed_price_alone_is_no_price_without_a_plan() -> None:
    rules = book(allowed("infusion", 120), HALF)

    assert treated(ask(rules))["routes"] == []
    assert pays(ask(rules, **GOLD)) == "60.00"


def test_without_a_cash_price_the_charge_is_paid() -> None:
    rules = book(charge("infusion", 300))

    answer = ask(rules)

    assert pays(answer, "self_pay") == "300.00"
    assert "no-cash-price" in codes(treated(answer))


def test_without_cash_and_charge_the_allowed_amount_is_paid_in_cash() -> None:
    rules = book(allowed("infusion", 120), HALF)

    assert pays(ask(rules, **GOLD), "self_pay") == "120.00"


def test_without_an_allowed_price_in_network_the_charge_is_allowed() -> None:
    rules = book(charge("infusion", 300), cash("infusion", 300), HALF)

    answer = ask(rules, **GOLD)

    assert (line(answer)["allowed"], pays(answer)) == ("300.00", "150.00")
    assert "no-allowed-in-network" in codes(treated(answer))


def test_without_an_allowed_price_out_of_network_the_plan_pays_nothing() -> None:
    rules = book(charge("infusion", 300), cash("infusion", 300), HALF, base=out_of_network())

    answer = ask(rules, **GOLD)

    found = line(answer)
    assert (found["allowed"], found["balance_bill"], found["plan_pays"]) == (
        *("0.00", "300.00", "0.00"),
    )
    assert pays(answer) == "300.00"
    assert "no-allowed-out-of-network" in codes(treated(answer))


@pytest.mark.parametrize(("known", "expected"), [(True, "60.00"), (False, "300.00")])
def test_a_benefit_forbids_a_balance_bill_only_where_the_allowed_amount_is_known(
    known: bool, expected: str
) -> None:
    # Known: half of 120, and nothing of the other 180. Not known: the whole charge.
    rows = [charge("infusion", 300), cash("infusion", 300)]
    rows += [allowed("infusion", 120)] if known else []
    protected = benefit("coinsurance", coinsurance_percent=50, balance_bill=False)
    rules = book(*rows, protected, base=out_of_network())

    assert pays(ask(rules, **GOLD)) == expected


def test_out_of_network_the_rest_of_the_charge_is_the_balance_bill() -> None:
    rules = book(
        charge("infusion", 300),
        cash("infusion", 300),
        allowed("infusion", 120),
        HALF,
        base=out_of_network(),
    )

    answer = ask(rules, **GOLD)

    # Half of 120, and 300 - 120.
    assert pays(answer) == "240.00"
    assert (routed(answer)["reimbursed"], routed(answer)["upfront"]) == ("60.00", "300.00")


def test_in_network_nothing_is_reimbursed() -> None:
    rules = book(charge("infusion", 300), cash("infusion", 300), allowed("infusion", 120), HALF)

    answer = ask(rules, **GOLD)

    assert (routed(answer)["reimbursed"], routed(answer)["upfront"]) == ("0.00", "60.00")


def test_an_item_with_none_of_the_three_prices_leaves_no_route() -> None:
    rules = book(charge("fee", 25), course(item_id="fee", step=2))

    answer = ask(rules, **GOLD)

    found = treated(answer)
    assert (found["routes"], found["best_route"]) == ([], None)
    (missing,) = [each for each in found["findings"] if each["code"] == "price-missing"]
    assert "the infusion" in missing["message"]
    assert answer["comparison"]["rows"] == []


def test_a_price_that_is_missing_on_one_day_of_the_course_leaves_no_route() -> None:
    rules = rulebook(
        BASE, treatment(), course(times=2, every=7), cash("infusion", 80, effective_to="2026-03-08")
    )

    assert treated(ask(rules))["best_route"] is None


def test_prices_change_in_the_middle_of_a_course() -> None:
    rules = rulebook(
        BASE,
        treatment(),
        course(times=3, every=7),
        cash("infusion", 80),
        cash("infusion", 90, effective_from="2026-03-16"),
    )

    assert line_pays(ask(rules), "self_pay") == ["80.00", "80.00", "90.00"]


LADDER = [
    ("main", "acme", "gold", "in"),
    ("main", "acme", "gold", "all"),
    ("main", "acme", "*", "in"),
    ("main", "acme", "*", "all"),
    ("main", "*", "*", "in"),
    ("main", "*", "*", "all"),
    ("*", "acme", "gold", "in"),
    ("*", "acme", "gold", "all"),
    ("*", "acme", "*", "in"),
    ("*", "acme", "*", "all"),
    ("*", "*", "*", "in"),
    ("*", "*", "*", "all"),
]


@pytest.mark.parametrize("first", range(len(LADDER)))
def test_the_most_specific_allowed_price_wins(first: int) -> None:
    rungs = [
        price(
            *("allowed", "infusion", 100 + rung),
            clinic_id=clinic_id,
            payer_id=payer_id,
            plan_id=plan_id,
            network=where,
        )
        for rung, (clinic_id, payer_id, plan_id, where) in enumerate(LADDER)
        if rung >= first
    ]
    others = [
        price("allowed", "infusion", 1, clinic_id="other"),
        price("allowed", "infusion", 2, payer_id="other"),
        price("allowed", "infusion", 3, payer_id="acme", plan_id="other"),
        price("allowed", "infusion", 4, payer_id="acme", plan_id="gold", network="out"),
    ]
    elsewhere = (clinic("other"), payer("other"), plan("other"))
    rules = book(charge("infusion", 900), HALF, *reversed(rungs), *others, *elsewhere)

    answer = ask(rules, clinic_id="main", **GOLD)

    assert line(answer)["allowed"] == f"{100 + first}.00"


@pytest.mark.parametrize("kind", ["charge", "cash"])
def test_a_price_of_the_clinic_comes_before_that_of_any(kind: str) -> None:
    here, any_ = price(kind, "infusion", 70, clinic_id="main"), price(kind, "infusion", 90)
    rules = book(any_, here, clinic("other"))

    assert pays(ask(rules, clinic_id="main"), "self_pay") == "70.00"
    assert pays(ask(rules, clinic_id="other"), "self_pay") == "90.00"


def test_a_cash_price_of_zero_is_paid_but_does_not_go_along_to_the_plan() -> None:
    # Nothing in cash, as it comes with another line; but refused by the plan it is billed.
    rules = book(cash("infusion", 0), charge("infusion", 300))

    answer = ask(rules, **GOLD)

    assert pays(answer, "self_pay") == "0.00"
    assert (line(answer)["reason"], pays(answer)) == ("no_benefit", "300.00")


def test_at_the_clinic_cash_counts_only_where_the_plan_refuses() -> None:
    rules = book(cash("infusion", 10), charge("infusion", 300), allowed("infusion", 120), HALF)
    refused = book(cash("infusion", 10), charge("infusion", 300), allowed("infusion", 120))

    assert pays(ask(rules, **GOLD)) == "60.00"
    assert pays(ask(refused, **GOLD)) == "10.00"


def test_at_the_pharmacy_cash_counts_wherever_it_is_lower() -> None:
    rules = rulebook(
        BASE,
        treatment("sertraline", "pill"),
        course("sertraline", "pill"),
        *(cash("pill", 4), charge("pill", 30), allowed("pill", 12), HALF),
    )

    answer = ask(rules, plan_id="gold")

    (found,) = routed(answer, "insured", "sertraline")["lines"]
    assert (found["reason"], found["patient_pays"]) == ("cash_is_cheaper", "4.00")


def test_a_fee_that_is_not_billed_to_the_plan_is_paid_in_cash_as_no_benefit() -> None:
    rules = book(
        *(charge("infusion", 100), cash("infusion", 100), allowed("infusion", 100)),
        *(charge("fee", 40), cash("fee", 25), benefit("no charge")),
        course(item_id="fee", step=2),
    )

    answer = ask(rules, **GOLD)

    fee = routed(answer)["lines"][1]
    assert (fee["reason"], fee["cash"], fee["patient_pays"]) == ("no_benefit", "25.00", "25.00")
    assert pays(answer) == "25.00"


@pytest.mark.parametrize(("item_id", "where"), [("infusion", "out"), ("pill", "in"), ("lab", "in")])
def test_only_what_is_given_at_the_clinic_can_be_out_of_network(item_id: str, where: str) -> None:
    rules = rulebook(
        *out_of_network(),
        *(item("lab"), treatment(), course(item_id=item_id), cash(item_id, 10)),
    )

    assert line(ask(rules, **GOLD))["network"] == where


NETWORKS = [("main", "gold"), ("main", "*"), ("*", "gold"), ("*", "*")]


@pytest.mark.parametrize("first", range(len(NETWORKS)))
def test_the_most_specific_row_says_whether_the_clinic_is_in_the_network(first: int) -> None:
    rungs = [
        network("in" if rung == first else "out", clinic_id, plan_id)
        for rung, (clinic_id, plan_id) in enumerate(NETWORKS)
        if rung >= first
    ]
    without = tuple(each for each in BASE if not isinstance(each, r.NetworkRow))
    rules = book(cash("infusion", 10), *reversed(rungs), base=without)

    answer = ask(rules, **GOLD)

    assert line(answer)["network"] == "in"
    assert "network-not-known" not in codes(treated(answer))


def test_without_a_row_the_clinic_is_out_of_network_with_a_finding() -> None:
    without = tuple(each for each in BASE if not isinstance(each, r.NetworkRow))
    rules = book(cash("infusion", 10), base=without)

    answer = ask(rules, **GOLD)

    assert line(answer)["network"] == "out"
    assert "network-not-known" in codes(treated(answer))
    assert line(ask(rules, treatments=["ketamine"]), "self_pay")["network"] == "in"


def test_a_clinic_leaves_the_network_in_the_middle_of_a_course() -> None:
    left = network("out", effective_from="2026-03-09")
    rules = rulebook(BASE, left, treatment(), course(times=2, every=7), cash("infusion", 10))

    lines = routed(ask(rules, **GOLD))["lines"]

    assert [each["network"] for each in lines] == ["in", "out"]


def test_what_the_plan_allows_above_the_charge_is_not_paid() -> None:
    # Allowed 500 of a charge of 300: half of 300.
    rules = book(charge("infusion", 300), cash("infusion", 300), allowed("infusion", 500), HALF)

    assert pays(ask(rules, **GOLD)) == "150.00"
