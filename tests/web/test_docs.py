"""The examples of docs/api.md work as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_of_an_estimate_is_answered(shipped: FlaskClient) -> None:
    response = shipped.post("/api/v1/estimates", json=json.loads(examples("json")[0]))

    assert response.status_code == 200
    rows = response.get_json()["comparison"]["rows"]
    assert [row["treatment_id"] for row in rows] == ["iv-ketamine", "sertraline"]


def test_the_example_of_a_problem_is_what_comes(client: FlaskClient) -> None:
    response = client.post(
        "/api/v1/estimates", json={"clinic_id": "main", "start_date": "2026-02-30"}
    )

    assert response.get_json(force=True) == json.loads(examples("json")[1])


def test_the_example_of_a_host_mounts_both() -> None:
    made: dict[str, Any] = {}
    exec(examples("python")[0], made)  # noqa: S102 - our own page

    app: Flask = made["app"]
    assert set(app.extensions["estimator"]) == {"estimator", "north"}


def test_every_address_of_the_interface_is_on_the_page(shared: Flask) -> None:
    for rule in shared.url_map.iter_rules():
        if rule.endpoint.startswith("estimator.api.") and "not_here" not in rule.endpoint:
            assert rule.rule.removeprefix("/api/v1") in PAGE
