from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.web import assets
from estimator.web.headers import SECURITY
from tests.web.asking import FORM

SENT = {
    "asked": assets.version(),
    "name": "estimator.css",
    "rest": "nothing",
    "number": "1",
    "kind": "csv",
    "clinic_id": "main",
    "lang": "en",
    "tokens": "0b5c66-ffffff-16242b-8",
}

FRAMED = {"Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Resource-Policy"}
FOR_ALL = set(SECURITY) - FRAMED
"""What every answer carries; widget/test_safety.py holds what the widget's have in their place."""


def every_route(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (re.sub(r"<(?:\w+:)?(\w+)>", lambda part: SENT[part[1]], rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    )


def test_an_address_that_is_nobodys_gets_a_page_of_ours(client: FlaskClient) -> None:
    response = client.get("/nowhere/at-all")

    assert response.status_code == 404
    assert "There is no page at this address." in response.text
    assert '<link rel="stylesheet" href="/assets/' in response.text
    assert dict(response.headers).items() >= SECURITY.items()


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    client = app.test_client()
    for path, method in every_route(app):
        headers = client.open(path, method=method, buffered=True).headers
        kept = FOR_ALL if "widget" in path or "embed" in path or "cost" in path else set(SECURITY)
        assert {name: headers.get(name) for name in kept} == {
            name: SECURITY[name] for name in kept
        }, (path, method)
        assert "unsafe" not in headers["Content-Security-Policy"], (path, method)
        assert headers["Cache-Control"], (path, method)
        assert "Set-Cookie" not in headers, (path, method)


def test_the_policy_allows_no_inline_script_or_style(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    page = client.post("/", data=FORM).text

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<style|<script(?![^>]*src=)| style=| on\w+=|javascript:", page)


def test_nothing_comes_from_elsewhere(client: FlaskClient) -> None:
    page = client.post("/", data=FORM).text

    assert not re.search(r'(src|action)="(https?:)?//', page)
    assert not re.search(r'<link[^>]+href="(https?:)?//', page)


def test_transport_is_held_strict_only_over_https(client: FlaskClient) -> None:
    plain = client.get("/healthz")
    secure = client.get("/healthz", base_url="https://localhost")

    assert "Strict-Transport-Security" not in plain.headers
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


STATIC = [
    "estimator.css",
    "estimator.js",
    "icon.svg",
    "accounts.css",
    "session.js",
    "rulebook.css",
    "upload.js",
]


@pytest.mark.parametrize("name", STATIC)
def test_static_files_are_kept_for_good_under_their_version(client: FlaskClient, name: str) -> None:
    current = client.get(f"/assets/{assets.version()}/{name}", buffered=True)
    old = client.get(f"/assets/old/{name}", buffered=True)

    assert current.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert old.headers["Cache-Control"] == "no-cache"
    kept = {"If-None-Match": old.headers["ETag"]}
    assert client.get(f"/assets/old/{name}", headers=kept, buffered=True).status_code == 304


@pytest.mark.parametrize("name", ["nothing.css", "..%2f__init__.py", "..%2Fheaders.py"])
def test_only_static_files_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/assets/{assets.version()}/{name}").status_code == 404


def test_the_style_sheet_stays_small() -> None:
    assert (assets.FOLDER / "estimator.css").stat().st_size <= 12_288
    assert (assets.FOLDER / "estimator.js").stat().st_size <= 4_096
    for name in set(STATIC) - {"estimator.css", "estimator.js", "icon.svg"}:
        assert (assets.FOLDER / name).stat().st_size <= 4_096
