"""The steps without a browser: what is asked, carried, refused and answered, in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.web.widget.plans import PlanShown, fitting
from tests.web import rules
from tests.web.page import Page
from tests.web.widget.conftest import set_up

PATH = "/cost/main"
PLAN = {"insurance": "plan", "plan": "gold", "plan_id": "gold", "coverage": "self"}
CARD = {
    "insurance": "card",
    "card_deductible": "$1,500",
    "card_oop_max": "6000",
    "card_coinsurance": "20",
    "card_network": "in",
    "coverage": "family",
    "card_family_deductible": "3000",
}


def send(client: FlaskClient, step: str, go: str = "next", **values: str) -> Page:
    answer = client.post(PATH, data={"step": step, "go": go, **values})
    assert answer.status_code == 200
    return Page(answer.text)


def at(page: Page) -> str:
    return page.value("step")


def test_insured_people_have_three_steps_and_others_two(visitor: FlaskClient) -> None:
    assert at(send(visitor, "insurance", **PLAN)) == "stand"
    assert at(send(visitor, "stand", **PLAN)) == "about"
    assert at(send(visitor, "about", **PLAN)) == "answer"
    for kind in ("none", "unknown"):
        assert at(send(visitor, "insurance", insurance=kind)) == "about"
        page = send(visitor, "insurance", insurance=kind)
        assert "Step 2 of 2" in page.all("span")
        assert page.attributes("input", name="age") == []
        assert at(send(visitor, "about", insurance=kind)) == "answer"


def test_what_was_answered_is_carried_along_and_back(visitor: FlaskClient) -> None:
    typed = {**PLAN, "met_deductible_all_in_individual": "100", "age": "44", "start": "3"}
    page = send(visitor, "about", "back", **typed)

    assert at(page) == "stand"
    assert page.value("met_deductible_all_in_individual") == "100"
    assert page.selected("start") == "3"
    assert page.value("age") == "44"
    assert page.value("plan_id") == "gold"
    assert at(send(visitor, "answer", "insurance", **typed)) == "insurance"
    assert page.attributes("input", name="surprise") == []
    again = send(visitor, "answer", "again", **typed)
    assert again.value("plan") == ""


@pytest.mark.parametrize(
    ("step", "values", "field", "words"),
    [
        ("insurance", {}, "insurance", "Choose how you will pay for care."),
        ("insurance", {"insurance": "plan"}, "plan", "Type the name of your plan"),
        ("insurance", {"insurance": "plan", "plan": "nothing"}, "plan", "Type the name"),
        ("insurance", {"insurance": "plan", "plan": "acme"}, "plan", "More than one plan fits."),
        ("insurance", {"insurance": "card"}, "card_deductible", "Type 0 if there is none."),
        ("insurance", CARD | {"card_oop_max": "lots"}, "card_oop_max", "Type an amount"),
        ("insurance", CARD | {"coverage": "all"}, "coverage", "Choose who your plan covers."),
        (
            "stand",
            PLAN | {"met_deductible_all_in_individual": "some"},
            "met_deductible_all_in_individual",
            "Type an amount in dollars",
        ),
        ("about", PLAN | {"age": "old"}, "age", "Type your age in years"),
        ("about", PLAN | {"age": "431"}, "age", "Type your age in years"),
        ("about", {"insurance": "none", "household_size": "0"}, "household_size", "people"),
        ("about", {"insurance": "none", "annual_income": "-3"}, "annual_income", "Type an amount"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_in_the_summary(
    visitor: FlaskClient, step: str, values: dict[str, str], field: str, words: str
) -> None:
    page = send(visitor, step, **values)

    assert at(page) == step
    assert page.title.startswith("Error: ")
    assert (f"#{field}", words) in [(href, words) for href, said in page.problems if words in said]
    (shown,) = page.attributes("input", id=field)
    if field not in ("insurance", "coverage"):
        assert shown["aria-invalid"] == "true"
    assert words in page.words(f"{field}-error")


def test_a_mistake_on_an_earlier_step_leads_back_there(visitor: FlaskClient) -> None:
    page = send(visitor, "about", **PLAN | {"met_oop_max_all_in_individual": "?"})

    assert at(page) == "stand"


@pytest.mark.parametrize(
    ("typed", "chosen", "found"),
    [
        ("gold", "", "gold"),
        ("acme gold", "", "gold"),
        ("golden", "", "gold"),
        ("acme", "silver", "silver"),
        ("", "silver", "silver"),
        ("umbra sha", "", "shadow"),
    ],
)
def test_a_plan_is_understood_by_its_names(
    visitor: FlaskClient, typed: str, chosen: str, found: str
) -> None:
    page = send(visitor, "insurance", insurance="plan", plan=typed, plan_id=chosen)
    back = send(visitor, "stand", "back", insurance="plan", plan=typed, plan_id=chosen)

    assert at(page) == "stand"
    assert back.checked("plan_id") == [found]


def test_a_whole_word_comes_before_the_beginning_of_another() -> None:
    value, veterans = (
        PlanShown(name, (), (), words)
        for name, words in (("value", ("silver", "value", "a")), ("va", ("va", "health", "care")))
    )

    assert fitting("va", [value, veterans]) == [veterans, value]
    assert fitting("silver va", [value, veterans]) == [value]
    assert fitting("v", [value, veterans]) == [value, veterans]


def test_insurance_companies_stand_in_the_order_of_the_language(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.RULES.spanish, "Umbra", "Bahía")
    spanish = Page(visitor.get(f"{PATH}?lang=es").text)

    listed = [each for each in spanish.all("option") if each in ("Acme", "Bahía", "Bridge")]

    assert listed == ["Acme", "Bahía", "Bridge"]


def test_a_plan_that_no_longer_fits_what_is_typed_is_not_taken(visitor: FlaskClient) -> None:
    page = send(visitor, "insurance", insurance="plan", plan="umbra", plan_id="gold")

    assert at(page) == "insurance"
    assert page.checked("plan_id") == []


def test_only_limits_that_matter_are_asked_for(visitor: FlaskClient) -> None:
    page = send(visitor, "insurance", **PLAN)
    family = send(visitor, "insurance", **PLAN | {"coverage": "family"})

    def asked(shown: Page) -> list[str]:
        names = [each["name"] for each in shown.attributes("input", type="text")]
        return [name for name in names if name.startswith("met_")]

    assert asked(page) == ["met_deductible_all_in_individual", "met_oop_max_all_in_individual"]
    assert len(asked(family)) == 4
    assert "Out of $500 a year." in page.all("span")
    card = send(visitor, "insurance", **CARD)
    assert card.attributes("input", name="card_family_deductible_met")
    assert not card.attributes("input", name="card_family_oop_max_met")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("Deductible for the whole family", "Out-of-pocket maximum for the whole family")),
        (
            "es",
            ("Deducible de toda la familia", "Máximo de gastos de bolsillo de toda la familia"),
        ),
    ],
)
def test_a_familys_limits_are_asked_for_as_the_familys(
    visitor: FlaskClient, lang: str, said: tuple[str, ...]
) -> None:
    page = Page(visitor.get(f"{PATH}?lang={lang}").text)

    assert set(said) <= set(page.all("label"))


def test_the_same_figures_as_every_other_door(own: Flask, visitor: FlaskClient) -> None:
    asked = {
        "clinic_id": "main",
        "plan_id": "gold",
        "as_of": "2026-03-02",
        "accumulators": [{"kind": "deductible", "network": "in", "individual": "100.00"}],
        "patient": {"age": 44, "prior_authorization": {"ketamine": "approved"}},
    }
    figures = visitor.post("/api/v1/estimates", json=asked).json["comparison"]["rows"]
    page = visitor.post(
        PATH,
        data={
            "step": "about",
            "go": "next",
            **PLAN,
            "met_deductible_all_in_individual": "100",
            "age": "44",
            "authorization": "approved:ketamine",
        },
    ).text

    for row in figures:
        shown = f"${float(row['typical']):,.2f}".removesuffix(".00")
        assert f"About {shown} " in page or f"About {shown}<" in page


def test_the_clinic_chooses_treatments_and_languages(own: Flask, visitor: FlaskClient) -> None:
    set_up(own, treatments=("sertraline", "gone"), languages=("es",))
    page = visitor.post(
        PATH + "?lang=en", data={"step": "about", "go": "next", "insurance": "none"}
    )

    assert 'id="t-sertraline"' in page.text
    assert 'id="t-ketamine"' not in page.text
    assert 'lang="es"' in page.text
    assert "stay-en" not in page.text


def test_a_written_estimate_is_asked_of_the_clinics_contact(
    own: Flask, visitor: FlaskClient
) -> None:
    set_up(own, contact_name="Front desk", contact_phone="555 0100", contact_email="a@b.example")
    page = send(visitor, "about", insurance="none")
    links = [each.get("href") for each in page.attributes("a")]

    assert "tel:5550100" in links
    assert "mailto:a@b.example" in links
    assert any("written Good Faith Estimate" in each for each in page.all("p"))


class Texts(HTMLParser):
    """The texts of a page, with the language each is marked to be in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.languages = ["?"]
        self.found: set[tuple[str, str]] = set()
        self.silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("aria-label", "title", "placeholder", "data-failed", "data-many", "data-one",
                     "data-none"):  # fmt: skip
            if given.get(name):
                self.found.add((self.languages[-1], str(given[name])))
        if tag not in ("meta", "link", "input", "rect", "line"):
            self.languages.append(given.get("lang") or self.languages[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None: ...

    def handle_endtag(self, tag: str) -> None:
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split()).strip("() ·:,")
        if re.search(r"[A-Za-zÁ-ú]{3,}", text):
            self.found.add((self.languages[-1], text))


NAMES = re.compile(r"^(Front desk|Ketamine cost estimator)$")
STATES: list[tuple[str, dict[str, Any]]] = [
    ("insurance", {}),
    ("insurance", {"insurance": "plan", "plan": "acme"}),
    ("insurance", {"insurance": "card"}),
    ("insurance", PLAN | {"coverage": "family"}),
    ("stand", PLAN | {"met_deductible_all_in_individual": "?"}),
    ("stand", PLAN),
    ("about", PLAN | {"age": "?"}),
    *(("about", PLAN | {"plan": each, "plan_id": each}) for each in ("gold", "hushed", "strict")),
    ("about", CARD),
    ("about", PLAN | {"household_size": "1", "annual_income": "20000"}),
    ("about", {"insurance": "none"}),
    ("about", {"insurance": "unknown"}),
]


@pytest.mark.parametrize(("step", "values"), STATES)
def test_nothing_stays_untranslated_unless_it_says_so(
    own: Flask, visitor: FlaskClient, step: str, values: dict[str, str]
) -> None:
    set_up(own, treatments=("ketamine", "spray", "sertraline", "tryptophan"))
    english, spanish = (
        Texts(visitor.post(PATH, data={"step": step, "go": "next", "lang": lang, **values}).text)
        for lang in ("en", "es")
    )
    same = {text for lang, text in spanish.found if lang == "es"} & {
        text for lang, text in english.found
    }

    assert {text for text in same if text not in ("Error", "English")} == set()
    assert {lang for lang, _ in spanish.found} <= {"es", "en"}
    assert {lang for lang, text in english.found if text != "Español"} == {"en"}
