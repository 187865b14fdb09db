"""The form as staff use it: in a real browser, by keyboard, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.browsing import NARROW, can_be_used, opened, press


def choose_card(page: Page) -> None:
    page.get_by_label("My plan is not listed").check()


def answer(page: Page, plan: str) -> None:
    page.locator("#plan").fill(plan)
    press(page, "Enter")


def everything_asked(page: Page) -> None:
    for summary in page.locator("form summary").all():
        summary.click()
    page.locator("#second_plan").fill("pooled")
    page.locator("#plan").fill("bounded")
    page.locator("[name=coverage][value=family]").check()
    page.locator("[name=second_coverage][value=family]").check()
    expect(page.locator("#second_met_deductible_all_all_family")).to_be_visible()
    expect(page.get_by_label("Paid by the plan: infusion")).to_be_visible()


def everything_open(page: Page) -> None:
    page.get_by_role("checkbox", name="Sertraline").uncheck()
    page.locator("#household_size").fill("1")
    page.locator("#annual_income").fill("20000")
    answer(page, "gold")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def wrong_everywhere(page: Page) -> None:
    for name in ("age", "months", "start_date", "annual_income", "household_size"):
        page.locator(f"#{name}").fill("?")
    answer(page, "gold")


def no_treatment(page: Page) -> None:
    for box in page.locator("[name=treatments]").all():
        box.uncheck()
    answer(page, "gold")


def wrong_card(page: Page) -> None:
    choose_card(page)
    page.get_by_label("Family").first.check()
    press(page, "Enter")


STATES: dict[str, Callable[[Page], None]] = {
    "empty": lambda page: None,
    "plan not listed": choose_card,
    "everything asked": everything_asked,
    "errors": wrong_everywhere,
    "ambiguous": lambda page: answer(page, "acme"),
    "no treatment": no_treatment,
    "card errors": wrong_card,
    "answer": lambda page: answer(page, "gold"),
    "coverage unknown": lambda page: answer(page, "hushed"),
    "everything open": everything_open,
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_use_every_state(browser: Browser, address: str, state: str) -> None:
    with opened(browser, address) as page:
        STATES[state](page)
        can_be_used(page)


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_goes_by_keyboard(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, address, java_script_enabled=script) as page:
        expect(page.locator("#plan")).to_be_focused()
        page.keyboard.type("acme")
        press(page, "Enter")

        expect(page).to_have_title(re.compile(r"^Error: "))
        expect(page.locator("#outcome")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#plan_id")).to_be_focused()
        page.keyboard.press("Space")
        press(page, "Enter")

        expect(page.locator("#outcome")).to_be_focused()
        expect(page.locator("#say")).to_contain_text("Over 12 months, Ketamine infusions would")
        page.get_by_role("button", name="New patient").last.focus()
        press(page, "Enter")

        expect(page.locator("#plan")).to_be_focused()
        expect(page.locator("#plan")).to_have_value("")


def test_without_javascript_a_button_asks_for_the_limits(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        page.locator("#plan").fill("silver")
        with page.expect_navigation():
            page.get_by_role("button", name="Use this plan").click()

        expect(page.get_by_label("Deductible, medical, in network")).to_be_visible()
        expect(page.locator("#met")).to_be_focused()


def test_without_javascript_a_button_asks_for_a_second_plan(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        page.locator("#plan").fill("bounded")
        page.locator("#second summary").click()
        page.locator("#second_plan").fill("pooled")
        with page.expect_navigation():
            page.get_by_role("button", name="Use this second plan").click()

        expect(page.get_by_label("Visits used: infusion")).to_be_visible()
        expect(page.locator("#second_met_deductible_all_all_individual")).to_be_visible()
        expect(page.locator("#second_met_deductible_all_all_family")).to_be_hidden()
        page.locator("[name=second_coverage][value=family]").check()
        expect(page.locator("#second_met_deductible_all_all_family")).to_be_visible()


def test_what_is_asked_follows_the_plans_and_the_treatments(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        expect(page.get_by_role("button", name="Use this plan")).to_be_hidden()
        page.locator("#plan").fill("bounded")
        page.keyboard.press("Tab")
        used = page.get_by_label("Visits used: infusion")
        used.fill("2")
        page.locator("#second summary").click()
        page.locator("#second_plan").fill("pooled")
        page.keyboard.press("Tab")
        expect(page.get_by_role("group", name="Met so far of the second plan")).to_be_visible()
        expect(used).to_have_value("2")

        ketamine = page.get_by_role("checkbox", name="Ketamine infusions")
        ketamine.uncheck()
        expect(used).to_be_hidden()
        expect(ketamine).to_be_focused()
        ketamine.check()
        expect(used).to_be_visible()


def test_with_javascript_the_limits_come_by_themselves(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        expect(page.get_by_role("button", name="Use this plan")).to_be_hidden()
        page.locator("#plan").fill("golden choice")
        page.keyboard.press("Tab")

        deductible = page.locator("#met_deductible_all_in_individual")
        expect(deductible).to_be_visible()
        expect(page.locator("#met_deductible_all_in_family")).to_be_hidden()
        page.get_by_label("Family").first.check()
        expect(page.locator("#met_deductible_all_in_family")).to_be_visible()
        deductible.fill("$500")
        press(page, "Enter")
        expect(deductible).to_have_value("$500")


def test_who_is_quicker_than_the_answer_goes_on_typing(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("#plan").fill("silver")
        page.keyboard.press("Tab")
        deductible = page.get_by_label("Deductible, medical, in network")
        held: list[Route] = []
        expect(deductible).to_be_visible()
        page.route("**/plan", lambda route: held.insert(0, route))
        with page.expect_request("**/plan"):
            page.locator("#clinic").select_option("branch")
        deductible.evaluate("field => { field.dataset.old = 'yes'; }")
        deductible.focus()
        page.keyboard.type("1")
        held[0].continue_()
        expect(deductible).not_to_have_attribute("data-old", "yes")
        page.keyboard.type("2")

        expect(deductible).to_have_value("12")


def test_choosing_among_plans_brings_the_limits(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("#plan").fill("acme")
        page.keyboard.press("Tab")
        page.get_by_label("Acme Silver 900").check()

        expect(page.locator("#met_deductible_drug_in_individual")).to_be_visible()
        expect(page.get_by_label("Acme Silver 900")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator("#met_oop_max_all_in_individual")).to_be_visible()
        expect(page.get_by_label("Acme Gold 500")).to_be_focused()


def test_a_lost_connection_brings_the_button_back(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.route("**/plan", lambda route: route.abort())
    page.locator("#plan").fill("gold")
    page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Use this plan")).to_be_visible()
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_only_what_the_insurance_needs_is_shown(
    browser: Browser, address: str, script: bool
) -> None:
    with opened(browser, address, java_script_enabled=script) as page:
        deductible = page.get_by_label("Deductible (individual)")
        expect(deductible).to_be_hidden()
        choose_card(page)
        expect(deductible).to_be_visible()
        expect(page.locator("#plan")).to_be_hidden()
        page.get_by_label("No insurance").check()
        expect(deductible).to_be_hidden()
        expect(page.locator("#met")).to_be_hidden()
        expect(page.get_by_label("Family").first).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_treatment_of_the_table_leads_to_its_details_and_opens_them(
    browser: Browser, address: str, script: bool
) -> None:
    with opened(browser, address, java_script_enabled=script) as page:
        answer(page, "gold")
        inside = page.locator("#treatment-sertraline")
        expect(inside).to_be_hidden()
        page.locator("#compared").get_by_role("link", name="Sertraline").click()

        expect(inside).to_be_visible()
        expect(inside).to_be_in_viewport()


def test_the_sentence_is_copied(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, address, permissions=permissions) as page:
        answer(page, "gold")
        page.get_by_role("button", name="Copy the sentence").click()

        expect(page.locator("#copied")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("#say").inner_text()


def test_where_nothing_can_be_copied_the_sentence_is_selected(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as page:
        answer(page, "gold")
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
        page.get_by_role("button", name="Copy the sentence").click()

        expect(page.locator("#copied")).to_contain_text("Ctrl+C")
        assert (
            page.evaluate("getSelection().toString().trim()") == page.locator("#say").inner_text()
        )


def test_what_has_focus_is_never_hidden(browser: Browser, address: str) -> None:
    hidden = """() => {
        const it = document.activeElement.getBoundingClientRect();
        const bar = document.querySelector(".buttons");
        if (bar.contains(document.activeElement) || document.activeElement === document.body)
            return false;
        return it.top >= innerHeight || it.bottom > bar.getBoundingClientRect().top + 1
            && it.top < bar.getBoundingClientRect().bottom;
    }"""
    with opened(browser, address, NARROW) as page:
        page.set_viewport_size({"width": NARROW, "height": 500})
        while page.evaluate("document.activeElement !== document.body"):
            page.keyboard.press("Tab")
            assert not page.evaluate(hidden), page.evaluate("document.activeElement.outerHTML")


def test_the_summary_prints_on_two_pages(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        answer(page, "gold")
        paper = page.pdf(format="Letter", prefer_css_page_size=True)
        page.emulate_media(media="print")

        assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
        expect(page.locator("#say")).to_be_visible()
        expect(page.locator("svg.chart")).to_be_visible()
        expect(page.locator("#beside")).to_be_visible()
        expect(page.locator("#estimate-form")).to_be_hidden()
        expect(page.locator("nav")).to_be_hidden()


def test_nothing_stays_in_the_browser(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        answer(page, "gold")

        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.url.removeprefix(address) == "/#outcome"
