"""The one sentence to say on the phone, and what is said apart from it."""

from __future__ import annotations

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
    sentence = f"Over {over}, {_costs(first, rows[first['treatment_id']], names)}"
    if baseline and baseline != first["treatment_id"]:
        called = next(t["name"] for t in answer["treatments"] if t["treatment_id"] == baseline)
        row = rows[baseline]
        about = words.about(row["typical"])
        sentence += f"; {called}, the SSRI with the lowest cost here, about {about}"
        sentence += f" {names.spoken(row['route'])}"
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


def _costs(each: dict[str, Any], row: dict[str, Any], names: Names) -> str:
    low, typical, high = (words.about(row[key]) for key in ("low", "typical", "high"))
    return (
        f"{each['name']} would cost the patient about {typical} "
        f"(between {low} and {high}) {names.spoken(row['route'])}"
    )


def _if_agreed(each: dict[str, Any]) -> str:
    if each["coverage"]["status"] != "unknown":
        return ""
    insured = [route for route in each["routes"] if route["route"] == "insured"]
    if not insured:
        return ""
    pays = {key: words.about(amount) for key, amount in insured[0]["patient_pays"].items()}
    return (
        f"If the plan agrees to cover it, about {pays['typical']} "
        f"(between {pays['low']} and {pays['high']}) with insurance."
    )
