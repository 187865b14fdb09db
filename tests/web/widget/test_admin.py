"""The administrator's pages of the widget."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from estimator.services.accounts.roles import Identity, Role
from estimator.services.widget.settings import settings_of
from estimator.web.widget import files
from tests.web.browsing import AXE, RULES, violations
from tests.web.page import Page
from tests.web.widget.conftest import HERE, Site, database_of, set_up
from tests.web.widget.journey import to_answer
from tests.web.widget.test_embed import visited

PATH = "/admin/widgets/main"
SENT: dict[str, Any] = {
    "served": "yes",
    "origins": "https://www.example.org\n\nhttps://*.example.net\n",
    "treatments": ["ketamine", "sertraline"],
    "languages": ["en"],
    "accent": "#aa0000",
    "background": "#ffffff",
    "text": "#000000",
    "radius": "4",
    "contact_phone": "555 0100",
}


def save(client: FlaskClient, **changes: Any) -> Any:
    return client.post(PATH, data=SENT | changes, environ_overrides=HERE)


def test_what_is_saved_is_served(own: Flask, visitor: FlaskClient) -> None:
    saved = save(visitor)
    frame = visitor.get("/embed/frame/main")
    page = Page(visitor.get(f"{PATH}?saved=yes", environ_overrides=HERE).text)

    assert saved.status_code == 303
    assert saved.headers["Location"].endswith(f"{PATH}?saved=yes")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://www.example.org https://*.example.net")
    assert "aa0000-ffffff-000000-4.css" in frame.text
    assert page.all("p", role="status") == ["Saved."]
    assert page.checked("treatments") == ["ketamine", "sertraline"]
    kept = settings_of(database_of(own), "main")
    assert (kept.changed_by, kept.languages) == ("this machine", ("en",))


def test_what_is_wrong_is_shown_and_not_saved(own: Flask, visitor: FlaskClient) -> None:
    answer = save(visitor, origins="www.example.org", radius="lots")
    page = Page(answer.text)

    assert page.title.startswith("Error: ")
    assert any("origins[0]" in each for each in page.all("li"))
    assert "www.example.org" in page.words("origins")
    assert settings_of(database_of(own), "main").changed_at is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF, Role.EDITOR, Role.APPROVER])
def test_only_an_administrator_may_open_it(own: Flask, role: Role) -> None:
    access = next(
        each.__self__ for each in own.before_request_funcs["estimator"] if hasattr(each, "__self__")
    )
    access._identify = lambda: Identity("Robin", role)
    client = own.test_client()

    for path in ("/admin/widgets", PATH, f"{PATH}/preview"):
        assert client.get(path).status_code == 403
    assert client.post(PATH, data=SENT).status_code == 403


def test_unknown_clinics_have_no_widget(visitor: FlaskClient) -> None:
    for path in ("/admin/widgets/nowhere", "/admin/widgets/files/x/widget.css"):
        assert visitor.get(path, environ_overrides=HERE).status_code == 404


def test_the_preview_is_framed_by_this_page_alone(visitor: FlaskClient) -> None:
    asked = f"{PATH}/preview?accent=%23ff0000&background=red&radius=999&theme=dark&lang=es"
    preview = visitor.get(asked, environ_overrides=HERE)
    page = visitor.get(PATH, environ_overrides=HERE)

    assert preview.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "ff0000-ffffff-16242b-8.css" in preview.text
    assert 'lang="es" data-theme="dark"' in preview.text
    assert page.headers["Content-Security-Policy"].endswith("frame-src 'self'")


def test_every_snippet_is_complete(visitor: FlaskClient) -> None:
    text = visitor.get(PATH, environ_overrides=HERE).text
    codes = [html.unescape(each) for each in re.findall(r"<code[^>]*>(.*?)</code>", text, re.S)]
    element, pinned, page, frame, policy = codes

    assert '<script async src="http://localhost/embed/v1.js"></script>' in element
    assert '<ketamine-cost-estimator clinic="main" lang="en"' in element
    assert '<a href="http://localhost/cost/main?lang=en">' in element
    assert files.LOADERS[files.NEWEST] in pinned
    assert 'crossorigin="anonymous"' in pinned
    assert page == "http://localhost/cost/main?lang=en"
    assert 'sandbox="allow-scripts ' in frame
    assert "allow-same-origin" not in frame
    assert policy == "script-src http://localhost\nframe-src http://localhost"


def test_the_page_shows_what_was_counted(visitor: FlaskClient) -> None:
    visitor.get("/cost/main")
    visitor.get("/cost/main")
    page = Page(visitor.get(PATH, environ_overrides=HERE).text)

    assert page.all("td") == ["2", "0"]


def test_every_clinic_is_listed(own: Flask, visitor: FlaskClient) -> None:
    set_up(own, origins=("https://www.example.org",))
    page = Page(visitor.get("/admin/widgets", environ_overrides=HERE).text)

    set_up(own, "branch", served=False)
    closed = visitor.get("/admin/widgets", environ_overrides=HERE).text

    assert "https://www.example.org" in page.all("td")
    assert {"/cost/main", "/cost/branch"} <= {each.get("href") for each in page.attributes("a")}
    assert "/cost/branch" not in closed
    assert "nobody yet: the defaults hold" in page.all("td")


def test_colors_are_previewed_before_they_are_saved(browser: Browser, costs: str) -> None:
    with visited(browser, f"{costs}/admin/widgets/main") as page:
        frame = page.frame_locator("#preview")
        expect(frame.locator("button.main")).to_have_css("color", "rgb(255, 255, 255)")
        page.locator("#accent").fill("#ffee00")
        expect(frame.locator("link[rel=stylesheet]")).to_have_attribute(
            "href", re.compile("ffee00")
        )
        page.locator("#preview-lang").select_option("es")
        expect(frame.locator("html")).to_have_attribute("lang", "es")
        page.evaluate(AXE.read_text("utf-8"))
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert violations(page, RULES) == []


@pytest.mark.parametrize("part", [0, 1, 3])
def test_what_is_pasted_works(
    browser: Browser, costs: str, site: Site, visitor: FlaskClient, part: int
) -> None:
    text = visitor.get(PATH, base_url=costs, environ_overrides=HERE).text
    codes = [html.unescape(each) for each in re.findall(r"<code[^>]*>(.*?)</code>", text, re.S)]
    with visited(browser, site.page(codes[part])) as page:
        within = "iframe" if part == 3 else "ketamine-cost-estimator >> iframe"
        to_answer(page.frame_locator(within))
