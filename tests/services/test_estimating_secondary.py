"""A second payer: "Request", secondary, and "Computing", 5."""

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
    cash,
    charge,
    codes,
    course,
    deductible,
    item,
    line_pays,
    network,
    pays,
    plan,
    policy,
    program,
    routed,
    rulebook,
    supplement,
    treated,
    treatment,
)

SECOND = (plan("silver"), benefit("coinsurance", plan_id="silver", coinsurance_percent=30))
"""A second plan that leaves 30% of what it allows."""
HALF = benefit("coinsurance", coinsurance_percent=50)


def book(*rows: r.Row, base: tuple[r.Row, ...] = BASE) -> Rulebook:
    """One infusion of 100 with a first plan that leaves half."""
    return rulebook(base, treatment(), course(), charge("infusion", 100), HALF, SECOND, rows)


def second(rules: Rulebook, **secondary: Any) -> dict[str, Any]:
    return ask(rules, plan_id="gold", secondary={"plan_id": "silver", **secondary})


def out_of_network() -> tuple[r.Row, ...]:
    return tuple(network("out") if isinstance(each, r.NetworkRow) else each for each in BASE)


METHODS = [
    # The first allows 80 and pays 40; the patient owes 40. The second allows 90: 70% is 63.
    ("standard", "0.00"),  # the lower of 63 and 40
    ("non_duplication", "17.00"),  # 63 - 40 = 23 of 40
    ("maintenance_of_benefits", "5.00"),  # 70% of 90 - 40 is 35, of 40
    ("medicare_secondary", "0.00"),  # 63; 100 - 40; 90 - 40 = 50; at most 40
]


@pytest.mark.parametrize(("method", "expected"), METHODS)
def test_each_method_comes_out_by_hand(method: str, expected: str) -> None:
    rules = book(allowed("infusion", 80), allowed("infusion", 90, plan_id="silver"))

    assert pays(second(rules, method=method)) == expected


def test_a_second_plan_coordinates_the_standard_way_unless_said() -> None:
    rules = book(allowed("infusion", 80))

    assert pays(second(rules)) == pays(second(rules, method="standard")) == "0.00"


def test_what_the_second_allows_is_what_the_first_allows_where_it_has_no_price() -> None:
    # 80 allowed by both: 70% of 80 is 56, less 40 paid is 16 of the 40 owed.
    rules = book(allowed("infusion", 80))

    assert pays(second(rules, method="non_duplication")) == "24.00"


def test_what_the_second_allows_comes_from_its_own_payer_and_plan() -> None:
    # 60 allowed by the second: 70% is 42, less 40 is 2 of the 40 owed.
    rules = book(
        allowed("infusion", 80),
        allowed("infusion", 99, payer_id="*"),
        allowed("infusion", 60, plan_id="silver"),
    )

    assert pays(second(rules, method="non_duplication")) == "38.00"


def test_what_the_second_allows_can_be_a_percentage_of_the_charge() -> None:
    rules = book(
        allowed("infusion", 80),
        allowed("infusion", 60, plan_id="silver", basis="percent of charge"),
    )

    assert pays(second(rules, method="non_duplication")) == "38.00"


def test_out_of_network_a_balance_bill_is_left_by_all_but_two_methods() -> None:
    # The first allows 80 and pays 40; owed are 40 and the balance bill of 20. The second
    # allows 90: 63. Standard pays 40 of the 40; as Medicare, the lowest of 63, 60 and 50.
    rules = book(
        *(allowed("infusion", 80), allowed("infusion", 90, plan_id="silver")),
        base=out_of_network(),
    )

    assert pays(second(rules, method="standard")) == "20.00"
    assert pays(second(rules, method="medicare_secondary")) == "10.00"
    assert routed(second(rules, method="medicare_secondary"))["reimbursed"] == "90.00"


def test_the_second_plan_has_its_own_deductible_and_what_is_met_of_it() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(times=2, every=7), charge("infusion", 100), HALF),
        *(plan("silver"), benefit("no charge after deductible", plan_id="silver")),
        deductible(120, "silver", family=300),
    )

    # It pays nothing of the first line, 80 of the second: 100 x 2 - 120.
    assert line_pays(second(rules)) == ["50.00", "0.00"]
    met = [{"kind": "deductible", "individual": "60.00"}]
    assert line_pays(second(rules, accumulators=met)) == ["10.00", "0.00"]


def test_the_second_plan_can_cover_a_family() -> None:
    rules = book(
        allowed("infusion", 100),
        deductible(0, "silver"),
        plan("copper"),
        benefit("no charge after deductible", plan_id="copper"),
        deductible(30, "copper", family=90, family_basis="aggregate"),
    )

    alone = ask(rules, plan_id="gold", secondary={"plan_id": "copper"})
    family = ask(rules, plan_id="gold", secondary={"plan_id": "copper", "coverage": "family"})

    # It pays 70 alone, 10 of the family's 90; owed are 50.
    assert (pays(alone), pays(family)) == ("0.00", "40.00")


def test_the_second_payers_policies_are_not_read() -> None:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)
    rules = book(policy("covered"), policy("not covered", plan_id="silver"), base=base)

    assert pays(second(rules)) == "0.00"


def test_the_second_may_pay_what_the_first_refuses() -> None:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)
    rules = book(policy("not covered"), base=base)

    # 70% of the charge of 100.
    assert pays(second(rules)) == "30.00"


def test_a_refused_line_paid_in_cash_is_not_coordinated() -> None:
    infusion = item("infusion", policy_of="infusion")
    base = tuple(infusion if each == item("infusion") else each for each in BASE)
    rules = book(policy("not covered"), cash("infusion", 35), base=base)

    assert pays(second(rules)) == "35.00"


def test_at_the_pharmacy_cash_is_not_weighed_beside_a_second_payer() -> None:
    rules = rulebook(
        *(BASE, treatment("sertraline", "pill"), course("sertraline", "pill")),
        *(charge("pill", 40), cash("pill", 4), HALF, SECOND),
    )

    alone = ask(rules, plan_id="gold")

    assert pays(alone, "insured", "sertraline") == "4.00"
    assert pays(second(rules), "insured", "sertraline") == "0.00"  # 20 owed, 28 answered


def test_what_is_not_billed_to_the_plan_is_not_coordinated() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(item_id="fee"), charge("fee", 25), SECOND, HALF),
    )

    assert line_pays(second(rules)) == ["25.00"]


# Supplements


def test_a_plan_with_a_row_of_supplements_pays_as_one_unless_said() -> None:
    # Deductible 10, copay 20, coinsurance 10% of the other 50, of 80 allowed; balance bill 20.
    rules = rulebook(
        *out_of_network(),
        *(treatment(), course(), charge("infusion", 100), allowed("infusion", 80)),
        benefit("copay and coinsurance after deductible", copay=20, coinsurance_percent=10),
        *(deductible(10), plan("silver"), supplement("silver", 0, 50, 100, 25)),
    )

    answer = second(rules)

    (line,) = routed(answer)["lines"]
    parts = [line[name] for name in ("deductible", "copay", "coinsurance", "balance_bill")]
    assert parts == ["10.00", "20.00", "5.00", "20.00"]
    # 0 + 10 + 5 + 5 of the 55 owed
    assert (line["secondary_pays"], line["patient_pays"]) == ("20.00", "35.00")
    assert routed(answer)["reimbursed"] == "65.00"  # 45 and 20
    assert answer["request"]["secondary"]["method"] == "supplement"


def test_what_a_second_plan_pays_points_to_its_benefit() -> None:
    (line,) = routed(second(book(allowed("infusion", 80))))["lines"]

    assert line["secondary_pays"] != "0.00"
    rule = line["secondary_rule"]
    assert (rule["sheet"], rule["row"], rule["words"]) == ("Benefits", 3, "coinsurance")
    assert line["rule"]["row"] == 2


def test_what_a_supplement_pays_points_to_its_row() -> None:
    (line,) = routed(second(book(supplement("silver", 0, 50, 100, 25), allowed("infusion", 80))))[
        "lines"
    ]

    rule = line["secondary_rule"]
    assert (rule["sheet"], rule["row"], rule["id"]) == ("Supplements", 2, "silver")
    assert rule["words"] == (
        "pays 0% of the deductible, 50% of copays, 100% of coinsurance, 25% of a balance bill"
    )


def test_where_a_second_plan_pays_nothing_no_row_is_named() -> None:
    nothing = second(book(supplement("silver", 0, 0, 0, 0), allowed("infusion", 80)))
    alone = ask(book(), plan_id="gold")

    for answer in (nothing, alone):
        assert [line["secondary_rule"] for line in routed(answer)["lines"]] == [None]


def test_a_supplement_plan_can_be_asked_to_coordinate_otherwise() -> None:
    rules = book(supplement("silver", 0, 0, 0, 0), allowed("infusion", 80))

    assert pays(second(rules)) == "40.00"
    assert pays(second(rules, method="standard")) == "0.00"


def test_the_day_of_service_chooses_what_a_supplement_pays() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(times=3, every=7), charge("infusion", 100), HALF),
        *(plan("silver"), supplement("silver", 0, 0, 100, 0, effective_to="2026-03-08")),
        supplement("silver", 0, 0, 40, 0, effective_from="2026-03-16"),
    )

    # All of the 50; no row on 03-09; 40% of the 50.
    assert line_pays(second(rules)) == ["0.00", "50.00", "30.00"]
    low = ask(rules, plan_id="gold", secondary={"plan_id": "silver"}, detail="summary")
    assert routed(low)["patient_pays"] == dict.fromkeys(("low", "typical", "high"), "80.00")


def test_a_supplement_that_begins_after_the_start_is_a_supplement() -> None:
    rules = book(supplement("silver", 0, 0, 100, 0, effective_from="2027-01-01"))

    assert pays(second(rules)) == "50.00"


def test_a_plan_without_a_row_of_supplements_is_no_supplement() -> None:
    with pytest.raises(DocumentRefused) as refused:
        second(book(), method="supplement")

    (finding,) = refused.value.findings
    assert (finding.field, finding.code) == ("secondary.method", "not-a-supplement")


# As a whole document


WHOLE = {
    "method": "standard",
    "plan": {
        "limits": [{"kind": "deductible", "individual": "60.00"}],
        "benefits": [{"category": "infusion", "coinsurance": "0.30"}],
    },
}


def whole(rules: Rulebook, **changes: Any) -> dict[str, Any]:
    return ask(rules, plan_id="gold", secondary={**WHOLE, **changes})


def test_a_second_payer_can_be_given_whole_as_in_a_case() -> None:
    # It adjudicates the 80 allowed: 60 deductible, 30% of 20; it pays 14 of the 40 owed.
    rules = book(allowed("infusion", 80), allowed("infusion", 90, payer_id="*"))

    assert pays(whole(rules)) == "26.00"


def test_a_whole_second_payer_has_its_own_accumulators() -> None:
    rules = book(allowed("infusion", 80))

    # Nothing is left of its deductible: 70% of 80 is 56; all of the 40 owed.
    met = [{"kind": "deductible", "individual": "60.00"}]
    assert pays(whole(rules, accumulators=met)) == "0.00"


def test_a_whole_supplement_pays_its_shares() -> None:
    rules = book(allowed("infusion", 80))
    given = {"method": "supplement", "covers_coinsurance": "0.75"}

    assert pays(ask(rules, plan_id="gold", secondary=given)) == "10.00"


def test_a_category_that_a_whole_second_payer_lacks_is_not_paid() -> None:
    other = {**WHOLE["plan"], "benefits": [{"category": "mri"}]}

    assert pays(whole(book(allowed("infusion", 80)), plan=other)) == "40.00"


@pytest.mark.parametrize(
    ("secondary", "field", "code"),
    [
        ({"plan_id": "silvre"}, "secondary.plan_id", "unknown-plan"),
        ({"method": "standard"}, "secondary.plan", "required-missing"),
        ({**WHOLE, "method": "supplement"}, "secondary.plan", "supplement-with-plan"),
        ({"plan_id": "silver", "plan": {}}, "secondary.plan", "unknown-key"),
        ({"plan_id": "silver", "method": "guess"}, "secondary.method", "not-in-list"),
        (
            {**WHOLE, "accumulators": [{"kind": "oop_max"}]},
            "secondary.accumulators[0]",
            "accumulator-matches-nothing",
        ),
        (
            {"plan_id": "silver", "accumulators": [{"kind": "oop_max"}]},
            "secondary.accumulators[0]",
            "accumulator-matches-nothing",
        ),
    ],
)
def test_a_second_payer_that_cannot_be_used_is_refused(
    secondary: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        ask(book(), plan_id="gold", secondary=secondary)

    assert [(each.field, each.code) for each in refused.value.findings] == [(field, code)]


# What is met of the second plan


def book_of_silver(*rows: r.Row, **terms: Any) -> Rulebook:
    """One infusion of 100 with a second plan that leaves 30% after its deductible."""
    terms = {"plan_id": "silver", "coinsurance_percent": 30, "rule_id": "s", **terms}
    left = benefit("coinsurance after deductible", **terms)
    base = (BASE, treatment(), course(), charge("infusion", 100), HALF)
    return rulebook(base, plan("silver"), left, rows)


def said_of_second(answer: dict[str, Any]) -> set[str]:
    return {each for each in codes(answer) if each.startswith("second-")}


def test_nothing_is_met_of_the_second_plan_unless_said_and_a_finding_says_so() -> None:
    rules = book_of_silver(deductible(30, plan_id="silver"))
    half, more = ([{"kind": "deductible", "individual": amount}] for amount in ("15.00", "99.00"))

    # The second allows 100: 70% of 70 is 49; with half met, 70% of 85 is more than the 50 owed.
    for met, said, leaves in (
        ([], {"second-nothing-met"}, "1.00"),
        (half, set(), "0.00"),
        (more, {"second-more-met-than-limit"}, "0.00"),
    ):
        answer = second(rules, accumulators=met)
        assert (said_of_second(answer), pays(answer)) == (said, leaves)


def test_what_is_not_said_of_a_typed_second_plan_is_told_too() -> None:
    findings = whole(book())["findings"]
    (told,) = [each for each in findings if each["code"] == "second-nothing-met"]

    assert told["where"] == "secondary.accumulators"


def test_nothing_is_used_of_the_second_plan_unless_said_and_a_finding_says_so() -> None:
    rules = book_of_silver(visit_limit=9)
    used = {"kind": "visits", "rule_id": "s", "count": 9}

    untold, told = second(rules), second(rules, accumulators=[used])

    assert said_of_second(treated(untold)) == {"second-nothing-used"}
    assert said_of_second(treated(told)) == set()
    assert (pays(untold), pays(told)) == ("0.00", "50.00")


# Beside assistance


def test_insured_programs_are_not_offered_beside_a_second_payer() -> None:
    rules = book(
        program("copay-card", "patient pays at least", 5), program("clinic", "percent off", 10)
    )

    alone = [each["route"] for each in treated(ask(rules, plan_id="gold"))["routes"]]
    both = [each["route"] for each in treated(second(rules))["routes"]]

    assert alone == ["insured", "self_pay", "assistance:clinic", "assistance:copay-card"]
    assert both == ["insured", "self_pay", "assistance:clinic"]


def test_a_second_payer_adds_up_over_the_months() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(times=2, every=31), charge("infusion", 100), HALF, SECOND),
    )

    answer = second(rules, method="non_duplication")

    # 70 answered less 50 paid is 20 of the 50 owed, twice; 04-02 is in the second month.
    assert routed(answer)["by_month"][:2] == ["30.00", "30.00"]
    assert "nothing-met" not in codes(answer)
