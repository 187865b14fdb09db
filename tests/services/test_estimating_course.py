"""Which lines a treatment has, on which days: "Computing", 1, and what counts as a visit."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.intake.fields import DocumentRefused
from tests.builders import (
    BASE,
    ask,
    cash,
    codes,
    course,
    item,
    pays,
    routed,
    rulebook,
    treated,
    treatment,
)

PRICES = (cash("infusion", 100), cash("pill", 10), cash("fee", 25))
TWO = (treatment(), treatment("sertraline", "pill"))


def book(*rows: r.Row) -> Rulebook:
    return rulebook(BASE, PRICES, TWO, rows)


def dates(answer: dict[str, Any], treatment_id: str = "ketamine") -> list[str]:
    lines = routed(answer, "self_pay", treatment_id)["lines"]
    return [line["date"] for line in lines]


def items(answer: dict[str, Any], treatment_id: str) -> list[str]:
    lines = routed(answer, "self_pay", treatment_id)["lines"]
    return [f"{line['date'][-2:]} {line['item_id']}" for line in lines]


def test_a_step_is_given_on_the_first_day_and_then_every_so_many_days() -> None:
    rules = book(course(times=3, every=7, first_day=2))

    answer = ask(rules, treatments=["ketamine"])

    assert dates(answer) == ["2026-03-04", "2026-03-11", "2026-03-18"]


def test_lines_are_dropped_from_the_day_the_months_are_over() -> None:
    # One month from 03-02 ends with 04-01; the time on 04-02 is no longer in it.
    rules = book(course(times=5, every=31), course(step=2, times=5, every=30))

    answer = ask(rules, treatments=["ketamine"], months=1)

    assert dates(answer) == ["2026-03-02", "2026-03-02", "2026-04-01"]


def test_a_star_is_as_often_as_the_months_hold() -> None:
    rules = book(course(times="*", every=14, low=1, high="*"))

    answer = ask(rules, treatments=["ketamine"], months=1)

    # 03-02, 03-16, 03-30; low once.
    assert dates(answer) == ["2026-03-02", "2026-03-16", "2026-03-30"]
    assert treated(answer)["visits"] == {"low": 1, "typical": 3, "high": 3}
    assert routed(answer, "self_pay")["patient_pays"] == {
        "low": "100.00",
        "typical": "300.00",
        "high": "300.00",
    }


def test_no_times_at_all_give_no_line() -> None:
    rules = book(course(times=0, high=1))

    answer = ask(rules, treatments=["ketamine"])

    assert routed(answer, "self_pay")["patient_pays"] == {
        "low": "0.00",
        "typical": "0.00",
        "high": "100.00",
    }


def test_lines_of_one_date_stand_in_the_order_of_their_steps() -> None:
    rules = book(course(item_id="fee", step=2), course(step=1), course(item_id="pill", step=3))

    answer = ask(rules, treatments=["ketamine"])

    assert items(answer, "ketamine") == ["02 infusion", "02 fee", "02 pill"]


def test_lines_of_one_date_are_one_visit_and_the_pharmacy_is_none() -> None:
    rules = book(
        course(times=2, every=7),
        course(item_id="fee", step=2, times=2, every=7),
        course(item_id="pill", step=3, times=4, every=5),
    )

    answer = ask(rules, treatments=["ketamine"])

    assert treated(answer)["visits"] == {"low": 2, "typical": 2, "high": 2}
    assert answer["comparison"]["rows"][0]["visits"] == 2


def test_what_is_given_elsewhere_is_a_visit_too() -> None:
    lab = (item("lab"), cash("lab", 5), course(item_id="lab", first_day=3))

    answer = ask(book(course(), *lab), treatments=["ketamine"])

    assert treated(answer)["visits"]["typical"] == 2


def test_a_course_that_ends_before_the_months_do_gets_a_note() -> None:
    rules = book(course(times=2, every=30), course("sertraline", "pill", "*", every=30))

    answer = ask(rules, months=3)

    assert "course-ends-early" in codes(treated(answer))
    assert "course-ends-early" not in codes(treated(answer, "sertraline"))


def test_a_course_whose_next_time_comes_after_the_months_gets_no_note() -> None:
    # 03-02 and 04-01; the third would come on 05-01, and two months end with 05-01.
    rules = book(course(times=2, every=31))

    answer = ask(rules, treatments=["ketamine"], months=2)

    assert "course-ends-early" not in codes(treated(answer))


def test_a_month_begins_on_the_same_day_or_the_last_one_of_its_month() -> None:
    # From 01-31: months begin on 01-31, 02-28, 03-31 and 04-30.
    rules = book(
        course(first_day=27),  # 02-27, the last day of month 0
        course(step=2, first_day=28),  # 02-28, the first day of month 1
        course(step=3, first_day=58),  # 03-30, the last day of month 1
        course(step=4, first_day=59),  # 03-31, month 2
        course(step=5, first_day=88),  # 04-29, month 2
        course(step=6, first_day=89),  # 04-30: three months are over, dropped
    )

    answer = ask(rules, treatments=["ketamine"], start_date="2026-01-31", months=3)

    assert routed(answer, "self_pay")["by_month"] == ["100.00", "200.00", "200.00"]


def test_months_that_hold_nothing_cost_nothing() -> None:
    rules = book(course(), course(step=2, first_day=100))

    answer = ask(rules, treatments=["ketamine"], months=4)

    by_month = routed(answer, "self_pay")["by_month"]
    assert by_month == ["100.00", "0.00", "0.00", "100.00"]


def test_a_combination_has_the_lines_of_both_by_date_then_treatment_then_step() -> None:
    rules = book(
        course(item_id="fee", step=9),
        course(step=1, first_day=1),
        course("sertraline", "pill", 2, every=1, step=1),
    )

    answer = ask(rules, treatments=["ketamine+sertraline", "sertraline+ketamine"])

    first = ["02 fee", "02 pill", "03 infusion", "03 pill"]
    assert items(answer, "ketamine+sertraline") == first
    assert items(answer, "sertraline+ketamine") == ["02 pill", "02 fee", "03 pill", "03 infusion"]
    assert pays(answer, "self_pay", "ketamine+sertraline") == "145.00"  # 25 + 10 + 100 + 10


def test_a_combination_has_the_arm_of_the_first() -> None:
    rules = book(course(), course("sertraline", "pill"))

    answer = ask(rules, treatments=["ketamine+sertraline", "sertraline+ketamine"])

    arms = [each["arm"] for each in answer["treatments"]]
    assert arms == ["ketamine", "ssri"]


def test_an_item_that_the_earlier_treatment_has_on_a_date_is_dropped_with_a_finding() -> None:
    rules = book(
        course(times=2, every=1),
        course(item_id="fee", step=2, times=2, every=1),
        course("sertraline", "fee", 2, every=2, step=1),
        course("sertraline", "pill", step=2),
    )

    answer = ask(rules, treatments=["ketamine+sertraline", "ketamine"])

    # The fee of 03-02 comes once; the one on 03-04 is only sertraline's.
    assert items(answer, "ketamine+sertraline") == [
        *("02 infusion", "02 fee", "02 pill", "03 infusion", "03 fee", "04 fee"),
    ]
    assert "item-dropped" in codes(treated(answer, "ketamine+sertraline"))
    assert "item-dropped" not in codes(treated(answer))


def test_one_treatment_may_have_an_item_twice_on_a_date() -> None:
    rules = book(course(), course(step=2))

    assert pays(ask(rules, treatments=["ketamine"]), "self_pay") == "200.00"


def test_the_same_date_is_one_visit_in_a_combination() -> None:
    rules = book(course(), course("sertraline", "fee"))

    answer = ask(rules, treatments=["ketamine+sertraline"])

    assert treated(answer, "ketamine+sertraline")["visits"]["typical"] == 1


@pytest.mark.parametrize("given", ["ketamine+ketamine", "ketamine+sertraline+fluoxetine"])
def test_a_combination_is_of_two_different_treatments(given: str) -> None:
    rules = book(treatment("fluoxetine", "pill"), course(), course("sertraline", "pill"))

    with pytest.raises(DocumentRefused) as refused:
        ask(rules, treatments=[given])

    assert [each.code for each in refused.value.findings] == ["combination-of-two"]


def test_a_treatment_without_a_course_has_no_routes() -> None:
    answer = ask(book(course()), treatments=["ketamine", "sertraline"])

    none = treated(answer, "sertraline")
    assert (none["routes"], none["best_route"]) == ([], None)
    assert "no-course" in codes(none)


def test_a_treatment_that_says_why_it_has_no_price_is_not_priced() -> None:
    rules = book(
        treatment("spravato", None, not_priced_because="No price is published."),
        course(),
        course("spravato", "infusion"),
    )

    answer = ask(rules, treatments=["spravato", "ketamine+spravato"])

    for name in ("spravato", "ketamine+spravato"):
        found = treated(answer, name)
        assert (found["routes"], found["best_route"]) == ([], None)
        assert found["visits"] == {"low": None, "typical": None, "high": None}
        assert any("No price is published." in each["message"] for each in found["findings"])
    assert answer["comparison"] == {"baseline": None, "rows": []}
