"""The insured route for many patients: the kernel's steps with arrays for amounts.

What differs in steps and not in amounts (a policy refuses one patient's line and not another's,
a price of next year has no cash price) becomes a step of its own, in which the others owe nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from estimator.engine.account import YearStart
from estimator.engine.arrays import ARRAYS
from estimator.engine.kernel import Step, adjudicate
from estimator.rulebook import rows as r
from estimator.services.batches.days import Array, calendar_year
from estimator.services.batches.facts import (
    NO_CASH,
    REFUSED,
    InsuredFacts,
    RowFacts,
    benefit_with,
)
from estimator.services.batches.gauges import BlockLimits, LimitTables
from estimator.services.batches.schedule import Block, Due, Schedule
from estimator.services.batches.shapes import GaugeShapes, Shape
from estimator.services.batches.tables import Amount, Gathered

Refuses = Callable[[r.PolicyRow | None, str], Array]
"""For a policy and a treatment: which patients of the population the plan refuses."""

Where = Array | bool
"""Which rows of a block a step is for; ``True``: all."""


class InsuredRun:
    """Adjudicates a treatment's lines for the patients of one block."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a run needs to know
        self,
        block: Block,
        schedule: Schedule,
        rows: Sequence[RowFacts],
        facts: InsuredFacts,
        tables: tuple[LimitTables, LimitTables],
        family: bool,
        refuses: Refuses,
    ) -> None:
        self.block = block
        self.schedule = schedule
        self.rows = rows
        self.facts = facts
        self.refuses = refuses
        self.gathered = Gathered(block)
        self.shapes = self._shapes_by_row()
        keys = {gauge.key for shape in self._taken() for gauge in shape.gauges.all()}
        self.limits = BlockLimits(block, tables[0], self.gathered, family, keys)
        self.account = self.limits.account(tables[1])
        self.counted = self._counted()
        self.total: Amount = 0
        self.pool_years: Array | None = None

    def patient_pays(self) -> Array:
        """Return what each patient pays, by scenario."""
        sharing = self._sharing()
        for due in self.schedule.due:
            has = self.block.has(due)
            if has is not False:
                self._add(due, has, sharing)
        return self.block.by_scenario(self.total)

    def _shapes_by_row(self) -> list[set[int]]:
        """Return which shapes each row of the schedule has at the block's places."""
        places = np.unique(self.block.place)
        return [set(np.unique(table.values[places]).tolist()) for table in self.facts.numbers]

    def _counted(self) -> set[int]:
        """Return the groups whose visits count, over all of the course."""
        return {
            shape.benefit.group
            for shape in self._taken()
            if shape.benefit.visit_limit is not None or shape.benefit.waived_visits > 0
        }

    def _taken(self) -> list[Shape]:
        """Return the shapes of lines that plans take."""
        numbers = set().union(*self.shapes)
        return [shape for number in numbers if (shape := self.facts.shapes[number]) is not None]

    def _sharing(self) -> Counter[tuple[int, int]]:
        """Return how many lines may share the copay of a benefit on a day."""
        found: Counter[tuple[int, int]] = Counter()
        for due in self.schedule.due:
            shapes = (self.facts.shapes[number] for number in self.shapes[due.row])
            names = {shape.benefit.name for shape in shapes if shape and shape.benefit.copay_shared}
            found.update((name, due.offset) for name in names)
        return found

    def _add(self, due: Due, has: Where, sharing: Counter[tuple[int, int]]) -> None:
        """Adjudicate what is due and add what patients pay."""
        dates = self.block.dates(due)
        spans = self.block.spans(dates)
        new_years = tuple(self.limits.starts(dates))
        for shape, where in self._variants(due, has, dates, spans):
            step = self._step(due, shape, where, spans)
            if step.assistance is not None and step.assistance.annual_max is not None:
                self._start_calendar_year(step.assistance_pool, dates)
            self._adjudicate(step, where, new_years, sharing)
            new_years = ()
        for year in new_years:
            self.account.start_year(year, ARRAYS)

    def _start_calendar_year(self, pool: Any, dates: Array) -> None:
        """Begin a program's yearly maximum anew for those who reach another year."""
        years = calendar_year(dates)
        if self.pool_years is not None:
            used = self.account.assistance.get(pool, 0)
            self.account.assistance[pool] = np.where(years > self.pool_years, 0, used)
        self.pool_years = years

    def _adjudicate(
        self,
        step: Step,
        where: Where,
        new_years: tuple[YearStart, ...],
        sharing: Counter[tuple[int, int]],
    ) -> None:
        step.new_years = new_years
        slot: Any = step.copay_slot
        if slot is not None and sharing[slot] < 2:
            step.copay_slot = None
        skip: Any = False
        if step.visit is not None and where is not True:
            skip = ~where  # a line of nothing would use a visit
        line = adjudicate(step, step.allowed, self.account, ARRAYS, skip)
        self.total = self.total + line.patient_pays

    def _variants(
        self, due: Due, has: Where, dates: Array, spans: Array | int
    ) -> Iterator[tuple[tuple[Shape, frozenset[int]] | None, Where]]:
        """Yield the ways a line is taken, each with its rows; ``None``: it is refused."""
        for number, where in self._by_number(self.facts.numbers[due.row], has, spans):
            shape = self.facts.shapes[number]
            if number == REFUSED or shape is None:
                yield None, where
                continue
            refused = self._refused(due, where, spans)
            taken = where
            if not isinstance(refused, bool):
                taken = _and(where, ~refused)
                if np.any(_and(where, refused)):
                    yield None, _and(where, refused)
            if taken is True or np.any(taken):
                yield from self._by_time(shape, taken, dates, spans)

    def _by_number(self, table: Any, has: Where, spans: Array | int) -> Iterator[tuple[int, Where]]:
        numbers = self.gathered.of(table, spans)
        if isinstance(numbers, int):
            yield numbers, has
            return
        for number in np.unique(numbers).tolist():
            where = _and(has, numbers == number)
            if np.any(where):
                yield number, where

    def _refused(self, due: Due, where: Where, spans: Array | int) -> Array | bool:
        """Return which rows' line a policy refuses for what is known of the patient."""
        facts = self.rows[due.row]
        if facts.item.policy_of is None:
            return False
        refused: Array | bool = False
        for policy, decided in self._by_number(self.facts.policies[due.row], where, spans):
            if policy:
                row = self.facts.policy_rows[policy - 1]
                refuses = self.block.three(self.refuses(row, facts.treatment_id))
                refused = refused | (refuses & decided)
        return refused if np.any(refused) else False

    def _by_time(
        self, shape: Shape, where: Where, dates: Array, spans: Array | int
    ) -> Iterator[tuple[tuple[Shape, frozenset[int]], Where]]:
        """Part rows by what their date alone decides: carry-over, the program's year."""
        gauges = {each for each in shape.gauges.deductible_credits if each.carries}
        parts: list[tuple[frozenset[int], Where]] = [(frozenset(), where)]
        for gauge in gauges:
            carrying = self.limits.carrying(gauge.key, dates, spans)
            slot = self.limits.slots[gauge.key]
            parts = [
                part
                for slots, rows in parts
                for part in (
                    (slots | {slot}, _and(rows, carrying)),
                    (slots, _and(rows, ~carrying)),
                )
            ]
        for slots, rows in parts:
            if rows is True or np.any(rows):
                yield (shape, slots), rows

    def _step(
        self,
        due: Due,
        taken: tuple[Shape, frozenset[int]] | None,
        where: Where,
        spans: Array | int,
    ) -> Step:
        facts, gathered = self.rows[due.row], self.gathered
        billed = _only(gathered.of(facts.billed, spans), where)
        cash = gathered.of(facts.cash_price, spans)
        if isinstance(cash, int) and cash == NO_CASH:
            cash = None
        if taken is None:
            return Step(billed=billed, allowed=0, cash=cash, refused="not_covered")
        shape, carries = taken
        rates = {
            name: gathered.of(table, spans) for name, table in self.facts.rates[due.row].items()
        }
        benefit = benefit_with(shape.benefit, rates)
        helps = shape.assistance
        weighed = facts.item.setting == "pharmacy" and helps is None
        counted = shape.benefit.group in self.counted
        return Step(
            billed=billed,
            allowed=_only(gathered.of(facts.allowed, spans), where),
            balance_bill=_only(gathered.of(facts.balance_bill, spans), where),
            cash=cash,
            weigh_cash=weighed and cash is not None,
            benefit=benefit,
            **self._gauges(shape.gauges, spans, carries, len(self.shapes[due.row]) > 1),
            visit=due.offset if counted else None,
            copay_slot=(shape.benefit.name, due.offset) if shape.benefit.copay_shared else None,
            assistance=helps,
            assistance_pool=helps and helps.pool,
        )

    def _gauges(
        self, shapes: GaugeShapes, spans: Array | int, carries: frozenset[int], mixed: bool
    ) -> dict[str, Any]:
        """Return the limits of a step.

        Where some patients' limit is of another shape on that date, this one is not theirs, so
        what they have met may pass it.
        """
        limits = self.limits
        made = {
            each: limits.gauge(
                each._replace(passable=mixed or each.passable),
                spans,
                limits.slots[each.key] in carries,
            )
            for each in shapes.all()
        }
        return {
            "deductible": None if shapes.deductible is None else made[shapes.deductible],
            "oop_maxes": tuple(made[each] for each in shapes.oop_maxes),
            "deductible_credits": tuple(made[each] for each in shapes.deductible_credits),
            "oop_credits": tuple(made[each] for each in shapes.oop_credits),
        }


def _and(rows: Where, others: Array) -> Array:
    return others if rows is True else rows & others


def _only(amounts: Amount, where: Where) -> Amount:
    """Return the amounts where a step is for a row, and nothing elsewhere."""
    if where is True or (isinstance(amounts, int) and not amounts):
        return amounts
    return np.where(where, amounts, 0)
