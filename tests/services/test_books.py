"""The contract's books: made-up rulebooks whose every answer two people worked out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.rulebook.model import Rulebook
from estimator.services import rulebooks
from estimator.services.estimating import estimate

BOOKS = Path(__file__).parents[1] / "contract" / "books"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", params=["a", "b", "c"])
def book(request: pytest.FixtureRequest) -> tuple[Rulebook, list[dict[str, Any]]]:
    data = (BOOKS / f"book-{request.param}.xlsx").read_bytes()
    rulebook, _ = rulebooks.open_workbook(data, TODAY)
    return rulebook, json.loads((BOOKS / f"book-{request.param}.json").read_text())


def shown(treatment: dict[str, Any]) -> dict[str, Any]:
    return {
        "treatment_id": treatment["treatment_id"],
        "coverage": treatment["coverage"]["status"],
        "best_route": treatment["best_route"],
        "routes": {route["route"]: route["patient_pays"] for route in treatment["routes"]},
    }


def test_every_request_of_a_book_comes_out_to_the_cent(
    book: tuple[Rulebook, list[dict[str, Any]]],
) -> None:
    rulebook, questions = book

    answers = [estimate(each["request"], rulebook, today=TODAY) for each in questions]

    assert len(questions) == 20
    for question, answer in zip(questions, answers, strict=True):
        got = {each["treatment_id"]: shown(each) for each in answer["treatments"]}
        for expected in question["expect"]:
            assert got[expected["treatment_id"]] == expected
