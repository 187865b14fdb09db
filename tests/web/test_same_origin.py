"""Where a request comes from, in every shape that browsers and programs send."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from tests.web.accounts.clinic import Clinic
from tests.web.asking import FORM

HERE = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
OWN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost"},
    {"Origin": "https://localhost"},
]
OTHERS: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "http://localhost.elsewhere.example"},
    {"Origin": "http://localhost@elsewhere.example"},
    {"Origin": "null"},
    {"Origin": ""},
]


def posted(app: Flask, headers: dict[str, str], cookie: bool = False) -> Response:
    client = app.test_client()
    if cookie:
        client.set_cookie("another", "of the host")
    return client.post("/", data=FORM, headers=headers, environ_overrides=HERE)


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_our_own_pages_may_post(app: Flask, headers: dict[str, str]) -> None:
    assert posted(app, headers).status_code == 200
    assert posted(app, headers, cookie=True).status_code == 200


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_another_sites_page_may_not_on_the_machine_itself_either(
    app: Flask, headers: dict[str, str]
) -> None:
    assert posted(app, headers).status_code == 403


def test_a_program_may_that_has_no_cookie(app: Flask) -> None:
    assert posted(app, {}).status_code == 200
    assert posted(app, {}, cookie=True).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code"])
def test_another_sites_page_signs_nobody_in(clinic: Clinic, path: str) -> None:
    clinic.add("robin", "viewer")
    client = clinic.app.test_client()

    answer = client.post(path, data={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_looking_is_not_doing(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert client.get("/account").status_code == 200


def test_the_public_estimate_is_open_to_other_sites(app: Flask) -> None:
    document = {"clinic_id": "main", "plan_id": "gold", "treatments": ["sertraline"]}
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}

    answer = app.test_client().post("/api/v1/estimates", json=document, headers=headers)

    assert answer.status_code == 200
