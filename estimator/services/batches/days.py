"""Days of many patients as whole numbers: days since 1970, in arrays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_EPOCH = date(1970, 1, 1)


def number_of(day: date) -> int:
    """Return a day as its number."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number."""
    return _EPOCH + timedelta(days=int(number))


def months_later(days: Array, months: Any) -> Array:
    """Return the same days of the month *months* later, or that month's last one.

    It is ``engine.plan.months_later`` for many days.
    """
    month = days.astype("M8[D]").astype("M8[M]")
    day_of_month = days - month.astype("M8[D]").astype(np.int64)
    there = (month.astype(np.int64) + months).astype("M8[M]")
    first = there.astype("M8[D]").astype(np.int64)
    last = (there + np.timedelta64(1, "M")).astype("M8[D]").astype(np.int64) - 1
    later: Array = np.minimum(first + day_of_month, last)
    return later


def calendar_year(days: Array) -> Array:
    """Return the calendar year of each day."""
    return days.astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970


def year_start(years: Array, month: Array, day: Array) -> Array:
    """Return the day on which the plan year of a calendar year begins."""
    months = (years - 1970) * 12 + month - 1
    return months.astype("M8[M]").astype("M8[D]").astype(np.int64) + day - 1


def plan_year(days: Array, month: Array, day: Array) -> Array:
    """Return the calendar year in which the plan year of each day begins."""
    years = calendar_year(days)
    before: Array = years - (days < year_start(years, month, day))
    return before
