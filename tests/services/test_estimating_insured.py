"""The insured route: limits, benefits and what is met, over the days of a course."""

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
    deductible,
    item,
    line_pays,
    network,
    oop_max,
    pays,
    plan,
    policy,
    routed,
    rulebook,
    treated,
    treatment,
)

AFTER = benefit("no charge after deductible")
FIFTH = benefit("coinsurance after deductible", coinsurance_percent=20)
WEEKLY = (treatment(), course(times=3, every=7), charge("infusion", 100))
"""Three infusions of 100 on 03-02, 03-09 and 03-16, all of it allowed."""


def weekly(*rows: r.Row) -> Rulebook:
    return rulebook(BASE, WEEKLY, rows)


def gold(rules: Rulebook, **request: Any) -> dict[str, Any]:
    return ask(rules, plan_id="gold", **request)


def met(kind: str, individual: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "individual": individual, **more}


def visits(rule_id: str, count: int) -> dict[str, Any]:
    return {"kind": "visits", "rule_id": rule_id, "count": count}


def paid(rule_id: str, amount: str) -> dict[str, Any]:
    return {"kind": "plan_paid", "rule_id": rule_id, "amount": amount}


# What is met


def test_nothing_is_met_unless_said_and_a_finding_says_so() -> None:
    rules = weekly(FIFTH, deductible(150), oop_max(5000))

    answer = gold(rules)

    # 100; 50 + 20% of 50; 20% of 100
    assert line_pays(answer) == ["100.00", "60.00", "20.00"]
    (finding,) = [each for each in answer["findings"] if each["code"] == "nothing-met"]
    assert "the deductible" in finding["message"]
    assert "the out-of-pocket maximum" in finding["message"]


@pytest.mark.parametrize(
    ("terms", "given"),
    [
        ({"visit_limit": 9}, visits("all", 1)),
        ({"deductible_waived_visits": 1}, visits("all", 1)),
        ({"plan_pays_max": 900}, paid("all", "20.00")),
    ],
)
def test_nothing_is_used_of_a_benefit_unless_said_and_a_finding_says_so(
    terms: dict[str, Any], given: dict[str, Any]
) -> None:
    rules = weekly(benefit("coinsurance", coinsurance_percent=20, rule_id="all", **terms))

    assert "nothing-used" in codes(treated(gold(rules)))
    assert "nothing-used" not in codes(treated(gold(rules, accumulators=[given])))
    assert "nothing-used" not in codes(treated(gold(weekly(FIFTH))))


def test_what_is_met_counts() -> None:
    rules = weekly(FIFTH, deductible(150), oop_max(200))

    answer = gold(rules, accumulators=[met("deductible", "130.00"), met("oop_max", "150.00")])

    # 20 + 20% of 80 = 36, then 14 until the maximum, then nothing.
    assert line_pays(answer) == ["36.00", "14.00", "0.00"]
    assert "nothing-met" not in codes(answer)


def test_nothing_is_said_to_be_met_of_a_deductible_of_zero() -> None:
    assert "nothing-met" not in codes(gold(weekly(FIFTH, deductible(0))))


def test_more_met_than_the_limit_counts_as_met_with_a_finding() -> None:
    answer = gold(weekly(FIFTH, deductible(150)), accumulators=[met("deductible", "999.00")])

    assert line_pays(answer) == ["20.00", "20.00", "20.00"]
    assert "more-met-than-limit" in codes(answer)


def test_the_limits_of_a_family_are_met_by_the_first_of_two() -> None:
    rules = weekly(AFTER, deductible(250, family=300))

    alone = gold(rules, accumulators=[met("deductible", "0", family="180.00")])
    family = gold(rules, coverage="family", accumulators=[met("deductible", "0", family="180.00")])

    assert line_pays(alone) == ["100.00", "100.00", "50.00"]
    assert line_pays(family) == ["100.00", "20.00", "0.00"]  # 300 - 180 are left


def test_what_the_family_has_met_is_what_the_patient_has_unless_said() -> None:
    rules = weekly(AFTER, deductible(250, family=300))

    answer = gold(rules, coverage="family", accumulators=[met("deductible", "210.00")])

    assert line_pays(answer) == ["40.00", "0.00", "0.00"]


def test_a_family_that_meets_one_amount_has_no_own_one() -> None:
    rules = weekly(AFTER, deductible(50, family=250, family_basis="aggregate"))

    assert line_pays(gold(rules, coverage="family")) == ["100.00", "100.00", "50.00"]
    assert line_pays(gold(rules)) == ["50.00", "0.00", "0.00"]


def test_an_accumulator_that_matches_no_limit_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        gold(weekly(AFTER, deductible(250)), accumulators=[met("oop_max", "10.00")])

    (finding,) = refused.value.findings
    assert (finding.field, finding.code) == ("accumulators[0]", "accumulator-matches-nothing")


# as_of


def test_what_was_met_on_a_day_before_the_start_counts_in_its_plan_year() -> None:
    rules = weekly(AFTER, deductible(150))
    given = [met("deductible", "150.00")]

    this_year = gold(rules, as_of="2026-01-05", accumulators=given)
    last_year = gold(rules, as_of="2025-12-31", accumulators=given)

    assert line_pays(this_year) == ["0.00", "0.00", "0.00"]
    assert line_pays(last_year) == ["100.00", "50.00", "0.00"]


def test_what_was_met_on_a_day_after_the_start_counts_in_its_plan_year_only() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(times=3, every=30), charge("infusion", 100), AFTER),
        deductible(150),
    )

    answer = gold(
        rules,
        start_date="2026-11-15",  # and 12-15, 2027-01-14
        as_of="2027-01-10",
        accumulators=[met("deductible", "110.00")],
    )

    assert line_pays(answer) == ["100.00", "50.00", "40.00"]


def test_the_day_of_the_accumulators_is_the_start_unless_said() -> None:
    rules = weekly(AFTER, deductible(150))

    answer = gold(rules, start_date="2025-12-31", accumulators=[met("deductible", "150.00")])

    # 12-31 is met; 01-07 and 01-14 are in another plan year.
    assert answer["request"]["as_of"] == "2025-12-31"
    assert line_pays(answer) == ["0.00", "100.00", "50.00"]


def test_a_plan_year_begins_on_its_own_day() -> None:
    july = plan(year_starts="03-09")
    base = tuple(july if isinstance(each, r.PlanRow) else each for each in BASE)
    rules = rulebook(base, WEEKLY, AFTER, deductible(150))

    answer = gold(rules, accumulators=[met("deductible", "120.00")])

    # 03-02 is the last line of its plan year; on 03-09 another begins.
    assert line_pays(answer) == ["30.00", "100.00", "50.00"]


def test_what_was_credited_last_carries_over_to_the_next_plan_year() -> None:
    rules = weekly(AFTER, deductible(250, carryover_months=3))

    answer = gold(
        rules,
        as_of="2025-12-31",
        accumulators=[met("deductible", "250.00", carryover_individual="190.00")],
    )

    assert line_pays(answer) == ["60.00", "0.00", "0.00"]


# Limits by date


def test_another_limit_holds_from_its_first_day() -> None:
    rules = weekly(AFTER, deductible(150), deductible(280, effective_from="2026-03-09"))

    # 100 of 150; then 280 - 100 = 180 are left, of which 100 and 80.
    assert line_pays(gold(rules)) == ["100.00", "100.00", "80.00"]


def test_a_limit_lowered_within_a_plan_year_lowers_nothing_that_is_met() -> None:
    lowered = (
        deductible(150),
        deductible(60, effective_from="2026-03-09"),
        deductible(130, effective_from="2026-03-16"),
    )
    rules = weekly(AFTER, *lowered)

    # 100 is met, above the 60 of the second; of the 130 of the third, 30 are left.
    assert line_pays(gold(rules)) == ["100.00", "0.00", "30.00"]


def test_a_limit_that_is_not_in_force_constrains_nothing_and_is_credited_nothing() -> None:
    rules = weekly(
        AFTER,
        deductible(150, effective_to="2026-03-08"),
        deductible(150, effective_from="2026-03-16"),
    )

    answer = gold(rules)

    # On 03-09 no deductible is known: nothing is owed and nothing credited; on 03-16, 150 - 100.
    assert line_pays(answer) == ["100.00", "0.00", "50.00"]
    assert "limit-not-in-force" in codes(treated(answer))


def test_limits_in_force_throughout_are_not_found_wanting() -> None:
    rules = weekly(AFTER, deductible(150), deductible(280, effective_from="2026-03-09"))

    assert "limit-not-in-force" not in codes(treated(gold(rules)))


def test_a_maximum_that_begins_in_the_course_counts_from_then() -> None:
    rules = weekly(
        benefit("coinsurance", coinsurance_percent=50),
        oop_max(60, effective_from="2026-03-09"),
    )

    # 50 is paid before there is a maximum, and is not credited; then 50, then 10.
    assert line_pays(gold(rules)) == ["50.00", "50.00", "10.00"]


def test_drugs_and_services_have_their_own_deductibles() -> None:
    rules = rulebook(
        *(BASE, treatment(), course(), course(item_id="pill", step=2), AFTER),
        *(charge("infusion", 100), charge("pill", 30)),
        *(deductible(40, class_="medical"), deductible(20, class_="drug")),
    )

    assert line_pays(gold(rules)) == ["40.00", "20.00"]


# Benefits


def test_the_most_specific_benefit_wins_whole() -> None:
    ladder = [
        ("gold", "*", "infusion", "in"),
        ("gold", "*", "infusion", "all"),
        ("gold", "infusion", "*", "in"),
        ("gold", "infusion", "*", "all"),
        ("gold", "*", "*", "in"),
        ("gold", "*", "*", "all"),
        ("*", "*", "infusion", "in"),
        ("*", "*", "infusion", "all"),
        ("*", "infusion", "*", "in"),
        ("*", "infusion", "*", "all"),
        ("*", "*", "*", "in"),
        ("*", "*", "*", "all"),
    ]
    rows = [
        benefit("copay", category, plan_id, item_id=item_id, network=where, copay=rung)
        for rung, (plan_id, category, item_id, where) in enumerate(ladder)
    ]

    for first in range(len(ladder)):
        rules = rulebook(BASE, treatment(), course(), charge("infusion", 100), rows[first:][::-1])
        assert pays(gold(rules)) == f"{first}.00"


PHRASES = [
    # deductible 30, copay 20, coinsurance 10%, of 100
    ("no charge", {}, "0.00"),
    ("no charge after deductible", {}, "30.00"),
    ("copay", {"copay": 20}, "20.00"),
    ("copay after deductible", {"copay": 20}, "50.00"),
    ("copay, then deductible", {"copay": 20}, "50.00"),
    ("coinsurance", {"coinsurance_percent": 10}, "10.00"),
    ("coinsurance after deductible", {"coinsurance_percent": 10}, "37.00"),
    ("copay and coinsurance", {"copay": 20, "coinsurance_percent": 10}, "28.00"),
    (
        *("copay and coinsurance after deductible", {"copay": 20, "coinsurance_percent": 10}),
        "55.00",
    ),
    (
        *("copay, then deductible, then coinsurance", {"copay": 20, "coinsurance_percent": 10}),
        "55.00",
    ),
    ("not covered", {}, "100.00"),
]


@pytest.mark.parametrize(("phrase", "terms", "expected"), PHRASES)
def test_each_cost_share_means_what_it_says(
    phrase: str, terms: dict[str, Any], expected: str
) -> None:
    row = benefit(phrase, **terms)
    rules = rulebook(BASE, treatment(), course(), charge("infusion", 100), row, deductible(30))

    assert pays(gold(rules)) == expected


COLUMNS = [
    # Three infusions of 100; what each leaves the patient
    ("coinsurance", {"coinsurance_percent": "12.345678"}, ["12.35"] * 3),
    ("coinsurance", {"coinsurance_percent": 5, "coinsurance_min": 8}, ["8.00"] * 3),
    ("coinsurance", {"coinsurance_percent": 50, "coinsurance_max": 30}, ["30.00"] * 3),
    (
        *("coinsurance after deductible", {"coinsurance_percent": 50, "coinsurance_on": "allowed"}),
        ["100.00", "70.00", "50.00"],  # deductible 120: 100; 20 + 50; 50
    ),
    ("no charge after deductible", {"deductible_waived_visits": 1}, ["0.00", "100.00", "20.00"]),
    (
        "copay after deductible",
        {"copay": 10, "deductible_waived_visits": 2, "waived_visits_copay": 35},
        ["35.00", "35.00", "100.00"],
    ),
    ("copay", {"copay": 10, "visit_limit": 2}, ["10.00", "10.00", "100.00"]),
    ("no charge", {"plan_pays_max": 150}, ["0.00", "50.00", "100.00"]),
    ("copay", {"copay": 30}, ["30.00", "30.00", "10.00"]),  # out-of-pocket max 70
    ("copay", {"copay": 30, "counts_toward_oop_max": False}, ["30.00"] * 3),
    ("copay", {"copay": 30, "counts_toward_oop_max": True}, ["30.00", "30.00", "10.00"]),
]


@pytest.mark.parametrize(("phrase", "terms", "expected"), COLUMNS)
def test_each_other_column_of_a_benefit_means_what_it_says(
    phrase: str, terms: dict[str, Any], expected: list[str]
) -> None:
    maximum = [oop_max(70)] if terms.get("copay") == 30 else []
    rules = weekly(benefit(phrase, **terms), deductible(120), *maximum)

    assert line_pays(gold(rules)) == expected


def test_spending_out_of_network_counts_to_the_limit_that_takes_it() -> None:
    base = tuple(network("out") if isinstance(each, r.NetworkRow) else each for each in BASE)
    prices = (allowed("infusion", 100), allowed("pill", 100), charge("pill", 100))

    def rules(credited_by: str | None) -> Rulebook:
        return rulebook(
            *(base, treatment(), course(), course(item_id="pill", step=2), AFTER, prices),
            *(charge("infusion", 100), deductible(150, network="in", credited_by=credited_by)),
            deductible(100, network="out"),
        )

    # The infusion is out of network: 100. The pill is in: 100, or the 50 that are left.
    assert line_pays(gold(rules(None))) == ["100.00", "100.00"]
    assert line_pays(gold(rules("all"))) == ["100.00", "50.00"]


def test_a_copay_comes_before_the_deductible_where_it_says_so() -> None:
    # Of 40: "after deductible" takes 30 and 10 of the copay; "then deductible" 20 and 20.
    def parts(phrase: str) -> tuple[str, str]:
        rules = rulebook(
            *(BASE, treatment(), course(), charge("infusion", 40), deductible(30)),
            benefit(phrase, copay=20),
        )
        (line,) = routed(gold(rules))["lines"]
        return line["deductible"], line["copay"]

    assert parts("copay after deductible") == ("30.00", "10.00")
    assert parts("copay, then deductible") == ("20.00", "20.00")


def test_two_lines_that_one_benefit_row_serves_share_its_copay_on_a_visit() -> None:
    rules = rulebook(
        *(BASE, item("room"), treatment(), course(), course(item_id="room", step=2)),
        *(charge("infusion", 100), charge("room", 50), benefit("copay", copay=30)),
    )

    assert line_pays(gold(rules)) == ["30.00", "0.00"]


def test_two_lines_that_two_rows_serve_owe_a_copay_each() -> None:
    rules = rulebook(
        *(BASE, item("room"), treatment(), course(), course(item_id="room", step=2)),
        *(charge("infusion", 100), charge("room", 50)),
        *(benefit("copay", copay=30), benefit("copay", "room", copay=30)),
    )

    assert line_pays(gold(rules)) == ["30.00", "30.00"]


def test_at_the_pharmacy_a_copay_is_owed_for_each_line() -> None:
    other = item("pill2", setting="pharmacy", category="generic")
    rules = rulebook(
        *(BASE, other, treatment(), course(item_id="pill"), course(item_id="pill2", step=2)),
        *(charge("pill", 100), charge("pill2", 50), benefit("copay", copay=30)),
    )

    assert line_pays(gold(rules)) == ["30.00", "30.00"]


def test_at_the_pharmacy_a_copay_can_be_for_the_visit() -> None:
    other = item("pill2", setting="pharmacy", category="generic")
    rules = rulebook(
        *(BASE, other, treatment(), course(item_id="pill"), course(item_id="pill2", step=2)),
        *(charge("pill", 100), charge("pill2", 50)),
        benefit("copay", copay=30, copay_per="visit"),
    )

    assert line_pays(gold(rules)) == ["30.00", "0.00"]


def test_benefits_of_one_key_share_their_visits_across_dates() -> None:
    rules = weekly(
        benefit("copay", copay=10, visit_limit=2),
        benefit("copay", copay=20, visit_limit=2, effective_from="2026-03-09"),
    )

    answer = gold(rules)

    assert line_pays(answer) == ["10.00", "20.00", "100.00"]
    assert routed(answer)["lines"][2]["reason"] == "visit_limit"


def test_benefits_of_one_key_share_their_maximum_across_dates() -> None:
    rules = weekly(
        benefit("no charge", plan_pays_max=150),
        benefit("no charge", plan_pays_max=150, effective_from="2026-03-09"),
    )

    assert line_pays(gold(rules)) == ["0.00", "50.00", "100.00"]


def test_a_benefit_changes_in_the_middle_of_a_course() -> None:
    rules = weekly(benefit("copay", copay=10), benefit("no charge", effective_from="2026-03-16"))

    assert line_pays(gold(rules)) == ["10.00", "10.00", "0.00"]


def test_visits_used_are_named_by_the_rule() -> None:
    rules = weekly(benefit("copay", copay=10, visit_limit=3, rule_id="infusions"))

    answer = gold(rules, accumulators=[visits("infusions", 2)])

    assert line_pays(answer) == ["10.00", "100.00", "100.00"]


def test_visits_of_rules_in_one_group_add_up() -> None:
    rules = rulebook(
        *(BASE, item("therapy"), WEEKLY, charge("therapy", 60)),
        benefit("copay", copay=10, visit_limit=4, visit_group="care", rule_id="a"),
        benefit("copay", "therapy", copay=10, visit_limit=4, visit_group="care", rule_id="b"),
    )

    answer = gold(rules, accumulators=[visits("a", 1), visits("b", 2)])

    assert line_pays(answer) == ["10.00", "100.00", "100.00"]


def test_what_the_plan_paid_is_named_by_the_rule() -> None:
    rules = weekly(benefit("no charge", plan_pays_max=200, rule_id="infusions"))

    answer = gold(rules, accumulators=[paid("infusions", "130.00")])

    assert line_pays(answer) == ["30.00", "100.00", "100.00"]


def test_what_was_used_counts_whichever_of_the_dated_rows_is_named() -> None:
    rules = weekly(
        benefit("no charge", plan_pays_max=200, rule_id="old"),
        benefit("no charge", plan_pays_max=200, rule_id="new", effective_from="2026-03-09"),
    )

    for name in ("old", "new"):
        assert line_pays(gold(rules, accumulators=[paid(name, "130.00")]))[0] == "30.00"


@pytest.mark.parametrize("kind", ["visits", "plan_paid"])
def test_one_benefit_under_two_rule_ids_comes_twice(kind: str) -> None:
    rules = weekly(
        benefit("no charge", visit_limit=2, rule_id="old"),
        benefit("no charge", visit_limit=2, rule_id="new", effective_from="2026-03-09"),
    )
    given = [
        {"kind": kind, "rule_id": name, "count": 1, "amount": "1.00"} for name in ("old", "new")
    ]

    with pytest.raises(DocumentRefused) as refused:
        gold(rules, accumulators=given)

    assert ("accumulators[1]", "accumulator-twice") in {
        (each.field, each.code) for each in refused.value.findings
    }


@pytest.mark.parametrize("given", [visits("nothing", 1), {"kind": "visits", "count": 1}])
def test_an_accumulator_of_a_benefit_that_names_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(DocumentRefused) as refused:
        gold(weekly(AFTER), accumulators=[given])

    (finding,) = refused.value.findings
    assert (finding.field, finding.code) == ("accumulators[0]", "accumulator-matches-nothing")


@pytest.mark.parametrize(("kind", "field"), [("visits", "count"), ("plan_paid", "amount")])
def test_what_was_used_of_a_benefit_is_never_nothing_for_not_being_said(
    kind: str, field: str
) -> None:
    rules = weekly(benefit("no charge", visit_limit=2, rule_id="a"))

    with pytest.raises(DocumentRefused) as refused:
        gold(rules, accumulators=[{"kind": kind, "rule_id": "a"}])

    (finding,) = refused.value.findings
    assert (finding.field, finding.code) == (f"accumulators[0].{field}", "required-missing")


def test_a_benefit_row_of_any_plan_of_the_payer_serves_and_is_named() -> None:
    rules = weekly(benefit("copay", plan_id="*", copay=10, visit_limit=3, rule_id="any"))

    assert line_pays(gold(rules, accumulators=[visits("any", 3)]))[0] == "100.00"


def test_every_dollar_points_to_its_row() -> None:
    rules = weekly(benefit("copay", copay=10, rule_id="b-10"), policy("covered", policy_id="p-1"))

    line = routed(gold(rules))["lines"][0]

    assert line["rule"]["sheet"] == "Benefits"
    assert (line["rule"]["row"], line["rule"]["id"]) == (2, "b-10")
    assert (line["rule"]["source"], line["rule"]["checked_on"]) == ("made up", None)
    assert [(each["sheet"], each["row"]) for each in line["price_rules"]] == [("Prices", 2)]


def test_a_refused_line_points_to_the_policy_that_refuses_it() -> None:
    base = tuple(
        item("infusion", policy_of="infusion") if each == item("infusion") else each
        for each in BASE
    )
    rules = rulebook(base, WEEKLY, AFTER, policy("not covered", policy_id="p-1"))

    line = routed(gold(rules))["lines"][0]

    assert (line["reason"], line["rule"]["sheet"], line["rule"]["id"]) == (
        *("not_covered", "Policies", "p-1"),
    )
