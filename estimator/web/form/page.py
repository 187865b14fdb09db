"""The form as the page shows it: every field with its value and what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from estimator.web.form import fields, typed
from estimator.web.form.card import LIMITS, Entry
from estimator.web.form.errors import Error
from estimator.web.form.options import Options
from estimator.web.form.reading import Posted, Reading
from estimator.web.form.search import Plan
from estimator.web.presenters import words

INSURANCE = (
    ("plan", "A plan in the list"),
    ("card", "My plan is not listed"),
    ("none", "No insurance"),
    ("unknown", "I don't know"),
)
COVERAGE = (("self", "The patient only"), ("family", "Family"))
AUTHORIZATION = (("", "Not known"), ("approved", "Approved"), ("denied", "Denied"))
CARD_NETWORK = (("", "I don't know"), ("in", "Yes, in network"), ("out", "No, out of network"))
DIAGNOSES = (
    ("F32.2", "Major depression, single episode, severe"),
    ("F32.9", "Major depression, single episode, unspecified"),
    ("F33.1", "Major depression, recurrent, moderate"),
    ("F33.2", "Major depression, recurrent, severe"),
    ("F33.9", "Major depression, recurrent, unspecified"),
)


class FieldShown(NamedTuple):
    """A field on the page."""

    name: str
    label: str
    hint: str
    value: str
    errors: tuple[str, ...]
    whose: str = ""
    """Whose amount it is, where a family's stands beside it."""


class ChoiceShown(NamedTuple):
    """Something to choose."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False


class MetShown(NamedTuple):
    """A limit, with a field for what each has met of it."""

    individual: FieldShown
    family: FieldShown | None


@dataclass(slots=True)
class FormPage:
    """What the template asks of the form."""

    posted: Posted
    options: Options
    reading: Reading = field(default_factory=Reading)
    errors: Sequence[Error] = ()

    def field(self, name: str, label: str = "", hint: str = "", whose: str = "") -> FieldShown:
        """Return a field by its name."""
        known = fields.FIELDS.get(name)
        return FieldShown(
            name,
            label or (known.label if known else name),
            hint or (known.hint if known else ""),
            self.posted(name),
            tuple(error.words for error in self.errors if error.field == name),
            whose,
        )

    def choices(self, name: str, offered: Sequence[tuple[str, str]]) -> list[ChoiceShown]:
        """Return what can be chosen for a field."""
        value = self.posted(name)
        return [ChoiceShown(key, label, "", key == value) for key, label in offered]

    @property
    def clinics(self) -> list[ChoiceShown]:
        """The clinics."""
        return self.choices(
            "clinic", [(each["clinic_id"], each["name"]) for each in self.options.clinics]
        )

    @property
    def payers(self) -> list[ChoiceShown]:
        """The payers, for a plan that is not listed."""
        known = [(each["payer_id"], each["name"]) for each in self.options.payers]
        return self.choices("card_payer", [("", "I don't know, or not listed"), *known])

    @property
    def plans(self) -> list[ChoiceShown]:
        """The plans to suggest while somebody types."""
        return [self._plan(plan) for plan in self.options.search.plans]

    def candidates(self, name: str) -> list[ChoiceShown]:
        """Return the plans that what was typed may mean, where they are several."""
        chosen = self.posted(f"{name}_id")
        found = self.reading.candidates.get(name, ())
        return [self._plan(plan, plan["plan_id"] == chosen) for plan in found]

    def _plan(self, plan: Plan, chosen: bool = False) -> ChoiceShown:
        return ChoiceShown(plan["plan_id"], plan["name"], plan["payer_name"], chosen)

    @property
    def chosen_plan(self) -> ChoiceShown | None:
        """The plan as it was understood."""
        return None if self.reading.plan is None else self._plan(self.reading.plan)

    @property
    def limits(self) -> list[MetShown]:
        """The limits of the chosen plan, to ask what was met of each."""
        plan = self.reading.plan
        return [self._limit(limit) for limit in plan["limits"]] if plan else []

    def _limit(self, limit: Mapping[str, Any]) -> MetShown:
        has_family = limit["family"] is not None
        individual = self._met(limit, "individual", "individual" if has_family else "")
        return MetShown(individual, self._met(limit, "family", "family") if has_family else None)

    def _met(self, limit: Mapping[str, Any], who: str, whose: str) -> FieldShown:
        hint = f"of {words.money(limit[who]).removesuffix('.00')}"
        return self.field(fields.met_name(limit, who), fields.met_label(limit), hint, whose)

    @property
    def card_limits(self) -> list[MetShown]:
        """The limits of a plan typed from the card."""
        return [
            MetShown(self._card_met(individual, "individual"), self._card_met(family, "family"))
            for _, individual, family in LIMITS
        ]

    def _card_met(self, entry: Entry, whose: str) -> FieldShown:
        return self.field(f"{entry.field}_met", whose=whose)

    @property
    def items(self) -> list[ChoiceShown]:
        """The services, drugs and fees."""
        known = [(each["item_id"], each["description"]) for each in self.options.items]
        return self.choices("item", known)

    @property
    def treatments(self) -> list[ChoiceShown]:
        """The treatments."""
        chosen = self.posted.all("treatments")
        return [
            ChoiceShown(each["treatment_id"], each["name"], "", each["treatment_id"] in chosen)
            for each in self.options.treatments
        ]

    def together(self, name: str) -> list[ChoiceShown]:
        """Return the treatments to choose one from."""
        known = [(each["treatment_id"], each["name"]) for each in self.options.treatments]
        return self.choices(name, [("", "None"), *known])

    def given(self, *names: str) -> bool:
        """Whether any of these was used, so that its part of the form stays open."""
        return any(self.posted(name) for name in names)


def empty(options: Options, today: date, clinic: str = "") -> Posted:
    """Return the form as it is before anybody types: the defaults that most estimates keep."""
    known = [each["clinic_id"] for each in options.clinics]
    return Posted(
        {
            "clinic": [clinic if clinic in known else known[0] if known else ""],
            "insurance": ["plan"],
            "coverage": ["self"],
            "second_coverage": ["self"],
            "start_date": [typed.us_date(today)],
            "months": ["12"],
            "treatments": list(options.compared),
        }
    )
