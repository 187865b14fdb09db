"""What the rulebook says at each place and time, in tables that arrays of patients index.

A place is a clinic with a plan. Days between two changes of the rulebook are one span: on all
of them every question has the same answer, so one day speaks for the span.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from estimator.engine.course import SCENARIOS
from estimator.engine.plan import LimitKey, LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import Array, number_of
from estimator.services.batches.people import People
from estimator.services.estimating.insurers import Insurer
from estimator.services.estimating.lines import PricedLine, Setting, price_line
from estimator.services.estimating.situation import rulebook_plan

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic with the plan of a patient there, or none."""

    clinic_id: str
    plan_id: str | None
    insurer: Insurer | None


class Spans:
    """The spans of a rulebook: where each begins, and a day that speaks for it."""

    def __init__(self, rulebook: Rulebook) -> None:
        begins = sorted(set(_changes(rulebook)))
        self.begins = np.array([number_of(day) for day in begins], dtype=np.int64)
        self.days = (date.min + ONE_DAY, *begins)

    def of(self, days: Array) -> Array:
        """Return the span of each day."""
        return np.searchsorted(self.begins, days, side="right")


def _changes(rulebook: Rulebook) -> Iterator[date]:
    """Yield the days on which a row comes into force or ends."""
    for rows in rulebook.rows.values():
        for row in rows:
            if isinstance(row, r.Dated):
                yield row.effective_from
                if row.effective_to is not None and row.effective_to < date.max:
                    yield row.effective_to + ONE_DAY


class Sites:
    """A rulebook's answers by place and span; kept from one block of patients to the next."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.spans = Spans(rulebook)
        self._lines: dict[tuple[str | None, str, int, int, int], PricedLine | None] = {}
        self._limits: dict[tuple[str, int], dict[LimitKey, LimitPeriod]] = {}

    def place(self, clinic_id: str, plan_id: str | None) -> Place:
        """Return the place of a clinic and a plan."""
        insurer = None if plan_id is None else rulebook_plan(self.rulebook, plan_id)
        return Place(clinic_id, plan_id, insurer)

    def line(self, place: Place, row: r.CourseRow, scenario: int, span: int) -> PricedLine | None:
        """Return a line of a course as it is priced there and then."""
        key = (place.plan_id, place.clinic_id, row.row, scenario, span)
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
        pairs = people.clinic * len(people.plans) + people.plan
        found, self.place = np.unique(pairs, return_inverse=True)
        self.places = [
            sites.place(
                people.clinics[pair // len(people.plans)], people.plans[pair % len(people.plans)]
            )
            for pair in found.tolist()
        ]
        self.end = people.end
        self.first = int(sites.spans.of(people.start).min(initial=len(sites.spans.begins)))
        self.last = int(sites.spans.of(self.end).max(initial=self.first))

    @property
    def span_count(self) -> int:
        """How many spans the courses reach."""
        return self.last - self.first + 1

    def spans(self) -> range:
        """Return the spans the courses reach."""
        return range(self.first, self.last + 1)
