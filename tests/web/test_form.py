from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.asking import CARD, FORM, send
from tests.web.page import Page

BOUNDED = FORM | {"plan": "bounded"}
FORM_TYPE = "application/x-www-form-urlencoded"


def test_the_empty_form_has_the_defaults_that_most_estimates_keep(client: FlaskClient) -> None:
    page = Page(client.get("/").text)

    assert page.title == "Ketamine cost estimator"
    assert page.value("start_date") == "03/02/2026"
    assert page.value("months") == "12"
    assert page.checked("insurance") == ["plan"]
    assert page.checked("coverage") == ["self"]
    assert page.checked("treatments") == ["ketamine", "sertraline"]
    assert "autofocus" in page.attributes("input", name="plan")[0]


def test_the_address_may_name_the_clinic_and_nothing_else(client: FlaskClient) -> None:
    assert Page(client.get("/?clinic=branch").text).selected("clinic") == "branch"
    assert Page(client.get("/?clinic=nowhere&plan=gold").text).selected("clinic") == "main"
    assert Page(client.get("/?plan=gold").text).value("plan") == ""


def test_enter_presses_estimate(client: FlaskClient) -> None:
    first = Page(client.get("/").text).attributes("button")[0]

    assert (first["name"], first["value"]) == ("action", "estimate")


@pytest.mark.parametrize(
    "typed",
    ["gold", "GOLD", "Acme Gold 500", "acme gold", "golden choice", "gold 500", "500 acme"],
)
def test_a_plan_is_found_by_what_staff_type(client: FlaskClient, typed: str) -> None:
    page = Page(send(client, plan=typed))

    assert page.title == "Estimate: Ketamine cost estimator"
    assert "Acme Gold 500, for the patient only" in page.words("outcome")


def test_several_plans_that_fit_are_offered_beside_the_field(client: FlaskClient) -> None:
    page = Page(send(client, plan="acme"))

    assert page.problems == [("#plan_id", "2 plans fit what was typed. Choose one of them.")]
    assert [each["value"] for each in page.attributes("input", name="plan_id")] == [
        "gold",
        "silver",
    ]
    assert page.value("plan") == "acme"


def test_the_plan_chosen_among_several_is_used(client: FlaskClient) -> None:
    page = Page(send(client, plan="acme", plan_id="silver"))

    assert "Acme Silver 900, for the patient only" in page.words("outcome")


def test_a_choice_that_no_longer_fits_is_left_aside(client: FlaskClient) -> None:
    page = Page(send(client, plan="acme", plan_id="shadow"))

    assert page.title.startswith("Error: ")


def test_an_unknown_plan_says_which_may_be_meant(client: FlaskClient) -> None:
    page = Page(send(client, plan="Acme Goold 500"))

    ((place, words),) = page.problems
    assert place == "#plan"
    assert "Did you mean Acme Gold 500?" in words


def test_a_missing_plan_says_what_else_can_be_said(client: FlaskClient) -> None:
    ((place, words),) = Page(send(client, plan="")).problems

    assert place == "#plan"
    assert "not listed" in words


def test_no_treatment_is_a_problem_of_the_treatments(client: FlaskClient) -> None:
    assert Page(send(client, treatments=[])).problems == [
        ("#treatments", "No treatment is checked. Check at least one.")
    ]


def test_using_a_plan_asks_only_for_its_limits(client: FlaskClient) -> None:
    gold = Page(send(client, action="plan"))
    silver = Page(send(client, action="plan", plan="silver"))

    assert met_fields(gold) == [
        "met_deductible_all_in_individual",
        "met_deductible_all_in_family",
        "met_deductible_all_out_individual",
        "met_oop_max_all_in_individual",
        "met_oop_max_all_in_family",
    ]
    assert met_fields(silver) == [
        "met_deductible_medical_in_individual",
        "met_deductible_drug_in_individual",
    ]
    assert "Deductible, medical, in network" in silver.all("label")
    assert gold.problems == []


def test_the_part_that_is_fetched_is_the_part_of_the_page(client: FlaskClient) -> None:
    whole = Page(send(client, action="plan"))
    part = Page(client.post("/plan", data=FORM).text)

    assert met_fields(part) == met_fields(whole)


def test_the_fetched_part_offers_plans_that_fit(client: FlaskClient) -> None:
    part = Page(client.post("/plan", data=FORM | {"plan": "acme"}).text)

    assert len(part.attributes("input", name="plan_id")) == 2


def test_of_a_limit_of_nothing_nothing_is_asked(client: FlaskClient) -> None:
    assert met_fields(Page(send(client, action="plan", plan="bounded"))) == []


def test_what_may_be_used_up_is_asked_where_the_treatments_meet_it(client: FlaskClient) -> None:
    both = Page(send(client, BOUNDED, action="plan"))
    pills = Page(send(client, BOUNDED, action="plan", treatments=["sertraline"]))

    assert fields_that_begin(both, ("visits_", "paid_")) == [
        "visits_limes-infusion",
        "paid_limes-infusion",
        "visits_limes-office",
    ]
    labels = {"Visits used: infusion", "Paid by the plan: infusion", "Visits used: office visit"}
    assert labels <= set(both.all("label"))
    assert fields_that_begin(pills, ("visits_", "paid_")) == []


def test_of_two_treatments_together_each_counts(client: FlaskClient) -> None:
    together = {"together_first": "ketamine", "together_second": "sertraline"}
    page = Page(send(client, BOUNDED, action="plan", treatments=[], **together))

    assert "visits_limes-infusion" in fields_that_begin(page, ("visits_",))


def test_what_is_asked_says_how_much_there_is(client: FlaskClient) -> None:
    page = Page(send(client, BOUNDED, action="plan"))

    assert page.words("visits_limes-infusion-hint") == "of the 5 a plan year that are covered"
    assert page.words("visits_limes-office-hint") == (
        "the first 2 of a plan year skip the deductible"
    )
    assert page.words("paid_limes-infusion-hint") == "of at most $900 a plan year"


@pytest.mark.parametrize(
    ("field", "used", "more"),
    [
        ("visits_limes-infusion", "2", "Met so far 2 visits used"),
        ("paid_limes-infusion", "$700.00", "Met so far $700.00 paid by the plan"),
        ("visits_limes-office", "2", "Met so far 2 visits used"),
    ],
)
def test_what_is_used_makes_the_patient_pay_more(
    client: FlaskClient, field: str, used: str, more: str
) -> None:
    fresh = Page(send(client, BOUNDED))
    page = Page(send(client, BOUNDED, **{field: used}))

    assert page.value(field) == used
    assert more in page.words("outcome")
    assert typical(page) > typical(fresh)


def test_what_was_met_counts(client: FlaskClient) -> None:
    nothing = Page(send(client))
    all_met = Page(send(client, met_oop_max_all_in_individual="$3,000.00"))

    assert "$1,145.00" in nothing.words("compared")
    assert "$0.00" in all_met.words("compared")


def test_a_familys_amounts_count_only_under_family_coverage(client: FlaskClient) -> None:
    met = {"met_oop_max_all_in_family": "6000"}

    assert "$0.00" not in Page(send(client, **met)).words("compared")
    assert "$0.00" in Page(send(client, coverage="family", **met)).words("compared")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("met_deductible_all_in_individual", "lots", "Deductible, in network: met so far is not"),
        ("met_deductible_all_in_individual", "-5", "Deductible, in network: met so far is"),
        ("met_oop_max_all_in_individual", "1,5", "Out-of-pocket maximum, in network: met so far"),
        ("annual_income", "much", "Household income a year is not"),
        ("start_date", "02/30/2026", "Start date is a day that does not exist"),
        ("start_date", "soon", "Start date is not a date written as MM/DD/YYYY."),
        ("months", "40", "Months is more than 36, the most it can be."),
        ("age", "forty", "Age is not a whole number"),
        ("diagnosis", "sad", "Diagnosis is not an ICD-10-CM code"),
        ("household_size", "0", "Household size is less than 1, the least it can be."),
        ("used_helping-hand", "some", "Program helping-hand: already used is not a plain number."),
    ],
)
def test_what_the_service_refuses_stands_beside_its_field(
    client: FlaskClient, field: str, value: str, words: str
) -> None:
    page = Page(send(client, **{field: value}))

    ((place, summary),) = page.problems
    assert place == f"#{field}"
    assert summary.startswith(words)
    assert page.words(f"{field}-error") == f"Error: {summary}"
    assert page.value(field) == value
    described = page.attributes("input", name=field)[0]
    assert f"{field}-error" in described["aria-describedby"]
    assert described["aria-invalid"] == "true"


def test_every_problem_is_told_at_once_and_every_value_kept(client: FlaskClient) -> None:
    typed = {"age": "old", "months": "99", "annual_income": "$1,2", "failed_trials": "many"}
    kept = {"diagnosis": "F33.2", "household_size": "3", "plan": "golden choice"}

    page = Page(send(client, **typed, **kept))

    assert {place for place, _ in page.problems} == {f"#{name}" for name in typed}
    assert {name: page.value(name) for name in typed | kept} == typed | kept
    assert page.title == "Error: Ketamine cost estimator"


def test_what_is_typed_is_shown_as_text(client: FlaskClient) -> None:
    sent = '"><script>alert(1)</script>'

    for name in ("plan", "age", "diagnosis", "start_date", "clinic", "plan_id", "insurance"):
        page = send(client, **{name: sent})
        assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["plan", "clinic", "age", "treatments", "coverage", "insurance"])
def test_signs_that_cannot_be_shown_are_a_problem(client: FlaskClient, name: str) -> None:
    response = client.post("/", data=FORM | {name: "a\0b"})

    assert response.status_code == 200
    assert "Error: " in Page(response.text).title


def test_what_the_form_and_the_service_find_comes_together(client: FlaskClient) -> None:
    page = Page(send(client, CARD, card_coinsurance="", age="old", card_oop_max="abc"))

    assert [place for place, _ in page.problems] == ["#card_coinsurance", "#card_oop_max", "#age"]


def test_a_plan_from_the_card_is_priced(client: FlaskClient) -> None:
    page = Page(send(client, CARD, card_payer="acme"))

    assert "a plan of Acme as typed from the card, for the patient only" in page.words("outcome")
    assert page.title.startswith("Estimate: ")


def test_the_card_needs_a_deductible_and_a_coinsurance(client: FlaskClient) -> None:
    page = Page(send(client, CARD, card_deductible="", card_coinsurance=""))

    assert [place for place, _ in page.problems] == ["#card_deductible", "#card_coinsurance"]


@pytest.mark.parametrize(
    "field",
    ["card_deductible", "card_oop_max", "card_copay", "card_drug_copay", "card_coinsurance",
     "card_deductible_met", "card_oop_max_met"],
)  # fmt: skip
def test_what_is_wrong_with_the_card_stands_beside_its_field(
    client: FlaskClient, field: str
) -> None:
    problems = Page(send(client, CARD, **{field: "lots"})).problems

    assert {place for place, _ in problems} == {f"#{field}"}
    assert all("plan." not in words and "accumulators" not in words for _, words in problems)


def test_what_was_met_of_the_card_counts(client: FlaskClient) -> None:
    page = Page(send(client, CARD, card_payer="acme", card_oop_max_met="6000"))

    assert "$0.00" in page.words("compared")


def test_the_family_on_the_card_counts_under_family_coverage(client: FlaskClient) -> None:
    family: dict[str, Any] = {
        "coverage": "family",
        "card_family_deductible": "3000",
        "card_family_oop_max": "9000",
        "card_family_oop_max_met": "9000",
    }

    page = Page(send(client, CARD, card_payer="acme", **family))

    assert "$0.00" in page.words("compared")
    assert "as typed from the card, for the family" in page.words("outcome")


@pytest.mark.parametrize(("kind", "words"), [("none", "none"), ("unknown", "not known")])
def test_without_a_plan_the_form_still_answers(client: FlaskClient, kind: str, words: str) -> None:
    page = Page(send(client, insurance=kind, plan=""))

    assert f"Insurance {words} Course" in page.words("outcome")
    assert "Without insurance (self-pay)" in page.words("compared")


def test_what_is_met_is_of_the_plan_year_of_today(client: FlaskClient) -> None:
    met = {"met_oop_max_all_in_individual": "3000"}

    assert "$0.00" in Page(send(client, start_date="12/01/2026", **met)).words("compared")
    assert "$0.00" not in Page(send(client, start_date="01/02/2027", **met)).words("compared")


def test_two_treatments_together_are_one_course(client: FlaskClient) -> None:
    both = {"together_first": "ketamine", "together_second": "sertraline"}

    assert "Ketamine infusions with Sertraline" in Page(send(client, **both)).words("compared")


@pytest.mark.parametrize("second", ["", "ketamine"])
def test_two_together_are_two_different_ones(client: FlaskClient, second: str) -> None:
    page = Page(send(client, together_first="ketamine", together_second=second))

    assert [place for place, _ in page.problems] == ["#together_second"]
    assert "treatments[" not in page.problems[0][1]


def test_a_second_plan_counts(client: FlaskClient) -> None:
    alone = Page(send(client)).words("compared")
    second = Page(send(client, second_plan="silver")).words("compared")

    assert alone != second


def test_a_second_plan_that_is_not_clear_is_offered_there(client: FlaskClient) -> None:
    page = Page(send(client, second_plan="umbra"))

    assert page.problems[0][0] == "#second_plan_id"
    assert "open" in page.attributes("details", id="second")[0]


def test_what_is_met_of_a_second_plan_is_asked_once_it_is_known(client: FlaskClient) -> None:
    before = Page(send(client, action="plan"))
    after = Page(send(client, action="plan", second_plan="pooled"))

    assert fields_that_begin(before, ("second_met_", "second_visits_")) == []
    assert fields_that_begin(after, ("second_met_", "second_visits_")) == [
        "second_met_deductible_all_all_individual",
        "second_met_deductible_all_all_family",
        "second_visits_bridge-all",
    ]


def test_what_is_met_of_a_second_plan_counts(client: FlaskClient) -> None:
    fresh = send(client, second_plan="pooled")
    met = {"second_met_deductible_all_all_individual": "200"}
    page = Page(send(client, second_plan="pooled", **met))

    assert typical(page) < typical(Page(fresh))
    assert "Second insurance Bridge Pooled, for the patient only" in page.words("outcome")
    assert "Met of the second plan Deductible $200.00" in page.words("outcome")


def test_a_familys_part_of_a_second_plan_counts_under_its_coverage(client: FlaskClient) -> None:
    met = {"second_plan": "pooled", "second_met_deductible_all_all_family": "300"}
    alone = Page(send(client, **met))
    family = Page(send(client, second_coverage="family", **met))

    assert typical(family) < typical(alone)


def test_what_is_wrong_of_a_second_plan_stands_beside_its_field(client: FlaskClient) -> None:
    field = "second_met_deductible_all_all_individual"
    page = Page(send(client, second_plan="pooled", **{field: "lots"}))

    ((place, words),) = page.problems
    assert place == f"#{field}"
    assert words.startswith("Deductible: met so far (second plan) is not a plain number.")


def test_of_a_supplement_nothing_is_asked(client: FlaskClient) -> None:
    page = Page(send(client, action="plan", second_plan="rest"))

    assert fields_that_begin(page, ("second_met_",)) == []
    assert "Nothing is asked of this plan" in page.words("second_plan-met")


def test_a_plan_from_the_card_goes_with_a_second_plan(client: FlaskClient) -> None:
    page = Page(send(client, CARD, second_plan="pooled", **{"second_visits_bridge-all": "3"}))

    assert page.title.startswith("Estimate: ")
    assert "Met of the second plan 3 visits used" in page.words("outcome")


def test_a_plan_that_is_not_found_is_told_before_the_estimate(client: FlaskClient) -> None:
    page = Page(send(client, action="plan", plan="Acme Goold 500", second_plan="nothing like it"))

    assert "Did you mean Acme Gold 500?" in page.words("plan-choice")
    assert "leave the second plan out" in page.words("second_plan-choice")
    assert page.problems == []


def test_programs_with_a_yearly_maximum_are_asked_about(client: FlaskClient) -> None:
    page = Page(client.get("/").text)

    assert fields_that_begin(page, ("used_",)) == ["used_helping-hand", "used_card"]
    assert page.words("used_helping-hand-hint") == "paid in 2026, of at most $400 a year"
    assert "open" not in page.attributes("details", id="assistance")[0]


def test_what_a_program_has_paid_counts(client: FlaskClient) -> None:
    poor = FORM | {"insurance": "none", "household_size": "1", "annual_income": "20000"}
    fresh = Page(send(client, poor))
    used = Page(send(client, poor, **{"used_helping-hand": "400"}))

    assert typical(used) > typical(fresh)
    assert "open" in used.attributes("details", id="assistance")[0]


def test_what_is_asked_of_the_insured_does_not_count_without_insurance(client: FlaskClient) -> None:
    left = {"age": "old", "diagnosis": "sad", "second_plan": "nowhere", "used_card": "lots"}

    page = Page(send(client, insurance="none", **left))

    assert page.title.startswith("Estimate: ")
    assert page.value("age") == "old"


def test_a_new_patient_starts_empty_at_the_same_clinic(client: FlaskClient) -> None:
    page = Page(send(client, action="new", clinic="branch", age="44"))

    assert page.selected("clinic") == "branch"
    assert (page.value("plan"), page.value("age")) == ("", "")
    assert page.title == "Ketamine cost estimator"


def test_an_empty_post_is_answered_with_what_is_missing(client: FlaskClient) -> None:
    response = client.post("/", data="", content_type=FORM_TYPE)

    assert response.status_code == 200
    assert {place for place, _ in Page(response.text).problems} == {"#plan", "#treatments"}


def test_another_method_or_kind_of_body_gets_a_page(client: FlaskClient) -> None:
    for response in (client.put("/"), client.post("/", json={}), client.get("/plan")):
        assert response.status_code in (405, 415)
        assert response.mimetype == "text/html"
        assert "Go to the estimate form" in response.text


def met_fields(page: Page) -> list[str]:
    return fields_that_begin(page, ("met_",))


def fields_that_begin(page: Page, beginnings: tuple[str, ...]) -> list[str]:
    names = [each.get("name", "") for each in page.attributes("input")]
    return [name for name in names if name.startswith(beginnings)]


def typical(page: Page) -> Decimal:
    """Return what the page compares as typical for the first treatment."""
    _, typical, *_ = re.findall(r"\$([\d,.]+)", page.words("compared"))
    return Decimal(typical.replace(",", ""))
