"""The page of its own: for everybody, by keyboard, enlarged, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import AXE, RULES, violations
from tests.web.widget.conftest import Site
from tests.web.widget.journey import STATES, element, go, to_about, to_answer
from tests.web.widget.test_embed import visited

WIDTHS = (280, 390, 1200)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("state", STATES)
def test_everybody_can_use_every_state(browser: Browser, costs: str, state: str, lang: str) -> None:
    with visited(browser, f"{costs}/cost/main?lang={lang}") as page:
        STATES[state](page)
        page.evaluate(AXE.read_text("utf-8"))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert violations(page, RULES) == []


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("each => document.activeElement.matches(each)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_goes_by_keyboard(browser: Browser, costs: str, script: bool) -> None:
    with visited(browser, f"{costs}/cost/main", java_script_enabled=script) as page:
        tab_to(page, "#insurance")
        keys(page, "Space")
        tab_to(page, "#plan")
        page.keyboard.type("gold")
        keys(page, "Enter")
        expect(page.locator("[name=step]")).to_have_value("stand")
        tab_to(page, "[name^=met_]")
        page.keyboard.type("$100")
        keys(page, "Enter")
        expect(page.locator("[name=step]")).to_have_value("about")
        tab_to(page, "#age")
        page.keyboard.type("x")
        keys(page, "Enter")
        expect(page.locator(".errors")).to_be_visible()
        tab_to(page, ".errors a")
        keys(page, "Enter")
        expect(page.locator("#age")).to_be_focused()
        keys(page, "Control+a")
        page.keyboard.type("44")
        keys(page, "Enter")
        unfold_and_start_over(page)


def unfold_and_start_over(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Your estimate")
    tab_to(page, "summary")
    keys(page, "Enter")
    expect(page.locator(".card details").first).to_have_attribute("open", "")
    tab_to(page, "button[value=again]")
    keys(page, "Enter")
    expect(page.locator("#plan")).to_have_value("")


def test_a_whole_word_comes_first_among_the_plans(browser: Browser, costs: str) -> None:
    plans = [
        {"id": name, "name": name, "lang": "en", "payer": "", "payer_lang": "en", "words": [name]}
        for name in (*(f"value{number}" for number in range(9)), "va")
    ]
    with visited(browser, f"{costs}/cost/main") as page:
        page.route("**/embed/plans/**", lambda route: route.fulfill(json=plans))
        page.locator("[name=insurance][value=plan]").check()
        page.locator("#plan").press_sequentially("va")

        expect(page.locator("#plans input").first).to_have_value("va")


def test_enlarged_four_times_nothing_is_lost(browser: Browser, costs: str) -> None:
    covered = """() => {
        const it = document.activeElement.getBoundingClientRect();
        const bar = document.querySelector(".help");
        return !bar.contains(document.activeElement) && document.activeElement !== document.body
            && (it.top >= innerHeight || it.bottom > bar.getBoundingClientRect().top + 1
                && it.height < innerHeight / 2);
    }"""
    enlarged = {"width": 320, "height": 256}  # 1280 by 1024 at 400%
    with visited(browser, f"{costs}/cost/main", viewport=enlarged) as page:
        for state in ("card", "about", "everything"):
            page.goto(f"{costs}/cost/main")
            STATES[state](page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            page.locator("h1").first.click()
            while page.evaluate("document.activeElement !== document.body"):
                assert not page.evaluate(covered), page.evaluate("document.activeElement.outerHTML")
                page.keyboard.press("Tab")


def test_without_scripts_everything_works(browser: Browser, costs: str) -> None:
    with visited(browser, f"{costs}/cost/main?lang=es", java_script_enabled=False) as page:
        page.locator("[name=insurance][value=plan]").check()
        page.locator("#plan").fill("acme")
        page.locator("button.main").click()
        expect(page.locator(".errors")).to_contain_text("Elija el suyo")
        page.locator("#plans input[value=silver]").check()
        page.locator("button.main").click()
        page.locator("[name^=met_]").first.fill("100")
        page.locator("button.main").click()
        expect(page.locator("[name=step]")).to_have_value("about")
        page.locator("button[value=back]").click()
        expect(page.locator("[name^=met_]").first).to_have_value("100")
        page.locator("button.main").click()
        expect(page.locator("[name=step]")).to_have_value("about")
        page.locator("button.main").click()
        expect(page.locator("h1")).to_have_text("Su cálculo")
        page.locator("button[value=stay-en]").click()
        expect(page.locator("h1")).to_have_text("Your estimate")
        assert page.url == f"{costs}/cost/main"


def test_without_scripts_the_element_is_a_link(browser: Browser, costs: str, site: Site) -> None:
    url = site.page(element(costs))
    with visited(browser, url, java_script_enabled=False) as page:
        page.get_by_role("link", name="Costs").click()
        expect(page.locator("h1")).to_have_text("What would treatment cost you?")


PROMISED = {
    "en": (
        *(
            "About $",
            " to $",
            "a month",
            "Why this much?",
            "What we assumed",
            "What could lower it",
        ),
        *("How soon it may work", "Visits", "Common side effects", "Approval and studies"),
        *("written Good Faith Estimate", "555 0100", "Questions for your plan", "988"),
    ),
    "es": (
        *("Cerca de $", " a $", "al mes", "¿Por qué esta cantidad?", "Lo que supusimos"),
        *("Qué podría bajarlo", "Qué tan pronto puede hacer efecto", "Visitas"),
        *("Efectos secundarios comunes", "Aprobación y estudios", "Estimación de Buena Fe"),
        *("555 0100", "Preguntas para su plan", "988"),
    ),
}


@pytest.mark.parametrize("lang", PROMISED)
def test_the_answer_says_all_that_somebody_has_to_know(
    browser: Browser, costs: str, lang: str
) -> None:
    with visited(browser, f"{costs}/cost/main?lang={lang}") as page:
        to_answer(page)
        said = page.locator("body").text_content() or ""

    assert [words for words in PROMISED[lang] if words not in said] == []


KEPT = """async () => [
    localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length,
    (await indexedDB.databases()).length]"""


def test_the_page_of_its_own_keeps_nothing_and_asks_nobody_else(
    browser: Browser, costs: str
) -> None:
    with visited(browser, f"{costs}/cost/main") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        to_about(page)
        page.locator("#annual_income").fill("28391")
        go(page)
        expect(page.locator("[name=step]")).to_have_value("answer")

        assert page.evaluate(KEPT) == [0, 0, "", 0, 0]
        assert asked
        assert not [url for url in asked if not url.startswith(costs) or "28391" in url]


def test_the_answer_prints_with_everything_on_it(browser: Browser, costs: str) -> None:
    with visited(browser, f"{costs}/cost/main") as page:
        to_answer(page)
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        page.emulate_media(media="print")

        for hidden in (".buttons", ".top"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.get_by_text("Serious side effects")).to_be_visible()
        expect(page.get_by_text("988")).to_be_visible()
        expect(page.get_by_text("Your plan pays only if it says yes")).to_be_visible()
        assert page.pdf(format="Letter").startswith(b"%PDF")


def test_other_medicines_are_printed_if_they_were_opened(browser: Browser, costs: str) -> None:
    with visited(browser, f"{costs}/cost/main") as page:
        page.evaluate(
            "document.querySelector('main').innerHTML = '<details class=others>"
            "<summary>1 other medicine</summary><p>Sertraline</p></details>'"
        )
        page.emulate_media(media="print")

        expect(page.get_by_text("Sertraline")).to_be_hidden()
        page.locator("details").evaluate("each => { each.open = true }")
        expect(page.get_by_text("Sertraline")).to_be_visible()


def test_a_theme_that_is_asked_for_wins_over_the_system(browser: Browser, costs: str) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    seen: dict[tuple[str, str], Any] = {}
    with visited(browser, f"{costs}/cost/main") as page:
        for theme in ("light", "dark", "auto"):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.goto(f"{costs}/cost/main?theme={theme}")
                seen[theme, scheme] = page.evaluate(ground)

    assert seen["light", "light"] == seen["light", "dark"] == seen["auto", "light"]
    assert seen["dark", "light"] == seen["dark", "dark"] == seen["auto", "dark"]
    assert seen["light", "light"] != seen["dark", "light"]
