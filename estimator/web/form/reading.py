"""What was typed into the form, as a request document, with the field each part came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from estimator.services.intake.fields import refuse
from estimator.services.intake.requests import JOIN
from estimator.web.form import fields, typed
from estimator.web.form.asked import FAMILY, INSURED, Asked
from estimator.web.form.card import REQUIRED, Card
from estimator.web.form.options import Options
from estimator.web.form.posted import Posted, Reading
from estimator.web.form.search import Plan, PlanSearch

Fields = tuple[tuple[str, str, Callable[[str], str]], ...]
"""Keys of the document, each with its field and how it is read."""

POLICY: Fields = (
    ("age", "age", typed.whole),
    ("diagnosis", "diagnosis", str.strip),
    ("failed_trials", "failed_trials", typed.whole),
    ("prior_authorization", "prior_authorization", str),
)
"""What a plan's policies ask; without a plan nobody does."""
HOUSEHOLD: Fields = (
    ("household_size", "household_size", typed.whole),
    ("annual_income", "annual_income", typed.amount),
)
COURSE: Fields = (
    ("start_date", "start_date", typed.day),
    ("months", "months", typed.whole),
)
LONGEST = 200
TOGETHER = ("together_first", "together_second")
NOT_FOUND = {
    "plan": "Try the payer's name, or say under Insurance that the plan is not listed.",
    "second_plan": "Try the payer's name, or leave the second plan out.",
}
"""What to do where no plan is found, by field."""


def read_form(posted: Posted, options: Options) -> Reading:
    """Return the form as read. What is met is of the plan year of the options' day: today."""
    reader = _Reader(posted, options)
    reader.clinic()
    reader.insurance()
    reader.patient()
    reader.second_plan()
    reader.assistance()
    reader.treatments()
    return reader.reading


def read_plans(posted: Posted, options: Options) -> Reading:
    """Return the parts of the form that say which plans, to ask what is met of each."""
    reader = _Reader(posted, options)
    if posted("plan") and reader.kind == "plan":
        reader.listed_plan()
    reader.second_plan()
    return reader.reading


class _Reader:
    def __init__(self, posted: Posted, options: Options) -> None:
        self.posted = posted
        self.options = options
        self.reading = Reading()
        self.kind = posted("insurance") or "plan"
        self.insured = self.kind in ("plan", "card")
        known = posted("card_network") if self.kind == "card" else ""
        self.networks: tuple[str, ...] = (known,) if known else ("in", "out")
        """Those that the clinic may be in, as far as is known."""

    def clinic(self) -> None:
        self._put("clinic_id", "clinic")
        self.reading.document["as_of"] = self.options.day.isoformat()

    def insurance(self) -> None:
        self.reading.places["insurance"] = "insurance"
        if self.kind == "plan":
            self.listed_plan()
        elif self.kind == "card":
            self._card()
        else:
            self.reading.document["insurance"] = self.kind
        if self.insured:
            self._put("coverage", "coverage")

    def listed_plan(self) -> None:
        plan = self._find_plan("plan")
        if plan is None:
            return
        self._set("plan_id", "plan", plan["plan_id"])
        self.networks = (self.options.network(plan, self.posted("clinic")),)
        asked = self.options.asked(plan, self.networks, self._shown())
        self.reading.asked["plan"] = asked
        self._met(asked, self.reading.document, "", self.posted("coverage"))

    def _card(self) -> None:
        family = self.posted("coverage") == FAMILY
        card = Card(self.posted, family, self.options.categories)
        for name in card.missing():
            label = fields.FIELDS[name].label
            self._refuse(name, "required-missing", f"{label} is missing.", REQUIRED[name])
        self.reading.document["plan"] = card.plan()
        self.reading.places.update(card.places)
        self._met(card.asked(), self.reading.document, "", self.posted("coverage"))

    def _met(
        self, asked: Iterable[Asked], document: dict[str, Any], place: str, coverage: str
    ) -> None:
        """Put what was typed as met or used into the *document* at *place*."""
        for each in asked:
            self.reading.labels.update((part.name, part.told) for part in each.parts)
            parts = [part for part in each.parts if part.key != FAMILY or coverage == FAMILY]
            given = {part: self.posted(part.name) for part in parts if self.posted(part.name)}
            if not given:
                continue
            accumulators = document.setdefault("accumulators", [])
            where = f"{place}accumulators[{len(accumulators)}]"
            self.reading.places[where] = each.parts[0].name
            self.reading.places.update((f"{where}.{part.key}", part.name) for part in given)
            met = {part.key: part.reads(text) for part, text in given.items()}
            accumulators.append({**each.which, **met})

    def patient(self) -> None:
        for key, name, reads in (*(POLICY if self.insured else ()), *HOUSEHOLD):
            if self.posted(name):
                patient = self.reading.document.setdefault("patient", {})
                patient[key] = reads(self.posted(name))
                self.reading.places[f"patient.{key}"] = name
        for key, name, reads in COURSE:
            if self.posted(name):
                self._set(key, name, reads(self.posted(name)))

    def second_plan(self) -> None:
        if not self.insured or not self.posted("second_plan"):
            return
        plan = self._find_plan("second_plan")
        if plan is None:
            return
        coverage = self.posted("second_coverage") or "self"
        second: dict[str, Any] = {"plan_id": plan["plan_id"], "coverage": coverage}
        asked = self.options.asked_of_second(plan, self.networks, self._shown())
        self.reading.asked["second_plan"] = asked
        self._met(asked, second, "secondary.", coverage)
        self._set("secondary", "second_plan", second)

    def assistance(self) -> None:
        """Put what programs have paid already; one for insured patients only with a plan."""
        for part in self.options.programs:
            if self.posted(part.name) and (self.insured or part.whose != INSURED):
                used = self.reading.document.setdefault("assistance_used", {})
                used[part.key] = part.reads(self.posted(part.name))
                self.reading.places[f"assistance_used.{part.key}"] = part.name
                self.reading.labels[part.name] = part.told

    def _shown(self) -> list[str]:
        """Return the treatments that are to be estimated, each of two together for itself."""
        together = (self.posted(name) for name in TOGETHER)
        return [*self.posted.all("treatments"), *together]

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
        return find_plan(self.posted, self.options.search, name, self.reading, NOT_FOUND[name])

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
        reading.plans[name] = (chosen or found)[0]
        return reading.plans[name]
    if found:
        says = f"{len(found)} plans fit what was typed."
        which = refuse(f"{name}_id", "plan-ambiguous", says, "Choose one of them.")
        reading.findings.append(which)
    else:
        says = f"No plan of the rulebook has this name.{search.near(text)}"
        reading.findings.append(refuse(name, "unknown-plan", says, if_unknown))
    return None
