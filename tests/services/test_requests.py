"""What a request may say: "Request", key by key."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.rulebook.model import Rulebook
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.requests import read_request
from tests.builders import (
    BASE,
    TODAY,
    ask,
    benefit,
    charge,
    clinic,
    codes,
    course,
    deductible,
    pays,
    plan,
    routed,
    rulebook,
    supplement,
    treated,
    treatment,
)

TYPED = {"network": "in", "benefits": [{"category": "*", "copay": "10.00"}]}


def book(*rows: Any) -> Rulebook:
    return rulebook(
        *(BASE, treatment(), treatment("sertraline", "pill"), treatment("rest", compared=False)),
        *(course(), course("sertraline", "pill"), course("rest", "fee")),
        *(charge("infusion", 100), charge("pill", 10), charge("fee", 25)),
        *(benefit("copay", copay=10), rows),
    )


def refused(rules: Rulebook, **request: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentRefused) as error:
        ask(rules, **request)
    assert all(each.severity == "stop" for each in error.value.findings)
    return [(each.field, each.code) for each in error.value.findings]


# Clinic, treatments, dates


def test_the_only_clinic_needs_no_name() -> None:
    assert ask(book())["request"]["clinic_id"] == "main"


def test_one_of_several_clinics_must_be_named() -> None:
    rules = book(clinic("uptown"))

    assert refused(rules) == [("clinic_id", "required-missing")]
    assert ask(rules, clinic_id="uptown")["request"]["clinic_id"] == "uptown"


def test_the_treatments_are_those_marked_compared_unless_named() -> None:
    unnamed = ask(book())
    named = ask(book(), treatments=["rest", "ketamine", "rest"])

    assert unnamed["request"]["treatments"] == ["ketamine", "sertraline"]
    assert [each["treatment_id"] for each in named["treatments"]] == ["rest", "ketamine"]


def test_a_request_of_nothing_is_today_for_a_year_without_insurance() -> None:
    request = ask(book())["request"]

    assert request["start_date"] == request["as_of"] == TODAY.isoformat()
    assert (request["months"], request["insurance"], request["detail"]) == (12, "none", "full")
    assert (request["coverage"], request["accumulators"]) == ("self", [])
    assert request["patient"] == {"prior_authorization": "unknown"}
    assert (request["assistance_used"], "plan_id" in request) == ({}, False)


def test_the_accumulators_are_of_the_start_date_unless_said() -> None:
    request = ask(book(), start_date="2026-07-01")["request"]

    assert (request["start_date"], request["as_of"]) == ("2026-07-01", "2026-07-01")
    assert ask(book(), as_of="2026-01-31")["request"]["as_of"] == "2026-01-31"


@pytest.mark.parametrize("months", [1, 36, "12"])
def test_a_request_is_for_1_to_36_months(months: Any) -> None:
    assert len(routed(ask(book(), months=months), "self_pay")["by_month"]) == int(months)


@pytest.mark.parametrize("months", [0, 37, -1, 1.5, "a", True, None])
def test_other_months_are_refused(months: Any) -> None:
    assert refused(book(), months=months) == [("months", "field-not-readable")]


# Insurance


@pytest.mark.parametrize(
    ("given", "insurance"),
    [
        ({}, "none"),
        ({"insurance": "none"}, "none"),
        ({"insurance": "unknown"}, "unknown"),
        ({"plan_id": "gold"}, "plan"),
        ({"plan": TYPED}, "plan"),
        ({"plan_id": "gold", "insurance": "plan"}, "plan"),
    ],
)
def test_insurance_is_what_is_given(given: dict[str, Any], insurance: str) -> None:
    answer = ask(book(), **given)

    assert answer["request"]["insurance"] == insurance
    offered = [each["route"] for each in treated(answer)["routes"]]
    assert offered == (["insured", "self_pay"] if insurance == "plan" else ["self_pay"])


def test_with_unknown_insurance_the_answer_says_what_an_insured_figure_needs() -> None:
    assert "insurance-not-known" in codes(ask(book(), insurance="unknown"))
    assert "insurance-not-known" not in codes(ask(book(), insurance="none"))


MET = [{"kind": "deductible", "individual": "1.00"}]


@pytest.mark.parametrize(
    ("request_", "field", "code"),
    [
        ({"plan_id": "gold", "plan": TYPED}, "plan", "plan-twice"),
        ({"insurance": "plan"}, "insurance", "plan-missing"),
        ({"insurance": "none", "plan_id": "gold"}, "insurance", "plan-contradicts-insurance"),
        ({"insurance": "unknown", "plan": TYPED}, "insurance", "plan-contradicts-insurance"),
        ({"accumulators": MET}, "accumulators", "needs-a-plan"),
        ({"secondary": {"plan_id": "gold"}}, "secondary", "needs-a-plan"),
    ],
)
def test_what_contradicts_itself_is_refused(
    request_: dict[str, Any], field: str, code: str
) -> None:
    assert refused(book(), **request_) == [(field, code)]


# Names that the rulebook does not have


@pytest.mark.parametrize(
    ("request_", "field", "code", "meant"),
    [
        ({"clinic_id": "mian"}, "clinic_id", "unknown-clinic", "main"),
        ({"plan_id": "GOLD "}, "plan_id", "unknown-plan", "gold"),
        ({"treatments": ["ketamin"]}, "treatments[0]", "unknown-treatment", "ketamine"),
        (
            *({"treatments": ["rest", "ketamine+sertralin"]}, "treatments[1]"),
            *("unknown-treatment", "sertraline"),
        ),
        (
            {"patient": {"prior_authorization": {"ketamien": "approved"}}},
            *("patient.prior_authorization", "unknown-treatment", "ketamine"),
        ),
    ],
)
def test_an_unknown_name_is_refused_with_what_may_be_meant(
    request_: dict[str, Any], field: str, code: str, meant: str
) -> None:
    with pytest.raises(DocumentRefused) as error:
        ask(book(), **request_)

    (finding,) = error.value.findings
    assert (finding.field, finding.code) == (field, code)
    assert f"Did you mean {meant}?" in finding.message


def test_a_name_like_no_other_is_refused_without_a_guess() -> None:
    with pytest.raises(DocumentRefused) as error:
        ask(book(), plan_id="zzzzzz")

    assert "Did you mean" not in error.value.findings[0].message


def test_everything_wrong_is_said_at_once() -> None:
    found = refused(
        book(),
        clinic_id="x",
        plan_id="y",
        treatments=["z"],
        secondary={"plan_id": "w"},
        assistance_used={"v": "1.00"},
    )

    assert {field for field, _ in found} == {
        *("clinic_id", "plan_id", "treatments[0]", "assistance_used"),
    }


# Documents that cannot be read


@pytest.mark.parametrize(
    ("request_", "field", "code"),
    [
        ({"colour": "red"}, "colour", "unknown-key"),
        ({"patient": {"ag": 3}}, "patient.ag", "unknown-key"),
        ({"start_date": "3/2/2026"}, "start_date", "field-not-readable"),
        ({"start_date": "2026-02-30"}, "start_date", "field-not-readable"),
        ({"start_date": 20260302}, "start_date", "field-not-readable"),
        ({"start_date": "1066-10-14"}, "start_date", "field-not-readable"),
        ({"as_of": ""}, "as_of", "field-not-readable"),
        ({"coverage": "couple"}, "coverage", "not-in-list"),
        ({"detail": "short"}, "detail", "not-in-list"),
        ({"insurance": "yes"}, "insurance", "not-in-list"),
        ({"treatments": []}, "treatments", "field-not-readable"),
        ({"treatments": "ketamine"}, "treatments", "field-not-readable"),
        ({"treatments": [3]}, "treatments[0]", "field-not-readable"),
        ({"clinic_id": "a\x00b"}, "clinic_id", "field-not-readable"),
        ({"clinic_id": "\ud800"}, "clinic_id", "field-not-readable"),
        ({"clinic_id": 7}, "clinic_id", "field-not-readable"),
        ({"clinic_id": "x" * 201}, "clinic_id", "field-not-readable"),
        ({"patient": []}, "patient", "field-not-readable"),
        ({"patient": {"age": -1}}, "patient.age", "field-not-readable"),
        ({"patient": {"age": 131}}, "patient.age", "field-not-readable"),
        ({"patient": {"household_size": 0}}, "patient.household_size", "field-not-readable"),
        ({"patient": {"annual_income": "-1"}}, "patient.annual_income", "field-not-readable"),
        ({"patient": {"annual_income": 1.5}}, "patient.annual_income", "field-not-readable"),
        ({"patient": {"annual_income": "1e5"}}, "patient.annual_income", "field-not-readable"),
        ({"patient": {"diagnosis": "depression"}}, "patient.diagnosis", "field-not-readable"),
        (
            {"patient": {"prior_authorization": "yes"}},
            *("patient.prior_authorization", "not-in-list"),
        ),
        (
            {"patient": {"prior_authorization": {"ketamine": "yes"}}},
            *("patient.prior_authorization.ketamine", "not-in-list"),
        ),
        ({"assistance_used": {"x": "ten"}}, "assistance_used.x", "field-not-readable"),
        ({"assistance_used": []}, "assistance_used", "field-not-readable"),
        ({"secondary": "silver"}, "secondary", "field-not-readable"),
        ({"plan_id": "gold", "accumulators": [{}]}, "accumulators[0].kind", "required-missing"),
        (
            {"plan_id": "gold", "accumulators": [{"kind": "deductable"}]},
            *("accumulators[0].kind", "not-in-list"),
        ),
    ],
)
def test_a_field_that_cannot_be_read_is_named(
    request_: dict[str, Any], field: str, code: str
) -> None:
    assert refused(book(), **request_) == [(field, code)]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"months": 40}, "months is more than 36, the most it can be. Correct it."),
        ({"months": 0}, "months is less than 1, the least it can be. Correct it."),
        ({"patient": "x"}, "patient is not an object. Write it in curly brackets, each key with"),
        ({"assistance_used": []}, "assistance_used is not an object. Write it in curly"),
        ({"accumulators": {}}, "accumulators is not a list. Write it in square brackets."),
        ({"treatments": []}, "treatments is empty. Give at least 1, or leave it out."),
        ({"clinic_id": 7}, "clinic_id is not text. Write it in quotes."),
        ({"clinic_id": "x" * 201}, "clinic_id is too long: 200 is the most. Shorten it."),
        ({"clinic_id": "a\x00b"}, "clinic_id holds a character that cannot be shown. Type it"),
        ({"clinic_id": "\ud800"}, "clinic_id holds a character that cannot be shown. Type it"),
        ({"coverage": "all"}, "coverage is not one of the words that can stand there. Use 'self'"),
        (
            {"patient": {"annual_income": 1.5}},
            "patient.annual_income is a bare number with a decimal point. Write dollars and cents "
            'as text, such as "480.00".',
        ),
        ({"patient": {"annual_income": "-1"}}, "patient.annual_income is below zero. Write dollar"),
        (
            {"plan": {"benefits": [{"category": "*", "coinsurance": 20}]}},
            'plan.benefits[0].coinsurance is not between 0 and 1. Write a share as text: "0.20" is',
        ),
        (
            {"plan": {"benefits": [{"category": "*", "covered": "maybe"}]}},
            "plan.benefits[0].covered is neither true nor false. Write true or false, without",
        ),
    ],
)
def test_what_is_wrong_is_said_without_a_programmers_words(
    request_: dict[str, Any], words: str
) -> None:
    with pytest.raises(DocumentRefused) as error:
        read_request(request_)

    (finding,) = error.value.findings
    assert f"{finding.message} {finding.advice}".startswith(words)


@pytest.mark.parametrize("document", [None, [], "x", 3])
def test_a_request_is_an_object(document: Any) -> None:
    with pytest.raises(DocumentRefused) as error:
        read_request(document)

    assert [each.code for each in error.value.findings] == ["document-not-an-object"]


def test_a_misspelt_key_is_answered_with_the_key_that_is_meant() -> None:
    with pytest.raises(DocumentRefused) as error:
        ask(book(), plan_ids="gold", patient={"diagnoses": "F33.2"})

    messages = {each.field: each.message for each in error.value.findings}
    assert "Did you mean plan_id?" in messages["plan_ids"]
    assert "Did you mean diagnosis?" in messages["patient.diagnoses"]


def test_no_finding_repeats_what_a_patient_is() -> None:
    with pytest.raises(DocumentRefused) as error:
        ask(book(), patient={"diagnosis": "bipolar", "annual_income": "lots", "age": "elderly"})

    said = " ".join(f"{each.message} {each.advice}" for each in error.value.findings)
    assert not any(word in said for word in ("bipolar", "lots", "elderly"))


# What is understood


ROUND_TRIPS: list[dict[str, Any]] = [
    {},
    {"insurance": "unknown", "months": 3, "detail": "summary"},
    {
        "plan_id": "gold",
        "coverage": "family",
        "accumulators": [
            {"kind": "deductible", "individual": "1.00", "family": "2.00"},
            {"kind": "visits", "rule_id": "any", "count": 1},
        ],
        "patient": {
            "age": 40,
            "diagnosis": "F33.2",
            "failed_trials": 2,
            "prior_authorization": {"ketamine": "approved"},
            "household_size": 2,
            "annual_income": "50000",
        },
        "secondary": {"plan_id": "silver"},
        "treatments": ["ketamine+sertraline", "sertraline"],
    },
    {
        "plan": {
            **TYPED,
            "plan_year_start": "07-01",
            "limits": [{"kind": "oop_max", "class": "drug", "individual": "5"}],
        },
        "secondary": {
            "method": "non_duplication",
            "plan": {"benefits": [{"category": "*", "coinsurance": "0.125"}]},
        },
    },
    {"plan_id": "gold", "secondary": {"method": "supplement", "covers_copay": "0.5"}},
]


@pytest.mark.parametrize("request_", ROUND_TRIPS)
def test_a_request_as_understood_gives_the_same_answer_again(request_: dict[str, Any]) -> None:
    rules = book(
        deductible(50, family=80),
        benefit("copay", "infusion", copay=10, visit_limit=9, rule_id="any"),
        *(plan("silver"), supplement("silver", 0, 100, 0, 0)),
    )

    answer = ask(rules, **request_)
    again = ask(rules, **answer["request"])

    assert again == answer


def test_ids_are_read_without_the_spaces_around_them() -> None:
    assert pays(ask(book(), plan_id=" gold ")) == "10.00"
