"""Requests and forms that tests send, and what every problem looks like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FORM: dict[str, Any] = {
    "action": "estimate",
    "clinic": "main",
    "insurance": "plan",
    "plan": "gold",
    "coverage": "self",
    "start_date": "03/02/2026",
    "months": "12",
    "treatments": ["ketamine", "sertraline"],
}
CARD: dict[str, Any] = {
    **FORM,
    "insurance": "card",
    "plan": "",
    "card_network": "in",
    "card_deductible": "$1,500.00",
    "card_oop_max": "6000",
    "card_coinsurance": "20%",
    "card_copay": "40",
    "card_drug_copay": "10",
}


def send(client: FlaskClient, form: dict[str, Any] = FORM, /, **changes: Any) -> str:
    """Send the form and return the page."""
    response = client.post("/", data={**form, **changes})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def findings(response: TestResponse, status: int) -> list[dict[str, str]]:
    """Return the findings of a problem, having checked that it is one of *status*."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    document = response.get_json(force=True)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    for finding in document["findings"]:
        assert set(finding) == {"severity", "code", "message", "advice", "where"}
    return list(document["findings"])


def codes(found: Iterable[dict[str, str]]) -> list[str]:
    """Return the codes of findings."""
    return [finding["code"] for finding in found]
