"""The page for rolling forward, from a counted estimate to a draft, and in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from estimator.rulebook.loader import load_workbook_bytes
from estimator.services.accounts.roles import Identity, Role
from tests import builders as b
from tests.support import stored
from tests.support.serving import listening
from tests.web import rules
from tests.web.asking import FORM
from tests.web.browsing import can_be_used, opened, press
from tests.web.page import Page

READ = {"checked_on": date(2026, 2, 1)}


def fresh(row: Any) -> Any:
    """Return a row of this year that was read lately."""
    dated = {"effective_from": date(2026, 1, 1)} if hasattr(row, "effective_from") else {}
    return replace(row, **READ, **dated) if hasattr(row, "checked_on") else row


BOOK = {sheet: tuple(map(fresh, rows)) for sheet, rows in rules.RULES.rows.items()}
BOOK["Benefits"] = (
    replace(BOOK["Benefits"][0], effective_from=date(2025, 1, 1), checked_on=date(2025, 3, 1)),
    *BOOK["Benefits"][1:],
)
BOOK["Limits"] = (replace(BOOK["Limits"][0], effective_to=date(2026, 2, 20)), *BOOK["Limits"][1:])
BOOK["Items"] = (*BOOK["Items"][:-1], replace(BOOK["Items"][-1], checked_on=None))


def rows(client: FlaskClient, asked: str = "") -> list[str]:
    page = Page(client.get(f"/rulebook/forward{asked}").text)
    (table,) = page.all("tbody")
    return [row for row in page.all("tr")[1:] if row in table]


def test_what_estimates_rest_on_comes_first_and_can_be_dated(database_url: str) -> None:
    with stored.served(database_url, BOOK) as (_, app):
        client = app.test_client()
        assert client.post("/", data={**FORM, "treatments": ["ketamine"]}).status_code == 200
        document = {"clinic_id": "main", "plan_id": "gold", "treatments": ["ketamine"]}
        assert client.post("/api/v1/estimates", json=document).status_code == 200
        app.extensions["estimator"]["estimator"].uses.flush()
        first, *others = rows(client)
        assert first.startswith("Benefits row 2acme, gold, infusion, *, all, 2025-01-01 carried")
        assert (
            "of an earlier plan year than that of Jan 1, 2026; not checked since $7,200.00" in first
        )
        assert any("Limits row 2" in row and "ended on Feb 20, 2026" in row for row in others)

        marked = {"release": "1", "row": ["Benefits!2", "Items!5"]}
        done = client.post("/rulebook/forward", data=marked)
        assert (done.status_code, done.location) == (303, "/rulebook/forward?made=1")
        after = Page(client.get(done.location).text)
        links = [each["href"] for each in after.attributes("a") if "1" in each.get("href", "")]
        assert links[:2] == ["/rulebook/drafts/1/difference", "/rulebook/drafts/1"]
        changes = Page(client.get(links[0]).text)
        assert "None of" in changes.all("p", class_="say")[1]
        assert client.get(links[1]).status_code == 200
        workbook = client.get(f"{links[1]}/workbook")
        read = load_workbook_bytes(workbook.data).rows
        assert (read["Benefits"][0].checked_on, read["Benefits"][1].checked_on) == (
            stored.TODAY,
            date(2026, 2, 1),
        )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path_factory.mktemp('forward')}/it.sqlite3"
    with stored.served(url, BOOK) as (_, app):
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_rows_are_shown_by_need_and_by_sheet(client: FlaskClient) -> None:
    assert len(rows(client)) == 3
    assert [row.split(" ")[0] for row in rows(client, "?need=ended")] == ["Limits"]
    assert [row.split(" ")[0] for row in rows(client, "?sheet=Items")] == ["Items"]
    none = client.get("/rulebook/forward?need=ended&sheet=Items").text
    assert "No row needs anything of this kind." in none


def test_a_row_that_no_estimate_used_is_not_used_and_not_nothing(client: FlaskClient) -> None:
    assert "not used" in rows(client, "?need=ended")[0]
    assert "$0.00" not in client.get("/rulebook/forward").text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"release": "1"}, "No row is marked."),
        ({"release": "1", "row": "Benefits"}, "No row is marked."),
        ({"release": "7", "row": "Benefits!2"}, "Another release is live by now."),
        ({"row": "Benefits!2"}, "Another release is live by now."),
    ],
)
def test_what_cannot_be_dated_is_said(
    client: FlaskClient, sent: dict[str, str], words: str
) -> None:
    page = Page(client.post("/rulebook/forward", data=sent).text)
    assert page.all("p", class_="error")[0].startswith(words)


def test_a_viewer_sees_the_rows_and_marks_none(tmp_path: Any) -> None:
    viewer = Identity("vic", Role.VIEWER)
    url = f"sqlite:///{tmp_path}/it.sqlite3"
    with stored.served(url, BOOK, identify=lambda: viewer) as (_, app):
        client = app.test_client()
        page = Page(client.get("/rulebook/forward").text)
        refused = client.post("/rulebook/forward", data={"release": "1", "row": "Benefits!2"})
    assert "Benefits row 2" in page.all("tbody")[0]
    assert page.attributes("input", name="row") == []
    assert refused.status_code == 403


def test_many_rows_are_paged_and_there_is_a_page_with_everything(tmp_path: Any) -> None:
    words = tuple(replace(b.item(f"item-{n}"), row=n + 9) for n in range(150))
    book = {**BOOK, "Items": (*BOOK["Items"], *words)}
    with stored.served(f"sqlite:///{tmp_path}/it.sqlite3", book) as (_, app):
        client = app.test_client()
        first, second, whole = (
            Page(client.get(f"/rulebook/forward{asked}").text).all("caption")[0]
            for asked in ("", "?page=2", "?all=1")
        )
    assert first == "Rows 1 to 100 of 153"
    assert second == "Rows 101 to 153 of 153"
    assert whole == "Rows 1 to 153 of 153"


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with listening(app) as address:
        yield f"{address}/rulebook/forward"


@pytest.mark.parametrize("asked", ["", "?made=1", "?need=ended&sheet=Items"])
def test_everybody_can_use_the_page(browser: Browser, address: str, asked: str) -> None:
    with opened(browser, f"{address}{asked}") as page:
        can_be_used(page)


@pytest.mark.parametrize("script", [True, False])
def test_rows_are_marked_by_keyboard(browser: Browser, address: str, script: bool) -> None:
    with opened(browser, address, java_script_enabled=script) as page:
        page.get_by_role("checkbox", name="Benefits row 2").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Make a draft").focus()
        press(page, "Enter")
        expect(page.locator("[role=status]")).to_contain_text("source was read today")
