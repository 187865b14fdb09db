"""The one sentence to say on the phone, and what is said apart from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from estimator.web.presenters import words
from estimator.web.presenters.names import Names


class Phone(NamedTuple):
    """A sentence; and, where the plan's answer is open, what it would be if the plan agrees."""

    sentence: str
    if_agreed: str


def phone(answer: dict[str, Any], names: Names) -> Phone:
    """Return what to say."""
    rows = {row["treatment_id"]: row for row in answer["comparison"]["rows"]}
    baseline = answer["comparison"]["baseline"]
    first = _first(answer, rows, baseline)
    if first is None:
        return Phone("None of these treatments can be estimated; the reasons are below.", "")
    over = words.months(answer["request"]["months"])
    row = rows[first["treatment_id"]]
    said = names.spoken(row["route"], first["coverage"]["status"])
    sentence = f"Over {over}, {words.short(first['name'])} would cost you {_range(row)} {said}"
    if baseline and baseline != first["treatment_id"]:
        called = next(
            words.short(t["name"]) for t in answer["treatments"] if t["treatment_id"] == baseline
        )
        about = words.about(rows[baseline]["typical"])
        sentence += f"; {called}, the SSRI with the lowest cost here, would be about {about}"
        sentence += f" {names.spoken(rows[baseline]['route'])}"
    return Phone(f"{sentence}.", _if_agreed(first))


def _first(
    answer: dict[str, Any], rows: dict[str, Any], baseline: str | None
) -> dict[str, Any] | None:
    """Return the treatment the call is about: ketamine if it is there, else the first other."""
    priced = [each for each in answer["treatments"] if each["treatment_id"] in rows]
    ranked = sorted(
        priced, key=lambda each: (each["arm"] != "ketamine", each["treatment_id"] == baseline)
    )
    return ranked[0] if ranked else None


def _range(pays: dict[str, str]) -> str:
    amounts = sorted((pays[key] for key in ("low", "typical", "high")), key=Decimal)
    low, high = words.about(amounts[0]), words.about(amounts[-1])
    typical = words.about(pays["typical"])
    return f"about {typical}" if low == high else f"about {typical} (between {low} and {high})"


def _if_agreed(each: dict[str, Any]) -> str:
    insured = [route for route in each["routes"] if route["route"] == "insured"]
    if each["coverage"]["status"] != "unknown" or not insured:
        return ""
    pays = _range(insured[0]["patient_pays"])
    return f"If the plan agrees to cover it, it would be {pays} with insurance."
