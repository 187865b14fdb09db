"""Programs that help to pay: "Computing", 5, and the sheet Assistance."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.intake.fields import DocumentRefused
from tests.builders import (
    BASE,
    ask,
    benefit,
    cash,
    charge,
    codes,
    course,
    deductible,
    item,
    line_pays,
    oop_max,
    parameter,
    payer,
    pays,
    plan,
    policy,
    program,
    routed,
    rulebook,
    treated,
    treatment,
)

FPL = (parameter("fpl_first_person", 16000), parameter("fpl_each_further_person", 5000))
HALF = benefit("coinsurance", coinsurance_percent=50)


def weekly(*rows: r.Row) -> Rulebook:
    """Three infusions of 100 on 03-02, 03-09 and 03-16, 80 in cash."""
    course_ = (treatment(), course(times=3, every=7))
    return rulebook(BASE, course_, charge("infusion", 100), cash("infusion", 80), HALF, FPL, rows)


def offered(answer: dict[str, Any], treatment_id: str = "ketamine") -> list[str]:
    routes = treated(answer, treatment_id)["routes"]
    return [each["route"][11:] for each in routes if each["route"].startswith("assistance:")]


def income(annual: str | None, household: int | None) -> dict[str, Any]:
    return {
        name: value
        for name, value in (("annual_income", annual), ("household_size", household))
        if value is not None
    }


# Self-pay


def test_a_percentage_comes_off_the_cash_price_rounded_half_up_by_line() -> None:
    rules = weekly(
        cash("infusion", "33.30", effective_from="2026-03-09"), program("x", "percent off", 15)
    )

    answer = ask(rules)

    # 15% of 80 is 12; of 33.30 it is 4.995, rounded to 5.00.
    assert line_pays(answer, "assistance:x") == ["68.00", "28.30", "28.30"]
    assert line_pays(answer, "self_pay") == ["80.00", "33.30", "33.30"]


def test_a_price_for_each_unit_takes_the_place_of_the_cash_price() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(quantity="1.5"), cash("infusion", 80)),
        program("x", "price per unit", "33.333333"),
    )

    # 33.333333 x 1.5 = 49.9999995 -> 50.00; without it 120.
    assert pays(ask(rules), "assistance:x") == "50.00"


def test_a_program_never_raises_a_price() -> None:
    rules = weekly(program("x", "price per unit", 95))

    assert pays(ask(rules), "assistance:x") == pays(ask(rules), "self_pay") == "240.00"


def test_no_program_takes_off_more_than_the_price() -> None:
    rules = weekly(program("x", "percent off", 150))

    assert line_pays(ask(rules), "assistance:x") == ["0.00", "0.00", "0.00"]


def test_a_maximum_is_for_a_calendar_year_in_the_order_of_the_lines() -> None:
    rules = weekly(program("x", "percent off", 50, annual_max=60))

    this_year = ask(rules)
    new_year = ask(rules, start_date="2026-12-23")

    # 40, then the 20 that are left of 60, then nothing. From 12-23: 12-30 is the second, and
    # 2027-01-06 has a maximum of its own.
    assert line_pays(this_year, "assistance:x") == ["40.00", "60.00", "80.00"]
    assert line_pays(new_year, "assistance:x") == ["40.00", "60.00", "40.00"]


def test_what_a_program_already_paid_counts_in_the_calendar_year_of_as_of() -> None:
    rules = weekly(program("x", "percent off", 50, annual_max=60))
    used = {"x": "45.00"}

    same = ask(rules, assistance_used=used)
    before = ask(rules, assistance_used=used, as_of="2025-12-31")
    over = ask(rules, assistance_used={"x": "999.00"})
    after = ask(rules, start_date="2026-12-30", as_of="2027-01-01", assistance_used=used)

    assert line_pays(same, "assistance:x") == ["65.00", "80.00", "80.00"]
    assert line_pays(before, "assistance:x") == ["40.00", "60.00", "80.00"]
    assert line_pays(over, "assistance:x") == ["80.00", "80.00", "80.00"]
    # 12-30 is in 2026, of which nothing is known; 15 are left of 2027.
    assert line_pays(after, "assistance:x") == ["40.00", "65.00", "80.00"]


def test_a_program_that_the_rulebook_does_not_have_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        ask(weekly(program("copay-card", "percent off", 5)), assistance_used={"copay-crad": "1.00"})

    (finding,) = refused.value.findings
    assert (finding.field, finding.code) == ("assistance_used", "unknown-program")
    assert "Did you mean copay-card?" in finding.message


def test_each_scenario_has_its_own_maximum_and_prices() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(times=3, every=7, low=1, high=4)),
        *(cash("infusion", 80, low=60), program("x", "percent off", 50, annual_max=90)),
    )

    answer = ask(rules)

    # low: 60 - 30; typical: 240 - 90; high: 320 - 90
    assert routed(answer, "assistance:x")["patient_pays"] == {
        "low": "30.00",
        "typical": "150.00",
        "high": "230.00",
    }


def test_the_most_specific_row_of_a_program_wins() -> None:
    ladder = [("ketamine", "infusion"), ("ketamine", "*"), ("*", "infusion"), ("*", "*")]
    for first in range(len(ladder)):
        rungs = [
            program("x", "price per unit", rung, names, item_id=item_id)
            for rung, (names, item_id) in enumerate(ladder)
            if rung >= first
        ]
        answer = ask(weekly(*reversed(rungs)))
        assert line_pays(answer, "assistance:x")[0] == f"{first}.00"


def test_a_program_holds_on_its_days() -> None:
    rules = weekly(program("x", "percent off", 50, effective_to="2026-03-09"))

    assert line_pays(ask(rules), "assistance:x") == ["40.00", "40.00", "80.00"]


def test_a_program_that_fits_no_line_gives_no_route() -> None:
    rules = weekly(
        program("other-item", "percent off", 50, item_id="pill"),
        program("over", "percent off", 50, effective_to="2026-03-01"),
        program("other-treatment", "percent off", 50, "sertraline"),
        program("fits", "percent off", 50),
    )

    assert offered(ask(rules)) == ["fits"]


def test_in_a_combination_a_program_helps_with_the_lines_of_its_treatment() -> None:
    rules = weekly(
        *(treatment("again"), course("again", first_day=1)),
        program("x", "percent off", 50, "again"),
    )

    answer = ask(rules, treatments=["ketamine+again"], months=1)

    prices = line_pays(answer, "assistance:x", "ketamine+again")
    assert prices == ["80.00", "40.00", "80.00", "80.00"]


# Income


LIMIT = program("x", "percent off", 10, income_limit_percent=200)
"""For two people 200% of 21,000 are 42,000; for one, 200% of 16,000 are 32,000."""


@pytest.mark.parametrize(
    ("annual", "household", "fits"),
    [
        ("42000.00", 2, True),
        ("42000.01", 2, False),
        ("32000.00", 1, True),
        ("32000.01", 1, False),
        ("0.00", 1, True),
    ],
)
def test_an_income_of_at_most_the_limit_fits(annual: str, household: int, fits: bool) -> None:
    answer = ask(weekly(LIMIT), patient=income(annual, household))

    assert offered(answer) == (["x"] if fits else [])


@pytest.mark.parametrize(("annual", "household"), [(None, None), ("1.00", None), (None, 1)])
def test_where_the_income_is_not_known_a_program_is_offered_but_never_best(
    annual: str | None, household: int | None
) -> None:
    answer = ask(weekly(LIMIT), patient=income(annual, household))

    assert offered(answer) == ["x"]
    assert treated(answer)["best_route"] == "self_pay"
    (assumed,) = routed(answer, "assistance:x")["assumes"]
    assert "income" in assumed


def test_where_the_income_fits_a_program_can_be_best_and_assumes_nothing() -> None:
    answer = ask(weekly(LIMIT), patient=income("1.00", 1))

    assert treated(answer)["best_route"] == "assistance:x"
    assert routed(answer, "assistance:x")["assumes"] == []


def test_the_poverty_level_is_that_of_the_start_date() -> None:
    rules = weekly(LIMIT, parameter("fpl_first_person", 20000, effective_from="2026-03-02"))

    before = ask(rules, start_date="2026-03-01", patient=income("40000.00", 1))
    after = ask(rules, start_date="2026-03-02", patient=income("40000.00", 1))

    assert (offered(before), offered(after)) == ([], ["x"])


def test_the_income_in_percent_is_not_rounded() -> None:
    # 133.333...% of 15,000 is 20,000; a limit of 133.3 is not met, one of 133.4 is.
    level = (parameter("fpl_first_person", 15000), parameter("fpl_each_further_person", 5000))

    def rules(limit: str) -> Rulebook:
        helped = program("x", "percent off", 10, income_limit_percent=limit)
        return rulebook(BASE, treatment(), course(), cash("infusion", 80), level, helped)

    patient = income("20000.00", 1)
    assert offered(ask(rules("133.333333"), patient=patient)) == []
    assert offered(ask(rules("133.333334"), patient=patient)) == ["x"]


def test_without_a_poverty_level_whether_the_income_fits_is_not_known() -> None:
    rules = rulebook(BASE, treatment(), course(), cash("infusion", 80), LIMIT)

    answer = ask(rules, patient=income("1.00", 1))

    assert treated(answer)["best_route"] == "self_pay"
    assert "poverty-level-not-known" in codes(treated(answer))


# Insured


CARD = program("card", "patient pays at least", 10)


def insured(rules: Rulebook, **request: Any) -> dict[str, Any]:
    return ask(rules, plan_id="gold", **request)


def test_an_insured_program_pays_the_cost_share_above_its_floor() -> None:
    answer = insured(weekly(CARD))

    lines = routed(answer, "assistance:card")["lines"]
    assert [each["patient_pays"] for each in lines] == ["10.00"] * 3
    assert [each["assistance"] for each in lines] == ["40.00"] * 3
    assert treated(answer)["best_route"] == "assistance:card"


@pytest.mark.parametrize(
    "row", [program("x", "percent off", 15), program("x", "patient pays at least", 10)]
)
def test_a_dollar_that_a_program_pays_points_back_to_its_row(row: r.AssistanceRow) -> None:
    answer = insured(weekly(row))

    for line in routed(answer, "assistance:x")["lines"]:
        assert line["program_rule"]["sheet"] == "Assistance"
        assert line["program_rule"]["id"] == "x"
        assert line["program_rule"]["words"] == f"{row.kind} {row.value}"
    assert {line["program_rule"] for line in routed(answer, "self_pay")["lines"]} == {None}


def test_an_insured_program_has_a_maximum_for_a_calendar_year() -> None:
    rules = weekly(program("card", "patient pays at least", 10, annual_max=60))

    plain = insured(rules)
    used = insured(rules, assistance_used={"card": "30.00"})

    assert line_pays(plain, "assistance:card") == ["10.00", "30.00", "50.00"]
    assert line_pays(used, "assistance:card") == ["20.00", "50.00", "50.00"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (None, ["10.00", "10.00", "0.00"]),
        (True, ["10.00", "10.00", "0.00"]),
        (False, ["10.00"] * 3),
    ],
)
def test_what_a_program_pays_counts_to_the_limits_unless_it_says_otherwise(
    counts: bool | None, expected: list[str]
) -> None:
    # Of each 50 the program pays 40. Counting, 100 are met after two lines.
    rules = weekly(
        program("card", "patient pays at least", 10, counts_to_limits=counts), oop_max(100)
    )

    assert line_pays(insured(rules), "assistance:card") == expected


def test_insured_programs_need_a_plan() -> None:
    assert offered(ask(weekly(CARD))) == []
    assert offered(ask(weekly(CARD), insurance="unknown")) == []


def test_payer_types_narrow_insured_programs() -> None:
    rules = weekly(
        program("card", "patient pays at least", 10, payer_types=("commercial", "marketplace")),
        *(payer("cms", "medicare"), plan("original", "cms"), benefit("no charge", payer_id="cms")),
    )

    assert offered(insured(rules)) == ["card"]
    assert offered(ask(rules, plan_id="original")) == []


def test_payer_types_are_those_of_the_row_that_wins() -> None:
    # The card helps anybody with the pill, but with infusions only where Medicare pays.
    rows = (
        program("card", "patient pays at least", 1),
        program(
            *("card", "patient pays at least", 1), item_id="infusion", payer_types=("medicare",)
        ),
    )
    pills = (course(item_id="pill", step=2), charge("pill", 30))

    for in_order in (rows, rows[::-1]):
        answer = insured(weekly(*in_order, *pills))
        assert line_pays(answer, "assistance:card")[:2] == ["50.00", "1.00"]


def test_where_the_type_of_the_payer_is_not_known_a_program_is_offered_but_never_best() -> None:
    rules = weekly(program("card", "patient pays at least", 10, payer_types=("commercial",)))
    typed = {"network": "in", "benefits": [{"category": "*", "coinsurance": "0.50"}]}

    unknown = ask(rules, plan=typed)
    known = ask(rules, plan={**typed, "payer_id": "acme"})

    assert (offered(unknown), treated(unknown)["best_route"]) == (["card"], "insured")
    assert len(routed(unknown, "assistance:card")["assumes"]) == 1
    assert treated(known)["best_route"] == "assistance:card"


def test_an_insured_program_with_an_unknown_income_is_never_best() -> None:
    rules = weekly(program("card", "patient pays at least", 10, income_limit_percent=500))

    assert treated(insured(rules))["best_route"] == "insured"
    assert treated(insured(rules, patient=income("1.00", 1)))["best_route"] == "assistance:card"


def test_an_insured_program_is_best_only_where_insured_could_be() -> None:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)

    def rules(*rows: r.Row) -> Rulebook:
        prices = (charge("infusion", 100), cash("infusion", 80))
        return rulebook(base, treatment(), course(), prices, HALF, CARD, rows)

    assert treated(insured(rules()))["best_route"] == "self_pay"  # silent
    authorization = policy("prior authorization")
    assert treated(insured(rules(authorization)))["best_route"] == "assistance:card"


def test_a_line_that_the_program_fits_is_not_weighed_against_cash() -> None:
    rules = rulebook(
        *(BASE, treatment("sertraline", "pill"), course("sertraline", "pill")),
        *(charge("pill", 40), cash("pill", 6), HALF, CARD),
    )

    answer = insured(rules)

    assert pays(answer, "insured", "sertraline") == "6.00"
    assert pays(answer, "assistance:card", "sertraline") == "10.00"
    assert treated(answer, "sertraline")["best_route"] == "insured"


def test_a_program_pays_nothing_of_what_the_plan_refuses() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(), charge("infusion", 100), CARD),
        *(benefit("not covered"), deductible(0)),
    )

    assert pays(insured(rules), "assistance:card") == "100.00"


def test_routes_come_in_the_order_of_their_programs_whatever_the_order_of_rows() -> None:
    rows = [program(name, "percent off", 10) for name in ("b", "a", "c")]

    assert offered(ask(weekly(*rows))) == offered(ask(weekly(*rows[::-1]))) == ["a", "b", "c"]


def test_two_programs_that_cost_the_same_are_told_apart_by_id() -> None:
    rows = [program(name, "percent off", 10) for name in ("b", "a", "c")]

    assert treated(ask(weekly(*rows)))["best_route"] == "assistance:a"
