"""One row of a course at every place and span: its amounts in tables, its shapes by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimator.engine.coordination import Assistance
from estimator.engine.plan import Benefit
from estimator.rulebook import rows as r
from estimator.services.batches.days import Array
from estimator.services.batches.schedule import THREE, TYPICAL, Schedule
from estimator.services.batches.shapes import (
    BenefitShape,
    GaugeShapes,
    Names,
    Shape,
    as_served,
    benefit_shape,
    gauge_shapes,
)
from estimator.services.batches.sites import Place, Placed
from estimator.services.batches.tables import Table
from estimator.services.estimating.lines import PricedLine

NO_CASH = 10**12
"""A cash price that is never lower: there is none."""
REFUSED = 0
"""The number of the shape of lines that the plan refuses whoever the patient is."""
RATES = (
    "copay",
    "coinsurance",
    "coinsurance_min",
    "coinsurance_max",
    "waived_visits_copay",
    "plan_pays_max",
)

AssistanceOn = Callable[[Place, r.CourseRow, int], Assistance | None]
"""The terms of an insured program for a course row at a place in a span."""


@dataclass(slots=True)
class RowFacts:
    """What one row of a course is at every place and span."""

    item: r.ItemRow
    treatment_id: str
    billed: Table
    allowed: Table
    balance_bill: Table
    cash: Table
    """What a patient without insurance pays."""
    cash_price: Table
    """The same as the plan's lines weigh it, where there is one."""
    missing: Table
    """1 where no price is known."""
    any_missing: bool = False
    lines: dict[tuple[int, int, int], PricedLine] = field(default_factory=dict)


def row_facts(placed: Placed, row: r.CourseRow) -> RowFacts:
    """Return the amounts of a row of a course."""
    places, spans = len(placed.places), placed.span_count
    tables: dict[str, Any] = {
        name: Table(places, spans, by_scenario=True, fill=fill)
        for name, fill in (
            ("billed", 0),
            ("allowed", 0),
            ("balance_bill", 0),
            ("cash", 0),
            ("cash_price", NO_CASH),
            ("missing", 0),
        )
    }
    item = placed.sites.rulebook.items[row.item_id]
    facts = RowFacts(item, row.treatment_id, **tables)
    for at, place in enumerate(placed.places):
        for span in placed.spans():
            for scenario in range(THREE):
                where = (at, span - placed.first, scenario)
                _fill(facts, where, placed.sites.line(place, row, scenario, span))
    return facts


def _fill(facts: RowFacts, where: tuple[int, int, int], line: PricedLine | None) -> None:
    if line is None:
        facts.missing.values[where] = 1
        facts.any_missing = True
        return
    facts.lines[where] = line
    facts.billed.values[where] = line.billed
    facts.allowed.values[where] = min(line.allowed, line.billed)
    facts.cash.values[where] = line.cash
    facts.cash_price.values[where] = line.cash or NO_CASH
    protected = line.benefit is not None and line.benefit.balance_bill_protected
    if line.network == "out" and not protected:
        facts.balance_bill.values[where] = max(line.billed - line.allowed, 0)


@dataclass(slots=True)
class InsuredFacts:
    """How plans take the rows of a course: shapes by number, and the amounts of benefits."""

    shapes: list[Shape | None]
    numbers: list[Table]
    """By row of the schedule: the number of its shape at each place and span."""
    rates: list[dict[str, Table]]
    policies: list[Table]
    """By row: 1 + the place in ``policy_rows``; 0 where no policy decides."""
    policy_rows: list[r.PolicyRow | None]
    classes: Array
    """By place: places of one class have one shape for every row and span."""


def insured_facts(
    placed: Placed,
    schedule: Schedule,
    rows: Sequence[RowFacts],
    family: bool,
    assistance: AssistanceOn,
) -> InsuredFacts:
    """Return how plans take the lines of a course, for patients of one coverage."""
    return _Reading(placed, schedule, rows, family, assistance).facts


class _Reading:
    def __init__(
        self,
        placed: Placed,
        schedule: Schedule,
        rows: Sequence[RowFacts],
        family: bool,
        assistance: AssistanceOn,
    ) -> None:
        self.placed = placed
        self.schedule = schedule
        self.rows = rows
        self.family = family
        self.assistance = assistance
        self.known: dict[Shape | None, int] = {None: REFUSED}
        self.policies: dict[Any, int] = {}
        places, spans = len(placed.places), placed.span_count

        def table() -> Table:
            return Table(places, spans, by_scenario=False)

        many = range(len(rows))
        self.facts = InsuredFacts(
            shapes=[],
            numbers=[table() for _ in many],
            rates=[{name: table() for name in RATES} for _ in many],
            policies=[table() for _ in many],
            policy_rows=[],
            classes=np.zeros(places, dtype=np.int64),
        )
        for at, place in enumerate(placed.places):
            if place.insurer is not None:
                self._read_place(at, place)
        self.facts.shapes = list(self.known)
        self.facts.policy_rows = [row for _, row in self.policies]
        together = np.stack([table.values for table in self.facts.numbers], axis=1)
        _, self.facts.classes = np.unique(together.reshape(places, -1), axis=0, return_inverse=True)

    def _read_place(self, at: int, place: Place) -> None:
        names = Names()
        for span in self.placed.spans():
            for number in range(len(self.rows)):
                self._read_line(at, place, number, span, names)

    def _read_line(self, at: int, place: Place, number: int, span: int, names: Names) -> None:
        where = (at, span - self.placed.first)
        line = self.rows[number].lines.get((*where, TYPICAL))
        if line is None:
            return
        shape = self._shape(place, self.schedule.rows[number], line, span, names)
        self.facts.numbers[number].values[where] = self.known.setdefault(shape, len(self.known))
        if shape is not None and line.benefit is not None:
            for name, table in self.facts.rates[number].items():
                table.values[where] = getattr(line.benefit, name) or 0
        if shape is not None and line.item.policy_of is not None:
            policy = line.policy
            key = (policy.row if policy else None, policy)
            found = self.policies.setdefault(key, len(self.policies))
            self.facts.policies[number].values[where] = 1 + found

    def _gauges(self, place: Place, line: PricedLine, span: int) -> GaugeShapes:
        """Return the limits that meet a line, found once for all lines they meet."""
        kept = self.placed.sites.gauges
        met = (line.item.class_, line.network)
        key = (place.plan_id, span, *met, self.family)
        if key not in kept and place.insurer is not None:
            limits = self.placed.sites.limits(place, span)
            kept[key] = gauge_shapes(limits, place.insurer.year, self.family, *met)
        return kept[key]

    def _shape(
        self, place: Place, row: r.CourseRow, line: PricedLine, span: int, names: Names
    ) -> Shape | None:
        benefit = line.benefit
        if benefit is None or not benefit.covered or place.insurer is None:
            return None
        if line.policy is not None and line.policy.coverage == "not covered":
            return None
        gauges = as_served(self._gauges(place, line, span), benefit)
        helps = self.assistance(place, row, span)
        return Shape(benefit_shape(benefit, names), gauges, helps)


def benefit_with(shape: BenefitShape, rates: dict[str, Any]) -> Benefit:
    """Return a benefit of a shape with its amounts, which may be arrays."""
    return Benefit(
        name=shape.name,
        copay=rates["copay"],
        copay_per="visit" if shape.copay_shared else "line",
        coinsurance=rates["coinsurance"] if shape.rated else 0,
        coinsurance_on_allowed=shape.on_allowed,
        coinsurance_min=rates["coinsurance_min"] if shape.minimum else None,
        coinsurance_max=rates["coinsurance_max"] if shape.maximum else None,
        deductible="after_copay" if shape.after_copay else "applies",
        visit_limit=shape.visit_limit,
        deductible_waived_visits=shape.waived_visits,
        waived_visits_copay=rates["waived_visits_copay"] if shape.waived_copay else None,
        visit_group=str(shape.group),
        plan_pays_max=rates["plan_pays_max"] if shape.plan_pays_max else None,
    )
