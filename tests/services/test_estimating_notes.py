"""What a row's Note says the workbook cannot say is told with the figure that it bends."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook.rows import Row
from tests import builders as b
from tests.builders import ask, codes, rulebook, treated

OVER = "The cap is not entered, so this overstates."
UNDER = "Drug costs are understated."
EITHER = "The rate stands in for all; it may be over- or understated (verify)."
NONE = "Read on the overview of 2026; the state's own list was not read."
COURSE = (b.treatment(), b.course(), b.charge("infusion", 500), b.cash("infusion", 400))


def rules(*more: Any, benefit_note: str | None = None, limit_note: str | None = None) -> Any:
    plan = (
        b.deductible(0, note=limit_note),
        b.benefit("copay", copay=15, note=benefit_note),
        b.allowed("infusion", 300),
    )
    return rulebook(*b.BASE, *COURSE, *plan, *more)


def told(part: dict[str, Any]) -> dict[str, str]:
    """The findings about Notes, by code."""
    return {f["code"]: f["message"] for f in part["findings"] if f["code"].startswith("note-")}


@pytest.mark.parametrize(
    ("note", "code", "way"),
    [
        (OVER, "note-overstates", "may be overstated"),
        (UNDER, "note-understates", "may be understated"),
        (EITHER, "note-either-way", "may be over- or understated"),
    ],
)
def test_a_benefit_whose_note_says_so_is_named_with_the_direction(
    note: str, code: str, way: str
) -> None:
    found = told(treated(ask(rules(benefit_note=note), plan_id="gold")))
    assert list(found) == [code]
    assert way in found[code]
    assert "Benefits row 2" in found[code]


def test_another_note_says_nothing_of_the_figure() -> None:
    answer = ask(rules(benefit_note=NONE, limit_note=NONE), plan_id="gold")
    assert told(answer) == told(treated(answer)) == {}


def test_a_benefit_that_is_not_used_is_not_named() -> None:
    unused = rules(b.item("spray"), benefit_note=OVER)
    assert told(treated(ask(unused))) == {}
    refused = rulebook(
        *(b.clinic(), b.payer(), b.plan(), b.network(), b.item("infusion", policy_of="infusion")),
        *(*COURSE, b.deductible(0), b.allowed("infusion", 300), b.policy("not covered")),
        b.benefit("copay", copay=15, note=OVER),
    )
    assert told(treated(ask(refused, plan_id="gold"))) == {}


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (b.price("charge", "infusion", 600, clinic_id="main", note=UNDER), "Prices row 5"),
        (b.price("cash", "infusion", 450, clinic_id="main", note=UNDER), "Prices row 5"),
    ],
)
def test_a_price_is_named_by_whatever_way_it_is_paid(row: Row, place: str) -> None:
    for request in ({}, {"plan_id": "gold"}):
        found = told(treated(ask(rules(row), **request)))
        assert place in found["note-understates"]


def test_the_plan_and_its_limits_are_named_for_the_whole_estimate() -> None:
    later = b.oop_max(900, note=UNDER, effective_from="2030-01-01")
    plan = b.plan("capped", note=OVER)
    book = rules(plan, b.deductible(5, "capped", note=OVER), later, limit_note=EITHER)
    answer = ask(book, plan_id="gold")
    assert "Limits row 2" in told(answer)["note-either-way"]
    assert list(told(answer)) == ["note-either-way"]
    capped = told(ask(book, plan_id="capped"))
    assert "Plans row 3 and Limits row 3" in capped["note-overstates"]


def test_a_second_plan_and_a_supplement_are_named_too() -> None:
    second = (b.plan("other", note=OVER), b.plan("medigap"), b.supplement("medigap", 0, 0, 100, 0))
    noted = b.supplement("noted", 0, 0, 100, 0, note=UNDER)
    book = rules(*second, b.plan("noted"), noted)
    asked = {"plan_id": "gold", "secondary": {"plan_id": "other"}}
    assert "Plans row 3" in told(ask(book, **asked))["note-overstates"]
    asked["secondary"] = {"plan_id": "noted"}
    assert "Supplements row 3" in told(ask(book, **asked))["note-understates"]
    asked["secondary"] = {"plan_id": "medigap"}
    assert told(ask(book, **asked)) == {}


def test_a_program_is_named_where_it_is_offered() -> None:
    book = rules(b.program("help", "percent off", 30, note=UNDER))
    assert "Assistance row 2" in told(treated(ask(book)))["note-understates"]
    other = rules(b.program("help", "percent off", 30, "sertraline", note=UNDER))
    assert "note-understates" not in codes(treated(ask(other)))
