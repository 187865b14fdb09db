"""Routes side by side: the best one of a treatment, the baseline, the differences.

Rule: the contract of estimates, "Computing", 5 and 6. All amounts are cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from estimator.engine.money import half_up

ROUTE_ORDER = {"insured": 0, "self_pay": 1}
"""Which of two equal routes is named best; programs come after, by ID."""


class Range(NamedTuple):
    """An amount in three scenarios."""

    low: int
    typical: int
    high: int


@dataclass(frozen=True, slots=True)
class RouteCost:
    """What a route costs the patient, and whether it may be called the best."""

    route: str
    patient_pays: Range
    eligible: bool


def best_route(routes: Iterable[RouteCost]) -> RouteCost | None:
    """Return the eligible route with the lowest typical cost to the patient."""
    eligible = [route for route in routes if route.eligible]
    return min(eligible, key=_rank, default=None)


def _rank(route: RouteCost) -> tuple[int, int, str]:
    return (route.patient_pays.typical, ROUTE_ORDER.get(route.route, 2), route.route)


class Compared(NamedTuple):
    """A treatment by its best route."""

    treatment_id: str
    arm: str
    combined: bool
    best: RouteCost


class ComparisonRow(NamedTuple):
    """A treatment beside the baseline."""

    treatment_id: str
    route: str
    patient_pays: Range
    per_month: int
    difference: int | None
    share_of_income: int | None
    """Of the yearly income, in parts per 10,000; ``None`` where the income is not known."""


def baseline(treatments: Iterable[Compared]) -> Compared | None:
    """Return the cheapest SSRI by its best route; a combination is never the baseline."""
    ssris = [each for each in treatments if each.arm == "ssri" and not each.combined]
    return min(
        ssris, key=lambda each: (each.best.patient_pays.typical, each.treatment_id), default=None
    )


def compare(
    treatments: Sequence[Compared], months: int, annual_income: int | None
) -> list[ComparisonRow]:
    """Return each treatment beside the baseline."""
    base = baseline(treatments)
    return [_row(each, base, months, annual_income) for each in treatments]


def _row(each: Compared, base: Compared | None, months: int, income: int | None) -> ComparisonRow:
    typical = each.best.patient_pays.typical
    difference = None if base is None else typical - base.best.patient_pays.typical
    share = half_up(typical * 12 * 10_000, months * income) if income else None
    return ComparisonRow(
        each.treatment_id,
        each.best.route,
        each.best.patient_pays,
        half_up(typical, months),
        difference,
        share,
    )
