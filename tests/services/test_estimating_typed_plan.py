"""A plan as typed from the card: "Request", plan."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.intake.fields import DocumentRefused
from tests.builders import (
    BASE,
    allowed,
    ask,
    benefit,
    charge,
    codes,
    course,
    item,
    line_pays,
    network,
    pays,
    policy,
    routed,
    rulebook,
    treated,
    treatment,
)

WEEKLY = (treatment(), course(times=3, every=7), charge("infusion", 100))
FIFTH = {"category": "*", "coinsurance": "0.20"}


def weekly(*rows: r.Row, base: tuple[r.Row, ...] = BASE) -> Rulebook:
    return rulebook(base, WEEKLY, rows)


def typed(rules: Rulebook, *benefits: dict[str, Any], **terms: Any) -> dict[str, Any]:
    request = {name: terms.pop(name) for name in ("coverage", "accumulators") if name in terms}
    return ask(rules, plan={"benefits": list(benefits), **terms}, **request)


def refused(rules: Rulebook, *benefits: dict[str, Any], **terms: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentRefused) as error:
        typed(rules, *benefits, **terms)
    return [(each.field, each.code) for each in error.value.findings]


def test_a_typed_plan_is_adjudicated_as_it_says() -> None:
    answer = typed(
        weekly(),
        FIFTH,
        network="in",
        limits=[
            {"kind": "deductible", "individual": "150.00"},
            {"kind": "oop_max", "individual": "170.00"},
        ],
    )

    # 100; 50 + 10; then 10 until the maximum. Nothing else is known to be allowed.
    assert line_pays(answer) == ["100.00", "60.00", "10.00"]
    assert answer["request"]["insurance"] == "plan"


def test_what_is_met_of_a_typed_limit_counts() -> None:
    answer = typed(
        weekly(),
        FIFTH,
        network="in",
        limits=[{"kind": "deductible", "class": "medical", "individual": "150.00"}],
        accumulators=[{"kind": "deductible", "class": "medical", "individual": "150.00"}],
    )

    assert line_pays(answer) == ["20.00", "20.00", "20.00"]


def test_a_typed_plan_year_begins_on_its_own_day() -> None:
    answer = typed(
        weekly(),
        {"category": "*"},
        network="in",
        plan_year_start="03-09",
        limits=[{"kind": "deductible", "individual": "150.00"}],
    )

    assert line_pays(answer) == ["100.00", "100.00", "50.00"]


def test_a_typed_family_limit_counts_for_a_family() -> None:
    answer = typed(
        weekly(),
        {"category": "*"},
        network="in",
        coverage="family",
        limits=[
            *[{"kind": "deductible", "individual": "50", "family": "250"}],
            {"kind": "oop_max", "individual": "50", "family": "250", "family_basis": "aggregate"},
        ],
    )

    assert line_pays(answer) == ["50.00", "0.00", "0.00"]


# Without a payer


def test_without_a_payer_no_allowed_amount_is_known() -> None:
    rules = weekly(allowed("infusion", 60), allowed("infusion", 70, payer_id="*"))

    answer = typed(rules, FIFTH, network="in")

    assert line_pays(answer) == ["20.00", "20.00", "20.00"]
    assert "no-allowed-in-network" in codes(treated(answer))
    assert "payer-not-known" in codes(answer)


def test_without_a_payer_an_item_with_a_policy_is_silent() -> None:
    rules = policed(policy("not covered"))

    answer = typed(rules, FIFTH, network="in")

    assert treated(answer)["coverage"]["status"] == "unknown"
    assert treated(answer)["best_route"] == "self_pay"


def test_without_a_payer_an_item_without_a_policy_is_as_its_benefit_says() -> None:
    assert treated(typed(weekly(), FIFTH, network="in"))["coverage"]["status"] == "covered"
    assert treated(typed(weekly(), network="in"))["coverage"]["status"] == "not_covered"


def test_without_a_payer_the_clinic_is_out_of_network_unless_said() -> None:
    answer = typed(weekly(), FIFTH)

    assert {line["network"] for line in routed(answer)["lines"]} == {"out"}
    assert "network-not-known" in codes(treated(answer))
    # Out of network nothing is known to be allowed: the plan pays nothing.
    assert pays(answer) == "300.00"


# With a payer


def policed(*rows: r.Row) -> Rulebook:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)
    return weekly(*rows, base=base)


def test_with_a_payer_its_policies_decide_but_not_those_of_one_plan() -> None:
    rules = policed(policy("covered"), policy("not covered", plan_id="gold"))

    answer = typed(rules, FIFTH, payer_id="acme", network="in")

    assert treated(answer)["coverage"]["status"] == "covered"


def test_with_a_payer_its_allowed_amounts_are_read_but_not_those_of_one_plan() -> None:
    rules = weekly(allowed("infusion", 60), allowed("infusion", 10, plan_id="gold"))

    answer = typed(rules, FIFTH, payer_id="acme", network="in")

    assert line_pays(answer) == ["12.00", "12.00", "12.00"]
    assert "payer-not-known" not in codes(answer)


def test_with_a_payer_its_networks_say_where_the_clinic_is() -> None:
    rules = weekly(network("out", plan_id="gold"))

    answer = typed(rules, FIFTH, payer_id="acme")

    assert {line["network"] for line in routed(answer)["lines"]} == {"in"}


def test_what_is_typed_of_the_network_comes_before_the_payers_rows() -> None:
    answer = typed(weekly(), FIFTH, payer_id="acme", network="out")

    assert {line["network"] for line in routed(answer)["lines"]} == {"out"}


def test_the_benefits_of_the_rulebook_are_not_those_of_a_typed_plan() -> None:
    rules = weekly(benefit("no charge", plan_id="*"))

    answer = typed(rules, payer_id="acme", network="in")

    assert routed(answer)["lines"][0]["reason"] == "no_benefit"


# Benefits


def test_the_item_comes_before_its_category_and_that_before_any() -> None:
    ladder = [
        {"item_id": "infusion", "network": "in"},
        {"item_id": "infusion"},
        {"category": "infusion", "network": "in"},
        {"category": "infusion"},
        {"category": "*", "network": "in"},
        {"category": "*"},
    ]
    for first in range(len(ladder)):
        rungs = [
            {**names, "copay": f"{rung}.00"} for rung, names in enumerate(ladder) if rung >= first
        ]
        answer = typed(weekly(), *reversed(rungs), network="in")
        assert line_pays(answer)[0] == f"{first}.00"


def test_two_lines_that_one_typed_benefit_serves_share_its_copay() -> None:
    rules = weekly(item("room"), charge("room", 50), course(item_id="room", step=2))

    shared = typed(rules, {"category": "*", "copay": "30.00"}, network="in")
    apart = typed(
        rules,
        *({"category": "*", "copay": "30.00"}, {"item_id": "room", "copay": "30.00"}),
        network="in",
    )

    assert line_pays(shared)[:2] == ["30.00", "0.00"]
    assert line_pays(apart)[:2] == ["30.00", "30.00"]


def test_a_typed_copay_is_for_the_visit_unless_it_says_otherwise() -> None:
    # As in the contract of adjudication: also where the lines are filled at a pharmacy.
    rules = rulebook(
        *(BASE, item("pill2", setting="pharmacy", category="generic")),
        *(treatment(), course(item_id="pill"), course(item_id="pill2", step=2)),
        *(charge("pill", 50), charge("pill2", 50)),
    )
    copay = {"category": "generic", "copay": "10.00"}

    assert line_pays(typed(rules, copay)) == ["10.00", "0.00"]
    assert line_pays(typed(rules, {**copay, "copay_per": "line"})) == ["10.00", "10.00"]


def test_an_accumulator_names_a_typed_benefit_by_its_rule_id() -> None:
    limited = {"item_id": "infusion", "rule_id": "iv", "visit_limit": 3, "plan_pays_max": "150.00"}
    rules = weekly()

    visits = typed(
        rules, limited, network="in", accumulators=[{"kind": "visits", "rule_id": "iv", "count": 2}]
    )
    paid = typed(
        *(rules, limited),
        network="in",
        accumulators=[{"kind": "plan_paid", "rule_id": "iv", "amount": "100.00"}],
    )

    assert line_pays(visits) == ["0.00", "100.00", "100.00"]
    assert line_pays(paid) == ["50.00", "100.00", "100.00"]


# What is refused


def test_a_benefit_names_a_category_or_an_item() -> None:
    both = {"category": "*", "item_id": "infusion"}

    assert refused(weekly(), both, {}) == [
        ("plan.benefits[0]", "benefit-names-one"),
        ("plan.benefits[1]", "benefit-names-one"),
    ]


def test_two_benefits_for_the_same_services_are_refused() -> None:
    assert refused(weekly(), FIFTH, FIFTH) == [("plan.benefits[1]", "benefit-twice")]


def test_one_rule_id_for_two_benefits_is_refused() -> None:
    one = {"category": "*", "rule_id": "a"}
    other = {"item_id": "pill", "rule_id": "a"}

    assert refused(weekly(), one, other) == [("plan.benefits[1].rule_id", "rule-id-twice")]


def test_what_the_rulebook_does_not_have_is_refused_with_what_may_be_meant() -> None:
    with pytest.raises(DocumentRefused) as error:
        typed(
            weekly(),
            {"category": "infusoin"},
            {"item_id": "pil"},
            payer_id="acmee",
        )

    found = {each.field: (each.code, each.message) for each in error.value.findings}
    assert {field: code for field, (code, _) in found.items()} == {
        "plan.payer_id": "unknown-payer",
        "plan.benefits[0].category": "unknown-category",
        "plan.benefits[1].item_id": "unknown-item",
    }
    assert "Did you mean acme?" in found["plan.payer_id"][1]
    assert "Did you mean infusion?" in found["plan.benefits[0].category"][1]
    assert "Did you mean pill?" in found["plan.benefits[1].item_id"][1]


def test_limits_are_checked_as_in_a_case() -> None:
    limits = [
        {"kind": "deductible", "individual": "1"},
        {"kind": "deductible", "individual": "2", "class": "drug"},
        {"kind": "oop_max", "individual": "2", "family_basis": "aggregate"},
    ]

    assert refused(weekly(), limits=limits) == [
        ("plan.limits[2].family", "aggregate-without-family"),
        ("plan.limits", "deductibles-cross"),
    ]


def test_unknown_keys_of_a_typed_plan_are_refused() -> None:
    assert refused(weekly(), {"categry": "*"}, colour="red") == [
        ("plan.benefits[0].categry", "unknown-key"),
        ("plan.colour", "unknown-key"),
    ]


def test_a_typed_plan_year_on_the_29th_of_february_is_refused() -> None:
    assert refused(weekly(), plan_year_start="02-29") == [
        ("plan.plan_year_start", "field-not-readable")
    ]
