"""What the rulebook says at each place and time, in tables that arrays of patients index.

A place is a clinic with a plan. Days between two changes of the rulebook are one span: on all
of them every question has the same answer, so one day speaks for the span.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from estimator.engine.course import SCENARIOS
from estimator.engine.plan import LimitKey, LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import Array, number_of
from estimator.services.batches.people import People
from estimator.services.batches.shapes import GaugeShapes
from estimator.services.estimating.insurers import Insurer
from estimator.services.estimating.lines import PricedLine, Setting, price_line
from estimator.services.estimating.situation import rulebook_plan

T = TypeVar("T")

ONE_DAY = timedelta(days=1)
PARAMETERS = "Parameters"
MOST_KEPT = 600
MOST_PLACES = 2_000
"""Where clinics and plans make no more pairs, every pair is a place: all blocks share tables."""


GaugeKey = tuple[str | None, int, str, str, bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic with the plan of a patient there, or none."""

    clinic_id: str
    plan_id: str | None
    insurer: Insurer | None


class Spans:
    """The spans of some sheets: where each begins, and a day that speaks for it."""

    def __init__(self, rulebook: Rulebook, sheets: Iterable[str]) -> None:
        begins = sorted({day for name in sheets for day in _changes(rulebook, name)})
        self.begins = np.array([number_of(day) for day in begins], dtype=np.int64)
        self.days = (date.min + ONE_DAY, *begins)

    def of(self, days: Array) -> Array:
        """Return the span of each day."""
        return np.searchsorted(self.begins, days, side="right")


def _changes(rulebook: Rulebook, sheet: str) -> Iterator[date]:
    """Yield the days on which a row of a sheet comes into force or ends."""
    for row in rulebook.rows.get(sheet, ()):
        if isinstance(row, r.Dated):
            yield row.effective_from
            if row.effective_to is not None and row.effective_to < date.max:
                yield row.effective_to + ONE_DAY


class Sites:
    """A rulebook's answers by place and span; kept from one block of patients to the next."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        others = [name for name in rulebook.rows if name != PARAMETERS]
        self.spans = Spans(rulebook, others)
        self.parameter_spans = Spans(rulebook, [PARAMETERS])
        self._kept: dict[Hashable, Any] = {}
        self.gauges: dict[GaugeKey, GaugeShapes] = {}
        """The limits that meet lines of a plan, by span, class, network, and whom it covers."""
        self._lines: dict[Hashable, PricedLine | None] = {}
        self._limits: dict[tuple[str, int], dict[LimitKey, LimitPeriod]] = {}

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made once for places and spans, whoever the patients there are."""
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def place(self, clinic_id: str, plan_id: str | None) -> Place:
        """Return the place of a clinic and a plan."""
        insurer = None if plan_id is None else rulebook_plan(self.rulebook, plan_id)
        return Place(clinic_id, plan_id, insurer)

    def line(self, place: Place, row: r.CourseRow, scenario: int, span: int) -> PricedLine | None:
        """Return a line of a course as it is priced there and then.

        Which treatment it is of changes no price: rows of one item and quantity share theirs.
        """
        key = (place.plan_id, place.clinic_id, row.item_id, row.quantity, scenario, span)
        if key not in self._lines:
            day = self.spans.days[span]
            setting = Setting(self.rulebook, place.clinic_id, place.insurer, None, day, 1)
            self._lines[key] = price_line(setting, row, SCENARIOS[scenario], day)
        return self._lines[key]

    def limits(self, place: Place, span: int) -> dict[LimitKey, LimitPeriod]:
        """Return the limits of the place's plan that are in force in a span."""
        if place.insurer is None or place.plan_id is None:
            return {}
        key = (place.plan_id, span)
        if key not in self._limits:
            day = self.spans.days[span]
            self._limits[key] = {
                period.limit.key: period
                for period in reversed(place.insurer.limits)
                if period.holds_on(day)
            }
        return self._limits[key]


class Placed:
    """Patients with the place of each, and the spans their courses reach."""

    def __init__(self, sites: Sites, people: People) -> None:
        self.sites = sites
        self.people = people
        many = len(people.plans)
        pairs = people.clinic * many + people.plan
        found, self.place = np.arange(len(people.clinics) * many), pairs
        if len(found) > MOST_PLACES:
            found, self.place = np.unique(pairs, return_inverse=True)
        self.places = [
            sites.place(people.clinics[pair // many], people.plans[pair % many])
            for pair in found.tolist()
        ]
        self.end = people.end
        self.first = int(sites.spans.of(people.start).min(initial=len(sites.spans.begins)))
        self.last = int(sites.spans.of(self.end).max(initial=self.first))

        named = tuple((place.clinic_id, place.plan_id) for place in self.places)
        self.key = (named, self.first, self.last)
        """What all tables by place and span depend on."""

    @property
    def span_count(self) -> int:
        """How many spans the courses reach."""
        return self.last - self.first + 1

    def spans(self) -> range:
        """Return the spans the courses reach."""
        return range(self.first, self.last + 1)
