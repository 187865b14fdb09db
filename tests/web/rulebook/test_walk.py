"""A price's whole way, from download to live and back, by two people who sign in.

By keyboard alone, in a real browser, from page to page as they lead; every page is held to the
rules of accessibility on the way, once: it is the same whichever database is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl.workbook import Workbook
from playwright.sync_api import Browser, Page, expect

from estimator.cli import main
from estimator.web import Settings, create_app
from tests.support.rulebooks import SECRET
from tests.support.serving import listening
from tests.support.staff import close
from tests.web.accounts.test_browser import opened
from tests.web.browsing import WIDE, can_be_used, press
from tests.web.rulebook.conftest import fill
from tests.web.rulebook.test_browser import focused

PASSWORDS = {"ada": "a slow blue boat", "robin": "a quiet green lamp", "kim": "a warm grey stone"}
ROLES = {"ada": "admin", "robin": "editor", "kim": "approver"}


@pytest.fixture
def app(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An estimator with a release at $70, whose people were added at the terminal."""
    fill(database_url)
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", database_url)
    monkeypatch.setenv("ESTIMATOR_SECRET_KEY", SECRET)
    if not database_url.startswith("sqlite"):
        monkeypatch.setattr(f"{__name__}.can_be_used", Page.wait_for_load_state)
    for name, role in ROLES.items():
        command = ["user", "add", name, "--role", role, "--password-stdin"]
        done = CliRunner().invoke(main, command, input=f"{PASSWORDS[name]}\n")
        assert done.exit_code == 0, done.output
    made = create_app(Settings(database_url=database_url, secret_key=SECRET))
    yield made
    close(made)


def reach(page: Page, label: str, key: str = "Tab") -> None:
    """Press a key until something of this name has focus."""
    for _ in range(80):
        page.keyboard.press(key)
        if focused(page).startswith(label):
            return
    raise AssertionError(f"{key} never leads to {label}")


def follow(page: Page, label: str, key: str = "Tab") -> None:
    """Go to a link or button by keyboard and press it; the page that comes can be used by all."""
    reach(page, label, key)
    press(page, "Enter")
    can_be_used(page)


def sign_in(page: Page, name: str) -> None:
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[name])
    press(page, "Enter")
    can_be_used(page)


def estimated(page: Page) -> str:
    """Return what the form says an infusion costs without insurance."""
    follow(page, "Estimate", "Shift+Tab")
    reach(page, "A plan in the list", "Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("No insurance")
    press(page, "Enter")
    can_be_used(page)
    return page.locator("#say").inner_text()


def in_row_2(book: Workbook, sheet: str, header: str) -> openpyxl.cell.Cell:
    """Return the cell of the first row under a header."""
    (column,) = (cell.column for cell in book[sheet][1] if cell.value == header)
    return book[sheet].cell(2, column)


def mended(downloaded: Path) -> Path:
    """Raise the price to $80, with the test that holds it, and take the plan's deductible out."""
    book = openpyxl.load_workbook(downloaded)
    price = in_row_2(book, "Prices", "Amount")
    assert price.value == 70
    price.value = in_row_2(book, "Tests", "Expect patient pays $").value = 80
    book["Limits"].delete_rows(2)
    book.save(downloaded.with_name("march.xlsx"))
    return downloaded.with_name("march.xlsx")


def download(page: Page, folder: Path) -> Path:
    reach(page, "Download a clean workbook to edit")
    with page.expect_download() as begun:
        page.keyboard.press("Enter")
    begun.value.save_as(folder / "release.xlsx")
    return folder / "release.xlsx"


def upload(page: Page, file: Path) -> None:
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    follow(page, "Upload a workbook")
    reach(page, "Workbook of rules")
    page.keyboard.press("Enter")
    expect(page.locator("#workbook")).to_have_value("C:\\fakepath\\march.xlsx")
    reach(page, "What changes, and why")
    page.keyboard.type("Infusions at $80 from March")
    reach(page, "Upload and check")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rulebook/drafts/2")
    can_be_used(page)


def decide(page: Page) -> None:
    expect(page.locator(".next")).to_contain_text("Mend each finding marked decide")
    reach(page, "Why it may stay as it is")
    page.keyboard.type("It has none: plan document p. 3")
    press(page, "Enter")
    expect(page.locator(".item:target")).to_contain_text("Accepted: It has none")
    can_be_used(page)


def look_at_what_changes(page: Page) -> None:
    """Open the difference from the draft's page, and come back by its link."""
    follow(page, "What changes", "Shift+Tab")
    expect(page.locator("h1")).to_contain_text("What changes from release 1 to draft 2")
    expect(page.locator("main")).to_contain_text("$70.00")
    expect(page.locator("main")).to_contain_text("+$10.00")
    follow(page, "Draft 2")


def the_editor_brings_a_price(page: Page, folder: Path) -> None:
    sign_in(page, "robin")
    follow(page, "Rulebook")
    upload(page, mended(download(page, folder)))
    decide(page)
    look_at_what_changes(page)

    expect(page.locator(".next")).to_contain_text("ask another person who may approve")
    expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)
    refused = page.request.post(f"{page.url}/publish", form={"why": "It is mine", "live": "1"})
    assert refused.status == 403
    follow(page, "Rulebook")
    expect(page.get_by_role("region", name="On their way")).to_contain_text(
        "waits for another person"
    )
    follow(page, "Sign out", "Shift+Tab")


def another_person_approves(page: Page) -> None:
    sign_in(page, "kim")
    assert "$70" in estimated(page)
    follow(page, "Rulebook", "Shift+Tab")
    expect(page.get_by_role("region", name="On their way")).to_contain_text("waits for approval")
    follow(page, "Draft 2")
    follow(page, "What changes")
    follow(page, "Draft 2")
    reach(page, "Why it may go live")
    page.keyboard.type("Compared with the price list")
    follow(page, "Approve and publish")
    expect(page.locator("h1")).to_have_text("Release 2 live")
    expect(page.locator("#outcome")).to_be_focused()
    assert "$80" in estimated(page)


def and_goes_back(page: Page) -> None:
    follow(page, "Rulebook", "Shift+Tab")
    reach(page, "Release 2")
    reach(page, "Release 2")
    follow(page, "Release 1")
    follow(page, "What changes by that")
    expect(page.locator("h1")).to_have_text("What changes from release 2 to release 1")
    follow(page, "Release 1")
    reach(page, "Why")
    page.keyboard.type("The old price holds until April")
    follow(page, "Roll back to release 1")
    expect(page.locator("h1")).to_have_text("Release 3 live")
    assert "$70" in estimated(page)


def test_a_price_goes_live_by_two_people_and_back_again(
    browser: Browser, app: Flask, tmp_path: Path
) -> None:
    with listening(app) as address, opened(browser, address, WIDE) as page:
        can_be_used(page)
        the_editor_brings_a_price(page, tmp_path)
        another_person_approves(page)
        and_goes_back(page)
