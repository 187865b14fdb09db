"""The worked estimate that a newcomer sees first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from estimator.rulebook.model import Rulebook
from estimator.rulebook.text_form import read_folder
from estimator.services.estimating import estimate
from estimator.services.example import worked_estimate
from tests.builders import TODAY

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return Rulebook(read_folder(RULES / "us-2026").rows)


def test_the_example_shows_every_treatment_compared_with_its_figures(shipped: Rulebook) -> None:
    patient = json.loads((RULES / "example-patient.json").read_text())
    answer = estimate(patient, shipped, today=TODAY)

    text = worked_estimate(shipped, TODAY)

    names = {each["treatment_id"]: each["name"] for each in answer["treatments"]}
    for row in answer["comparison"]["rows"]:
        (line,) = [
            each
            for each in text.splitlines()
            if re.match(rf"{re.escape(names[row['treatment_id']])} +\$", each)
        ]
        for name in ("low", "typical", "high"):
            assert f"${float(row[name]):,.2f}" in line
    assert text.count("(cheapest SSRI)") == 1


def test_the_example_shows_how_two_lines_came_about(shipped: Rulebook) -> None:
    receipt = worked_estimate(shipped, TODAY).split("Two lines of its receipt:")[1]

    assert receipt.count(": patient pays $") == 2
    assert len(re.findall(r"prices: .*Prices row \d+", receipt)) == 2


def test_the_example_promises_nothing(shipped: Rulebook) -> None:
    last = worked_estimate(shipped, TODAY).splitlines()[-1]

    assert last == "An estimate, not a promise of coverage, and no medical advice."
    assert "<- best route" in worked_estimate(shipped, TODAY)
