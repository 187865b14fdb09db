from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.asking import findings
from tests.web.schema import faults
from tests.web.test_api import CASE

REQUESTS: list[dict[str, Any]] = [
    {"clinic_id": "main"},
    {"clinic_id": "main", "insurance": "unknown"},
    {
        "clinic_id": "main",
        "plan_id": "gold",
        "coverage": "family",
        "accumulators": [
            {"kind": "deductible", "network": "in", "individual": "100.00", "family": "200.00"}
        ],
        "patient": {
            "age": 40,
            "diagnosis": "F33.2",
            "failed_trials": 3,
            "household_size": 2,
            "annual_income": "30000.00",
        },
        "treatments": ["ketamine", "ketamine+sertraline", "sertraline", "tryptophan", "spray"],
    },
    {"clinic_id": "main", "plan_id": "shadow", "treatments": ["ketamine"], "detail": "summary"},
    {"clinic_id": "main", "plan_id": "gold", "secondary": {"plan_id": "silver"}},
    {
        "clinic_id": "main",
        "plan": {
            "payer_id": "acme",
            "limits": [{"kind": "oop_max", "individual": "900"}],
            "benefits": [{"category": "*", "coinsurance": "0.3"}],
        },
    },
]


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return document


def test_every_address_of_the_interface_is_described(
    app: Flask, description: dict[str, Any]
) -> None:
    rules = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("estimator.api.", "estimator.widget_api."))
        and "not_here" not in rule.endpoint
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method) for path, methods in description["paths"].items() for method in methods
    }

    assert described == rules


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(description)))

    assert named <= set(description["components"]["schemas"])


def test_amounts_are_described_as_text(description: dict[str, Any]) -> None:
    limit = description["components"]["schemas"]["LimitDocument"]["properties"]
    request = description["components"]["schemas"]["RequestDocument"]["properties"]

    assert limit["individual"]["type"] == "string"
    assert request["start_date"]["anyOf"][0]["format"] == "date"
    assert request["months"]["minimum"] == 1
    assert request["months"]["maximum"] == 36


@pytest.mark.parametrize("request_", REQUESTS)
def test_requests_and_their_answers_are_as_described(
    client: FlaskClient, description: dict[str, Any], request_: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/estimates", json=request_).get_json()

    assert faults(request_, operation(description, "estimates", "request"), description) == []
    assert faults(answer, operation(description, "estimates", "200"), description) == []


def test_a_case_and_its_answer_are_as_described(
    client: FlaskClient, description: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/adjudications", json=CASE).get_json()

    assert faults(CASE, operation(description, "adjudications", "request"), description) == []
    assert faults(answer, operation(description, "adjudications", "200"), description) == []


def test_every_other_answer_is_as_described(
    client: FlaskClient, description: dict[str, Any]
) -> None:
    for path, methods in description["paths"].items():
        if "get" in methods and "{" not in path:
            schema = content(methods["get"]["responses"]["200"])
            assert faults(client.get(path).get_json(), schema, description) == []


def test_a_problem_is_as_described(client: FlaskClient, description: dict[str, Any]) -> None:
    response = client.post("/api/v1/estimates", json={"months": 0})

    findings(response, 422)
    schema = operation(description, "estimates", "422")
    assert faults(response.get_json(force=True), schema, description) == []


def test_what_is_described_as_refused_is_refused(description: dict[str, Any]) -> None:
    schema = operation(description, "estimates", "request")

    assert faults({"surprise": 1}, schema, description)
    assert faults({"coverage": "both"}, schema, description)
    assert faults({"patient": {"annual_income": 480.5}}, schema, description)


def operation(description: dict[str, Any], name: str, part: str) -> dict[str, Any]:
    post = description["paths"][f"/api/v1/{name}"]["post"]
    return content(post["requestBody"] if part == "request" else post["responses"][part])


def content(described: dict[str, Any]) -> dict[str, Any]:
    (only,) = described["content"].values()
    schema: dict[str, Any] = only["schema"]
    return schema
