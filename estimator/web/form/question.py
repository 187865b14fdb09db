"""What is asked of the rules: a plan, an item, a place and a day, as typed into the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from estimator.services.intake.fields import refuse
from estimator.web.form import typed
from estimator.web.form.options import Options
from estimator.web.form.posted import Posted, Reading
from estimator.web.form.reading import find_plan

NETWORKS = (("", "By the rulebook"), ("in", "In network"), ("out", "Out of network"))
IF_UNKNOWN = "Try the payer's name, or a word of the plan's."
_PLACES: dict[str, tuple[str, Callable[[str], str]]] = {
    "item_id": ("item", str),
    "date": ("date", typed.day),
    "network": ("network", str),
    "clinic_id": ("clinic", str),
}
"""Key of the question → field of the page, and how it is read."""


def read_question(asked: Posted, options: Options) -> Reading:
    """Return the question as read; a blank date is the options' day: today."""
    reading = Reading({"date": options.day.isoformat()})
    if asked("plan"):
        find_plan(asked, options.search, "plan", reading, IF_UNKNOWN)
    else:
        says = "No insurance plan is given."
        reading.findings.append(refuse("plan", "plan-missing", says, "Type the plan."))
    if "plan" in reading.plans:
        reading.document["plan_id"] = reading.plans["plan"]["plan_id"]
    reading.places["plan_id"] = "plan_id" if reading.candidates else "plan"
    for key, (name, reads) in _PLACES.items():
        reading.places[key] = name
        if asked(name):
            reading.document[key] = reads(asked(name))
    return reading


def unasked(options: Options, today: date, clinic: str = "") -> Posted:
    """Return the page as it is before anything is asked."""
    known = [each["clinic_id"] for each in options.clinics]
    first = known[0] if known else ""
    return Posted(
        {"clinic": [clinic if clinic in known else first], "date": [typed.us_date(today)]}
    )
