from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.web import assets
from estimator.web.headers import SECURITY
from tests.web.asking import FORM

SENT = {"asked": assets.version(), "name": "estimator.css", "rest": "nothing"}


def every_route(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (re.sub(r"<(?:\w+:)?(\w+)>", lambda part: SENT[part[1]], rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    )


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    client = app.test_client()
    for path, method in every_route(app):
        headers = client.open(path, method=method, buffered=True).headers
        assert {name: headers.get(name) for name in SECURITY} == SECURITY, (path, method)
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


@pytest.mark.parametrize(
    "name", ["estimator.css", "estimator.js", "icon.svg", "accounts.css", "session.js"]
)
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
    assert (assets.FOLDER / "estimator.css").stat().st_size <= 10_240
    assert (assets.FOLDER / "estimator.js").stat().st_size <= 4_096
    for name in ("accounts.css", "session.js"):
        assert (assets.FOLDER / name).stat().st_size <= 4_096
