"""What a change of rules does to dollars, and which rows did it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator.engine.money import dollars
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.services.difference.comparison import compare
from estimator.services.difference.document import as_document
from estimator.services.difference.situations import HALF_MET, NOTHING_MET
from estimator.services.estimating import estimate
from tests import builders as b

TODAY = b.TODAY

WORLD = b.sheets(
    b.clinic("main"),
    b.clinic("branch"),
    b.payer("acme"),
    b.payer("umbra"),
    b.plan("gold"),
    b.plan("hsa", plan_type="HDHP"),
    b.plan("shadow", "umbra", year_starts="07-01"),
    b.network("in", "main"),
    b.network("out", "branch"),
    b.network("in", payer_id="umbra"),
    b.item("infusion", policy_of="infusion"),
    b.item("pill"),
    b.item("lab"),
    b.item("fee"),
    b.deductible("500", family="900"),
    b.oop_max("2000", family="4000"),
    b.deductible("300", "hsa", family="700", family_basis="aggregate"),
    b.oop_max("900", "hsa"),
    b.deductible("250.01", "shadow", carryover_months=3),
    b.deductible("400", "shadow", effective_from=date(2026, 7, 1)),
    b.charge("infusion", "600", high="700"),
    b.cash("infusion", "475"),
    b.cash("infusion", "455", clinic_id="branch"),
    b.allowed("infusion", "300"),
    b.allowed("infusion", "80", payer_id="umbra", basis="percent of charge"),
    b.charge("pill", "12"),
    b.cash("pill", "9"),
    b.charge("lab", "80"),
    b.charge("fee", "20"),
    b.benefit("coinsurance after deductible", "infusion", coinsurance_percent=20),
    b.benefit("copay", "generic", copay="5"),
    b.benefit("copay, then deductible", "lab", copay="25"),
    b.benefit("coinsurance after deductible", "*", "hsa", coinsurance_percent=10),
    b.benefit("coinsurance", "*", "*", coinsurance_percent=40, payer_id="umbra"),
    b.policy("prior authorization", failed_trials=2),
    b.policy("covered", payer_id="umbra"),
    b.treatment("ketamine"),
    b.treatment("sertraline", "pill"),
    b.treatment("mushrooms", None, not_priced_because="Not lawfully sold."),
    b.course("ketamine", "infusion", 6, every=60, low=2, high=9),
    b.course("ketamine", "lab", 1, step=2),
    b.course("ketamine", "fee", 1, step=3),
    b.course("sertraline", "pill", "*", every=30),
    b.program("hand", "percent off", 30, "ketamine", annual_max="200"),
    b.program("card", "patient pays at least", 10, payer_types=("commercial",)),
    b.parameter("fpl_first_person", 15000),
    b.a_test("insured", "600", plan_id="gold", months=6),
)

VALUES: dict[str, Any] = {
    "network": st.sampled_from(["in", "out"]),
    "coverage": st.sampled_from(["covered", "not covered", "silent"]),
    "amount": st.sampled_from([Decimal(90), Decimal("33.333"), Decimal(500)]),
    "high": st.sampled_from([None, Decimal(900)]),
    "individual_cents": st.sampled_from([0, 12_345, 99_999]),
    "family_cents": st.sampled_from([None, 10_000, 180_001]),
    "family_basis": st.sampled_from([None, "embedded"]),
    "coinsurance_percent": st.sampled_from([Decimal(0), Decimal(50)]),
    "copay_cents": st.sampled_from([0, 4_000]),
    "cost_share": st.sampled_from(["no charge", "not covered", "copay after deductible"]),
    "visit_limit": st.sampled_from([None, 1]),
    "visit_group": st.sampled_from([None, "together"]),
    "counts_toward_oop_max": st.booleans(),
    "failed_trials": st.sampled_from([None, 9]),
    "other_criteria": st.just("a letter"),
    "value": st.sampled_from([Decimal(50), Decimal(5)]),
    "payer_types": st.sampled_from([None, ("marketplace",)]),
    "annual_max_cents": st.sampled_from([None, 1_000]),
    "income_limit_percent": st.sampled_from([None, Decimal(300)]),
    "effective_from": st.sampled_from([date(2026, 1, 1), date(2026, 9, 1), date(2030, 1, 1)]),
    "effective_to": st.sampled_from([None, date(2026, 5, 31)]),
    "year_starts": st.sampled_from([None, "04-01"]),
    "payer_type": st.just("marketplace"),
    "main_item": st.sampled_from(["pill", "lab"]),
    "not_priced_because": st.just("Sold out."),
    "category": st.sampled_from(["generic", "infusion", "*"]),
    "policy_of": st.sampled_from([None, "infusion"]),
    "setting": st.sampled_from(["clinic", "elsewhere"]),
    "class_": st.sampled_from(["medical", "drug"]),
    "billed_to_plan": st.booleans(),
    "quantity": st.just(Decimal(2)),
    "times_typical": st.just(4),
    "first_day": st.just(3),
    "step": st.just(9),
    "clinic_id": st.sampled_from(["main", "branch"]),
    "name": st.just("Another name"),
    "source": st.just("somewhere else"),
    "checked_on": st.just(TODAY),
    "note": st.just("a remark"),
    "phase": st.just("maintenance"),
    "months": st.just(3),
    "expect_cents": st.just(1),
}
"""What a cell may become, by the column's field."""
FIXED = {("Clinics", "clinic_id"), ("Tests", "clinic_id"), ("Items", "name")}
REMOVABLE = ("Limits", "Networks", "Prices", "Benefits", "Policies", "Courses", "Assistance",
             "Treatments", "Plans", "Tests", "Parameters")  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """Return the rules with one to three rows changed, removed or added."""
    rows = dict(WORLD)
    for _ in range(draw(st.integers(1, 3))):
        sheet = draw(st.sampled_from([name for name, held in rows.items() if held]))
        at = draw(st.integers(0, len(rows[sheet]) - 1))
        row = rows[sheet][at]
        names = [c.name for c in SHEET_BY_NAME[sheet].columns if c.name in VALUES]
        names = [name for name in names if (sheet, name) not in FIXED]
        how = draw(st.sampled_from(["change", "change", "remove", "add"]))
        if how == "remove" and sheet in REMOVABLE:
            rows[sheet] = rows[sheet][:at] + rows[sheet][at + 1 :]
        elif how == "add" and "effective_from" in names:
            begins = draw(st.sampled_from([date(2026, 2, 1), date(2026, 8, 1)]))
            name = draw(st.sampled_from(names))
            new = replace(row, **{name: draw(VALUES[name])})
            rows[sheet] += (replace(new, effective_from=begins, row=90 + at),)
        else:
            name = draw(st.sampled_from(names))
            rows[sheet] = (
                *rows[sheet][:at],
                replace(row, **{name: draw(VALUES[name])}),
                *rows[sheet][at + 1 :],
            )
    return rows


def half_met(plan_id: str, sides: tuple[Rulebook, Rulebook], side: Rulebook) -> list[Any]:
    """Return half of each deductible that holds today, for the limits *side* has."""
    halves = {}
    for rules in reversed(sides):
        for period in rules.limits(plan_id):
            if period.limit.kind == "deductible" and period.holds_on(TODAY):
                halves[period.limit.key] = period.limit
    known = {period.limit.key for period in side.limits(plan_id)}
    return [
        {
            "kind": key.kind,
            "class": key.class_,
            "network": key.network,
            "individual": dollars(limit.individual // 2),
            **({"family": dollars(limit.family // 2)} if limit.family is not None else {}),
        }
        for key, limit in halves.items()
        if key in known
    ]


def everything(before: Rulebook, after: Rulebook) -> dict[tuple[Any, ...], Any]:
    """Return every figure that differs, each made anew by the public service."""
    plans = [None, *(each for each in before.plans if each in after.plans)]
    people = product(before.clinics, plans, ("self", "family"), (NOTHING_MET, HALF_MET))
    found: dict[tuple[Any, ...], Any] = {}
    for person in people:
        old, new = (figures(side, (before, after), *person) for side in (before, after))
        for treatment in old.keys() & new.keys():
            if old[treatment] != new[treatment]:
                clinic, plan, *rest = person
                found[clinic, plan, treatment, *rest] = (old[treatment], new[treatment])
    return found


def figures(
    side: Rulebook, sides: tuple[Rulebook, Rulebook], clinic: str, plan: str | None, *rest: str
) -> dict[str, tuple[Any, ...]]:
    coverage, met = rest
    request: dict[str, Any] = {"clinic_id": clinic, "coverage": coverage}
    request["treatments"] = list(side.treatments)
    if plan:
        halves = half_met(plan, sides, side) if met == HALF_MET else []
        request |= {"plan_id": plan, "accumulators": halves}
    answer = estimate(request, side, today=TODAY)
    return {each["treatment_id"]: told(each) for each in answer["treatments"]}


def told(treated: dict[str, Any]) -> tuple[Any, ...]:
    routes = {route["route"]: route["patient_pays"] for route in treated["routes"]}
    best = routes.get(treated["best_route"])
    return (treated["coverage"]["status"], best, routes.get("insured"))


@pytest.mark.no_cover
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(after=changed())
def test_what_is_not_estimated_again_would_have_been_the_same(after: dict[str, Any]) -> None:
    one, other = Rulebook(WORLD), Rulebook(after)
    made = as_document(compare(one, other, TODAY), one, other)
    found = {
        (each["clinic_id"], each["plan_id"], each["treatment_id"], coverage, each["met"]): tuple(
            (side["status"], side["patient_pays"], side["insured"])
            for side in (each["before"], each["after"])
        )
        for each in made["dollars"]
        for coverage in each["coverage"]
    }
    expected = everything(one, other)
    without_half = {key: value for key, value in expected.items() if key in found}
    assert found == without_half
    for key in expected.keys() - found.keys():  # nothing to be half met: the same patient
        assert key[-1] == HALF_MET
        assert expected[key] == found[*key[:-1], NOTHING_MET]
    assert all(each["rows"] or each["through"] for each in made["dollars"])


def document(*changes: Any, base: Any = None) -> dict[str, Any]:
    """Return the difference that changes of rows make: (sheet, place, values)."""
    rows = dict(base or WORLD)
    for sheet, at, values in changes:
        held = list(rows[sheet])
        held[at : at + 1] = [] if values is None else [replace(held[at], **values)]
        rows[sheet] = tuple(held)
    one, other = Rulebook(base or WORLD), Rulebook(rows)
    return as_document(compare(one, other, TODAY), one, other)


def at(sheet: str, **values: Any) -> int:
    """Return where the first row with these values stands."""
    return next(
        place
        for place, row in enumerate(WORLD[sheet])
        if all(getattr(row, name) == value for name, value in values.items())
    )


def named(made: dict[str, Any], change: dict[str, Any], how: str = "rows") -> list[tuple[str, Any]]:
    """Return the rows that a change names."""
    rows = [made["rows"][place] for place in change[how]]
    return [(row["sheet"], row["row_after"] or row["row_before"]) for row in rows]


def test_equal_rules_differ_in_nothing() -> None:
    made = document()
    assert (made["rows"], made["dollars"], made["tests"], made["coverage"]) == ([], [], [], [])
    assert made["summary"]["changed"] == 0
    assert made["summary"]["compared"] == 2 * 3 * (1 + 2 + 4 + 2)


def test_the_largest_change_stands_first_and_names_the_row_that_decided_it() -> None:
    copay = ("Benefits", at("Benefits", cost_share="copay"), {"copay_cents": 1_500})
    made = document(copay)
    first, second = made["dollars"][:2]
    assert {each["treatment_id"] for each in made["dollars"]} == {"sertraline"}
    assert (first["before"]["patient_pays"]["typical"], first["after"]["route"]) == (
        "65.00",
        "insured",
    )
    assert first["change"] == "52.00"
    assert first["coverage"] == ["self", "family"]
    assert named(made, first) == [("Benefits", 3)]
    assert first["through"] == []
    assert abs(float(first["change"])) >= abs(float(second["change"]))
    assert {each["plan_id"] for each in made["dollars"]} == {"gold"}


def test_limits_name_no_line_and_so_are_what_a_figure_changed_through() -> None:
    made = document(("Limits", 0, {"individual_cents": 60_000}))
    assert made["dollars"]
    for change in made["dollars"]:
        assert change["plan_id"] == "gold"
        assert named(made, change) == []
        assert named(made, change, "through") == [("Limits", 2)]


def test_a_cash_price_is_no_cause_of_what_insurance_leaves() -> None:
    cash = ("Prices", at("Prices", kind="cash", item_id="infusion"), {"amount": Decimal(500)})
    share = ("Benefits", 0, {"coinsurance_percent": Decimal(25)})
    made = document(cash, share)
    (gold,) = [
        each
        for each in made["dollars"]
        if each["plan_id"] == "gold" and each["clinic_id"] == "main" and each["met"] == NOTHING_MET
    ]
    (nobody,) = [
        each for each in made["dollars"] if each["plan_id"] is None and each["clinic_id"] == "main"
    ]
    assert named(made, gold) == [("Benefits", 2)]
    assert named(made, nobody) == [("Prices", 3)]


def test_a_coverage_status_that_flips_is_called_out_once_with_its_row() -> None:
    made = document(("Policies", 0, {"coverage": "not covered"}))
    flips = {(each["clinic_id"], each["plan_id"]): each for each in made["coverage"]}
    assert set(flips) == {
        (clinic, plan) for clinic in ("main", "branch") for plan in ("gold", "hsa")
    }
    assert all(
        (each["before"], each["after"]) == ("prior_authorization", "not_covered")
        and named(made, each) == [("Policies", 2)]
        for each in flips.values()
    )


def test_a_figure_that_is_lost_is_no_figure_and_not_zero_and_stands_first() -> None:
    lost = [("Prices", at("Prices", item_id="lab"), None)]
    share = ("Benefits", at("Benefits", cost_share="copay"), {"copay_cents": 100_000})
    made = document(share, *lost)
    first = made["dollars"][0]
    assert first["treatment_id"] == "ketamine"
    assert first["before"]["patient_pays"]
    assert first["after"]["patient_pays"] is None
    assert "No price is known for the lab" in first["after"]["why"]
    assert first["change"] is None
    assert made["summary"]["rise"] < made["summary"]["changed"]


def test_a_new_plan_is_new_and_changes_nothing() -> None:
    new = {**WORLD, "Plans": (*WORLD["Plans"], replace(b.plan("silver"), row=9))}
    one, other = Rulebook(WORLD), Rulebook(new)
    made = as_document(compare(one, other, TODAY), one, other)
    back = as_document(compare(other, one, TODAY), other, one)
    assert made["new"] == {"clinics": [], "plans": ["silver"], "treatments": []}
    assert made["dollars"] == []
    assert {each["plan_id"] for each in made["one_sided"]} == {"silver"}
    assert all(each["before"] is None and each["after"] for each in made["one_sided"])
    assert back["removed"]["plans"] == ["silver"]
    assert all(each["after"] is None and each["before"] for each in back["one_sided"])


def test_a_removed_treatment_is_removed_for_every_plan() -> None:
    made = document(("Treatments", 1, None))
    assert made["removed"]["treatments"] == ["sertraline"]
    assert made["dollars"] == []
    assert {each["plan_id"] for each in made["one_sided"]} == {None, "gold", "hsa", "shadow"}


def test_a_test_is_run_by_both_and_says_what_it_expects() -> None:
    made = document(("Prices", at("Prices", kind="allowed"), {"amount": Decimal(310)}))
    (change,) = made["tests"]
    assert (change["test_id"], change["expected_after"]) == ("t1", "600.00")
    assert (change["before"]["route"], change["before"]["patient_pays"]["typical"]) == (
        "insured",
        "696.00",
    )
    assert change["change"] == "8.00"
    assert named(made, change) == [("Prices", 5)]


def test_a_test_that_changed_is_asked_as_it_is_now() -> None:
    made = document(("Tests", 0, {"months": 3}), ("Limits", 0, {"individual_cents": 40_000}))
    (change,) = made["tests"]
    assert (change["before"]["patient_pays"]["typical"], change["change"]) == ("576.00", "-80.00")


def test_a_remark_changes_rows_and_no_dollar() -> None:
    made = document(
        ("Benefits", 0, {"note": "read again", "source": "page 3"}), ("Plans", 0, {"name": "Gold+"})
    )
    assert [row["sheet"] for row in made["rows"]] == ["Plans", "Benefits"]
    assert made["dollars"] == []
    assert made["names"]["plans"]["gold"] == "Gold+"
