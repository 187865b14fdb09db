"""What was typed into the form, as a request document, with the field each part came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.findings import Finding
from estimator.services.intake.fields import refuse
from estimator.services.intake.requests import JOIN
from estimator.web.form import fields, typed
from estimator.web.form.card import LIMITS, REQUIRED, Card
from estimator.web.form.options import Options
from estimator.web.form.search import Plan, PlanSearch

PATIENT: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("age", "age", typed.whole),
    ("diagnosis", "diagnosis", str.strip),
    ("failed_trials", "failed_trials", typed.whole),
    ("prior_authorization", "prior_authorization", str),
    ("household_size", "household_size", typed.whole),
    ("annual_income", "annual_income", typed.amount),
)
COURSE: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("start_date", "start_date", typed.day),
    ("months", "months", typed.whole),
)
LONGEST = 200
TOGETHER = ("together_first", "together_second")
NOT_LISTED = "Try the payer's name, or say under Insurance that the plan is not listed."


@dataclass(slots=True)
class Posted:
    """The fields as posted."""

    values: Mapping[str, Sequence[str]]

    def __call__(self, name: str) -> str:
        """Return the value of a field, blank where it was not posted."""
        return (self.values.get(name) or [""])[0].strip()

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return list(self.values.get(name) or ())


@dataclass(slots=True)
class Reading:
    """A form as read: the document, where each part came from, and what is wrong so far."""

    document: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    refused: tuple[Finding, ...] = ()
    """What the service found wrong with the document."""
    plan: Plan | None = None
    candidates: dict[str, list[Plan]] = field(default_factory=dict)


def read_form(posted: Posted, options: Options) -> Reading:
    """Return the form as read. What is met is of the plan year of the options' day: today."""
    reader = _Reader(posted, options)
    reader.clinic()
    reader.insurance()
    reader.patient()
    reader.second_plan()
    reader.treatments()
    return reader.reading


def read_plan(posted: Posted, options: Options) -> Reading:
    """Return the part of the form that says which plan, to ask what was met of it."""
    reader = _Reader(posted, options)
    if posted("plan") or posted("insurance") != "plan":
        reader.insurance()
    return reader.reading


class _Reader:
    def __init__(self, posted: Posted, options: Options) -> None:
        self.posted = posted
        self.options = options
        self.reading = Reading()
        self.family = posted("coverage") == "family"

    def clinic(self) -> None:
        self._put("clinic_id", "clinic")

    def insurance(self) -> None:
        kind = self.posted("insurance") or "plan"
        self.reading.places["insurance"] = "insurance"
        if kind == "plan":
            self._listed_plan()
        elif kind == "card":
            self._card()
        else:
            self.reading.document["insurance"] = kind
        if kind in ("plan", "card"):
            self._put("coverage", "coverage")
            self.reading.document["as_of"] = self.options.day.isoformat()

    def _listed_plan(self) -> None:
        plan = self._find_plan("plan")
        if plan is None:
            return
        self.reading.plan = plan
        self._set("plan_id", "plan", plan["plan_id"])
        for limit in plan["limits"]:
            names = {who: fields.met_name(limit, who) for who in fields.WHO}
            self.reading.labels.update(dict.fromkeys(names.values(), fields.met_label(limit)))
            key = {part: limit[part] for part in ("kind", "class", "network")}
            self._met(key, names)

    def _card(self) -> None:
        card = Card(self.posted, self.family, self.options.categories)
        for name in card.missing():
            label = fields.FIELDS[name].label
            self._refuse(name, "required-missing", f"{label} is missing.", REQUIRED[name])
        self.reading.document["plan"] = card.plan()
        self.reading.places.update(card.places)
        for kind, individual, family in LIMITS:
            if self.posted(individual.field):
                names = {"individual": f"{individual.field}_met", "family": f"{family.field}_met"}
                self._met({"kind": kind}, names)

    def _met(self, key: dict[str, Any], names: Mapping[str, str]) -> None:
        met = {
            who: typed.amount(self.posted(name))
            for who, name in names.items()
            if self.posted(name) and (who == "individual" or self.family)
        }
        if not met:
            return
        accumulators = self.reading.document.setdefault("accumulators", [])
        where = f"accumulators[{len(accumulators)}]"
        self.reading.places[where] = names["individual"]
        self.reading.places.update({f"{where}.{who}": names[who] for who in met})
        accumulators.append({**key, **met})

    def patient(self) -> None:
        for key, name, reads in PATIENT:
            if self.posted(name):
                patient = self.reading.document.setdefault("patient", {})
                patient[key] = reads(self.posted(name))
                self.reading.places[f"patient.{key}"] = name
        for key, name, reads in COURSE:
            if self.posted(name):
                self._set(key, name, reads(self.posted(name)))

    def second_plan(self) -> None:
        if not self.posted("second_plan"):
            return
        plan = self._find_plan("second_plan")
        if plan is not None:
            coverage = self.posted("second_coverage") or "self"
            second = {"plan_id": plan["plan_id"], "coverage": coverage}
            self._set("secondary", "second_plan", second)

    def treatments(self) -> None:
        chosen = self.posted.all("treatments")
        together = [self.posted(name) for name in TOGETHER if self.posted(name)]
        if len(together) == len(TOGETHER):
            self.reading.places[f"treatments[{len(chosen)}]"] = TOGETHER[-1]
            chosen.append(JOIN.join(together))
        elif together:
            self._refuse(
                TOGETHER[-1],
                "combination-of-two",
                "Only one of two treatments together is chosen.",
                "Choose the other, or none.",
            )
        if not chosen:
            self._refuse(
                "treatments", "treatment-missing", "No treatment is checked.", "Check at least one."
            )
        self._set("treatments", "treatments", chosen)

    def _find_plan(self, name: str) -> Plan | None:
        if not self.posted(name):
            self._refuse(
                name,
                "plan-missing",
                "No insurance plan is given.",
                "Type the plan, or say under Insurance that it is not listed, that there is none, "
                "or that it is not known.",
            )
            return None
        return find_plan(self.posted, self.options.search, name, self.reading, NOT_LISTED)

    def _put(self, key: str, name: str) -> None:
        if self.posted(name):
            self._set(key, name, self.posted(name))

    def _set(self, key: str, name: str, value: Any) -> None:
        self.reading.document[key] = value
        self.reading.places[key] = name

    def _refuse(self, name: str, code: str, message: str, advice: str) -> None:
        self.reading.findings.append(refuse(name, code, message, advice))


def find_plan(
    posted: Posted, search: PlanSearch, name: str, reading: Reading, if_unknown: str
) -> Plan | None:
    """Return the plan that a field means; what stands in the way goes into *reading*."""
    text = posted(name)[:LONGEST]
    found = search.find(text)
    if len(found) > 1:
        reading.candidates[name] = found
    chosen = [plan for plan in found if plan["plan_id"] == posted(f"{name}_id")]
    if len(chosen or found) == 1:
        return (chosen or found)[0]
    if found:
        says = f"{len(found)} plans fit what was typed."
        which = refuse(f"{name}_id", "plan-ambiguous", says, "Choose one of them.")
        reading.findings.append(which)
    else:
        says = f"No plan of the rulebook has this name.{search.near(text)}"
        reading.findings.append(refuse(name, "unknown-plan", says, if_unknown))
    return None
