"""Counts which rows of the workbook estimates rest on, so that the ones that matter come first.

Counted in memory, written every few seconds by a thread of its own: an estimate never waits for
it, and a crash loses the last seconds. It holds rows and amounts billed, nothing of a patient.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from threading import Lock, Timer

from estimator.services.estimating.answer import Answer
from estimator.services.estimating.behind import Spot, rows_behind
from estimator.services.estimating.lines import PricedCourse, Setting
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
        setting, month = answer.situation.setting, today.replace(day=1)
        courses = (each.course for each in answer.treatments if each.course is not None)
        with self._lock:
            for course in courses:
                self._take(answer.release, month, uses_of(setting, course))
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


def uses_of(setting: Setting, course: PricedCourse) -> Mapping[Spot, Count]:
    """Return, of each row behind a course, its typical lines and what these are billed at."""
    if "uses" not in course.memo:
        found: dict[Spot, Count] = {}
        for spot, line in rows_behind(setting, course):
            uses, cents = found.get(spot, Count(0, 0))
            found[spot] = Count(uses + 1, cents + line.billed)
        course.memo["uses"] = found
    uses_found: dict[Spot, Count] = course.memo["uses"]
    return uses_found
