"""A population through a rulebook: every treatment for every patient, and the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.services.batches.coverages import STATUSES, Coverages
from estimator.services.batches.days import Array
from estimator.services.batches.people import People
from estimator.services.batches.schedule import THREE, TYPICAL
from estimator.services.batches.sites import Placed, Sites
from estimator.services.batches.treatments import NO_ROUTE, Outcome, Treated
from estimator.services.intake.requests import JOIN

NOT_ASKED = -1


@dataclass(frozen=True, slots=True)
class Estimates:
    """What was found of some treatments for every patient.

    Where a patient did not ask for a treatment, its status is ``NOT_ASKED``.
    """

    treatments: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    baseline: Array
    """The place of the baseline among the treatments, or ``NO_ROUTE``."""


def estimate_all(sites: Sites, people: People, treatments: Sequence[str]) -> Estimates:
    """Return the estimates of *people* for *treatments*; each only of those who ask for it."""
    outcomes = tuple(_asked_only(sites, people, treatment) for treatment in treatments)
    return Estimates(tuple(treatments), outcomes, _baseline(sites, treatments, outcomes))


def _asked_only(sites: Sites, people: People, treatment: str) -> Outcome:
    asks = np.array([treatment in asked for asked in people.asked], dtype=bool)
    who = np.flatnonzero(asks[people.treatments])
    if len(who) == len(people):
        return _outcome(sites, people, treatment)
    some = _outcome(sites, people.take(who), treatment)
    coverage = np.full(len(people), NOT_ASKED, dtype=np.int64)
    route = np.full(len(people), NO_ROUTE, dtype=np.int64)
    cents = np.zeros((THREE, len(people)), dtype=np.int64)
    coverage[who], route[who], cents[:, who] = some.coverage, some.route, some.cents
    return Outcome(coverage, route, some.routes, cents)


def _outcome(sites: Sites, people: People, treatment: str) -> Outcome:
    if not len(people):
        nobody = np.zeros(0, dtype=np.int64)
        return Outcome(nobody, nobody, (), np.zeros((THREE, 0), dtype=np.int64))
    placed = Placed(sites, people)
    return Treated(placed, Coverages(placed), treatment).outcome()


def _baseline(sites: Sites, treatments: Sequence[str], outcomes: Sequence[Outcome]) -> Array:
    """Return the cheapest SSRI of each patient by its best route; ties by ID, combined never."""
    many = len(outcomes[0].route) if outcomes else 0
    found = np.full(many, NO_ROUTE, dtype=np.int64)
    lowest = np.zeros(many, dtype=np.int64)
    known = sites.rulebook.treatments
    for at in sorted(range(len(treatments)), key=lambda each: treatments[each]):
        treatment, outcome = treatments[at], outcomes[at]
        if JOIN in treatment or known[treatment].arm != "ssri":
            continue
        typical = outcome.cents[TYPICAL]
        better = (outcome.route != NO_ROUTE) & ((found == NO_ROUTE) | (typical < lowest))
        found[better], lowest[better] = at, typical[better]
    return found


__all__ = ["NOT_ASKED", "NO_ROUTE", "STATUSES", "Estimates", "estimate_all"]
