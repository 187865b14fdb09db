"""Counting in memory, written down every few seconds: a visitor never waits for the database."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Callable
from datetime import date
from threading import Lock, Timer

from estimator.services.widget import counts
from estimator.storage.database import Database
from estimator.storage.widgets import Key

EVERY_SECONDS = 10.0
OPENED, ANSWERED = "opened", "answered"


class Counting:
    """Adds up what happens in this process. What a killed process had not written is lost.

    What the database does not take waits for the next time.
    """

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._lock = Lock()
        self._counts: Counter[Key] = Counter()
        self._timer: Timer | None = None

    def add(self, clinic_id: str, day: date, event: str) -> None:
        """Count something that happened."""
        with self._lock:
            self._counts[clinic_id, day, event] += 1
            if self._timer is None:
                self._timer = Timer(EVERY_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()
                atexit.register(self.write)

    def write(self) -> None:
        """Write down what was counted since the last time."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
            timer, self._timer = self._timer, None
        atexit.unregister(self.write)
        if timer is not None:
            timer.cancel()
        if counted and not counts.record(self._database(), counted):
            with self._lock:
                self._counts.update(counted)
