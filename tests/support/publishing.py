"""Releases to publish, and processes that publish at the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from estimator.storage import releases
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.releases import NewRelease

PATIENCE = 60


def new_release(**changes: Any) -> NewRelease:
    given = {
        "fingerprint": "a" * 64,
        "workbook": b"PK\x03\x04 a workbook",
        "snapshot": '{"Plans": []}',
        "engine_version": "0.1.0",
        "published_at": datetime(2026, 3, 1, 15, 30, tzinfo=UTC),
        "published_by": "Robin",
        "reason": "New prices from March on",
    }
    return NewRelease(**given | changes)


def first(database: Database) -> int | None:
    """Start as a server does: make the tables, publish where there is nothing."""
    migrate(database)
    with database.writing() as session:
        release = releases.publish_if_empty(session, new_release())
        return release.number if release else None


def several(database: Database) -> list[int]:
    """Publish five times in a row."""
    numbers = []
    for _ in range(5):
        with database.writing() as session:
            numbers.append(releases.publish(session, new_release()).number)
    return numbers


def at_once(work: Callable[[Database], Any], url: str, processes: int = 4) -> list[Any]:
    """Return what *work* gives in several processes that begin it at the same moment."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(processes), context.Queue()
    started = [
        context.Process(target=_run, args=(work, url, barrier, answers)) for _ in range(processes)
    ]
    for process in started:
        process.start()
    given = [answers.get(timeout=PATIENCE) for _ in started]
    for process in started:
        process.join(PATIENCE)
    return given


def _run(work: Callable[[Database], Any], url: str, barrier: Any, answers: Any) -> None:
    database = open_database(url)
    barrier.wait(PATIENCE)
    answers.put(work(database))
    database.close()
