"""A treatment's course for everybody: what is due on which day after the start, in which scenario.

Low, typical and high go side by side: a patient has three rows, one for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from estimator.engine.course import SCENARIOS
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import Array
from estimator.services.batches.sites import Placed
from estimator.services.estimating.lines import items_due, without_doubles

_START = date(2000, 1, 1)
TYPICAL = SCENARIOS.index("typical")
THREE = len(SCENARIOS)


@dataclass(frozen=True, slots=True)
class Due:
    """An item that is due so many days after the start, in some scenarios."""

    offset: int
    row: int
    """The place of its row of Courses in the schedule's."""
    scenarios: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is due, by day, then treatment as named, then step."""

    rows: tuple[r.CourseRow, ...]
    due: tuple[Due, ...]


def schedule_of(placed: Placed, parts: Sequence[str], longest: int) -> Schedule:
    """Return the schedule of a treatment, or of several joined, over *longest* days."""
    rulebook = placed.sites.rulebook
    end = _START + timedelta(days=longest)
    rows = course_rows(rulebook, parts)
    places = {id(row): at for at, row in enumerate(rows)}
    found: dict[tuple[int, int, int, int], list[bool]] = {}
    for number, scenario in enumerate(SCENARIOS):
        for due, stays in without_doubles(items_due(rulebook, parts, scenario, _START, end)):
            if not stays:
                continue
            key = ((due.date - _START).days, due.part, due.step, places[id(due.row)])
            found.setdefault(key, [False] * THREE)[number] = True
    in_order = sorted(found.items(), key=lambda each: each[0][:3])
    return Schedule(rows, tuple(Due(key[0], key[3], tuple(has)) for key, has in in_order))


def course_rows(rulebook: Rulebook, parts: Sequence[str]) -> tuple[r.CourseRow, ...]:
    """Return the rows of Courses of a treatment, or of several joined."""
    return tuple(row for part in parts for row in rulebook.courses.get(part, ()))


class Block:
    """Some patients, three rows each: where and when each row is on every date of a course."""

    def __init__(self, placed: Placed, members: Array) -> None:
        people = placed.people
        self.placed = placed
        self.members = members
        self.size = len(members)
        self.place = np.tile(placed.place[members], THREE)
        self.start = np.tile(people.start[members], THREE)
        self.length = np.tile(placed.end[members], THREE) - self.start
        self.shortest = int(self.length.min())
        self.scenario = np.repeat(np.arange(THREE), self.size)
        self._steady = placed.span_count == 1

    def dates(self, due: Due) -> Array:
        """Return the date of what is due, in every row."""
        days: Array = self.start + due.offset
        return days

    def spans(self, days: Array) -> Array | int:
        """Return the span of each date, counted from the first; a number where all share it."""
        if self._steady:
            return 0
        spans: Array = self.placed.sites.spans.of(days) - self.placed.first
        lowest = int(spans.min())
        return lowest if lowest == int(spans.max()) else spans

    def has(self, due: Due) -> Array | bool:
        """Return which rows have what is due; a ``bool`` where all or none do."""
        within: Array | bool = due.offset < self.shortest
        if not within:
            within = self.length > due.offset
        if all(due.scenarios):
            return _whole(within)
        return _whole(np.array(due.scenarios)[self.scenario] & within)

    def three(self, values: Array) -> Array:
        """Return a value of each patient of the population for their rows here."""
        tiled: Array = np.tile(values[self.members], THREE)
        return tiled

    def by_scenario(self, totals: Array | int) -> Array:
        """Return totals of the rows by scenario and patient."""
        return np.broadcast_to(totals, (THREE * self.size,)).reshape(THREE, self.size)


def _whole(rows: Array | bool) -> Array | bool:
    if isinstance(rows, bool):
        return rows
    if rows.all():
        return True
    return rows if rows.any() else False


def blocks(placed: Placed, members: Array, most: int) -> Iterator[Block]:
    """Yield the members in blocks of at most *most* rows."""
    patients = max(most // THREE, 1)
    for begin in range(0, len(members), patients):
        yield Block(placed, members[begin : begin + patients])
