"""What can be chosen on the form: clinics, plans, payers, items, treatments of the rulebook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from estimator.rulebook.model import Rulebook
from estimator.services import catalogue
from estimator.web.form.asked import SECOND, Asked, asked_of, programs_asked
from estimator.web.form.card import categories
from estimator.web.form.search import Plan, PlanSearch


class Options:
    """The choices of one rulebook on one day."""

    def __init__(self, rulebook: Rulebook, day: date) -> None:
        self.day = day
        self._rulebook = rulebook
        self.clinics = catalogue.clinics(rulebook)
        self.payers = catalogue.payers(rulebook)
        self.items = catalogue.items(rulebook)
        self.treatments = catalogue.treatments(rulebook)
        self.search = PlanSearch(catalogue.plans(rulebook, day))
        self.programs = programs_asked(catalogue.programs_to_ask(rulebook), day.year)
        self.categories = categories(rulebook)

    @property
    def compared(self) -> tuple[str, ...]:
        """The treatments that are compared when nobody asks for others."""
        return tuple(each["treatment_id"] for each in self.treatments if each["compared"])

    def network(self, plan: Plan, clinic_id: str) -> str:
        """Return the network of the plan that the clinic is in."""
        return catalogue.clinic_network(self._rulebook, plan["plan_id"], clinic_id, self.day)

    def asked(
        self, plan: Plan, networks: Iterable[str], treatments: Iterable[str]
    ) -> tuple[Asked, ...]:
        """Return what to ask of a plan."""
        return asked_of(plan, self._uses(plan, networks, treatments))

    def asked_of_second(
        self, plan: Plan, networks: Iterable[str], treatments: Iterable[str]
    ) -> tuple[Asked, ...]:
        """Return what to ask of a second plan; nothing of one that pays as a supplement."""
        if plan["plan_id"] in self._rulebook.supplement_plans:
            return ()
        return asked_of(plan, self._uses(plan, networks, treatments), SECOND)

    def _uses(
        self, plan: Plan, networks: Iterable[str], treatments: Iterable[str]
    ) -> list[dict[str, Any]]:
        plan_id = plan["plan_id"]
        return catalogue.uses_to_ask(self._rulebook, plan_id, networks, treatments, self.day)


@lru_cache(maxsize=8)
def options(rulebook: Rulebook, day: date) -> Options:
    """Return the choices, made once for each rulebook and day."""
    return Options(rulebook, day)
