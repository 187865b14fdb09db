"""A population: what is asked for many patients, one array a question.

Words (a clinic, a plan, a diagnosis) are kept once, and each patient has the place of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from estimator.services.batches.days import Array, months_later

UNKNOWN = -1
"""What a patient's number is where it is not given: none of them can be below zero."""

Authorization = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Patients whose rows hold no mistake."""

    clinics: tuple[str, ...]
    plans: tuple[str | None, ...]
    diagnoses: tuple[str, ...]
    authorizations: tuple[Authorization, ...]
    asked: tuple[tuple[str, ...], ...]
    """The lists of treatments that are asked for."""
    clinic: Array
    plan: Array
    family: Array
    start: Array
    months: Array
    as_of: Array
    age: Array
    diagnosis: Array
    failed_trials: Array
    authorization: Array
    household_size: Array
    annual_income: Array
    treatments: Array
    met: Mapping[str, Array]
    """What is met, in cents, by column; ``UNKNOWN`` where it is not given."""

    def __len__(self) -> int:
        return len(self.clinic)

    @property
    def end(self) -> Array:
        """The first day after the months of each."""
        return months_later(self.start, self.months)

    def take(self, places: Array) -> People:
        """Return some of the patients, in the order of *places*."""
        changes: dict[str, Any] = {
            field.name: getattr(self, field.name)[places]
            for field in fields(self)
            if field.type == "Array"
        }
        return replace(self, **changes, met={name: met[places] for name, met in self.met.items()})
