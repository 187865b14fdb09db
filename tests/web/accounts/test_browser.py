"""The pages about accounts in a real browser: by keyboard, without JavaScript, at every width."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from estimator.services.accounts import users
from tests.support.accounts import ADMIN, NOW, PASSWORD, code, set_up_totp
from tests.web.accounts.clinic import Clinic
from tests.web.browsing import NARROW, WIDE, can_be_used, press

EXPECTED = re.compile(r"Clear-Site-Data header on|status of 401")
"""What the browser says of signing out, and of a request that learns that it is over."""


@contextmanager
def opened(browser: Browser, address: str, width: int = WIDE, **options: Any) -> Iterator[Page]:
    """Give a page; an unexpected message of the browser's console is a fault."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    yield page
    assert [each for each in said if not EXPECTED.search(each)] == []
    context.close()


def sign_in(page: Page, name: str = "robin", password: str = PASSWORD) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    press(page, "Enter")


def signed_in_at(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        sign_in(page)
        page.goto(page.url.partition("/sign-in")[0].rstrip("/") + path)

    return go


def warned(page: Page) -> None:
    sign_in(page)
    page.evaluate("document.getElementById('leaving').showModal()")


def wrong_account(page: Page) -> None:
    signed_in_at("/accounts")(page)
    page.locator("#name").fill("?")
    press(page, "Enter")


def wrong_password(page: Page) -> None:
    signed_in_at("/account")(page)
    page.get_by_role("button", name="Change the password").click()


def needs_code(page: Page) -> None:
    sign_in(page, "kim")


def wrong_code(page: Page) -> None:
    needs_code(page)
    page.locator("#code").fill("000000")
    press(page, "Enter")


def with_second_factor(page: Page) -> None:
    signed_in_at("/account/second-factor")(page)
    secret = page.locator("#key").inner_text().replace(" ", "")
    page.locator("#code").fill(code(secret, NOW))
    page.locator("#current_password").fill(PASSWORD)
    press(page, "Enter")


def changed(page: Page) -> None:
    signed_in_at("/accounts/sam")(page)
    page.get_by_role("button", name="Disable the account").click()


STATES: dict[str, Callable[[Page], None]] = {
    "sign in": lambda page: None,
    "wrong name or password": lambda page: sign_in(page, password="wrong"),
    "code": needs_code,
    "wrong code": wrong_code,
    "form, signed in": sign_in,
    "warned": warned,
    "own account": signed_in_at("/account"),
    "own account, with second factor": with_second_factor,
    "own account, wrong": wrong_password,
    "setting up a second factor": signed_in_at("/account/second-factor"),
    "accounts": signed_in_at("/accounts"),
    "accounts, wrong": wrong_account,
    "one account": signed_in_at("/accounts/a.very.long.name.of.somebody@a.clinic.with.one.example"),
    "one account, changed": changed,
}


@pytest.fixture
def busy(clinic: Clinic) -> Clinic:
    """A clinic where people have accounts."""
    clinic.add("robin", "admin")
    clinic.add("kim", "staff")
    clinic.add("sam", "viewer")
    clinic.add("a.very.long.name.of.somebody@a.clinic.with.one.example", "approver")
    set_up_totp(clinic.registry, "kim", NOW - timedelta(minutes=5))
    return clinic


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_use_every_state(
    browser: Browser, busy: Clinic, clinic_address: str, state: str
) -> None:
    with opened(browser, clinic_address) as page:
        STATES[state](page)
        can_be_used(page)


def tab_to(page: Page, name: str, role: str = "button") -> None:
    """Press Tab until what has a name is reached."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def typed(page: Page, *texts: str) -> None:
    """Type into one field after the other."""
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_whole_way_goes_by_keyboard(
    browser: Browser, busy: Clinic, clinic_address: str, script: bool, width: int
) -> None:
    with opened(browser, clinic_address, width, java_script_enabled=script) as page:
        mistype_then_sign_in(page)
        secret = set_up_second_factor(page)
        sign_out_and_in_with_code(page, secret, busy)
        add_and_disable(page)


def mistype_then_sign_in(page: Page) -> None:
    expect(page.locator("#name")).to_be_focused()
    typed(page, "robin", "wrong")
    press(page, "Enter")

    expect(page).to_have_title(re.compile(r"^Error: "))
    expect(page.locator("#outcome")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_have_value("robin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")


def set_up_second_factor(page: Page) -> str:
    tab_to_header(page, "robin")
    press(page, "Enter")
    tab_to(page, "Set up a second factor", "link")
    press(page, "Enter")
    secret = page.locator("#key").inner_text().replace(" ", "")
    tab_to(page, "The six digits in your app", "textbox")
    typed(page, code(secret, NOW), PASSWORD)
    press(page, "Enter")

    expect(page.locator("#outcome")).to_contain_text("asks for a code")
    expect(page.locator("#outcome")).to_be_focused()
    return secret


def sign_out_and_in_with_code(page: Page, secret: str, busy: Clinic) -> None:
    tab_to(page, "Sign out everywhere")
    press(page, "Enter")
    typed(page, "robin", PASSWORD)
    press(page, "Enter")
    expect(page.locator("#code")).to_be_focused()
    busy.wait(seconds=30)
    typed(page, code(secret, busy.now))
    press(page, "Enter")

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def add_and_disable(page: Page) -> None:
    new = "another green lamp"
    tab_to_header(page, "Accounts")
    press(page, "Enter")
    tab_to(page, "Name", "textbox")
    typed(page, "alex", "", "", new, new)
    press(page, "Enter")
    expect(page.locator("#outcome")).to_have_text("The account is added.")
    expect(page.locator("#outcome")).to_be_focused()
    tab_to(page, "alex", "link")
    press(page, "Enter")
    tab_to(page, "Disable the account")
    press(page, "Enter")
    expect(page.locator("#outcome")).to_contain_text("is disabled")


def tab_to_header(page: Page, name: str) -> None:
    page.locator(".name").focus()
    tab_to(page, name, "link")


def test_a_password_can_be_pasted(browser: Browser, busy: Clinic, clinic_address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, clinic_address, permissions=permissions) as page:
        page.locator("#name").fill("robin")
        page.evaluate("text => navigator.clipboard.writeText(text)", PASSWORD)
        page.locator("#password").focus()
        page.keyboard.press("Control+v")
        press(page, "Enter")

        expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_nothing_but_the_cookie_is_kept_and_no_script_reads_it(
    browser: Browser, busy: Clinic, clinic_address: str
) -> None:
    with opened(browser, clinic_address) as page:
        sign_in(page)

        (cookie,) = page.context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (
            "estimator_sign_in",
            True,
            "Lax",
        )
        assert cookie["expires"] == -1
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#name")).to_be_focused()
        assert page.context.cookies() == []
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


# The warning


@pytest.fixture
def idle(browser: Browser, busy: Clinic, clinic_address: str) -> Iterator[Page]:
    """The form of somebody signed in, with a clock of the page's own."""
    with opened(browser, clinic_address) as page:
        page.clock.install()
        sign_in(page)
        yield page


def wait(page: Page, clinic: Clinic, **time: float) -> None:
    """Let time go by, here and on the server."""
    clinic.wait(**time)
    page.clock.fast_forward(int(timedelta(**time).total_seconds() * 1000))


def test_two_minutes_ahead_somebody_is_asked_and_may_stay(idle: Page, busy: Clinic) -> None:
    dialog, stay = idle.get_by_role("alertdialog"), idle.get_by_role("button", name="Stay")
    idle.locator("#plan").fill("gold")

    wait(idle, busy, minutes=27, seconds=50)
    expect(dialog).to_be_hidden()
    wait(idle, busy, seconds=15)
    expect(dialog).to_be_visible()
    expect(stay).to_be_focused()
    idle.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(idle.locator("#plan")).to_have_value("gold")

    wait(idle, busy, minutes=27)
    expect(dialog).to_be_hidden()
    idle.locator("#plan").focus()
    press(idle, "Enter")
    expect(idle.locator("#say")).to_be_visible()


def test_who_does_not_answer_is_signed_out_and_the_page_is_gone(idle: Page, busy: Clinic) -> None:
    idle.locator("#plan").fill("gold")
    wait(idle, busy, minutes=28, seconds=5)
    expect(idle.get_by_role("alertdialog")).to_be_visible()

    wait(idle, busy, minutes=2)

    expect(idle.get_by_role("heading", name="Sign in")).to_be_visible()
    assert idle.url.endswith("/sign-in?next=%2F")
    assert "gold" not in idle.content()
    sign_in(idle)
    expect(idle.locator("#plan")).to_have_value("")


def test_what_is_done_on_another_page_counts_for_this_one(idle: Page, busy: Clinic) -> None:
    other = idle.context.new_page()
    busy.wait(minutes=20)
    other.goto(idle.url)
    idle.clock.fast_forward(20 * 60_000)

    wait(idle, busy, minutes=8, seconds=5)

    idle.wait_for_timeout(300)
    expect(idle.get_by_role("alertdialog")).to_be_hidden()
    other.close()


def test_at_the_end_of_twelve_hours_staying_is_no_longer_offered(idle: Page, busy: Clinic) -> None:
    for _ in range(26):
        wait(idle, busy, minutes=27)
        with idle.expect_navigation():
            idle.reload()
    wait(idle, busy, minutes=16, seconds=30)
    expect(idle.get_by_role("alertdialog")).to_be_visible()

    idle.keyboard.press("Enter")

    expect(idle.locator("#leaving-words")).to_contain_text("whatever you do")
    expect(idle.get_by_role("button", name="Stay")).to_be_hidden()


def test_signed_out_elsewhere_the_page_leaves_when_it_asks(idle: Page, busy: Clinic) -> None:
    users.sign_out(busy.registry, ADMIN, "robin")
    wait(idle, busy, minutes=28, seconds=5)

    expect(idle.get_by_role("heading", name="Sign in")).to_be_visible()
