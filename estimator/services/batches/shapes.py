"""What is the same for everybody on a line: its shape. What differs stands in tables.

Places whose lines have one shape are adjudicated together, whatever their amounts: two plans
with a copay and a deductible differ in numbers, not in steps.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from estimator.engine.coordination import Assistance
from estimator.engine.plan import Benefit, LimitKey, LimitPeriod, PlanYear


class GaugeShape(NamedTuple):
    """A limit without its amounts."""

    key: LimitKey
    with_family: bool
    aggregate: bool
    carries: bool
    passable: bool


class GaugeShapes(NamedTuple):
    """The limits that meet a line."""

    deductible: GaugeShape | None = None
    oop_maxes: tuple[GaugeShape, ...] = ()
    deductible_credits: tuple[GaugeShape, ...] = ()
    oop_credits: tuple[GaugeShape, ...] = ()

    def all(self) -> set[GaugeShape]:
        """Return every limit among them."""
        constraining = () if self.deductible is None else (self.deductible,)
        return {
            *constraining,
            *self.oop_maxes,
            *self.deductible_credits,
            *self.oop_credits,
        }


class BenefitShape(NamedTuple):
    """A benefit without its amounts; names are numbers in the order they first appear."""

    name: int
    group: int
    copay_shared: bool
    after_copay: bool
    rated: bool
    on_allowed: bool
    minimum: bool
    maximum: bool
    visit_limit: int | None
    waived_visits: int
    waived_copay: bool
    plan_pays_max: bool


class Shape(NamedTuple):
    """A line the plan takes, without its amounts."""

    benefit: BenefitShape
    gauges: GaugeShapes
    assistance: Assistance | None


class Names:
    """Numbers for the benefits and visit groups of one place."""

    def __init__(self) -> None:
        self._names: dict[Hashable, int] = {}

    def __getitem__(self, name: Hashable) -> int:
        return self._names.setdefault(name, len(self._names))


def benefit_shape(benefit: Benefit, names: Names) -> BenefitShape:
    """Return a benefit's shape."""
    copays = benefit.copay or benefit.waived_visits_copay
    waives = benefit.deductible_waived_visits
    rated = benefit.coinsurance > 0
    return BenefitShape(
        name=names[benefit.name],
        group=names["visits of", benefit.group],
        copay_shared=benefit.copay_per != "line" and bool(copays),
        after_copay=benefit.deductible == "after_copay",
        rated=rated,
        on_allowed=rated and benefit.coinsurance_on_allowed,
        minimum=rated and benefit.coinsurance_min is not None,
        maximum=rated and benefit.coinsurance_max is not None,
        visit_limit=benefit.visit_limit,
        waived_visits=waives,
        waived_copay=waives > 0 and benefit.waived_visits_copay is not None,
        plan_pays_max=benefit.plan_pays_max is not None,
    )


def gauge_shapes(
    limits: Mapping[LimitKey, LimitPeriod],
    year: PlanYear,
    family: bool,
    class_: str,
    network: str,
) -> GaugeShapes:
    """Return the limits that meet lines of a class and network. Rule: ``claims._Preparing``."""
    met = [
        (period.limit, _gauge_shape(period, year, family)) for _, period in sorted(limits.items())
    ]

    def found(kind: str, credit: bool) -> Iterator[GaugeShape]:
        for limit, shape in met:
            meets = limit.is_credited_by if credit else limit.constrains
            if limit.kind == kind and meets(class_, network):
                yield shape

    return GaugeShapes(
        next(found("deductible", False), None),
        tuple(found("oop_max", False)),
        tuple(found("deductible", True)),
        tuple(found("oop_max", True)),
    )


def as_served(gauges: GaugeShapes, benefit: Benefit) -> GaugeShapes:
    """Return the limits that meet a line as far as its benefit lets them."""
    if benefit.deductible == "waived" or gauges.deductible is None:
        gauges = gauges._replace(deductible=None, deductible_credits=())
    if not benefit.counts_toward_oop_max:
        gauges = gauges._replace(oop_maxes=(), oop_credits=())
    return gauges


def _gauge_shape(period: LimitPeriod, year: PlanYear, family: bool) -> GaugeShape:
    limit = period.limit
    return GaugeShape(
        limit.key,
        family and limit.family is not None,
        family and limit.aggregate,
        limit.carryover_months > 0,
        not _whole_years(period, year),
    )


def _whole_years(period: LimitPeriod, year: PlanYear) -> bool:
    """Whether the limit begins and ends with plan years, so that nothing met can pass it."""
    return all(
        day is None or year.start(day) == day for day in (period.first, _day_after(period.last))
    )


def _day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(days=1)
