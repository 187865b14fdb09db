"""The best route and the treatments side by side: "Computing", 5 and 6."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from tests.builders import (
    BASE,
    ask,
    benefit,
    cash,
    charge,
    course,
    item,
    parameter,
    policy,
    program,
    rulebook,
    treated,
    treatment,
)

FULL = benefit("coinsurance", coinsurance_percent=100)


def drugs(*prices: tuple[str, Any]) -> tuple[r.Row, ...]:
    """SSRIs by name, each one fill of a pill of its own at a price."""
    rows: list[r.Row] = []
    for name, price in prices:
        pill = item(f"{name}-pill", setting="pharmacy", category="generic", class_="drug")
        rows += [pill, treatment(name, f"{name}-pill", arm="ssri"), course(name, f"{name}-pill")]
        rows += [charge(f"{name}-pill", price), cash(f"{name}-pill", price)]
    return tuple(rows)


def book(*rows: Any) -> Rulebook:
    """One infusion of 1000."""
    return rulebook(
        *(BASE, treatment(), course(), charge("infusion", 1000), cash("infusion", 1000), rows),
    )


def compared(answer: dict[str, Any], treatment_id: str = "ketamine") -> dict[str, Any]:
    rows = answer["comparison"]["rows"]
    (found,) = [each for each in rows if each["treatment_id"] == treatment_id]
    return dict(found)


# The best route


def test_of_equal_routes_insured_comes_first() -> None:
    answer = ask(book(FULL, program("x", "percent off", 0)), plan_id="gold")

    assert treated(answer)["best_route"] == "insured"


def test_of_equal_routes_self_pay_comes_before_programs_by_id() -> None:
    answer = ask(book(program("b", "percent off", 0), program("a", "percent off", 0)))

    assert treated(answer)["best_route"] == "self_pay"


def test_the_typical_cost_decides_and_not_the_low_or_the_high_one() -> None:
    rules = book(
        benefit("copay", copay=100),
        cash("infusion", 101, low=1, high=102, effective_from="2026-01-01"),
    )

    assert treated(ask(rules, plan_id="gold"))["best_route"] == "insured"


@pytest.mark.parametrize(
    ("rows", "patient", "best"),
    [
        ([policy("covered")], {}, "insured"),
        ([policy("prior authorization")], {}, "insured"),
        ([policy("silent")], {}, "self_pay"),
        ([], {}, "self_pay"),
        ([], {"prior_authorization": "approved"}, "insured"),
        ([policy("prior authorization")], {"prior_authorization": "denied"}, "self_pay"),
        ([policy("covered", minimum_age=99)], {"age": 1}, "self_pay"),
    ],
)
def test_an_insured_figure_is_best_only_where_it_is_covered_or_needs_authorization(
    rows: list[r.Row], patient: dict[str, Any], best: str
) -> None:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)
    rules = rulebook(
        *(base, treatment(), course(), charge("infusion", 1000), cash("infusion", 1000)),
        *(benefit("copay", copay=10), rows),
    )

    answer = ask(rules, plan_id="gold", patient=patient)

    assert treated(answer)["best_route"] == best
    assert treated(answer)["routes"][0]["route"] == "insured"  # shown all the same


# The comparison


def test_the_baseline_is_the_cheapest_ssri_by_its_best_route() -> None:
    answer = ask(book(drugs(("sertraline", 30), ("fluoxetine", 20))))

    assert answer["comparison"]["baseline"] == "fluoxetine"
    assert compared(answer)["difference"] == "980.00"
    assert compared(answer, "sertraline")["difference"] == "10.00"
    assert compared(answer, "fluoxetine")["difference"] == "0.00"


@pytest.mark.parametrize("names", [("b", "a", "c"), ("c", "b", "a")])
def test_of_equal_ssris_the_first_by_id_is_the_baseline(names: tuple[str, ...]) -> None:
    answer = ask(book(drugs(*((name, 20) for name in names))))

    assert answer["comparison"]["baseline"] == "a"


def test_what_costs_less_than_the_baseline_differs_below_zero() -> None:
    answer = ask(book(drugs(("sertraline", "1234.56"))))

    assert compared(answer)["difference"] == "-234.56"


def test_a_combination_is_never_the_baseline() -> None:
    rules = book(drugs(("sertraline", 30), ("fluoxetine", 20)))

    both = ask(rules, treatments=["fluoxetine+sertraline", "sertraline", "ketamine"])
    alone = ask(rules, treatments=["fluoxetine+sertraline", "ketamine"])

    assert both["comparison"]["baseline"] == "sertraline"
    assert compared(both, "fluoxetine+sertraline")["difference"] == "20.00"
    assert alone["comparison"]["baseline"] is None
    assert compared(alone)["difference"] is None


def test_only_an_ssri_of_the_answer_is_its_baseline() -> None:
    answer = ask(book(drugs(("sertraline", 30))), treatments=["ketamine"])

    assert answer["comparison"]["baseline"] is None


def test_an_ssri_without_a_price_is_no_baseline() -> None:
    rules = book(drugs(("sertraline", 30)), treatment("none", "pill"), course("none", "pill"))

    assert ask(rules)["comparison"]["baseline"] == "sertraline"


def test_a_treatment_is_compared_by_its_best_route_in_all_scenarios() -> None:
    rules = book(
        parameter("fpl_first_person", 1),
        program("x", "percent off", 50),
        cash("infusion", 800, low=600, high=900, effective_from="2026-01-01"),
    )

    row = compared(ask(rules))

    assert (row["route"], row["low"], row["typical"], row["high"]) == (
        *("assistance:x", "300.00", "400.00", "450.00"),
    )


@pytest.mark.parametrize(
    ("months", "per_month"),
    # 1000 / 3 = 333.333; 1000 / 7 = 142.857; 1000 / 32 = 31.25; 1000 / 16 = 62.5
    [(1, "1000.00"), (3, "333.33"), (7, "142.86"), (32, "31.25"), (16, "62.50")],
)
def test_a_month_costs_its_part_rounded_half_up(months: int, per_month: str) -> None:
    assert compared(ask(book(), months=months))["per_month"] == per_month


def test_half_a_cent_of_a_month_is_rounded_up() -> None:
    # 0.25 / 2 = 0.125
    rules = rulebook(BASE, treatment(), course(), cash("infusion", "0.25"))

    assert compared(ask(rules, months=2))["per_month"] == "0.13"


@pytest.mark.parametrize(
    ("months", "annual", "share"),
    [
        (12, "50000.00", "0.0200"),
        (6, "50000.00", "0.0400"),
        (12, "30000.00", "0.0333"),
        (12, "29985.00", "0.0334"),  # 0.033350008
        (1, "6000.00", "2.0000"),
        (12, "80000.00", "0.0125"),
        (12, "16000000.00", "0.0001"),  # 0.0000625
        (12, "20000000.01", "0.0000"),
        (12, None, None),
        (12, "0.00", None),
    ],
)
def test_the_share_of_income_is_of_a_year_with_four_decimals(
    months: int, annual: str | None, share: str | None
) -> None:
    patient = {} if annual is None else {"annual_income": annual}

    assert compared(ask(book(), months=months, patient=patient))["share_of_income"] == share


def test_treatments_without_a_route_are_not_compared() -> None:
    rules = book(treatment("none", "fee"), course("none", "fee"))

    answer = ask(rules)

    assert [each["treatment_id"] for each in answer["comparison"]["rows"]] == ["ketamine"]
    assert [each["treatment_id"] for each in answer["treatments"]] == ["ketamine", "none"]


def test_nothing_depends_on_the_order_of_rows() -> None:
    rows = [
        *(*BASE, treatment(), course(times=2, every=7), course(item_id="fee", step=2)),
        *(charge("infusion", 1000), cash("infusion", 900), cash("infusion", 800, clinic_id="main")),
        *(charge("fee", 25), benefit("copay", copay=40), benefit("no charge", "infusion")),
        *drugs(("b", 20), ("a", 20)),
        *(program("y", "percent off", 10), program("x", "percent off", 10)),
    ]

    def figures(rules: Rulebook) -> Any:
        answer = ask(rules, plan_id="gold")
        routes = {
            each["treatment_id"]: {
                route["route"]: (route["patient_pays"], route["by_month"])
                for route in each["routes"]
            }
            for each in answer["treatments"]
        }
        best = {each["treatment_id"]: each["best_route"] for each in answer["treatments"]}
        return routes, best, answer["comparison"]["baseline"]

    assert figures(rulebook(rows)) == figures(rulebook(rows[::-1]))
