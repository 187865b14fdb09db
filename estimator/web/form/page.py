"""The form as the page shows it: every field with its value and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from estimator.web.form import fields, typed
from estimator.web.form.asked import Asked, Part
from estimator.web.form.card import MET
from estimator.web.form.errors import Error
from estimator.web.form.options import Options
from estimator.web.form.posted import Posted, Reading
from estimator.web.form.search import Plan

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
    """Whose amount it is, where a family's stands beside it; or which patients are asked."""
    is_money: bool = False
    is_use: bool = False


class ChoiceShown(NamedTuple):
    """Something to choose."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False


@dataclass(slots=True)
class FormPage:
    """What the template asks of the form."""

    posted: Posted
    options: Options
    reading: Reading = field(default_factory=Reading)
    errors: Sequence[Error] = ()

    def field(self, name: str) -> FieldShown:
        """Return a field by its name."""
        known = fields.FIELDS[name]
        return self._shown(name, known.label, known.hint)

    def _asked(self, asked: Iterable[Asked]) -> list[FieldShown]:
        return [self._part(part) for each in asked for part in each.parts]

    def _part(self, part: Part) -> FieldShown:
        shown = self._shown(part.name, part.label, part.hint)
        return shown._replace(whose=part.whose, is_money=part.is_money, is_use=part.is_use)

    def _shown(self, name: str, label: str, hint: str) -> FieldShown:
        wrong = tuple(error.words for error in self.errors if error.field == name)
        return FieldShown(name, label, hint, self.posted(name), wrong)

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
        shown = [self._plan(plan, plan["plan_id"] == chosen) for plan in found]
        one_payer = len({each.hint for each in shown}) == 1
        return [each._replace(hint="") for each in shown] if one_payer else shown

    def _plan(self, plan: Plan, chosen: bool = False) -> ChoiceShown:
        return ChoiceShown(plan["plan_id"], plan["name"], plan["payer_name"], chosen)

    def chosen(self, name: str) -> ChoiceShown | None:
        """Return the plan that a field was understood to mean."""
        plan = self.reading.plans.get(name)
        return None if plan is None else self._plan(plan)

    def not_found(self, name: str) -> str:
        """Return what is wrong with a plan that was asked about on its own."""
        found = (each for each in self.reading.findings if each.field == name)
        return "" if self.errors else " ".join(f"{it.message} {it.advice}" for it in found)

    def asked(self, name: str) -> list[FieldShown]:
        """Return what to ask of the plan that a field was understood to mean."""
        return self._asked(self.reading.asked.get(name, ()))

    @property
    def asked_of_card(self) -> list[FieldShown]:
        """What to ask of a plan typed from the card."""
        return self._asked(MET)

    @property
    def programs(self) -> list[FieldShown]:
        """The programs of which something may be used up."""
        return [self._part(part) for part in self.options.programs]

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

    def given(self, shown: Iterable[FieldShown]) -> bool:
        """Whether any of these fields was used, so that its part of the form stays open."""
        return any(each.value for each in shown)


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
