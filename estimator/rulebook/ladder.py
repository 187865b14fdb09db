"""Ladders: which row answers a question on a day, the most specific one winning whole.

A question is a tuple of keys, from the most specific rung down. The first rung with a row in
force on the day answers. Since that can only change where a row begins or ends, the answers
to one question are a timeline, made once and then only searched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from estimator.rulebook.rows import Dated

R = TypeVar("R", bound=Dated)

ONE_DAY = timedelta(days=1)


class Span(NamedTuple, Generic[R]):
    """A row with the days on which it is in force, both included."""

    first: date
    last: date
    row: R


def spans(rows: Iterable[R]) -> list[Span[R]]:
    """Return the rows of one key with their days.

    A row without an end holds until the day before the next one begins.
    """
    in_order = sorted(rows, key=lambda row: row.effective_from)
    found = []
    for place, row in enumerate(in_order):
        last = row.effective_to or date.max
        if row.effective_to is None and place + 1 < len(in_order):
            last = in_order[place + 1].effective_from - ONE_DAY
        found.append(Span(row.effective_from, last, row))
    return found


class Ladder(Generic[R]):
    """The dated rows of a sheet, by key."""

    def __init__(self, rows: Iterable[R], key: Callable[[R], Hashable]) -> None:
        grouped: dict[Hashable, list[R]] = defaultdict(list)
        for row in rows:
            grouped[key(row)].append(row)
        self._spans = {name: spans(same) for name, same in grouped.items()}
        self._timelines: dict[tuple[Hashable, ...], tuple[list[date], list[R | None]]] = {}

    def spans(self, key: Hashable) -> list[Span[R]]:
        """Return the rows of one key with the days on which they hold."""
        return self._spans.get(key, [])

    def __iter__(self) -> Iterator[Span[R]]:
        """Return every row with its days, key by key."""
        return chain.from_iterable(self._spans.values())

    def find(self, keys: tuple[Hashable, ...], day: date) -> R | None:
        """Return the row of the first key that has one in force on *day*."""
        timeline = self._timelines.get(keys)
        if timeline is None:
            timeline = self._timelines[keys] = self._timeline(keys)
        starts, rows = timeline
        place = bisect_right(starts, day) - 1
        return rows[place] if place >= 0 else None

    def _timeline(self, keys: tuple[Hashable, ...]) -> tuple[list[date], list[R | None]]:
        rungs = [self._spans[key] for key in keys if key in self._spans]
        starts = {span.first for rung in rungs for span in rung}
        starts |= {span.last + ONE_DAY for rung in rungs for span in rung if span.last < date.max}
        in_order = sorted(starts)
        return in_order, [_first_in_force(rungs, day) for day in in_order]


def _first_in_force(rungs: list[list[Span[R]]], day: date) -> R | None:
    for rung in rungs:
        for span in rung:
            if span.first <= day <= span.last:
                return span.row
    return None
