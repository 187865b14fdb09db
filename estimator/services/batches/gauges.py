"""The limits of plans for a block of patients: how much each is, how much is met at first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from estimator.engine.account import Account, Gauge, YearStart
from estimator.engine.arrays import ARRAYS
from estimator.engine.plan import LimitKey, Met
from estimator.services.batches.days import Array, months_later, plan_year, year_start
from estimator.services.batches.facts import NO_CASH
from estimator.services.batches.names import met_names
from estimator.services.batches.people import UNKNOWN
from estimator.services.batches.schedule import Block
from estimator.services.batches.shapes import GaugeShape
from estimator.services.batches.sites import Placed
from estimator.services.batches.tables import Gathered, Table

NO_LIMIT = NO_CASH


class LimitTables:
    """How much each limit is at every place and span."""

    def __init__(self, placed: Placed, first: int, count: int) -> None:
        self.individual: dict[LimitKey, Table] = {}
        self.family: dict[LimitKey, Table] = {}
        self.aggregate: dict[LimitKey, Table] = {}
        self.carryover: dict[LimitKey, Table] = {}
        self._places, self._count = len(placed.places), count
        for at, place in enumerate(placed.places):
            for span in range(count):
                for key, period in placed.sites.limits(place, first + span).items():
                    self._fill(key, (at, span), period.limit)

    def _fill(self, key: LimitKey, where: tuple[int, int], limit: Any) -> None:
        if key not in self.individual:
            for tables in (self.individual, self.family):
                tables[key] = Table(self._places, self._count, by_scenario=False, fill=NO_LIMIT)
            for tables in (self.aggregate, self.carryover):
                tables[key] = Table(self._places, self._count, by_scenario=False)
        self.individual[key].values[where] = limit.individual
        if limit.family is not None:
            self.family[key].values[where] = limit.family
        self.aggregate[key].values[where] = int(limit.aggregate)
        self.carryover[key].values[where] = limit.carryover_months


class Years:
    """In which plan year each row of a block is, line after line."""

    def __init__(self, block: Block, carries: bool) -> None:
        places = block.placed.places
        years = [place.insurer.year if place.insurer else (1, 1) for place in places]
        self.month = np.array([year[0] for year in years])[block.place]
        self.day = np.array([year[1] for year in years])[block.place]
        self.carries = carries
        as_of = block.three(block.placed.people.as_of)
        self.of_accumulators = plan_year(as_of, self.month, self.day)
        self.year: Array = np.zeros(0, dtype=np.int64)
        self.ends: Array = np.zeros(0, dtype=np.int64)
        """The first day after the plan year of each row."""

    def starts(self, slots: int, dates: Array) -> list[YearStart]:
        """Go on to *dates*; return the plan years that begin, and for whom."""
        if not len(self.year):
            self.year = plan_year(dates, self.month, self.day)
            self.ends = year_start(self.year + 1, self.month, self.day)
            everybody = np.ones(len(dates), dtype=bool)
            return list(self._events(everybody, np.zeros_like(everybody), slots))
        begins = dates >= self.ends
        if not begins.any():
            return []
        follows = np.zeros_like(begins)
        who = np.flatnonzero(begins)
        years = plan_year(dates[who], self.month[who], self.day[who])
        follows[who] = self.carries & (years == self.year[who] + 1)
        self.year = self.year.copy()
        self.year[who] = years
        self.ends[who] = year_start(years + 1, self.month[who], self.day[who])
        return list(self._events(begins, follows, slots))

    def _events(self, begins: Array, follows: Array, slots: int) -> Iterator[YearStart]:
        opening = begins & (self.year == self.of_accumulators)
        follows = follows & ~opening
        caps: tuple[Gauge | None, ...] = (None,) * slots
        for who, carried, opens in (
            (opening, False, True),
            (follows, True, False),
            (begins & ~opening & ~follows, False, False),
        ):
            if who.any():
                yield YearStart(carried, opens, caps, True if who.all() else who)


class BlockLimits:
    """The limits of a block's patients."""

    def __init__(
        self,
        block: Block,
        tables: LimitTables,
        gathered: Gathered,
        family: bool,
        keys: Iterable[LimitKey],
    ) -> None:
        self.block = block
        self.tables = tables
        self.gathered = gathered
        self.family = family
        self.slots = {key: slot for slot, key in enumerate(sorted(set(keys)))}
        self.years = Years(block, any(tables.carryover[key].values.any() for key in self.slots))

    def gauge(self, shape: GaugeShape, spans: Array | int, carries: bool) -> Gauge:
        """Return a limit as it stands on a line."""
        individual = self.gathered.of(self.tables.individual[shape.key], spans)
        family = None
        if shape.with_family:
            family = self.gathered.of(self.tables.family[shape.key], spans)
        return Gauge(
            self.slots[shape.key],
            individual,
            family,
            self.family,
            shape.aggregate,
            carries,
            shape.passable,
        )

    def carrying(self, key: LimitKey, dates: Array, spans: Array | int) -> Array:
        """Return in which rows what is credited of a limit also counts in the next year."""
        months = self.tables.carryover[key].of(self.block, spans)
        begins = months_later(self.years.ends, -months)
        carrying: Array = (months > 0) & (dates >= begins)
        return carrying

    def account(self, read: LimitTables) -> Account:
        """Return the account with what the patients' accumulators say.

        Nothing met passes the limit as it was on the day they were read: *read* has one span,
        that of each patient's own.
        """
        block = self.block
        spans = block.three(people_spans(block.placed)[0])
        opening = [self._met(key, read, spans) for key in self.slots]
        account = Account(opening=tuple(opening))
        nothing = (None,) * len(self.slots)
        account.start_year(YearStart(carried=False, opening=False, caps=nothing), ARRAYS)
        return account

    def _met(self, key: LimitKey, read: LimitTables, spans: Array) -> Met:
        names = met_names(key)
        people, block = self.block.placed.people, self.block
        if names is None:
            return Met()
        given, given_family = (people.met[name] for name in names)
        individual: Any = block.three(np.where(given == UNKNOWN, 0, given))
        family: Any = block.three(given_family)
        family = np.where(family == UNKNOWN, individual, family)
        if key not in read.individual:
            return Met(individual, family)
        most, family_most = self._most(read, key, spans)
        lower: Any = np.minimum
        return Met(lower(individual, most), lower(family, family_most))

    def _most(self, tables: LimitTables, key: LimitKey, spans: Array) -> tuple[Any, Any]:
        """Return the most that can be met of a limit, by the individual and the family."""
        block = self.block
        most = tables.individual[key].of(block, spans)
        if self.family:
            most = np.where(tables.aggregate[key].of(block, spans) > 0, NO_LIMIT, most)
        return most, tables.family[key].of(block, spans)

    def starts(self, dates: Array) -> list[YearStart]:
        """Go on to *dates*; return the plan years that begin, and for whom.

        Only what carries over meets the limits at a year's start: nothing else is met by then.
        """
        return [
            year._replace(caps=self._caps()) if year.carried else year
            for year in self.years.starts(len(self.slots), dates)
        ]

    def _caps(self) -> tuple[Gauge, ...]:
        years, placed = self.years, self.block.placed
        begins = year_start(years.year, years.month, years.day)
        spans = np.clip(placed.sites.spans.of(begins), placed.first, placed.last) - placed.first
        most = (self._most(self.tables, key, spans) for key in self.slots)
        return tuple(Gauge(slot, *each) for slot, each in enumerate(most))


def people_spans(placed: Placed) -> tuple[Array, int, int]:
    """Return the span of each patient's ``as_of``, from the first; which that is; how many."""
    spans = placed.sites.spans.of(placed.people.as_of)
    first = int(spans.min())
    return spans - first, first, int(spans.max()) - first + 1
