"""What the widget answers to whom: framing, reading, limits, and what is kept (nothing)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, literal_column, select, table

from estimator.services.widget.counts import daily_counts
from estimator.storage.database import open_database
from estimator.web.headers import SECURITY
from estimator.web.widget.counting import Counting
from estimator.web.widget.limits import DailyKey
from tests.web import rules
from tests.web.asking import findings
from tests.web.page import Page
from tests.web.widget.conftest import database_of, served, set_up, widget_app

SITE = "https://www.example.org"
STEP = {"step": "insurance", "go": "next", "insurance": "none"}
ANSWER = {"step": "about", "go": "next", "insurance": "none", "age": "41", "annual_income": "31417"}
FRAME, PAGE = "/embed/frame/main", "/cost/main"


def policy(client: FlaskClient, path: str) -> str:
    return client.get(path, buffered=True).headers["Content-Security-Policy"]


def test_each_clinic_is_framed_by_its_own_sites_alone(own: Flask, visitor: FlaskClient) -> None:
    set_up(own, origins=(SITE, "https://*.example.net"))
    set_up(own, "branch", origins=("https://branch.example.org",))

    assert policy(visitor, FRAME).endswith(f"frame-ancestors {SITE} https://*.example.net")
    branch = policy(visitor, "/embed/frame/branch")
    assert branch.endswith("frame-ancestors https://branch.example.org")
    assert policy(visitor, PAGE).endswith("frame-ancestors 'none'")


def test_before_anybody_set_it_up_nobody_frames_it(visitor: FlaskClient) -> None:
    assert policy(visitor, FRAME).endswith("frame-ancestors 'none'")
    assert visitor.get(FRAME).headers["X-Frame-Options"] == "DENY"
    assert visitor.get(PAGE).status_code == 200


@pytest.mark.parametrize("path", [FRAME, PAGE, "/api/v1/widget/main", "/embed/frame/nowhere"])
def test_what_is_closed_or_unknown_is_not_there(
    own: Flask, visitor: FlaskClient, path: str
) -> None:
    set_up(own, served=False, origins=(SITE,))

    assert visitor.get(path).status_code == 404
    assert visitor.post(path, data=STEP).status_code in (404, 405)


@pytest.mark.parametrize("path", [FRAME, PAGE])
@pytest.mark.parametrize("sent", [None, STEP, ANSWER], ids=["first", "step", "answer"])
def test_every_page_is_strict_and_sets_nothing(
    own: Flask, visitor: FlaskClient, path: str, sent: dict[str, str] | None
) -> None:
    set_up(own, origins=(SITE,))
    answer = visitor.get(path) if sent is None else visitor.post(path, data=sent)
    headers = answer.headers

    assert answer.status_code == 200
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    framed = {"Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Resource-Policy"}
    assert {name: headers.get(name) for name in set(SECURITY) - framed} == {
        name: SECURITY[name] for name in set(SECURITY) - framed
    }
    page = Page(answer.text)
    assert not [each for each in page.elements if "style" in each[1] or "onclick" in each[1]]
    assert all("src" in each for each in page.attributes("script"))


def test_only_a_sandboxed_frame_may_read_a_step(visitor: FlaskClient) -> None:
    def allowed(origin: str) -> str | None:
        answer = visitor.post(FRAME, data=STEP, headers={"Origin": origin})
        assert "Access-Control-Allow-Credentials" not in answer.headers
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed("null") == "*"
    assert allowed(SITE) is None
    assert allowed("http://localhost") is None


@pytest.mark.parametrize(
    "path", ["/embed/v1.js", "/embed/v1.0.0.js", "/embed/versions.json", "/embed/plans/x/en.json"]
)
def test_what_is_the_same_for_all_is_for_every_site(visitor: FlaskClient, path: str) -> None:
    headers = visitor.get(path).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_versions_are_kept_for_good_and_the_evergreen_is_not(visitor: FlaskClient) -> None:
    pinned, evergreen = visitor.get("/embed/v1.0.0.js"), visitor.get("/embed/v1.js")

    assert "immutable" in pinned.headers["Cache-Control"]
    assert evergreen.headers["Cache-Control"] == "public, max-age=300"
    assert visitor.get("/embed/v9.9.9.js").status_code == 404
    assert visitor.get("/embed/1.0.0.js").status_code == 404


@pytest.mark.parametrize("name", ["red-ffffff-000000-8", "0b5c66-ffffff-000000-99", "x", "..%2f"])
def test_only_colors_make_a_style_sheet(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/embed/files/x/{name}.css").status_code == 404


def test_the_json_is_read_by_the_clinics_own_sites(own: Flask, visitor: FlaskClient) -> None:
    set_up(own, origins=(SITE,), treatments=("ketamine",))
    path = "/api/v1/widget/main/estimates"
    for origin, allowed in ((SITE, SITE), ("https://evil.test", None), ("null", None)):
        headers = {"Origin": origin}
        asked = visitor.options(path, headers=headers)
        answer = visitor.post(path, json={"plan_id": "gold"}, headers=headers)
        clinic = visitor.get("/api/v1/widget/main", headers=headers)
        for each in (asked, answer, clinic):
            assert each.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Origin" in each.headers["Vary"]
        assert answer.status_code == clinic.status_code == 200
        assert [each["treatment_id"] for each in answer.json["treatments"]] == ["ketamine"]
        assert [each["treatment_id"] for each in clinic.json["treatments"]] == ["ketamine"]
        assert {each["plan_id"] for each in clinic.json["plans"]} >= {"gold", "strict"}


def test_the_json_is_the_estimate_of_that_clinic(own: Flask, visitor: FlaskClient) -> None:
    request = {"plan_id": "gold", "treatments": ["ketamine", "sertraline"], "detail": "full"}
    ours = visitor.post("/api/v1/widget/main/estimates", json={**request, "clinic_id": "branch"})
    plain = visitor.post("/api/v1/estimates", json={**request, "clinic_id": "main"})

    assert ours.json == plain.json
    assert findings(visitor.post("/api/v1/widget/main/estimates", json={"months": 0}), 422)
    assert findings(visitor.post("/api/v1/widget/main/estimates", data="["), 415) == []


@pytest.fixture
def busy(empty_url: str) -> Iterator[Flask]:
    app = widget_app(empty_url, widget_rate="3 per minute", trusted_proxies="1")
    yield app
    database_of(app).close()


def from_(client: FlaskClient, address: str, path: str = PAGE, **sent: Any) -> int:
    headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
    return client.open(path, headers=headers, buffered=True, **sent).status_code


def test_one_network_may_ask_so_often_and_another_too(busy: Flask) -> None:
    client = busy.test_client()
    first = [from_(client, f"203.0.113.{number}") for number in range(5)]

    assert first == [200, 200, 200, 429, 429]
    assert from_(client, "203.0.114.1") == 200
    assert from_(client, "2001:db8:1::1") == 200
    assert from_(client, "203.0.113.9", FRAME, method="POST", data=STEP) == 429
    assert from_(client, "203.0.113.9", "/embed/v1.js") == 200
    told = client.get("/api/v1/widget/main", headers={"X-Forwarded-For": "203.0.113.9"})
    assert findings(told, 429) == []
    spanish = client.get(PAGE + "?lang=es", headers={"X-Forwarded-For": "203.0.113.9"})
    assert "demasiadas consultas" in spanish.text
    assert "¿Está en crisis?" in spanish.text
    assert 'href="tel:988"' in spanish.text


def test_without_a_proxy_of_ours_nobody_names_their_own_address(empty_url: str) -> None:
    app = widget_app(empty_url, widget_rate="3 per minute")
    client = app.test_client()

    assert [from_(client, f"198.51.{number}.1") for number in range(4)][-1] == 429
    database_of(app).close()


def test_a_redis_that_is_away_leaves_the_limit_in_memory(empty_url: str) -> None:
    app = widget_app(empty_url, widget_rate="2 per minute", redis_url="redis://127.0.0.1:1/0")
    client = app.test_client()
    asked = [
        client.get(PAGE),
        client.post(FRAME, data=STEP),
        client.get("/api/v1/widget/main"),
        client.get(FRAME),
    ]

    assert [each.status_code for each in asked] == [200, 200, 429, 429]
    database_of(app).close()


@pytest.mark.parametrize(
    "path",
    [
        *("/embed/v1.js", "/embed/versions.json", "/embed/plans/x/en.json", "/oembed"),
        *("/embed/files/x/widget.js", "/embed/files/x/0b5c66-ffffff-16242b-8.css"),
        *(FRAME, PAGE, "/api/v1/widget/main", "/api/v1/widget/main/estimates"),
    ],
)
def test_other_methods_are_refused_by_us(visitor: FlaskClient, path: str) -> None:
    answer = visitor.delete(path)

    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert "Content-Security-Policy" in answer.headers


def test_counts_wait_for_a_database_that_is_away(empty_url: str) -> None:
    away = open_database(empty_url.replace("empty", "other"))
    there = open_database(empty_url)
    opened = [away, there]
    counting = Counting(lambda: opened[0])
    counting.add("main", rules.TODAY, "opened")
    counting.write()
    opened.pop(0)
    counting.add("main", rules.TODAY, "opened")
    counting.write()

    assert daily_counts(there, "main", rules.TODAY) == [(rules.TODAY, 2, 0)]
    away.close()
    there.close()


def test_the_key_of_a_day_is_gone_with_it() -> None:
    today = date(2026, 3, 2)
    alone, other = DailyKey(), DailyKey()
    shared, its_twin = DailyKey(b"secret"), DailyKey(b"secret")
    first = alone.of(today)

    assert alone.of(today) == first != other.of(today)
    assert alone.of(today + timedelta(days=1)) != first != alone.of(today)
    assert shared.of(today) == its_twin.of(today) != shared.of(today + timedelta(days=1))


def test_counts_hold_sums_and_nothing_else(own: Flask, visitor: FlaskClient) -> None:
    for path in (FRAME, PAGE, PAGE):
        visitor.get(path)
    visitor.post(FRAME, data=STEP)
    visitor.post(PAGE, data=ANSWER)
    database = database_of(own)
    counting = Counting(lambda: database)
    counting.add("main", rules.TODAY, "opened")
    counting.write()
    for rule in own.view_functions.values():
        owner = getattr(getattr(rule, "__wrapped__", rule), "__self__", None)
        if hasattr(owner, "_counting"):
            owner._counting.write()

    assert daily_counts(database, "main", rules.TODAY) == [(rules.TODAY, 4, 1)]
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [
            str(row)
            for name in tables
            for row in connection.execute(select(literal_column("*")).select_from(table(name)))
        ]
    whole = " ".join(rows)
    assert "31417" not in whole
    assert "127.0.0" not in whole


def test_nothing_that_is_typed_or_seen_is_logged(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.post(PAGE, data=ANSWER)
        visitor.post(PAGE, data=ANSWER | {"annual_income": "lots 31417"})
        visitor.post(FRAME, data=ANSWER | {"insurance": "plan", "plan": "31417"})

    assert "31417" not in caplog.text
    assert "127.0.0.1" not in caplog.text


@pytest.mark.parametrize(
    "sent",
    [
        {"step": ""},
        {"go": "next"},
        {"go": "nowhere", "step": "elsewhere"},
        {"go": "next", "step": "answer"},
        {"go": "stay-fr", "step": "answer", "insurance": "none"},
        {"go": "next", "step": "stand", "insurance": "plan", "plan_id": "nothing"},
        {"go": "next", "step": "about", "insurance": "plan", "plan_id": "gold", "age": "\0"},
        {"go": "next", "step": "about", "insurance": "none", "diagnosis": "<script>"},
        {"go": "next", "step": "about", "insurance": "card", "card_coinsurance": "9" * 500},
        {"go": "next", "step": "about", "insurance": "none", "authorization": "approved:x"},
        {"go": "next", "step": "about", "insurance": "none", "start": "999"},
        {"lang": "xx", "theme": "none", "second_plan": "gold", "treatments": "nothing"},
    ],
)
def test_whatever_is_sent_gets_a_page(visitor: FlaskClient, sent: dict[str, str]) -> None:
    answer = visitor.post(PAGE, data=sent)

    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_a_server_of_several_threads_counts_and_answers(empty_url: str) -> None:
    app = widget_app(empty_url)
    with served(app) as port:
        for _ in range(5):
            page = requests.post(f"http://127.0.0.1:{port}{PAGE}", data=ANSWER, timeout=60)
            assert "Your estimate" in page.text
    database_of(app).close()
