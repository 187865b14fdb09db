"""Which changed rows a changed figure comes from.

A row that decided a line on either side is a cause. Rows that no line names (limits, networks,
courses) are what a figure changed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from estimator.rulebook.difference import RowChange
from estimator.services.difference.figures import Priced, Sides, Spot, pays

Pair = tuple[Priced | None, Priced | None]
"""A figure before and after."""

_OF_COURSE = frozenset({"Treatments", "Courses", "Items"})
_OF_PLAN = frozenset({"Plans", "Payers", "Limits", "Networks"})


@dataclass(frozen=True, slots=True)
class Causes:
    """The changed rows that decided a line, and those it changed through."""

    rows: tuple[RowChange, ...] = ()
    through: tuple[RowChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """The first day of a course, and the first after it."""

    first: date
    end: date


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed row, as it was and as it is."""

    change: RowChange
    before: Any
    after: Any

    def holds_in(self, days: Days) -> bool:
        """Whether the row may hold on one of the days, before or after."""
        return any(_holds(row, days) for row in (self.before, self.after) if row is not None)


def causes(sides: Sides, touching: Sequence[Changed], days: Days) -> Causes:
    """Return the causes of a change, of the changed rows that may touch it."""
    old, new = _spots(sides)
    rows = [
        each
        for each in touching
        if (each.change.sheet, each.change.row_before) in old
        or (each.change.sheet, each.change.row_after) in new
    ]
    through = [each for each in touching if each.change.sheet in _sheets(sides)]
    holding = [each for each in through if each.holds_in(days)]
    if not rows:
        holding = holding or through or list(touching)
    return Causes(_changes(rows), _changes(holding))


def _changes(found: Iterable[Changed]) -> tuple[RowChange, ...]:
    return tuple(each.change for each in found)


def _spots(sides: Sides) -> tuple[frozenset[Spot], frozenset[Spot]]:
    """Return the rows, before and after, of the figures that differ."""
    none: frozenset[Spot] = frozenset()
    pairs = _differing(sides)
    old = none.union(*(one.rows for one, _ in pairs if one is not None))
    new = none.union(*(other.rows for _, other in pairs if other is not None))
    return old, new


def _differing(sides: Sides) -> list[Pair]:
    """Return the figures that differ; the insured ones where the coverage status does."""
    found = [pair for pair in (sides.best, sides.insured) if pays(pair[0]) != pays(pair[1])]
    if sides.flips and sides.insured not in found:
        found.append(sides.insured)
    return found


def _sheets(sides: Sides) -> frozenset[str]:
    """Return the sheets whose rows no line names, and through which the figures may differ."""
    routes = {each.route for pair in _differing(sides) for each in pair if each is not None}
    return _OF_COURSE if routes <= {"self_pay"} else _OF_COURSE | _OF_PLAN


def _holds(row: Any, days: Days) -> bool:
    begins = getattr(row, "effective_from", None)
    ends = getattr(row, "effective_to", None)
    return not (begins and begins >= days.end) and not (ends and ends < days.first)
