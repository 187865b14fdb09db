"""What staff can do with an answer: keep it, and make rows of Tests from it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, NamedTuple

from estimator.rulebook.model import Rulebook
from estimator.services.as_test import as_tests
from estimator.web.presenters import words
from estimator.web.presenters.names import names_of


class TestLine(NamedTuple):
    """A route of the answer as a row of Tests, or why it cannot be one."""

    anchor: str
    what: str
    text: str
    why_not: str


class Onward(NamedTuple):
    """What the answer can become."""

    request: str
    """What was asked, as it was understood."""
    release: int | None
    tests: tuple[TestLine, ...]


def onward(answer: dict[str, Any], rulebook: Rulebook, today: date) -> Onward:
    """Return what staff can do with an answer."""
    names = names_of(rulebook)
    called = {each["treatment_id"]: each["name"] for each in answer["treatments"]}
    pays = {
        (each["treatment_id"], route["route"]): words.money(route["patient_pays"]["typical"])
        for each in answer["treatments"]
        for route in each["routes"]
    }
    tests = tuple(
        TestLine(
            f"test-{place}",
            f"{called[each.treatment_id]}, {names.route(each.route).lower()}: "
            f"{pays[each.treatment_id, each.route]}",
            each.text or "",
            each.why_not,
        )
        for place, each in enumerate(as_tests(answer, rulebook, today))
    )
    return Onward(json.dumps(answer["request"]), answer["release"], tests)
