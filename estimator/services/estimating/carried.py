"""Which rows of an earlier plan year an estimate carries forward, because no later one is there.

A row is carried forward to a date of service where it holds there only because it has no end:
it began before the plan year of that date, and nobody has checked it in that year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from estimator.rulebook.rows import Dated
from estimator.services.estimating.behind import Spot, row_at, rows_behind, year_of
from estimator.services.estimating.insurers import Insurer
from estimator.services.estimating.lines import PricedCourse, Setting
from estimator.services.estimating.notices import Notice

BY_PLAN_YEAR = ("Limits", "Networks", "Prices", "Benefits", "Policies")
"""Sheets whose rows change with the plan year; of Prices, what a plan allows."""


def is_carried(row: Dated, year_start: date) -> bool:
    """Whether a row in force in the plan year that begins on a day is of an earlier one."""
    if row.effective_to is not None or row.effective_from >= year_start:
        return False
    return row.checked_on is None or row.checked_on < year_start


def carried_forward(setting: Setting, courses: Iterable[PricedCourse]) -> Iterator[Notice]:
    """Yield one notice that names the rows which courses carry forward."""
    if setting.insurer is None:
        return
    insurer = setting.insurer
    found = {spot for course in courses for spot in _carried(setting, insurer, course)}
    if found:
        in_order = sorted(found, key=lambda spot: (BY_PLAN_YEAR.index(spot[0]), spot[1]))
        yield Notice("carried-forward", _named(in_order))


def _carried(setting: Setting, insurer: Insurer, course: PricedCourse) -> frozenset[Spot]:
    if "carried" not in course.memo:
        course.memo["carried"] = frozenset(
            spot
            for spot, line in rows_behind(setting, course)
            if _is_of_plan(row := row_at(setting.rulebook, spot), spot)
            and is_carried(row, year_of(insurer, line.date))
        )
    found: frozenset[Spot] = course.memo["carried"]
    return found


def _is_of_plan(row: object, spot: Spot) -> bool:
    sheet, _ = spot
    return sheet in BY_PLAN_YEAR and getattr(row, "kind", None) not in ("charge", "cash")


def _named(spots: Iterable[Spot]) -> str:
    """Return rows as people name them: Limits rows 2 to 4 and 9; Benefits row 7."""
    return "; ".join(
        f"{sheet} row{'s' if len(numbers) > 1 else ''} {_listed(_ranges(numbers))}"
        for sheet, numbers in (
            (sheet, [number for _, number in same])
            for sheet, same in groupby(spots, key=lambda spot: spot[0])
        )
    )


def _ranges(numbers: list[int]) -> Iterator[str]:
    for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0]):
        first, *rest = [number for _, number in run]
        if len(rest) > 1:
            yield f"{first} to {rest[-1]}"
        else:
            yield from map(str, (first, *rest))


def _listed(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
