"""Random requests of the shipped rulebook: nothing breaks, and every cent is somewhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.rulebook.model import Rulebook
from estimator.rulebook.text_form import read_folder
from estimator.services.estimating import estimate
from tests.builders import TODAY

pytestmark = pytest.mark.no_cover  # the whole shipped rules, again and again

RULES = Path(__file__).parents[2] / "rules" / "us-2026"
SCENARIOS = ("low", "typical", "high")
SEVERAL = settings(max_examples=40, deadline=None)


@cache
def shipped() -> Rulebook:
    return Rulebook(read_folder(RULES).rows)


def money(most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most * 100).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")


def rates() -> st.SearchStrategy[str]:
    return st.sampled_from(["0", "0.1", "0.125", "0.2", "0.3333", "0.5", "1"])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def patients() -> st.SearchStrategy[dict[str, Any]]:
    answers = st.sampled_from(["approved", "denied", "unknown"])
    names = st.sampled_from(sorted(shipped().treatments))
    return optional(
        age=st.integers(0, 100),
        diagnosis=st.sampled_from(["F33.2", "F32.9", "F41.1"]),
        failed_trials=st.integers(0, 6),
        prior_authorization=st.one_of(answers, st.dictionaries(names, answers, max_size=3)),
        household_size=st.integers(1, 9),
        annual_income=money(200_000),
    )


@st.composite
def accumulators(draw: st.DrawFn, plan_id: str) -> list[dict[str, Any]]:
    keys = sorted({period.limit.key for period in shipped().limits(plan_id)})
    chosen = draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    return [
        {
            "kind": key.kind,
            "class": key.class_,
            "network": key.network,
            "individual": draw(money(12_000)),
            **draw(optional(family=money(20_000))),
        }
        for key in chosen
    ]


@st.composite
def typed_plans(draw: st.DrawFn) -> dict[str, Any]:
    categories = sorted({item.category for item in shipped().items.values()} | {"*"})
    named = draw(st.lists(st.sampled_from(categories), unique=True, max_size=4))
    terms = optional(
        copay=money(200),
        coinsurance=rates(),
        deductible=st.sampled_from(["applies", "waived", "after_copay"]),
        covered=st.booleans(),
        visit_limit=st.integers(0, 20),
        plan_pays_max=money(5_000),
        balance_bill_protected=st.booleans(),
        copay_per=st.sampled_from(["visit", "day", "line"]),
    )
    kinds = draw(st.lists(st.sampled_from(["deductible", "oop_max"]), unique=True))
    return {
        "benefits": [{"category": name, **draw(terms)} for name in named],
        "limits": [
            {"kind": kind, "individual": draw(money(9_000)), **draw(optional(family=money(18_000)))}
            for kind in kinds
        ],
        **draw(
            optional(
                payer_id=st.sampled_from(sorted(shipped().payers)),
                network=st.sampled_from(["in", "out"]),
                plan_year_start=st.sampled_from(["01-01", "07-01", "02-28", "12-31"]),
            )
        ),
    }


@st.composite
def seconds(draw: st.DrawFn) -> dict[str, Any]:
    methods = ["standard", "non_duplication", "maintenance_of_benefits", "medicare_secondary"]
    if draw(st.booleans()):
        plan_id = draw(st.sampled_from(sorted(shipped().plans)))
        method = draw(optional(method=st.sampled_from(methods)))
        return {"plan_id": plan_id, "accumulators": draw(accumulators(plan_id)), **method}
    rate = draw(rates())
    return {"method": "supplement", "covers_deductible": rate, "covers_balance_bill": rate}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    names = sorted(shipped().treatments)
    one = st.sampled_from(names)
    pairs = st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True).map("+".join)
    days = st.dates(TODAY.replace(year=2025), TODAY.replace(year=2029)).map(str)
    request = {
        "clinic_id": draw(st.sampled_from(sorted(shipped().clinics))),
        "patient": draw(patients()),
        **draw(
            optional(
                start_date=days,
                as_of=days,
                months=st.integers(1, 36),
                coverage=st.sampled_from(["self", "family"]),
                treatments=st.lists(st.one_of(one, pairs), min_size=1, max_size=3),
                assistance_used=st.dictionaries(
                    st.sampled_from(sorted(shipped().programs)), money(2_000)
                ),
            )
        ),
    }
    insurance = draw(st.sampled_from(["rulebook", "typed", "none", "unknown"]))
    if insurance in ("none", "unknown"):
        return {**request, "insurance": insurance}
    if insurance == "typed":
        request["plan"] = draw(typed_plans())
    else:
        request["plan_id"] = draw(st.sampled_from(sorted(shipped().plans)))
        request["accumulators"] = draw(accumulators(request["plan_id"]))
    return {**request, **draw(optional(secondary=seconds()))}


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    return estimate(request, shipped(), today=TODAY)


def routes_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [route for each in answer["treatments"] for route in each["routes"]]


@SEVERAL
@given(requests())
def test_the_parts_of_every_line_add_up(request: dict[str, Any]) -> None:
    for route in routes_of(answer_to(request)):
        for line in route["lines"]:
            amount = {name: Decimal(line[name]) for name in line if _is_money(line[name])}
            paid = sum(
                amount[name]
                for name in ("patient_pays", "plan_pays", "secondary_pays", "assistance")
            )
            assert paid == _due(line, amount)
            assert all(each >= 0 for each in amount.values())
            assert _owed(amount) == amount["patient_pays"]


def _is_money(value: Any) -> bool:
    return isinstance(value, str) and value[-3:-2] == "." and value[:-3].lstrip("-").isdigit()


def _due(line: dict[str, Any], amount: dict[str, Decimal]) -> Decimal:
    """What is to be paid for a line: in cash, as billed, or as allowed and billed beyond."""
    if amount["cash"] or line["reason"] in ("self_pay", "cash_is_cheaper"):
        return amount["cash"]
    if line["reason"] in ("no_benefit", "not_covered", "visit_limit"):
        return amount["billed"]
    return min(amount["allowed"], amount["billed"]) + amount["balance_bill"]


def _owed(amount: dict[str, Decimal]) -> Decimal:
    names = ("deductible", "copay", "coinsurance", "over_benefit_maximum", "not_covered")
    left = sum((amount[name] for name in names), amount["balance_bill"] + amount["cash"])
    return left - amount["secondary_pays"] - amount["assistance"]


@SEVERAL
@given(requests())
def test_totals_are_the_sums_of_lines_and_months(request: dict[str, Any]) -> None:
    for route in routes_of(answer_to(request)):
        typical = Decimal(route["patient_pays"]["typical"])
        assert sum(Decimal(line["patient_pays"]) for line in route["lines"]) == typical
        assert sum(map(Decimal, route["by_month"])) == typical
        plans = [
            Decimal(line["plan_pays"]) + Decimal(line["secondary_pays"])
            for line in route["lines"]
            if line["network"] == "out"
        ]
        assert sum(plans) == Decimal(route["reimbursed"])
        assert typical + Decimal(route["reimbursed"]) == Decimal(route["upfront"])


@SEVERAL
@given(requests())
def test_the_comparison_is_made_of_the_best_routes(request: dict[str, Any]) -> None:
    answer = answer_to(request)

    best = {
        each["treatment_id"]: route
        for each in answer["treatments"]
        for route in each["routes"]
        if route["route"] == each["best_route"]
    }
    rows = {row["treatment_id"]: row for row in answer["comparison"]["rows"]}
    assert set(rows) == set(best)
    for treatment_id, row in rows.items():
        assert {name: row[name] for name in SCENARIOS} == best[treatment_id]["patient_pays"]
    base = rows.get(answer["comparison"]["baseline"])
    for row in rows.values():
        difference = None if base is None else Decimal(row["typical"]) - Decimal(base["typical"])
        assert difference == (row["difference"] and Decimal(row["difference"]))


@SEVERAL
@given(requests())
def test_self_pay_never_costs_more_in_a_lower_scenario(request: dict[str, Any]) -> None:
    for route in routes_of(answer_to(request)):
        if route["route"] == "self_pay":
            low, typical, high = (Decimal(route["patient_pays"][name]) for name in SCENARIOS)
            assert 0 <= low <= typical <= high


@SEVERAL
@given(requests())
def test_a_summary_has_the_figures_of_the_whole(request: dict[str, Any]) -> None:
    full = answer_to(request)
    summary = answer_to({**request, "detail": "summary"})

    for route in routes_of(full):
        del route["lines"]
    full["request"]["detail"] = "summary"
    assert summary == full


@SEVERAL
@given(requests())
def test_a_request_as_understood_is_answered_alike(request: dict[str, Any]) -> None:
    answer = answer_to(request)

    assert answer_to(answer["request"]) == answer


@SEVERAL
@given(requests())
def test_a_treatment_costs_the_same_whatever_it_is_asked_beside(request: dict[str, Any]) -> None:
    together = answer_to(request)

    for each in together["treatments"]:
        alone = answer_to({**request, "treatments": [each["treatment_id"]]})
        assert alone["treatments"] == [each]


@SEVERAL
@given(requests(), st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_rows(request: dict[str, Any], random: Any) -> None:
    mixed = {name: random.sample(rows, len(rows)) for name, rows in shipped().rows.items()}

    one, other = answer_to(request), estimate(request, Rulebook(mixed), today=TODAY)

    def figures(answer: dict[str, Any]) -> Any:
        return {
            each["treatment_id"]: (
                each["best_route"],
                each["coverage"],
                each["visits"],
                [
                    (route["route"], route["patient_pays"], route["by_month"])
                    for route in each["routes"]
                ],
            )
            for each in answer["treatments"]
        }

    assert figures(one) == figures(other)
    assert one["comparison"]["baseline"] == other["comparison"]["baseline"]


@cache
def as_typical(scenario: str) -> Rulebook:
    """Return the shipped rules with the prices and times of a scenario as the typical ones."""
    rows = dict(shipped().rows)
    times = f"times_{scenario}"
    rows["Courses"] = tuple(
        replace(row, times_typical=getattr(row, times)) for row in rows["Courses"]
    )
    rows["Prices"] = tuple(
        replace(row, amount=row.amount if price is None else price)
        for row in rows["Prices"]
        for price in [getattr(row, scenario)]
    )
    return Rulebook(rows)


@SEVERAL
@given(requests(), st.sampled_from(["low", "high"]))
def test_low_and_high_are_what_their_prices_and_times_come_to(
    request: dict[str, Any], scenario: str
) -> None:
    answer = answer_to({**request, "detail": "summary"})
    typical = estimate({**request, "detail": "summary"}, as_typical(scenario), today=TODAY)

    for one, other in zip(answer["treatments"], typical["treatments"], strict=True):
        expected = {each["route"]: each["patient_pays"]["typical"] for each in other["routes"]}
        found = {each["route"]: each["patient_pays"][scenario] for each in one["routes"]}
        assert {name: found[name] for name in found if name in expected} == expected
        assert one["visits"][scenario] == other["visits"]["typical"]
