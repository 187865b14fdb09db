"""The answer in plain words has the estimate's own figures, and never more than it knows."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.engine.money import cents
from estimator.services.estimating import answer_to, estimate
from estimator.services.patient import PatientAnswer, Said, patient_answer, words_in
from estimator.services.patient.treatment import TreatmentShown
from estimator.services.patient.words import money, rounded
from tests.web.rules import RULES, TODAY

PLANS = ("gold", "silver", "shadow", "hushed", "strict")
INCOME = {"patient": {"household_size": 1, "annual_income": "20000.00"}}


def text(said: Said) -> str:
    return "".join(piece.text for piece in said)


def told(language: str = "en", **request: Any) -> PatientAnswer:
    document = {"clinic_id": "main", **request}
    return patient_answer(answer_to(document, RULES, today=TODAY), words_in(language, RULES))


def one(shown: PatientAnswer, treatment: str) -> TreatmentShown:
    return next(each for each in (*shown.main, *shown.others) if each.treatment_id == treatment)


@pytest.mark.parametrize(
    "request_", [{"insurance": "none"}, *({"plan_id": each} for each in PLANS)]
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_figures_are_the_estimates_own(language: str, request_: dict[str, Any]) -> None:
    asked = {**request_, **INCOME}
    answer = estimate({"clinic_id": "main", **asked}, RULES, today=TODAY)
    shown = told(language, **asked)

    for row in answer["comparison"]["rows"]:
        pays = one(shown, row["treatment_id"]).pays
        assert pays is not None
        assert money(cents(row["typical"])) in text(pays.about)
        assert rounded(cents(row["per_month"])) in text(pays.month)
        low, high = sorted(cents(row[name]) for name in ("low", "high"))
        assert pays.range is None if low == high else money(low) in text(pays.range or ())
        difference = row["difference"]
        compared = one(shown, row["treatment_id"]).compared
        if difference is not None and cents(difference):
            assert compared is not None
            assert money(abs(cents(difference))) in text(compared)


@pytest.mark.parametrize("plan", PLANS)
def test_the_parts_add_up_to_the_whole(plan: str) -> None:
    for each in (*told(plan_id=plan).main, *told(plan_id=plan).others):
        if each.pays is None:
            continue
        whole = text(each.pays.about).removeprefix("About $").replace(",", "")
        for parts in (each.made_of, each.split):
            amounts = [amount for _, amount in parts if amount != "no extra cost"]
            total = sum(cents(amount.removeprefix("$").replace(",", "")) for amount in amounts)
            assert "$0" not in amounts
            assert total == cents(whole) or not parts


def test_if_the_plan_agrees_stands_apart_and_is_no_headline() -> None:
    shown = one(told(plan_id="hushed"), "ketamine")

    assert shown.agreed is not None
    assert shown.pays is not None
    assert text(shown.how) == "without insurance"
    assert text(shown.agreed.about) != text(shown.pays.about)
    assert one(told(plan_id="shadow"), "ketamine").agreed is None


def test_a_plan_that_would_cost_more_as_far_as_we_know_is_told_as_that() -> None:
    share = {"category": "infusion", "coinsurance": "0.20"}
    card = {"name": "From the card", "network": "out", "limits": [], "benefits": [share]}
    unknown = one(told(plan=card), "ketamine")

    assert unknown.agreed_is_higher
    assert not one(told(plan_id="hushed"), "ketamine").agreed_is_higher


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A new plan year begins on January 1, 2027. The deductible starts over then."),
        ("es", "El 1 de enero de 2027 empieza un nuevo año del plan."),
    ],
)
def test_a_deductible_that_is_paid_in_two_years_is_explained(language: str, said: str) -> None:
    late = one(told(language, plan_id="gold", start_date="2026-12-20"), "ketamine")
    early = one(told(language, plan_id="gold"), "ketamine")

    assert any(said in text(each) for each in late.why)
    assert not any("2027" in text(each) for each in early.why)


def test_what_cannot_be_estimated_has_no_figure_and_says_why() -> None:
    shown = one(told(treatments=["ketamine", "sertraline", "tryptophan"]), "tryptophan")

    assert shown.pays is None
    assert text(shown.not_estimated or ()) == "Not lawfully sold."
    assert shown.cheaper == ()
    assert not any("$" in text(each) for each in shown.why)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"insurance": "none"}, "This is the price without insurance."),
        ({"insurance": "unknown"}, "You don't know your insurance yet."),
        ({"plan_id": "gold"}, "Your plan pays only if it says yes before you start"),
        ({"plan_id": "gold", "patient": {"age": 17}}, "you do not meet your plan's rules"),
        ({"plan_id": "shadow"}, "Your plan covers this treatment."),
        ({"plan_id": "hushed"}, "We know of no rule of your plan"),
        ({"plan_id": "strict"}, "Your plan does not cover this treatment."),
        (
            {"plan_id": "gold", "patient": {"prior_authorization": "denied"}},
            "Your plan said no to this treatment.",
        ),
    ],
)
def test_every_coverage_has_its_reason(request_: dict[str, Any], why: str) -> None:
    reasons = " ".join(text(each) for each in one(told(**request_), "ketamine").why)

    assert why in reasons


def test_a_program_that_may_fit_is_said_to_lower_the_cost() -> None:
    unknown = one(told(insurance="none"), "ketamine")
    known = one(told(insurance="none", **INCOME), "ketamine")

    offered = next(text(each) for each in unknown.cheaper if "helping-hand" in text(each))
    assert "under “About you” to check" in offered
    assert text(known.how) == "with a program: Program helping-hand"
    assert not any("helping-hand" in text(each) for each in known.cheaper)


def test_what_somebody_could_do_follows_from_the_coverage() -> None:
    denied = one(
        told(plan_id="gold", patient={"prior_authorization": "denied"}), "ketamine"
    ).cheaper

    assert any("appeal" in text(each) for each in denied)
    assert any(
        "ask your plan" in text(each) for each in one(told(plan_id="gold"), "ketamine").cheaper
    )


def test_a_plan_is_asked_by_code_and_nobody_asks_without_one() -> None:
    asked = [text(each) for each in told(plan_id="gold").questions]

    assert asked[0].startswith("Do you cover Ketamine infusions for depression?")
    assert told(insurance="none").questions == ()


def test_facts_stand_side_by_side_and_once() -> None:
    facts = told(plan_id="gold", treatments=["ketamine", "spray", "sertraline"]).facts
    titles = [text(fact.title) for fact in facts]
    time = facts[0].texts

    assert titles[0] == "How soon it may work"
    assert titles[-1] == "Approval and studies"
    assert "Visits" in titles
    assert [[text(name) for name in each.names] for each in time] == [
        ["Ketamine infusions", "Sertraline"]
    ]


def test_nothing_met_is_said_of_limits_that_matter() -> None:
    met = [
        {"kind": kind, "network": "in", "individual": "10.00"} for kind in ("deductible", "oop_max")
    ]
    half = told(plan_id="gold", accumulators=met[:1])
    silent = told(plan_id="gold")
    answered = told(plan_id="gold", accumulators=met)

    assert any("deductible or maximum" in text(each) for each in silent.assumes)
    assert [text(each) for each in half.assumes if "nothing as paid yet" in text(each)] == [
        "We counted nothing as paid yet toward your out-of-pocket maximum this year."
    ]
    assert not any("nothing as paid yet" in text(each) for each in answered.assumes)
    advice = "If you have paid for other care this year"
    assert any(advice in text(each) for each in one(silent, "ketamine").cheaper)
    assert not any(advice in text(each) for each in one(answered, "ketamine").cheaper)


def test_who_has_a_plans_program_is_sent_to_no_discount_of_the_clinic() -> None:
    asked = {"treatments": ["spray", "sertraline"], "patient": {"prior_authorization": "approved"}}
    spray = one(told(plan_id="gold", **asked), "spray")
    alone = one(told(insurance="none", **asked), "spray")

    assert text(spray.how) == "with a program: Program card"
    assert not any("payment plan" in text(each) for each in spray.cheaper)
    assert any("payment plan" in text(each) for each in alone.cheaper)
