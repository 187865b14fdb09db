"""A treatment's course: on which dates its items are given, in three scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from estimator.engine.plan import months_later

Scenario = Literal["low", "typical", "high"]
SCENARIOS: tuple[Scenario, ...] = ("low", "typical", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseStep:
    """How often and when an item is given.

    ``times`` is by scenario; ``None`` is as often as the months hold. ``every_days``
    lies between two times and is needed where there is more than one.
    """

    first_day: int
    every_days: int | None
    times: dict[Scenario, int | None]

    def dates(self, start: date, end: date, scenario: Scenario) -> Iterator[date]:
        """Yield the dates from *start*, all before *end*."""
        times = self.times[scenario]
        day = start + timedelta(days=self.first_day)
        given = 0
        while day < end and (times is None or given < times):
            yield day
            given += 1
            if self.every_days is None:
                return
            day += timedelta(days=self.every_days)


def course_end(start: date, months: int) -> date:
    """Return the first day after *months* from *start*."""
    return months_later(start, months)


def month_of(day: date, start: date) -> int:
    """Return which month from *start* holds *day*: 0 is the first.

    Month k runs from *start* + k months to the day before + (k+1) months.
    """
    month = (day.year - start.year) * 12 + day.month - start.month
    return month if months_later(start, month) <= day else month - 1
