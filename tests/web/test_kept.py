"""Keeping an estimate, finding it, making it again, removing it: pages, roles, a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as BrowserPage

from estimator.services.accounts.roles import Identity, Role
from estimator.storage.tables import KeptEstimate
from tests.support import stored
from tests.support.serving import listening
from tests.web import rules
from tests.web.asking import FORM
from tests.web.browsing import can_be_used, opened, press
from tests.web.page import Page

ROBIN = Identity("robin", Role.STAFF)
NAME = re.compile(r"/estimates/[0-9a-f]{24}")


def fields(client: FlaskClient, **changes: Any) -> dict[str, str]:
    """Return what the answer would send to be kept."""
    page = Page(client.post("/", data={**FORM, **changes}).text)
    return {name: page.value(name) for name in ("request", "release")}


def keep(client: FlaskClient, **changes: Any) -> str:
    response = client.post("/estimates", data=fields(client, **changes))
    assert response.status_code == 303
    assert NAME.fullmatch(response.location)
    return response.location


def test_what_was_answered_is_kept_and_made_again(database_url: str) -> None:
    with stored.served(database_url, rules.RULES.rows, identify=lambda: ROBIN) as (_, app):
        client = app.test_client()
        address = keep(client, age="44", diagnosis="F33.2")
        made, all_ = Page(client.get(address).text), Page(client.get("/estimates").text)
        assert "Made again from release 1, it is the same to the cent." in made.all("p")[0]
        assert "Over 12 months, Ketamine infusions would cost" in made.words("say")
        assert {"robin", "Mar 2, 2026"} <= set(made.all("dd"))
        assert "Acme Gold 500 1 robin" in " ".join(all_.all("tr"))
        assert all_.all("th", scope="row") == [address.rpartition("/")[2]]
        assert client.post(f"{address}/remove").location == "/estimates"
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/remove").status_code == 404
        assert "Nothing is kept." in client.get("/estimates").text


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application for tests that do not mind what others keep."""
    url = f"sqlite:///{tmp_path_factory.mktemp('kept')}/it.sqlite3"
    with stored.served(url, rules.RULES.rows, rules.RULES.rows) as (_, app):
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_release_that_answered_is_kept_even_where_another_is_live_by_now(
    client: FlaskClient,
) -> None:
    sent = fields(client)
    address = client.post("/estimates", data={**sent, "release": "1"}).location
    assert (sent["release"], "release 1 of the rulebook" in client.get(address).text) == ("2", True)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"release": "9"}, 422, "There is no release 9."),
        ({"release": "many"}, 422, "There is no release 0."),
        ({"request": "{"}, 422, "is not JSON"),
        ({"request": '{"plan_id": "none"}'}, 422, "a plan that the rulebook does not have"),
    ],
)
def test_what_cannot_be_kept_is_said(
    client: FlaskClient, changes: dict[str, str], status: int, words: str
) -> None:
    response = client.post("/estimates", data={**fields(client), **changes})
    assert (response.status_code, words in response.text) == (status, True)


def test_a_changed_record_is_called_so(tmp_path: Any) -> None:
    with stored.served(f"sqlite:///{tmp_path}/it.sqlite3", rules.RULES.rows) as (database, app):
        client = app.test_client()
        address = keep(client)
        with database.writing() as session:
            session.get_one(KeptEstimate, address.rpartition("/")[2]).answer_digest = "0" * 64
        assert "the record was changed" in client.get(address).text
        with database.writing() as session:
            session.get_one(KeptEstimate, address.rpartition("/")[2]).engine_version = "0.0.1"
        assert "by version 0.0.1, which made it." in " ".join(client.get(address).text.split())


def test_what_is_due_is_gone_for_whoever_looks(tmp_path: Any) -> None:
    with stored.served(f"sqlite:///{tmp_path}/it.sqlite3", rules.RULES.rows) as (_, app):
        client = app.test_client()
        address = keep(client)
        source = app.extensions["estimator"]["estimator"]
        source.now = lambda: stored.NOW + timedelta(366)
        assert client.get(address).status_code == 404
        assert "Nothing is kept." in client.get("/estimates").text


def test_a_viewer_is_offered_neither_to_keep_nor_to_make_a_test(tmp_path: Any) -> None:
    viewer = Identity("vic", Role.VIEWER)
    url = f"sqlite:///{tmp_path}/it.sqlite3"
    with stored.served(url, rules.RULES.rows, identify=lambda: viewer) as (_, app):
        text = app.test_client().post("/", data=FORM).text
    assert "Keep this estimate" not in text
    assert "Make this a test" not in text


def test_each_route_is_a_row_to_paste_or_says_why_not(client: FlaskClient) -> None:
    page = Page(client.post("/", data={**FORM, "plan": "gold", "age": "12"}).text)
    rows = page.all("textarea")
    whys = page.all("p")
    assert page.all("label", for_="test-1") == [
        "Ketamine infusions, without insurance (self-pay): $2,910.00"
    ]
    assert rows[0].startswith("ketamine-self-pay-20260302 ketamine from 2026-03-02 main gold")
    assert any(
        "Ketamine infusions, with insurance" in why
        and "The sheet Tests has no column for age." in why
        for why in whys
    )


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with listening(app) as address:
        yield address


def answer(page: BrowserPage) -> None:
    page.locator("#plan").fill("gold")
    press(page, "Enter")


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_goes_by_keyboard(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, address, java_script_enabled=script) as page:
        answer(page)
        page.get_by_role("button", name="Keep this estimate").focus()
        press(page, "Enter")
        expect(page.locator("h1")).to_contain_text("Kept estimate")
        expect(page.locator("main")).to_contain_text("it is the same to the cent")
        page.get_by_role("link", name="All kept estimates").focus()
        press(page, "Enter")
        page.locator("tbody a").first.focus()
        press(page, "Enter")
        page.get_by_text("Remove this estimate", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Remove it for good").focus()
        press(page, "Enter")
        expect(page.locator("h1")).to_have_text("Kept estimates")


def test_a_row_is_copied_whole(browser: Browser, address: str) -> None:
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(browser, address, **allowed) as page:
        answer(page)
        page.get_by_text("Make this a test").press("Enter")
        page.get_by_role("button", name="Copy Ketamine infusions, with insurance").press("Enter")
        expect(page.locator("#row-copied")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.split("\t")[:6] == [
            *("ketamine-insured-20260302", "ketamine from 2026-03-02", "main", "gold"),
            *("ketamine", "insured"),
        ]


def test_without_javascript_a_row_can_be_selected(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        answer(page)
        page.get_by_text("Make this a test").click()
        expect(page.locator("#test-0")).to_be_visible()
        expect(page.locator("#test-0")).not_to_be_editable()
        expect(page.locator("[data-copies-row]").first).to_be_hidden()


def test_everybody_can_use_every_page(browser: Browser, address: str, client: FlaskClient) -> None:
    kept = keep(client)
    for path in ("/estimates", kept):
        with opened(browser, f"{address}{path}") as page:
            can_be_used(page)
    with opened(browser, address) as page:
        answer(page)
        page.get_by_text("Make this a test").click()
        can_be_used(page)
