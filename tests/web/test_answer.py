"""What the page says of an answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from estimator.web.presenters import present
from tests import builders as b
from tests.web.asking import CARD, FORM, send
from tests.web.page import Page

ALL = ["ketamine", "spray", "sertraline", "tryptophan"]
STATES: dict[str, dict[str, Any]] = {
    "prior authorization": FORM | {"treatments": ALL},
    "criteria met": FORM | {"age": "40", "failed_trials": "3", "diagnosis": "F33.2"},
    "criteria not met": FORM | {"age": "17"},
    "approved": FORM | {"prior_authorization": "approved"},
    "denied": FORM | {"prior_authorization": "denied"},
    "out of network": FORM | {"plan": "shadow"},
    "unknown coverage": FORM | {"plan": "hushed"},
    "not covered": FORM | {"plan": "strict"},
    "no insurance": FORM | {"insurance": "none", "plan": ""},
    "unknown insurance": FORM | {"insurance": "unknown", "plan": ""},
    "card": CARD | {"treatments": ALL},
    "income": FORM | {"household_size": "1", "annual_income": "20000"},
    "second plan": FORM | {"second_plan": "pooled"},
    "visits used": FORM | {"plan": "bounded", "visits_limes-infusion": "1"},
    "nothing priced": FORM | {"treatments": ["tryptophan"]},
    "an SSRI alone": FORM | {"treatments": ["sertraline"]},
    "ambiguous": FORM | {"plan": "acme"},
    "using a plan": FORM | {"action": "plan"},
    "errors": FORM | {"months": "99"},
    "new": FORM | {"action": "new"},
}
PRAISE = re.compile(
    r"\b(better|best|safer|safest|superior|inferior|cures?|cured|miracle|recommend\w*|prefer\w*|"
    r"more effective|most effective|worth it|right choice|works? best)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("state", STATES)
def test_no_page_praises_a_treatment(client: FlaskClient, state: str) -> None:
    page = Page(send(client, STATES[state]))

    assert PRAISE.findall(page.all("html")[0]) == []


def test_the_sentence_says_months_amounts_routes_and_the_baseline(client: FlaskClient) -> None:
    page = Page(send(client, STATES["approved"]))

    assert page.words("say") == (
        "Over 12 months, Ketamine infusions would cost you about $785 "
        "(between $665 and $1,145) with insurance; Sertraline, the SSRI with the lowest cost "
        "here, would be about $65 with insurance."
    )


def test_the_sentence_says_that_prior_authorization_is_assumed(client: FlaskClient) -> None:
    page = Page(send(client))

    assert "with insurance, if prior authorization is given;" in page.words("say")


def test_a_figure_that_needs_the_plans_yes_is_never_the_headline(client: FlaskClient) -> None:
    page = Page(send(client, STATES["unknown coverage"]))
    text = page.words("outcome")

    assert "about $2,910 (between $1,960 and $5,760) without using insurance" in page.words("say")
    assert "Coverage is not known. If the plan agrees to cover it, it would be about $632" in text
    assert "Without insurance (self-pay)" in page.words("compared")
    assert "If the plan agrees to cover it With insurance: $632.00" in text
    assert "$632.00" not in page.words("compared")


def test_what_leaves_the_pocket_first_is_told_out_of_network(client: FlaskClient) -> None:
    text = Page(send(client, STATES["out of network"])).words("outcome")

    assert "$3,632.00 leaves the pocket first; the plan pays back $900.00" in text


def test_the_network_is_told(client: FlaskClient) -> None:
    inside = Page(send(client)).words("outcome")
    outside = Page(send(client, STATES["out of network"])).words("outcome")

    assert "Clinic main, in network" in inside
    assert "Clinic main, out of network" in outside


def test_what_is_refused_says_why_its_figure_is_not_compared(client: FlaskClient) -> None:
    text = Page(send(client, STATES["denied"])).words("outcome")

    assert "With insurance not compared, for the plan does not cover the treatment itself" in text


def test_where_typical_is_not_between_low_and_high_it_is_told(client: FlaskClient) -> None:
    rules = b.rulebook(
        *(b.BASE, b.oop_max(900), b.treatment(), b.course(times=6, every=3)),
        *(b.charge("infusion", 900), b.allowed("infusion", 300, high="900")),
        b.benefit("coinsurance", coinsurance_percent=50),
        *(b.policy("covered"), b.program("card", "patient pays at least", 10)),
    )
    shown = present(b.ask(rules, plan_id="gold"), rules)

    assert (shown.rows[0].typical, shown.rows[0].high) == ("$60.00", "$20.00")
    assert shown.uneven
    assert "Typical can be above high" not in Page(send(client)).words("outcome")


def test_what_was_met_is_told_back(client: FlaskClient) -> None:
    met = {"met_deductible_all_in_individual": "100", "met_deductible_all_in_family": "1,300"}
    text = Page(send(client, FORM, coverage="family", **met)).words("outcome")

    assert "Met so far Deductible, in network $100.00 (family $1,300.00)" in text


def test_each_month_of_the_course_begins_on_its_day(client: FlaskClient) -> None:
    page = Page(send(client, FORM, start_date="01/31/2026", months="2"))
    text = page.words("treatment-ketamine")

    assert "Month that begins on With insurance" in text
    assert re.search(r"Jan 31, 2026( \$[0-9,.]+)+ Feb 28, 2026 \$", text)


def test_criteria_say_what_is_asked_given_and_met(client: FlaskClient) -> None:
    text = Page(send(client, FORM, age="17", failed_trials="2")).words("outcome")

    assert "Age, at least 18 17 Not met" in text
    assert "Antidepressants tried without success, at least 2 2 Met" in text
    assert "Diagnosis, one of F32.2, F33 — Not known" in text
    assert "Not covered: the policy's criteria are not met" in text


def test_each_line_names_its_rule_and_what_is_met(client: FlaskClient) -> None:
    text = Page(send(client, STATES["approved"])).words("outcome")

    assert "Benefits row 2 · infusion: 20% coinsurance after deductible" in text
    assert "Deductible met so far" in text
    assert re.search(r"Mar 5, 2026 the infusion \$[0-9.]+ \$600.00 \$300.00", text)


def test_each_line_names_the_rows_of_its_prices(client: FlaskClient) -> None:
    text = Page(send(client, STATES["approved"])).words("outcome")

    assert "coinsurance after deductible · Prices row 2 (charge), 3 (cash), 4 (allowed)" in text


def test_a_benefit_says_what_holds_it_within_bounds(client: FlaskClient) -> None:
    text = Page(send(client, FORM, plan="bounded")).words("outcome")

    assert (
        "infusion: 20% coinsurance; 5 visits a plan year; the plan pays at most $900 a plan year"
        in text
    )
    assert "office visit: $25 copay; the first 2 visits skip the deductible, for $0 each" in text


def test_a_source_links_each_address_it_names() -> None:
    source = "Bulletin 12 (https://a.example/b); http://c.example/d."
    benefit = b.benefit("copay", copay=5, source=source)
    rules = b.rulebook(b.BASE, benefit, b.treatment(), b.course(), b.charge("infusion", "10"))
    (shown,) = present(b.ask(rules, plan_id="gold"), rules).treatments
    (rule,) = shown.routes[0].receipt.sources

    assert "".join(part.text for part in rule.source) == source
    assert [part.link for part in rule.source if part.link] == [
        "https://a.example/b",
        "http://c.example/d",
    ]


def test_a_column_in_which_nothing_stands_is_left_out(client: FlaskClient) -> None:
    page = Page(send(client, STATES["no insurance"]))
    headings = page.all("th", scope="col")

    assert "Cash" in headings
    assert not {"Copay", "Coinsurance", "Balance bill", "Assistance"} & set(headings)


def test_what_cannot_be_estimated_says_why_and_shows_no_amount(client: FlaskClient) -> None:
    page = Page(send(client, STATES["nothing priced"]))
    text = page.words("outcome")

    assert "Mushrooms: Mushrooms: Not lawfully sold." not in text
    assert "Mushrooms: Not lawfully sold." in text
    assert "None of these treatments can be estimated" in text
    assert "$" not in text


def test_what_can_move_dollars_comes_first(client: FlaskClient) -> None:
    headings = Page(send(client)).all("h3")

    assert headings.index("These can change the figures") < headings.index("Good to know")


def test_one_finding_of_several_treatments_is_told_once(client: FlaskClient) -> None:
    treatments = ["ketamine", "ketamine+sertraline", "sertraline"]

    text = Page(send(client, treatments=treatments)).words("outcome")

    assert text.count("asks for prior authorization of the infusion; it is assumed") == 3
    assert "Ketamine infusions, Ketamine infusions with Sertraline" in text


def test_the_chart_says_in_words_what_it_draws(client: FlaskClient) -> None:
    page = Page(send(client, STATES["approved"]))

    assert "Ketamine infusions: low $665, typical $785, high $1,145." in page.words("chart-text")
    (drawing,) = page.attributes("svg")
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] == "chart-title chart-text"


def test_income_adds_its_share(client: FlaskClient) -> None:
    page = Page(send(client, STATES["income"]))

    assert "Of income" in page.words("compared")
    assert "Of income" not in Page(send(client)).words("compared")


def test_the_page_disclaims_and_names_its_release(client: FlaskClient) -> None:
    text = Page(send(client)).words("outcome")

    assert "not medical advice, not a promise of coverage and not a Good Faith Estimate" in text
    assert "talk to your clinician" in text
    assert "Made from release 7 of the rulebook (ffffffffffff)" in text


def test_paper_says_each_fact_once_with_its_treatments(client: FlaskClient) -> None:
    text = Page(send(client)).words("beside")

    assert "Ketamine infusions, Sertraline: Within hours." in text
    assert "Sertraline: Headache." in text


def test_paper_says_nothing_again_for_two_together(client: FlaskClient) -> None:
    both = {"together_first": "ketamine", "together_second": "sertraline"}
    beside_each = Page(send(client, FORM, **both)).words("beside")
    alone = Page(send(client, FORM, treatments=["ketamine+sertraline"])).words("beside")

    assert "Ketamine infusions with Sertraline" not in beside_each
    assert "Ketamine infusions with Sertraline" in alone


def test_only_the_first_treatment_is_open(client: FlaskClient) -> None:
    treatments = Page(send(client)).attributes("details", class_="treatment")

    assert ["open" in each for each in treatments] == [True, False]


def test_what_no_column_can_say_is_told_above_and_in_the_note_of_its_row(
    shipped: FlaskClient,
) -> None:
    plan = {"plan": "medicare-original-part-d", "clinic": "boston-sample"}
    page = Page(send(shipped, treatments=["sertraline"], **plan))

    told = " ".join(page.all("ul", class_="findings"))
    assert "What the patient pays may be overstated" in told
    row = re.search(r"see the note of (Benefits row \d+)", told)
    assert row
    notes = [words for words in page.all("li") if words.startswith(row[1])]
    assert any("there this may overstate" in words for words in notes)


@pytest.mark.parametrize(
    ("plan", "row"), [("pooled", "Benefits row 12"), ("rest", "Supplements row 2 · pays 0%")]
)
def test_a_receipt_names_the_row_by_which_a_second_plan_pays(
    client: FlaskClient, plan: str, row: str
) -> None:
    page = Page(send(client, second_plan=plan))

    assert any(f"second plan: {row}" in told for told in page.all("span", class_="rule"))
