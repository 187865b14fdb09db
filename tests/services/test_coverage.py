"""Whether the plan covers an item on a date: "Computing", 4."""

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
    codes,
    course,
    item,
    line_pays,
    network,
    pays,
    plan,
    policy,
    routed,
    rulebook,
    treated,
    treatment,
)

INFUSION = item("infusion", policy_of="infusion")
POLICED = tuple(INFUSION if each == item("infusion") else each for each in BASE)
FREE = benefit("no charge")


def book(*rows: r.Row) -> Rulebook:
    """One infusion of 100, free where the plan takes it; in cash 90."""
    prices = (charge("infusion", 100), cash("infusion", 90))
    return rulebook(POLICED, treatment(), course(), prices, FREE, rows)


def status(rules: Rulebook, **patient: Any) -> str:
    return str(treated(ask(rules, plan_id="gold", patient=patient))["coverage"]["status"])


CRITERIA = {"minimum_age": 18, "failed_trials": 2, "diagnoses": ("F32.2", "F33")}
MET = {"age": 18, "failed_trials": 2, "diagnosis": "F33.1"}

ORDER = [
    # says, authorization, criteria fail, status
    ("not covered", "approved", False, "not_covered"),
    ("not covered", "denied", True, "not_covered"),
    ("prior authorization", "approved", False, "covered"),
    ("prior authorization", "approved", True, "covered"),
    ("prior authorization", "denied", False, "denied"),
    ("prior authorization", "denied", True, "denied"),
    ("prior authorization", "unknown", True, "criteria_not_met"),
    ("prior authorization", "unknown", False, "prior_authorization"),
    ("silent", "approved", True, "covered"),
    ("silent", "denied", True, "denied"),
    ("silent", "unknown", True, "criteria_not_met"),
    ("silent", "unknown", False, "unknown"),
    ("covered", "approved", True, "criteria_not_met"),
    ("covered", "denied", True, "criteria_not_met"),
    ("covered", "denied", False, "covered"),
    ("covered", "unknown", False, "covered"),
]


@pytest.mark.parametrize(("says", "authorization", "fails", "expected"), ORDER)
def test_the_first_status_that_holds_wins(
    says: str, authorization: str, fails: bool, expected: str
) -> None:
    rules = book(policy(says, **CRITERIA))
    patient = {**MET, "age": 17 if fails else 18}

    assert status(rules, prior_authorization=authorization, **patient) == expected


@pytest.mark.parametrize(
    ("says", "authorization", "patient", "refused"),
    [
        ("not covered", "unknown", {}, True),
        ("prior authorization", "denied", {}, True),
        ("covered", "unknown", {"age": 17}, True),
        ("prior authorization", "unknown", {}, False),
        ("silent", "unknown", {}, False),
        ("covered", "unknown", {}, False),
    ],
)
def test_three_statuses_refuse_the_line_and_the_others_do_not(
    says: str, authorization: str, patient: dict[str, Any], refused: bool
) -> None:
    rules = book(policy(says, minimum_age=18))

    answer = ask(rules, plan_id="gold", patient={**patient, "prior_authorization": authorization})

    (line,) = routed(answer)["lines"]
    # Refused, the lower cash price is paid; otherwise it is free.
    expected = ("not_covered", "90.00") if refused else ("covered", "0.00")
    assert (line["reason"], line["patient_pays"]) == expected


def test_no_policy_is_silent() -> None:
    assert status(book()) == "unknown"
    assert status(book(), prior_authorization="approved") == "covered"
    assert status(book(), prior_authorization="denied") == "denied"


def test_the_policy_of_the_plan_comes_before_that_of_any_plan() -> None:
    rules = book(policy("not covered"), policy("covered", plan_id="gold"), plan("tin"))

    tin = ask(rules, plan_id="tin")

    assert status(rules) == "covered"
    assert treated(tin)["coverage"]["status"] == "not_covered"


def test_an_item_follows_the_policy_of_another() -> None:
    drug = item("drug", policy_of="infusion")
    rules = book(
        *(policy("covered"), policy("not covered", "drug")),
        *(drug, charge("drug", 40), course(item_id="drug", step=2)),
    )

    assert line_pays(ask(rules, plan_id="gold")) == ["0.00", "0.00"]


def test_without_a_policy_of_its_benefits_alone_decide() -> None:
    rules = rulebook(
        BASE, treatment(), course(), charge("infusion", 100), FREE, policy("not covered")
    )

    assert status(rules) == "covered"
    assert pays(ask(rules, plan_id="gold")) == "0.00"


def test_a_policy_changes_in_the_middle_of_a_course() -> None:
    rules = rulebook(
        *(POLICED, treatment(), course(times=2, every=7), charge("infusion", 100), FREE),
        *(policy("covered"), policy("not covered", effective_from="2026-03-09")),
    )

    answer = ask(rules, plan_id="gold")

    assert treated(answer)["coverage"]["status"] == "covered"
    assert line_pays(answer) == ["0.00", "100.00"]


# Criteria


@pytest.mark.parametrize(
    ("patient", "met"),
    [
        ({}, [None, None, None]),
        (MET, [True, True, True]),
        ({"age": 17, "failed_trials": 1, "diagnosis": "F41.1"}, [False, False, False]),
        ({"age": 90, "failed_trials": 0}, [True, False, None]),
    ],
)
def test_each_criterion_is_met_or_not_or_not_known(
    patient: dict[str, Any], met: list[bool | None]
) -> None:
    rules = book(policy("covered", **CRITERIA))

    answer = ask(rules, plan_id="gold", patient=patient)

    criteria = treated(answer)["coverage"]["criteria"]
    assert [each["criterion"] for each in criteria] == ["minimum_age", "failed_trials", "diagnosis"]
    assert [each["met"] for each in criteria] == met


def test_a_criterion_says_what_is_required_and_what_was_given() -> None:
    rules = book(policy("covered", minimum_age=18))

    answer = ask(rules, plan_id="gold", patient={"age": 42})

    assert treated(answer)["coverage"]["criteria"] == [
        {"criterion": "minimum_age", "required": "18", "given": "42", "met": True}
    ]


def test_other_criteria_are_not_known() -> None:
    rules = book(policy("covered", other_criteria="A plan of treatment"))

    answer = ask(rules, plan_id="gold", patient=MET)

    (other,) = treated(answer)["coverage"]["criteria"]
    assert (other["required"], other["given"], other["met"]) == ("A plan of treatment", None, None)
    assert treated(answer)["coverage"]["status"] == "covered"


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ("F32.2", True),
        ("f322", True),
        ("F32.20", True),
        ("F33", True),
        ("F33.40", True),
        ("F32", False),
        ("F32.1", False),
        ("G33.1", False),
    ],
)
def test_diagnoses_compare_by_their_beginnings_without_dots_or_case(given: str, met: bool) -> None:
    rules = book(policy("covered", diagnoses=("f32.2", "F33")))

    expected = "covered" if met else "criteria_not_met"
    assert status(rules, diagnosis=given) == expected


# Without insurance, without a benefit


def test_without_insurance_there_is_nothing_to_cover() -> None:
    rules = book(policy("covered"))

    assert treated(ask(rules))["coverage"]["status"] == "no_insurance"
    assert treated(ask(rules, insurance="none"))["coverage"]["status"] == "no_insurance"


def test_with_unknown_insurance_coverage_is_unknown_and_says_what_is_needed() -> None:
    answer = ask(book(policy("covered")), insurance="unknown")

    found = treated(answer)
    assert found["coverage"]["status"] == "unknown"
    assert [each["route"] for each in found["routes"]] == ["self_pay"]
    assert found["best_route"] == "self_pay"
    (finding,) = [each for each in answer["findings"] if each["code"] == "insurance-not-known"]
    assert "deductible" in finding["advice"]


@pytest.mark.parametrize("says", ["covered", "prior authorization", "silent"])
@pytest.mark.parametrize("there", ["missing", "not covered"])
def test_without_a_benefit_for_the_main_item_it_is_not_covered(says: str, there: str) -> None:
    rows = [benefit("not covered", "infusion")] if there == "not covered" else []
    rules = rulebook(POLICED, treatment(), course(), charge("infusion", 100), policy(says), rows)

    assert status(rules) == "not_covered"


@pytest.mark.parametrize(
    ("says", "patient", "expected"),
    [
        ("prior authorization", {"prior_authorization": "denied"}, "denied"),
        ("covered", {"age": 1}, "criteria_not_met"),
    ],
)
def test_what_refuses_comes_before_a_missing_benefit(
    says: str, patient: dict[str, Any], expected: str
) -> None:
    rules = rulebook(
        POLICED, treatment(), course(), charge("infusion", 100), policy(says, minimum_age=18)
    )

    assert status(rules, **patient) == expected


def test_the_main_item_decides_even_where_the_course_begins_with_another() -> None:
    visit = item("evaluation")
    rules = book(
        *(policy("not covered"), visit, charge("evaluation", 50)),
        course(item_id="evaluation", step=0),
    )

    assert status(rules) == "not_covered"
    assert line_pays(ask(rules, plan_id="gold")) == ["0.00", "90.00"]


def test_the_status_is_that_of_the_start_date() -> None:
    rules = book(policy("covered", effective_from="2026-03-03"))

    assert status(rules) == "unknown"


def test_the_benefit_that_counts_is_that_of_the_clinics_network() -> None:
    rules = rulebook(
        *(POLICED, network("out", plan_id="gold"), treatment(), course(), policy("covered")),
        *(charge("infusion", 100), benefit("no charge", network="in")),
    )

    assert status(rules) == "not_covered"


def test_an_item_that_is_not_billed_to_the_plan_has_no_benefit() -> None:
    own = item("fee", policy_of="fee")
    base = tuple(own if each == item("fee") else each for each in BASE)
    rules = rulebook(
        *(base, treatment(main_item="fee"), course(item_id="fee"), charge("fee", 30)),
        *(benefit("no charge"), policy("covered", "fee")),
    )

    answer = ask(rules, plan_id="gold")

    assert treated(answer)["coverage"]["status"] == "not_covered"
    assert routed(answer)["lines"][0]["reason"] == "no_benefit"


def test_a_policy_that_refuses_a_fee_outside_insurance_changes_nothing() -> None:
    own = item("fee", policy_of="infusion")
    base = tuple(own if each == item("fee") else each for each in POLICED)
    rules = rulebook(
        *(base, treatment(), course(), course(item_id="fee", step=2), policy("not covered")),
        *(charge("infusion", 100), charge("fee", 30)),
    )

    reasons = [each["reason"] for each in routed(ask(rules, plan_id="gold"))["lines"]]

    assert reasons == ["not_covered", "no_benefit"]


# Prior authorization by treatment, and what is assumed


def test_prior_authorization_can_be_said_by_treatment() -> None:
    rules = book(
        *(policy("prior authorization"), treatment("again"), course("again")),
    )

    answer = ask(
        rules,
        plan_id="gold",
        patient={"prior_authorization": {"ketamine": "denied", "again": "approved"}},
        treatments=["ketamine", "again", "again+ketamine"],
    )

    statuses = {each["treatment_id"]: each["coverage"]["status"] for each in answer["treatments"]}
    assert statuses == {"ketamine": "denied", "again": "covered", "again+ketamine": "covered"}


def test_in_a_combination_each_line_keeps_its_own_treatment() -> None:
    rules = book(
        *(policy("prior authorization"), treatment("again"), course("again", first_day=1)),
    )

    answer = ask(
        rules,
        plan_id="gold",
        patient={"prior_authorization": {"ketamine": "denied"}},
        treatments=["ketamine+again"],
    )

    assert line_pays(answer, "insured", "ketamine+again") == ["90.00", "0.00"]
    assert treated(answer, "ketamine+again")["coverage"]["status"] == "denied"


@pytest.mark.parametrize(
    ("says", "patient", "assumed"),
    [
        ("prior authorization", {}, {"prior-authorization-assumed", "criteria-not-answered"}),
        ("prior authorization", {"age": 20}, {"prior-authorization-assumed"}),
        ("prior authorization", {"prior_authorization": "approved"}, set()),
        ("covered", {}, {"criteria-not-answered"}),
        ("covered", {"age": 20}, set()),
        ("silent", {"age": 20}, {"policy-silent"}),
        ("not covered", {}, set()),
    ],
)
def test_the_route_says_what_it_assumes(
    says: str, patient: dict[str, Any], assumed: set[str]
) -> None:
    rules = book(policy(says, minimum_age=18))

    answer = ask(rules, plan_id="gold", patient=patient)

    assumptions = {"prior-authorization-assumed", "criteria-not-answered", "policy-silent"}
    assert codes(treated(answer)) & assumptions == assumed
    assert len(routed(answer)["assumes"]) == len(assumed)


@pytest.mark.parametrize("rows", [[], [benefit("not covered", "infusion")]])
def test_what_no_benefit_covers_does_not_hang_on_a_policy(rows: list[r.Row]) -> None:
    prices = (charge("infusion", 100), policy("silent"))
    rules = rulebook(POLICED, treatment(), course(), prices, rows)

    answer = ask(rules, plan_id="gold")

    assert treated(answer)["coverage"]["status"] == "not_covered"
    assert "No policy says" not in " ".join(routed(answer)["assumes"])


def test_a_line_without_a_benefit_is_said_to_be_without_one() -> None:
    rules = rulebook(BASE, treatment(), course(), charge("infusion", 100))

    answer = ask(rules, plan_id="gold")

    assert "no-benefit" in codes(treated(answer))


def test_a_coverage_names_its_policy() -> None:
    rules = book(policy("covered", policy_id="ket-1"))

    rule = treated(ask(rules, plan_id="gold"))["coverage"]["rule"]

    assert (rule["sheet"], rule["row"], rule["id"]) == ("Policies", 2, "ket-1")
