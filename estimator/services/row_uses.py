"""Counts which rows of the workbook estimates rest on, so that the ones that matter come first.

Counted in memory, written every few seconds by a thread of its own: an estimate never waits for
it, and a crash loses the last seconds. It holds rows and amounts billed, nothing of a patient.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from threading import Lock, Timer

from estimator.services.estimating.answer import Answer
from estimator.services.estimating.behind import Spot, rows_behind
from estimator.services.estimating.lines import PricedCourse, PricedLine, Setting
from estimator.services.estimating.programs import POVERTY_LEVEL
from estimator.services.estimating.routes import Route
from estimator.services.estimating.situation import Situation
from estimator.storage import row_uses
from estimator.storage.database import Database
from estimator.storage.row_uses import Count, Key

SECONDS = 5.0

logger = logging.getLogger(__name__)


class RowUses:
    """The counts of one process that are not written yet."""

    def __init__(self, database: Callable[[], Database], seconds: float = SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._lock = Lock()
        self._counts: dict[Key, Count] = {}
        self._timer: Timer | None = None

    def add(self, answer: Answer, today: date) -> None:
        """Count the rows behind an estimate; one of an unpublished rulebook counts nothing."""
        if answer.release is None:
            return
        month = today.replace(day=1)
        with self._lock:
            for uses in _uses(answer):
                self._take(answer.release, month, uses)
            if self._timer is None and self._counts:
                self._timer = Timer(self._seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was counted; what cannot be written now is written with the next."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._timer = None
        if not counts:
            return
        try:
            with self._database().writing() as session:
                row_uses.add(session, counts)
        except Exception as error:
            logger.warning("uses of rows were not written: %s", type(error).__name__)
            with self._lock:
                for key, count in counts.items():
                    self._count(key, count)

    def _take(self, release: int, month: date, uses: Mapping[Spot, Count]) -> None:
        for (sheet, row), count in uses.items():
            self._count(Key(release, month, sheet, row), count)

    def _count(self, key: Key, more: Count) -> None:
        known = self._counts.get(key)
        if known is not None:
            more = Count(known.uses + more.uses, known.cents + more.cents)
        self._counts[key] = more


def _uses(answer: Answer) -> Iterator[Mapping[Spot, Count]]:
    situation = answer.situation
    for each in answer.treatments:
        if each.course is None:
            continue
        yield uses_of(situation.setting, each.course)
        for route in each.routes:
            if any(route.program_rows):
                yield uses_of_program(each.course, route)
                yield _uses_of_poverty_level(situation, route)


def uses_of_program(course: PricedCourse, route: Route) -> Mapping[Spot, Count]:
    """Return, of each row of a program, the lines it helps with and what these are billed at."""
    key = ("uses", route.cost.route)
    if key not in course.memo:
        helped = zip(route.program_rows, route.lines, strict=True)
        course.memo[key] = _counted(
            (("Assistance", row.row), each.line) for row, each in helped if row is not None
        )
    uses_found: dict[Spot, Count] = course.memo[key]
    return uses_found


def _uses_of_poverty_level(situation: Situation, route: Route) -> Mapping[Spot, Count]:
    """Return the uses of the poverty level, where a program that fits was weighed by income."""
    patient = situation.request.patient
    limited = any(row and row.income_limit_percent is not None for row in route.program_rows)
    if not limited or patient.annual_income is None or patient.household_size is None:
        return {}
    rows = (situation.rulebook.parameter_row(name, situation.start) for name in POVERTY_LEVEL)
    spots = [("Parameters", row.row) for row in rows if row is not None]
    helped = [each.line for row, each in zip(route.program_rows, route.lines, strict=True) if row]
    return _counted((spot, line) for line in helped for spot in spots)


def uses_of(setting: Setting, course: PricedCourse) -> Mapping[Spot, Count]:
    """Return, of each row behind a course, its typical lines and what these are billed at."""
    if "uses" not in course.memo:
        course.memo["uses"] = _counted(rows_behind(setting, course))
    uses_found: dict[Spot, Count] = course.memo["uses"]
    return uses_found


def _counted(behind: Iterable[tuple[Spot, PricedLine]]) -> dict[Spot, Count]:
    found: dict[Spot, Count] = {}
    for spot, line in behind:
        uses, cents = found.get(spot, Count(0, 0))
        found[spot] = Count(uses + 1, cents + line.billed)
    return found
