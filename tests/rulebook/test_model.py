"""A rulebook in memory: what it answers, and that it knows which row did."""

from __future__ import annotations

from datetime import date

from estimator.engine.plan import Limit, LimitPeriod
from estimator.rulebook.model import Rulebook, benefit_key
from tests.builders import (
    BASE,
    LONG_AGO,
    benefit,
    course,
    deductible,
    item,
    network,
    oop_max,
    parameter,
    plan,
    policy,
    program,
    rulebook,
    supplement,
    treatment,
)

DAY = date(2026, 3, 2)


def test_an_empty_rulebook_has_nothing_to_say() -> None:
    nothing = Rulebook({})

    assert (nothing.clinics, nothing.plans, nothing.courses, nothing.tests) == ({}, {}, {}, ())
    assert nothing.limits("gold") == ()
    assert nothing.network("main", "acme", "gold", DAY) is None
    assert nothing.price("cash", "main", "infusion", DAY) is None
    assert nothing.policy("acme", "gold", "infusion", DAY) is None
    assert nothing.parameter("fpl_first_person", DAY) is None
    assert nothing.supplement("gold", DAY) is None


def test_rows_are_found_by_their_ids() -> None:
    rules = rulebook(BASE, treatment(), course(), course(step=2), program("x", "percent off", 1))

    assert (set(rules.clinics), set(rules.payers), set(rules.plans)) == (
        *({"main"}, {"acme"}, {"gold"}),
    )
    assert set(rules.items) == {"infusion", "pill", "fee"}
    assert [row.step for row in rules.courses["ketamine"]] == [1, 2]
    assert [row.program_id for row in rules.programs["x"]] == ["x"]


def test_a_limit_holds_until_the_day_before_the_next_of_its_key() -> None:
    rules = rulebook(
        *(deductible(100), deductible(150, effective_from="2027-01-01"), oop_max(900)),
        deductible(5, class_="drug", effective_to="2026-12-31"),
        deductible(1, "other"),
    )

    assert [
        (each.limit.kind, each.limit.class_, each.limit.individual, each.first, each.last)
        for each in rules.limits("gold")
    ] == [
        ("deductible", "all", 10000, LONG_AGO, date(2026, 12, 31)),
        ("deductible", "all", 15000, date(2027, 1, 1), date.max),
        ("oop_max", "all", 90000, LONG_AGO, date.max),
        ("deductible", "drug", 500, LONG_AGO, date(2026, 12, 31)),
    ]


def test_a_limit_says_all_that_its_row_says() -> None:
    row = oop_max(
        *(100,),
        class_="drug",
        network="out",
        credited_by="all",
        family=300,
        family_basis="aggregate",
    )
    carried = deductible(50, carryover_months=3, network="in")

    assert rulebook(row).limits("gold") == (
        LimitPeriod(
            Limit(
                kind="oop_max",
                individual=10000,
                class_="drug",
                network="out",
                credited_by="all",
                family=30000,
                aggregate=True,
            ),
            LONG_AGO,
            date.max,
        ),
    )
    (period,) = rulebook(carried).limits("gold")
    assert (period.limit.credited_by, period.limit.carryover_months) == ("in", 3)


def test_benefits_of_another_payer_are_not_found() -> None:
    infusion = item("infusion")
    rules = rulebook(benefit("no charge", plan_id="*", payer_id="other"))

    assert rules.benefit("acme", "gold", infusion, "in", DAY) is None
    assert rules.benefit("other", "any", infusion, "in", DAY) is not None


def test_a_benefit_is_named_by_its_key_whatever_its_dates() -> None:
    first = benefit("no charge")
    later = benefit("copay", copay=5, effective_from="2027-01-01")

    assert benefit_key(first) == benefit_key(later)
    assert benefit_key(first) != benefit_key(benefit("no charge", "infusion"))


def test_rule_ids_are_those_of_the_plan_and_of_any_plan_of_its_payer() -> None:
    rules = rulebook(
        *(benefit("no charge", rule_id="own"), benefit("no charge", plan_id="*", rule_id="any")),
        *(benefit("no charge", plan_id="tin", rule_id="tin"), benefit("no charge", "pill")),
        benefit("no charge", plan_id="*", payer_id="other", rule_id="other"),
    )

    assert set(rules.benefits_with_rule_id("acme", "gold")) == {"own", "any"}


def test_a_policy_of_the_plan_comes_before_that_of_any() -> None:
    rules = rulebook(policy("covered"), policy("not covered", plan_id="gold"))

    for plan_id, says in (("gold", "not covered"), ("tin", "covered")):
        row = rules.policy("acme", plan_id, "infusion", DAY)
        assert row is not None
        assert row.coverage == says


def test_a_network_row_of_any_clinic_is_found_for_each() -> None:
    rules = rulebook(BASE, network("out", "main"))

    assert [
        row.network
        for clinic_id in ("main", "other")
        if (row := rules.network(clinic_id, "acme", "gold", DAY))
    ] == ["out", "in"]


def test_a_supplement_is_known_by_any_of_its_rows() -> None:
    rules = rulebook(BASE, plan("f"), supplement("f", 1, 2, 3, 4, effective_from="2030-01-01"))

    assert rules.supplement_plans == {"f"}
    assert rules.supplement("f", DAY) is None


def test_a_parameter_has_a_value_on_a_day() -> None:
    rules = rulebook(parameter("x", 1), parameter("x", 2, effective_from="2027-01-01"))

    assert (rules.parameter("x", DAY), rules.parameter("x", date(2027, 1, 1))) == (1, 2)
