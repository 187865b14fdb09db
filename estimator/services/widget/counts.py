"""How often a clinic's widget was opened and answered on a day. Nothing about by whom."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from estimator.storage import widgets
from estimator.storage.database import Database
from estimator.storage.widgets import Key

logger = logging.getLogger(__name__)

DAYS_SHOWN = 30


class DayCount(NamedTuple):
    """One day of one clinic's widget."""

    day: date
    opened: int
    answered: int


def record(database: Database, counts: Mapping[Key, int]) -> bool:
    """Add counts to what is kept; tells whether the database took them."""
    try:
        with database.writing() as session:
            widgets.add_counts(session, sorted(counts.items()))
    except SQLAlchemyError:
        logger.warning("The widget's counts wait: the database does not take them.")
        return False
    return True


def daily_counts(database: Database, clinic_id: str, today: date) -> list[DayCount]:
    """Return the last thirty days on which something happened, the newest first."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    with database.session() as session:
        rows = widgets.counts_since(session, clinic_id, first)
    days = dict.fromkeys(row.day for row in rows)
    times = {(row.day, row.event): row.times for row in rows}
    return [
        DayCount(day, times.get((day, "opened"), 0), times.get((day, "answered"), 0))
        for day in days
    ]
