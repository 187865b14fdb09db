"""What a row needs, on a day, for estimates to go on resting on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from estimator.engine.plan import PlanYear
from estimator.rulebook.ladder import Span, spans
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEETS, Sheet
from estimator.rulebook.seen import show_whole
from estimator.services.estimating.carried import BY_PLAN_YEAR, is_carried
from estimator.services.estimating.insurers import plan_year

A_YEAR = timedelta(days=365)
SOON = timedelta(days=30)
"""So long before its year is over a row is said to grow stale."""
AHEAD = timedelta(days=90)
"""So long before a plan year begins its rows are looked for."""
_BY_YEAR = (*BY_PLAN_YEAR, "Supplements", "Parameters")
"""Sheets whose rows are of a plan year, or where no plan is named of a calendar year."""


class Need(StrEnum):
    """What is the matter with a row; the gravest first."""

    ENDED = "ended"
    """It holds no more, and no row of its key does."""
    ENDS = "ends"
    """It ends before the next plan year begins, and no row of its key follows."""
    CARRIED = "carried forward"
    """It is of an earlier plan year, and nobody has checked it in this one."""
    STALE = "stale"
    """Its source was last read more than a year ago."""
    UNDATED = "never dated"
    """Nobody said when its source was read."""
    NEXT_YEAR = "next year"
    """It will be carried forward into the plan year that begins soon."""
    SOON_STALE = "soon stale"
    """Its source was last read nearly a year ago."""


MENDED_BY_CHECKING = frozenset({Need.CARRIED, Need.STALE, Need.UNDATED, Need.SOON_STALE})
"""Needs that are over once somebody has read the source again and found it unchanged."""


@dataclass(frozen=True, slots=True)
class Needy:
    """A row with what it needs."""

    sheet: str
    row: int
    key: str
    """As a person reads it, with the day on which it begins."""
    need: Need
    day: date | None
    """When it ended or ends, when the plan year begins, or when it was last checked."""
    source: str


def needs(rulebook: Rulebook, today: date) -> Iterator[Needy]:
    """Yield the rows that need something, sheet by sheet."""
    for sheet in SHEETS:
        if any(column.name == "checked_on" for column in sheet.columns):
            for row, found in _of_sheet(rulebook, sheet, today):
                if found is not None:
                    yield Needy(sheet.name, row.row, _key(sheet, row), *found, row.source)


Found = tuple[Need, date | None]


def _of_sheet(rulebook: Rulebook, sheet: Sheet, today: date) -> Iterator[tuple[Any, Found | None]]:
    rows: Sequence[Any] = rulebook.rows.get(sheet.name, ())
    if not sheet.dated:
        yield from ((row, _of_source(row, today)) for row in rows)
        return
    by_key: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        by_key[tuple(getattr(row, column.name) for column in sheet.key)].append(row)
    for same in by_key.values():
        held = spans(same)
        for span in held:
            standing = _Standing(span, span is held[-1], _year(rulebook, span.row))
            yield span.row, standing.need(sheet, today)


def _of_source(row: Any, today: date) -> Found | None:
    """Return what the source of a row needs."""
    if row.checked_on is None:
        return Need.UNDATED, None
    age = today - row.checked_on
    if age > A_YEAR:
        return Need.STALE, row.checked_on
    return (Need.SOON_STALE, row.checked_on) if age > A_YEAR - SOON else None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A dated row with the days on which it holds."""

    span: Span[Any]
    is_last: bool
    """No row of its key begins later."""
    year: PlanYear

    def need(self, sheet: Sheet, today: date) -> Found | None:
        """Return what it needs most."""
        year_start = self.year.start(today)
        next_start = self.year.next_start(year_start)
        if self.is_last and self.span.last < next_start:
            return Need.ENDED if self.span.last < today else Need.ENDS, self.span.last
        if not self.span.first <= today <= self.span.last:
            return None
        found = [_of_source(self.span.row, today)]
        if _is_of_year(sheet, self.span.row):
            found += self._of_year(year_start, next_start, today)
        return min(filter(None, found), key=lambda each: _GRAVITY.index(each[0]), default=None)

    def _of_year(self, year_start: date, next_start: date, today: date) -> Iterator[Found]:
        row = self.span.row
        if is_carried(row, year_start):
            yield Need.CARRIED, year_start
        if self.is_last and next_start - today <= AHEAD and is_carried(row, next_start):
            yield Need.NEXT_YEAR, next_start


_GRAVITY = tuple(Need)


def _is_of_year(sheet: Sheet, row: Any) -> bool:
    return sheet.name in _BY_YEAR and getattr(row, "kind", None) not in ("charge", "cash")


def _year(rulebook: Rulebook, row: Any) -> PlanYear:
    """Return the plan year of a row: its plan's, or the calendar's where it names none."""
    plan = rulebook.plans.get(getattr(row, "plan_id", ""))
    return plan_year(plan.year_starts if plan else None)


def _key(sheet: Sheet, row: Any) -> str:
    named = [column for column in sheet.columns if column.key or column.name == "effective_from"]
    return ", ".join(show_whole(column, getattr(row, column.name)) for column in named)
