from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.services.rulebooks import NoPublishedRulebook
from estimator.web.bodies import LARGEST_BODY
from tests.web.asking import codes, findings

DOCUMENTS = ("/api/v1/estimates", "/api/v1/adjudications")
LISTS = ("clinics", "payers", "plans", "treatments")
CASE = {
    "plan": {
        "limits": [{"kind": "deductible", "individual": "100.00"}],
        "benefits": [{"category": "infusion", "coinsurance": "0.20"}],
    },
    "claims": [{"date": "2026-03-02", "category": "infusion", "billed": "300.00"}],
}


def test_an_estimate_names_its_release_and_is_not_kept(client: FlaskClient) -> None:
    response = client.post("/api/v1/estimates", json={"clinic_id": "main", "plan_id": "gold"})

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.get_json()
    assert (answer["release"], answer["fingerprint"]) == (7, "f" * 64)
    assert [row["treatment_id"] for row in answer["comparison"]["rows"]] == [
        "ketamine",
        "sertraline",
    ]


def test_an_estimate_without_a_start_begins_today(client: FlaskClient) -> None:
    answer = client.post("/api/v1/estimates", json={"clinic_id": "main"}).get_json()

    assert answer["request"]["start_date"] == "2026-03-02"


def test_a_case_is_adjudicated(client: FlaskClient) -> None:
    answer = client.post("/api/v1/adjudications", json=CASE).get_json()

    assert answer["totals"]["patient_pays"] == "140.00"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_stands_under_its_name(client: FlaskClient, name: str) -> None:
    document = client.get(f"/api/v1/{name}").get_json()

    assert list(document) == [name]
    assert document[name]


def test_plans_say_which_limits_to_ask_for(client: FlaskClient) -> None:
    plans = {each["plan_id"]: each for each in client.get("/api/v1/plans").get_json()["plans"]}

    assert [limit["kind"] for limit in plans["gold"]["limits"]] == [
        "deductible",
        "deductible",
        "oop_max",
    ]


def test_the_release_in_force_is_told(client: FlaskClient) -> None:
    assert client.get("/api/v1/release").get_json()["release"] == 7


@pytest.mark.parametrize("name", ["release", *LISTS, "openapi.json"])
def test_what_holds_with_the_release_is_asked_for_once(client: FlaskClient, name: str) -> None:
    first = client.get(f"/api/v1/{name}")
    again = client.get(f"/api/v1/{name}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_the_server_says_that_it_lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready", "release": 7}


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"months": NaN}',
        b'{"months": 1, "months": 2}',
        b"[" * 100_000,
        b"1" * 5_000,
    ],
)
def test_what_is_not_json_is_a_problem(client: FlaskClient, path: str, body: bytes) -> None:
    response = client.post(path, data=body, content_type="application/json")

    assert codes(findings(response, 400)) == ["json-not-readable"]


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"1.5"])
def test_one_document_is_one_object(client: FlaskClient, path: str, body: bytes) -> None:
    response = client.post(path, data=body, content_type="application/json")

    assert codes(findings(response, 422)) == ["document-not-an-object"]


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_a_problem(client: FlaskClient, path: str, kind: str) -> None:
    assert findings(client.post(path, data=b"{}", content_type=kind), 415) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_more_than_a_megabyte_is_a_problem(client: FlaskClient, path: str) -> None:
    body = b" " * (LARGEST_BODY + 1)

    assert findings(client.post(path, data=body, content_type="application/json"), 413) == []


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"plan_id": "golden"}, "plan_id"),
        ({"plan_id": "go\0ld"}, "plan_id"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"months": 37}, "months"),
        ({"months": -1}, "months"),
        ({"patient": {"annual_income": "-5.00"}}, "patient.annual_income"),
        ({"patient": {"annual_income": 480.5}}, "patient.annual_income"),
        ({"treatments": ["ketamin"]}, "treatments[0]"),
        ({"surprise": 1}, "surprise"),
        ({"clinic_id": "nowhere"}, "clinic_id"),
        (
            {"plan_id": "gold", "accumulators": [{"kind": "deductible", "individual": "-1"}]},
            "accumulators[0].individual",
        ),
    ],
)
def test_a_refused_document_says_where(
    client: FlaskClient, document: dict[str, object], where: str
) -> None:
    response = client.post("/api/v1/estimates", json={"clinic_id": "main"} | document)

    found = findings(response, 422)
    assert [each["where"] for each in found] == [where]
    assert found[0]["severity"] == "stop"


def test_every_problem_of_a_document_comes_at_once(client: FlaskClient) -> None:
    response = client.post("/api/v1/estimates", json={"months": 0, "coverage": "both", "x": 1})

    assert {each["where"] for each in findings(response, 422)} == {"months", "coverage", "x"}


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/estimates", "/api/", "/api/v1/plans/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str, method: str) -> None:
    assert findings(client.open(path, method=method), 404) == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/estimates", "OPTIONS, POST"),
        ("/api/v1/plans", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_a_problem(client: FlaskClient, path: str, allowed: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "QUERY"):
        response = client.open(path, method=method)
        assert findings(response, 405) == []
        assert response.headers["Allow"] == allowed
    assert client.options(path).headers["Allow"] == allowed


def test_a_database_without_a_release_is_not_ready(app: Flask) -> None:
    def nothing() -> None:
        raise NoPublishedRulebook("nothing")

    app.extensions["estimator"]["estimator"].live = nothing
    client = app.test_client()

    assert findings(client.get("/readyz"), 503) == []
    assert findings(client.post("/api/v1/estimates", json={}), 503) == []
    assert client.get("/").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_fault_tells_nothing_of_what_was_sent(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("SECRET-PATIENT")

    app.extensions["estimator"]["estimator"].live = broken
    client = app.test_client()

    with caplog.at_level(logging.DEBUG):
        answer = client.post("/api/v1/estimates", json={"plan_id": "SECRET-PLAN"})
        page = client.post("/", data={"plan": "SECRET-PLAN"})

    assert findings(answer, 500) == []
    assert page.status_code == 500
    assert "RuntimeError" in caplog.text
    for text in (caplog.text, answer.text, page.text):
        assert "SECRET" not in text
        assert "Traceback" not in text
