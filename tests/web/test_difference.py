"""The pages that say what changes, on both databases and in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from estimator.services.difference import apart
from estimator.web import difference as pages
from tests import builders as b
from tests.support import stored
from tests.support.serving import listening
from tests.web import rules
from tests.web.browsing import can_be_used, opened, press
from tests.web.page import Page

OLD = rules.RULES.rows


def changed(sheet: str, at: int, **values: Any) -> dict[str, Any]:
    held = list(OLD[sheet])
    held[at] = replace(held[at], **values)
    return {**OLD, sheet: tuple(held)}


CASH = changed("Prices", 1, amount=Decimal(975))
POLICY = changed("Policies", 1, coverage="not covered")
NEW_PLAN = {**OLD, "Plans": (*OLD["Plans"], replace(b.plan("tin", name="Acme Tin"), row=60))}
MANY = {
    **OLD,
    "Limits": tuple(replace(row, individual_cents=61_000) for row in OLD["Limits"]),
    "Prices": tuple(replace(row, amount=row.amount + 1) for row in OLD["Prices"]),
    "Clinics": tuple(replace(row, note="read") for row in OLD["Clinics"]),
}


def page(client: FlaskClient, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status
    return Page(response.text)


def test_a_draft_is_compared_with_the_live_release(database_url: str) -> None:
    with stored.served(database_url, OLD) as (database, app):
        number = stored.draft(database, CASH)
        shown = page(app.test_client(), f"/rulebook/drafts/{number}/difference")
    text = shown.words("row-0")
    assert shown.all("h1") == [f"What changes from release 1 to draft {number} (march.xlsx)"]
    assert "changed row 3" in text
    assert "Amount 475 975" in text
    (cells,) = shown.all("table", class_="dollars")
    assert "No insurance: Ketamine infusions, Clinic main" in cells
    assert "$2,910.00 ($1,960.00 to $5,760.00), without insurance (self-pay)" in cells
    assert "+$3,000.00 Prices row 3" in cells


def test_two_releases_are_compared_the_last_change_by_default(database_url: str) -> None:
    with stored.served(database_url, OLD, CASH, POLICY) as (_, app):
        client = app.test_client()
        last, back, same = (
            page(client, f"/rulebook/difference{asked}")
            for asked in ("", "?from=2&to=1", "?from=1&to=1")
        )
        for unknown in ("difference?from=1&to=9", "drafts/9/difference"):
            assert client.get(f"/rulebook/{unknown}").status_code == 404
    assert last.all("h1") == ["What changes from release 2 to release 3"]
    assert (back.selected("from"), back.selected("to")) == ("2", "1")
    assert "−$3,000.00" in back.all("table", class_="dollars")[0]
    assert same.all("p", class_="say") == ["The two say the same."]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application for all tests that change nothing in it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('difference')}/it.sqlite3"
    with stored.served(url, OLD, CASH) as (database, app):
        for book in (MANY, POLICY, NEW_PLAN, None):
            stored.draft(database, book)
        stored.draft(database, CASH, state="published", release=2)
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_long_list_is_paged_and_there_is_a_page_with_everything(client: FlaskClient) -> None:
    address = "/rulebook/drafts/1/difference"
    first, second = page(client, address), page(client, f"{address}?page=2")
    (caption,) = first.all("caption")[:1]
    many = int(caption.rpartition(" ")[2])
    assert caption == f"Changes 1 to 40 of {many}"
    last = page(client, f"{address}?page=99").all("caption")[0]
    assert many > 80
    assert second.all("caption")[0] == f"Changes 41 to 80 of {many}"
    assert last.endswith(f" to {many} of {many}")
    whole = page(client, f"{address}?all=1")
    assert whole.all("caption")[0] == f"Changes 1 to {many} of {many}"
    assert all("open" in each for each in whole.attributes("details"))


def test_a_flip_of_coverage_is_called_out_before_the_dollars(client: FlaskClient) -> None:
    shown = page(client, "/rulebook/drafts/2/difference")
    flips = shown.all("ul", class_="flips")[0]
    assert (
        "Acme Gold 500: Ketamine infusions, Clinic main: Covered with prior authorization" in flips
    )
    assert "→ Not covered. Policies row 3" in flips
    text = client.get("/rulebook/drafts/2/difference").text
    assert text.index("Coverage changes") < text.index("Dollars, the largest")


def test_a_new_plan_is_listed_as_new(client: FlaskClient) -> None:
    shown = page(client, "/rulebook/drafts/3/difference")
    assert "Acme Tin (tin)" in shown.all("dd")
    assert "not there" in shown.all("table", class_="dollars")[0]


def test_a_draft_that_cannot_be_read_has_nothing_to_compare(client: FlaskClient) -> None:
    shown = page(client, "/rulebook/drafts/4/difference")
    assert "nothing to compare yet" in shown.all("p", class_="agreed")[0]


def test_a_published_draft_stays_beside_what_it_replaced(client: FlaskClient) -> None:
    shown = page(client, "/rulebook/drafts/5/difference")
    assert shown.all("h1") == ["What changes from release 1 to draft 5 (march.xlsx)"]


def test_where_the_dollars_take_too_long_the_rows_are_shown(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: Any) -> Any:
        raise apart.DifferenceNotMade

    monkeypatch.setattr(pages, "difference_apart", give_up)
    shown = page(client, "/rulebook/drafts/2/difference")
    assert "could not be compared here in time" in shown.all("p", class_="agreed")[0]
    assert any("Coverage prior authorization not covered" in row for row in shown.all("tbody"))


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with listening(app) as address:
        yield address


@pytest.mark.parametrize("path", ["drafts/1/difference?all=1", "drafts/2/difference", "difference"])
def test_everybody_can_use_every_page(browser: Browser, address: str, path: str) -> None:
    with opened(browser, f"{address}/rulebook/{path}") as shown:
        can_be_used(shown)


def test_two_releases_are_chosen_by_keyboard(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/rulebook/difference", java_script_enabled=False) as shown:
        shown.get_by_label("From release").focus()
        for key in ("2", "Tab", "1", "Tab"):
            shown.keyboard.press(key)
        press(shown, "Enter")
        expect(shown.locator("h1")).to_have_text("What changes from release 2 to release 1")


def test_a_cause_leads_to_its_cells(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/rulebook/drafts/2/difference") as shown:
        shown.get_by_role("link", name="Policies row 3").first.press("Enter")
        expect(shown.locator("#row-0")).to_be_in_viewport()


def test_on_paper_everything_is_there(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/rulebook/drafts/1/difference?all=1") as shown:
        shown.emulate_media(media="print")
        expect(shown.locator(".dollars tbody tr").last).to_be_visible()
        expect(shown.locator("#row-0")).to_be_visible()
        expect(shown.locator(".paging")).to_be_hidden()
