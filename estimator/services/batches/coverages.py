"""Whether plans cover items, for many patients: few answers, each found once.

Of an age, a number of trials or a diagnosis a policy sees only whether it is given and enough;
so patients are few kinds to it, and the coverage of each kind is asked as for one patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from estimator.rulebook import rows as r
from estimator.services.batches.days import Array
from estimator.services.batches.people import UNKNOWN
from estimator.services.batches.sites import Place, Placed
from estimator.services.estimating.coverage import (
    REFUSING,
    authorization,
    benefit_refuses,
    coverage_of,
    diagnosis_fits,
)
from estimator.services.intake.requests import PatientDocument

STATUSES = (
    "covered",
    "prior_authorization",
    "unknown",
    "criteria_not_met",
    "not_covered",
    "denied",
    "no_insurance",
)
"""The coverage statuses; patients have the place of theirs."""
BEST = 2
"""Statuses before this place may make the insured route the best."""


def code(status: str) -> int:
    """Return the place of a status."""
    return STATUSES.index(status)


class Coverages:
    """The coverage of a population's items by the policies of a rulebook."""

    def __init__(self, placed: Placed) -> None:
        self.placed = placed
        self.people = placed.people
        self._statuses: dict[tuple[int | None, str], Array] = {}
        self._refused: dict[tuple[int | None, str], Array] = {}

    def refuses(self, policy: r.PolicyRow | None, treatment_id: str) -> Array:
        """Return which patients are refused an item by its policy; ``None``: there is none."""
        key = (policy.row if policy else None, treatment_id)
        if key not in self._refused:
            self._refused[key] = _REFUSES[self.of_policy(policy, treatment_id)]
        return self._refused[key]

    def of_policy(self, policy: r.PolicyRow | None, treatment_id: str) -> Array:
        """Return the status of every patient under a policy, whichever their plan is."""
        key = (policy.row if policy else None, treatment_id)
        if key not in self._statuses:
            self._statuses[key] = self._find(policy, treatment_id)
        return self._statuses[key]

    def _find(self, policy: r.PolicyRow | None, treatment_id: str) -> Array:
        people = self.people
        kinds = [
            _enough(people.age, None if policy is None else policy.minimum_age),
            _enough(people.failed_trials, None if policy is None else policy.failed_trials),
            self._diagnosis_fits(policy),
            self._authorized(treatment_id)[people.authorization],
        ]
        together = np.zeros(len(people), dtype=np.int64)
        for kind in kinds:
            together = together * 3 + kind
        found, where = np.unique(together, return_inverse=True)
        statuses = [
            code(coverage_of(policy, _one_of(each, policy), treatment_id).status)
            for each in found.tolist()
        ]
        status: Array = np.array(statuses, dtype=np.int64)[where]
        return status

    def _authorized(self, treatment_id: str) -> Array:
        """Return 0, 1 or 2 (unknown, approved, denied) of each answer that somebody gave."""
        given = (
            PatientDocument.model_construct(prior_authorization=each)
            for each in self.people.authorizations
        )
        return np.array([_ANSWERS.index(authorization(each, treatment_id)) for each in given])

    def _diagnosis_fits(self, policy: r.PolicyRow | None) -> Array:
        """Return 0, 1 or 2: not given, fits, does not."""
        if policy is None or not policy.diagnoses:
            return np.zeros(len(self.people), dtype=np.int64)
        fits = [
            1 if diagnosis_fits(each, policy.diagnoses) else 2 for each in self.people.diagnoses
        ]
        return np.array([*fits, 0])[self.people.diagnosis]

    def of_treatment(self, row: r.TreatmentRow) -> Array:
        """Return the status of a treatment: that of its main item on the start date.

        It is ``estimating._coverage`` for many patients.
        """
        placed = self.placed
        items = placed.sites.rulebook.items
        item = items.get(row.main_item or "")
        status = np.full(len(self.people), code("unknown"), dtype=np.int64)
        for place, span, who in self._by_place:
            if place.insurer is None:
                status[who] = code("no_insurance")
            elif item is not None:
                status[who] = self._of_item(item, row.treatment_id, place, span)[who]
        return status

    def _of_item(self, item: r.ItemRow, treatment_id: str, place: Place, span: int) -> Array:
        day, insurer = self.placed.sites.spans.days[span], place.insurer
        assert insurer is not None  # noqa: S101 - the caller has looked
        status = np.zeros(len(self.people), dtype=np.int64)
        if item.policy_of is not None:
            status = self.of_policy(insurer.policy(item, day), treatment_id)
        refused, _ = benefit_refuses(insurer, place.clinic_id, item, day)
        if not refused:
            return status
        return np.where(_REFUSES[status], status, code("not_covered"))

    @cached_property
    def _by_place(self) -> list[tuple[Place, int, Array]]:
        """The patients of each place and span of their start."""
        return list(self._grouped())

    def _grouped(self) -> Iterator[tuple[Place, int, Array]]:
        spans = self.placed.sites.spans.of(self.people.start)
        together = self.placed.place * (len(self.placed.sites.spans.begins) + 1) + spans
        order = np.argsort(together, kind="stable")
        begins = np.flatnonzero(np.diff(together[order], prepend=-1))
        for who in np.split(order, begins[1:]) if len(order) else ():
            first = who[0]
            yield self.placed.places[self.placed.place[first]], int(spans[first]), who


_REFUSES = np.array([each in REFUSING for each in STATUSES])
_ANSWERS = ("unknown", "approved", "denied")


def _enough(given: Array, required: int | None) -> Array:
    """Return 0, 1 or 2: not given (or not asked), enough, too little."""
    if required is None:
        return np.zeros(len(given), dtype=np.int64)
    enough: Array = np.where(given == UNKNOWN, 0, np.where(given >= required, 1, 2))
    return enough


def _one_of(kinds: int, policy: r.PolicyRow | None) -> PatientDocument:
    """Return a patient of these kinds, in the eyes of the policy."""
    kinds, authorized = divmod(kinds, 3)
    kinds, diagnosis = divmod(kinds, 3)
    age, trials = divmod(kinds, 3)
    given: dict[str, Any] = {"prior_authorization": _ANSWERS[authorized]}
    if policy is not None:
        given["age"] = _given(age, policy.minimum_age)
        given["failed_trials"] = _given(trials, policy.failed_trials)
        fitting = policy.diagnoses[0] if policy.diagnoses else None
        given["diagnosis"] = (None, fitting, "!")[diagnosis]
    return PatientDocument.model_construct(**given)


def _given(kind: int, required: int | None) -> int | None:
    """Return a number that is enough, or one below."""
    return None if required is None or kind == 0 else required - (kind - 1)
