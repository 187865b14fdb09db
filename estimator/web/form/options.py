"""What can be chosen on the form: clinics, plans, payers, items, treatments of the rulebook."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from estimator.rulebook.model import Rulebook
from estimator.services import catalogue
from estimator.web.form.card import categories
from estimator.web.form.search import PlanSearch


class Options:
    """The choices of one rulebook on one day."""

    def __init__(self, rulebook: Rulebook, day: date) -> None:
        self.day = day
        self.clinics = catalogue.clinics(rulebook)
        self.payers = catalogue.payers(rulebook)
        self.items = catalogue.items(rulebook)
        self.treatments = catalogue.treatments(rulebook)
        self.search = PlanSearch(catalogue.plans(rulebook, day))
        self.categories = categories(rulebook)

    @property
    def compared(self) -> tuple[str, ...]:
        """The treatments that are compared when nobody asks for others."""
        return tuple(each["treatment_id"] for each in self.treatments if each["compared"])


@lru_cache(maxsize=8)
def options(rulebook: Rulebook, day: date) -> Options:
    """Return the choices, made once for each rulebook and day."""
    return Options(rulebook, day)
