"""The life of a release in a real browser: by keyboard, with and without JavaScript, for all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.builders import limit, plan
from tests.support.rulebooks import workbook
from tests.support.serving import listening
from tests.support.staff import WHO, person
from tests.web.browsing import WIDE, can_be_used, opened, press
from tests.web.rulebook.conftest import EDITOR
from tests.web.rulebook.test_pages import draft_of

Opened = Callable[..., Any]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address of a server of the test's own."""
    with listening(app) as given:
        yield given


@contextmanager
def as_(browser: Browser, who: str, address: str, **options: Any) -> Iterator[Page]:
    """Give a page as somebody sees it."""
    headers = {WHO: who}
    with opened(browser, address, WIDE, extra_http_headers=headers, **options) as page:
        yield page


def saved(folder: Path, data: bytes, name: str = "march.xlsx") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def focused(page: Page) -> str:
    """Return the name of what has focus."""
    named = """() => {
        const it = document.activeElement;
        const labels = it.labels ? [...it.labels].map(each => each.textContent) : [];
        return [it.textContent, ...labels].join(" ").replace(/\\s+/g, " ").trim();
    }"""
    return str(page.evaluate(named))


def tab_to(page: Page, label: str) -> None:
    """Press Tab until something of this name has focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if focused(page).startswith(label):
            return
    raise AssertionError(f"Tab never leads to {label}")


def upload_by_keyboard(page: Page, file: Path) -> None:
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    tab_to(page, "Upload a workbook")
    press(page, "Enter")
    tab_to(page, "Workbook of rules")
    page.keyboard.press("Enter")
    expect(page.locator("#workbook")).to_have_value(re.compile("march"))
    tab_to(page, "What changes, and why")
    page.keyboard.type("Infusions at $80")
    tab_to(page, "Upload and check")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rulebook/drafts/*")


def estimated(page: Page, address: str) -> str:
    """Return what the form says an infusion costs without insurance."""
    page.goto(address)
    page.get_by_label("No insurance").check()
    page.get_by_label("No insurance").focus()
    press(page, "Enter")
    return page.locator("#say").inner_text()


def decide(page: Page) -> None:
    tab_to(page, "Why it may stay as it is")
    page.keyboard.type("It has none.")
    press(page, "Enter")
    expect(page.locator(".item:target")).to_contain_text("Accepted: It has none.")


def approve(page: Page, home: str) -> None:
    page.goto(home)
    tab_to(page, "Draft 2")
    press(page, "Enter")
    tab_to(page, "Why it may go live")
    page.keyboard.type("Compared with the price list")
    tab_to(page, "Approve and publish")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("Release 2 live")


def go_back(page: Page, home: str) -> None:
    page.goto(home)
    for label in ("Release 2", "Release 2", "Release 1"):
        tab_to(page, label)
    press(page, "Enter")
    tab_to(page, "Why")
    page.keyboard.type("The old price holds until April")
    tab_to(page, "Roll back to release 1")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("Release 3 live")


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_goes_by_keyboard(
    browser: Browser, address: str, tmp_path: Path, script: bool
) -> None:
    home = f"{address}/rulebook"
    with as_(browser, "robin:editor", home, java_script_enabled=script) as page:
        upload_by_keyboard(page, saved(tmp_path, workbook(80, decide=True)))
        expect(page.locator("h1")).to_contain_text("Draft 2 open")
        decide(page)
        expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)

    with as_(browser, "kim:approver", home, java_script_enabled=script) as page:
        assert "$70" in estimated(page, address)
        approve(page, home)
        assert "$80" in estimated(page, address)
        go_back(page, home)
        assert "$70" in estimated(page, address)


def test_a_button_pressed_twice_publishes_once_and_shows_the_release(
    browser: Browser, app: Flask, address: str
) -> None:
    draft = draft_of(person(app, *EDITOR), workbook(80))
    with as_(browser, "kim:approver", f"{address}{draft}") as page:
        page.fill("#why", "Compared with the price list")
        tab_to(page, "Approve and publish")
        with page.expect_request("**/publish"):
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url("**/rulebook/releases/2#outcome")

        expect(page.locator("h1")).to_have_text("Release 2 live")


def test_an_upload_says_how_far_it_is(browser: Browser, address: str, tmp_path: Path) -> None:
    with as_(browser, "robin:editor", f"{address}/rulebook/upload") as page:
        page.locator("#workbook").set_input_files(saved(tmp_path, workbook(80)))
        page.locator("#why").fill("March")
        page.evaluate("""() => {
            window.told = [];
            const seen = new MutationObserver(() => window.told.push(
                [document.getElementById("told").textContent, document.getElementById("bar").value]
            ));
            seen.observe(document.getElementById("upload"), {
                subtree: true, childList: true, attributes: true, characterData: true });
        }""")
        page.route("**/rulebook/drafts/*", lambda route: None)  # stay here a moment longer
        page.get_by_role("button", name="Upload and check").click()
        expect(page.get_by_role("status")).to_contain_text("The workbook is being checked")
        told = page.evaluate("window.told")
        assert any(value == 100 for _, value in told)
        expect(page.get_by_role("button", name="Upload and check")).to_be_disabled()
        page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("script", [True, False])
def test_a_refused_file_is_said_with_focus_on_why(
    browser: Browser, address: str, tmp_path: Path, script: bool
) -> None:
    wrong = saved(tmp_path, b"%PDF-1.7 an offer", "offer.pdf")
    where = f"{address}/rulebook/upload"
    context = browser.new_context(
        extra_http_headers={WHO: "robin:editor"}, java_script_enabled=script
    )
    page = context.new_page()
    page.goto(where)
    page.locator("#workbook").set_input_files(wrong)
    page.locator("#why").fill("The offer of March")
    page.get_by_role("button", name="Upload and check").click()

    expect(page.locator("#outcome")).to_be_focused()
    expect(page.locator("#outcome")).to_contain_text("PDF")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#why")).to_have_value("The offer of March")
    expect(page.get_by_role("button", name="Upload and check")).to_be_enabled()
    context.close()


def test_a_broken_connection_is_said(browser: Browser, address: str, tmp_path: Path) -> None:
    context = browser.new_context(extra_http_headers={WHO: "robin:editor"})
    page = context.new_page()
    page.goto(f"{address}/rulebook/upload")
    page.locator("#workbook").set_input_files(saved(tmp_path, workbook(80)))
    page.locator("#why").fill("March")
    page.route("**/rulebook/upload", lambda route: route.abort())
    page.get_by_role("button", name="Upload and check").click()

    expect(page.get_by_role("status")).to_contain_text("The connection broke")
    expect(page.get_by_role("button", name="Upload and check")).to_be_enabled()
    context.close()


def releases(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook")


def release(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook/releases/1")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def upload(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook/upload")


def draft(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook/drafts/2")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def to_publish(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook/drafts/3")


def refused(page: Page, address: str) -> None:
    page.goto(f"{address}/rulebook/drafts/3")
    page.locator("#why").fill(" ")
    page.evaluate("document.querySelectorAll('form').forEach(each => { each.noValidate = true })")
    page.get_by_role("button", name="Approve and publish").click()
    page.wait_for_selector("#outcome")


def the_audit(page: Page, address: str) -> None:
    page.goto(f"{address}/audit?check=1")


STATES = (releases, release, upload, draft, to_publish, refused, the_audit)


def test_everybody_can_use_every_state(browser: Browser, app: Flask, address: str) -> None:
    """All states of one filled database: a release, a draft full of mistakes, one to publish."""
    editor = person(app, *EDITOR)
    repeated = [limit("deductible", 1, f"p{number}") for number in range(7)]
    draft_of(editor, workbook(80, plan("silver"), *repeated, decide=True))
    draft_of(editor, workbook(90))
    context = browser.new_context(extra_http_headers={WHO: "kim:admin"})
    page = context.new_page()
    for state in STATES:
        page.set_viewport_size({"width": WIDE, "height": 800})
        state(page, address)
        can_be_used(page)
    context.close()
