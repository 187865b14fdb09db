"""Which rule answers: the page asks for plan, item, place and day, and shows every rung."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from estimator.web import Estimator, Settings
from tests.web.browsing import can_be_used, opened, press
from tests.web.conftest import small
from tests.web.page import Page

ASKED = {"plan": "gold", "item": "infusion", "clinic": "main", "date": "03/02/2026"}


def ask(client: FlaskClient, **changes: Any) -> Page:
    response = client.get("/rules", query_string={**ASKED, **changes})
    assert response.status_code == 200
    return Page(response.get_data(as_text=True))


def answers(page: Page) -> dict[str, str]:
    """The answer to each question."""
    return dict(zip(page.all("dt"), page.all("dd"), strict=True))


def rungs(page: Page, question: str) -> list[str]:
    """The rows of the table under a question."""
    tables = [words for words in page.all("section", class_="ladder") if words.startswith(question)]
    assert len(tables) == 1
    return re.split(r" (?=(?:—|\d+) (?:Answers|Holds|Less|Not in|No such))", tables[0])[1:]


def test_it_asks_before_it_answers(client: FlaskClient) -> None:
    page = Page(client.get("/rules?clinic=branch").text)

    assert page.title == "Rules: Ketamine cost estimator"
    assert page.selected("clinic") == "branch"
    assert page.value("date") == "03/02/2026"
    assert "autofocus" in page.attributes("input", name="plan")[0]
    assert page.all("h3") == []


def test_it_is_found_from_the_form_and_back(client: FlaskClient) -> None:
    for path, here in (("/", "Estimate"), ("/rules", "Rules")):
        page = Page(client.get(path).text)
        assert {"/", "/rules"} <= {each["href"] for each in page.attributes("a")}
        assert page.all("a", **{"aria-current": "page"}) == [here]


def test_it_answers_each_question_with_its_row(client: FlaskClient) -> None:
    page = ask(client)

    assert answers(page) == {
        "Is main in the network of Acme Gold 500": "Networks row 2 · Network: in",
        "What is billed for infusion": "Prices row 2 · Basis: dollars; Amount: 600",
        "The price in cash of infusion": "Prices row 3 · Basis: dollars; Amount: 475",
        "What Acme Gold 500 allows for infusion, in the network": (
            "Prices row 4 · Basis: dollars; Amount: 300"
        ),
        "What the patient pays for infusion, in the network": (
            "Benefits row 2 · Cost share: coinsurance after deductible; Coinsurance %: 20"
        ),
        "The deductible that medical lines meet, in the network": (
            "Limits row 2 · Individual $: 500.00; Family $: 1000.00"
        ),
        "The out-of-pocket max that medical lines meet, in the network": (
            "Limits row 4 · Individual $: 3000.00; Family $: 6000.00"
        ),
        "The policy of acme on infusion": (
            "Policies row 3 · Coverage: prior authorization; Minimum age: 18; Failed trials: 2; "
            "Diagnoses: F32.2, F33"
        ),
    }


def test_every_rung_says_what_became_of_it(client: FlaskClient) -> None:
    page = ask(client, plan="silver", date="2019-01-01")
    early = rungs(page, "What the patient pays for infusion")
    assert sum("Not in force" in rung for rung in early) == 1
    assert "No row of Benefits answers." in page.all("section", class_="ladder")[4]

    page = ask(client, plan="silver", item="lab")
    found = rungs(page, "What the patient pays for lab")
    assert [rung.split()[1] for rung in found].count("Answers") == 1
    assert sum("No such row" in rung for rung in found) == len(found) - 1


def test_the_network_can_be_said(client: FlaskClient) -> None:
    page = ask(client, network="out")

    assert page.selected("network") == "out"
    assert "What the patient pays for infusion, out of the network" in answers(page)
    assert answers(page)["The deductible that medical lines meet, out of the network"].startswith(
        "Limits row 3"
    )


def test_several_plans_that_fit_are_offered(client: FlaskClient) -> None:
    page = ask(client, plan="acme")
    assert page.problems == [("#plan_id", "2 plans fit what was typed. Choose one of them.")]

    chosen = ask(client, plan="acme", plan_id="silver")
    assert "Acme Silver 900" in chosen.words("outcome")


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"plan": ""}, [("#plan", "No insurance plan is given. Type the plan.")]),
        (
            {"plan": "golden choise"},
            [
                (
                    "#plan",
                    "No plan of the rulebook has this name. Did you mean Golden choice? "
                    "Try the payer's name, or a word of the plan's.",
                )
            ],
        ),
        (
            {"date": "2/30/2026"},
            [("#date", "Date of service is a day that does not exist.")],
        ),
        (
            {"item": "infusions"},
            [
                (
                    "#item",
                    "The rulebook has no item infusions. Did you mean infusion? Use an item's ID.",
                )
            ],
        ),
        ({"item": ""}, [("#item", "Item is missing. Add it.")]),
        (
            {"clinic": "nowhere"},
            [("#clinic", "The rulebook has no clinic nowhere. Use a clinic's ID.")],
        ),
        (
            {"network": "both"},
            [
                (
                    "#network",
                    "Network is not one of the words that can stand there. Use 'in' or 'out'.",
                )
            ],
        ),
        (
            {"item": "a\0b"},
            [("#item", "Item holds a character that cannot be shown. Type it again.")],
        ),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(
    client: FlaskClient, changes: dict[str, str], problems: list[tuple[str, str]]
) -> None:
    page = ask(client, **changes)

    assert page.title.startswith("Error: ")
    assert page.problems == problems
    assert page.all("h3") == []


def test_everything_wrong_is_told_at_once(client: FlaskClient) -> None:
    page = ask(client, plan="?", date="soon", item="")

    assert [place for place, _ in page.problems] == ["#plan", "#item", "#date"]


def test_what_is_typed_is_shown_as_text(client: FlaskClient) -> None:
    text = client.get("/rules", query_string={**ASKED, "plan": '"><script>alert(1)</script>'}).text

    assert "<script>alert" not in text


def test_the_host_may_mount_it_twice() -> None:
    app = Flask("host", static_folder=None)
    settings = Settings(database_url="sqlite:////proc/nowhere/none.sqlite3")
    Estimator(app, url_prefix="/costs", settings=settings)
    Estimator(app, url_prefix="/prices", name="second", settings=settings)
    client = small(app).test_client()

    for prefix in ("/costs", "/prices"):
        page = Page(client.get(f"{prefix}/rules?{urlencode(ASKED)}").text)
        assert page.attributes("form")[0]["action"] == f"{prefix}/rules#outcome"
        assert page.attributes("a")[0]["href"] == f"{prefix}/"


def test_other_methods_are_refused(client: FlaskClient) -> None:
    refused = client.post("/rules", data=ASKED)

    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_every_plan_that_ships_can_be_looked_up(shipped: FlaskClient) -> None:
    for plan in shipped.get("/api/v1/plans").get_json()["plans"]:
        page = ask(shipped, plan=plan["plan_id"], item="iv-infusion", clinic="boston-sample")
        assert page.title == "Rules: Ketamine cost estimator"
        assert page.words("answer-title").startswith(plan["name"])


def test_the_source_and_the_note_stand_beside_the_answer(shipped: FlaskClient) -> None:
    page = ask(shipped, plan="medicaid-archetype", item="iv-infusion", clinic="boston-sample")
    (deductible,) = [
        words for words in page.all("section", class_="ladder") if "deductible that" in words
    ]
    assert "Source: 42 CFR 447.52" in deductible
    assert "Note: Archetype: no deductible. The family cap of 5% of income" in deductible


STATES: dict[str, Callable[[Tab], None]] = {
    "empty": lambda tab: None,
    "errors": lambda tab: look_up(tab, "acme"),
    "answer": lambda tab: look_up(tab, "gold"),
}


def look_up(tab: Tab, plan: str) -> None:
    tab.locator("#item").select_option("infusion")
    tab.locator("#plan").fill(plan)
    press(tab, "Enter")


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_use_every_state(browser: Browser, address: str, state: str) -> None:
    with opened(browser, f"{address}/rules") as tab:
        STATES[state](tab)
        can_be_used(tab)


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_goes_by_keyboard(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, f"{address}/rules", java_script_enabled=script) as tab:
        expect(tab.locator("#plan")).to_be_focused()
        tab.keyboard.type("acme")
        tab.keyboard.press("Tab")
        expect(tab.locator("#item")).to_be_focused()
        tab.keyboard.type("the infusion")
        tab.keyboard.press("Shift+Tab")
        press(tab, "Enter")

        expect(tab).to_have_title(re.compile(r"^Error: "))
        expect(tab.locator("#outcome")).to_be_focused()
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(tab.locator("#plan_id")).to_be_focused()
        tab.keyboard.press("Space")
        press(tab, "Enter")

        expect(tab.locator("#outcome")).to_be_focused()
        expect(tab.locator("#answer-title")).to_have_text("Acme Gold 500: the infusion")
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name="Is main in the network")).to_be_focused()


def test_the_address_of_an_answer_gives_it_again(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/rules") as tab:
        look_up(tab, "gold")
        title = tab.locator("#answer-title").inner_text()
        kept = tab.url

        tab.goto(f"{address}/rules")
        tab.goto(kept)
        expect(tab.locator("#answer-title")).to_have_text(title)
