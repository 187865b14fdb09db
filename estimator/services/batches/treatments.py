"""One treatment for many patients: its routes, and the best of them.

Rule: the contract of estimates, "Computing", 4 to 6; ``estimating.routes`` is the same for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.arrays import BLOCK
from estimator.engine.coordination import Assistance
from estimator.rulebook import rows as r
from estimator.services.batches.cash import reduced, reductions, self_pay
from estimator.services.batches.coverages import BEST, Coverages
from estimator.services.batches.days import Array
from estimator.services.batches.facts import AssistanceOn, InsuredFacts, insured_facts, row_facts
from estimator.services.batches.gauges import LimitTables, people_spans
from estimator.services.batches.helps import InsuredProgram, helps_somewhere, income_fits
from estimator.services.batches.insured import InsuredRun
from estimator.services.batches.schedule import THREE, TYPICAL, blocks, schedule_of
from estimator.services.batches.sites import Place, Placed
from estimator.services.intake.requests import JOIN

NO_ROUTE = -1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a treatment costs each patient by their best route."""

    coverage: Array
    """The place of the status in ``STATUSES``."""
    route: Array
    """The place of the best route in ``routes``, or ``NO_ROUTE``."""
    routes: tuple[str, ...]
    cents: Array
    """Low, typical and high of the best route, by scenario and patient."""


class Treated:
    """Prices one treatment for a population."""

    def __init__(self, placed: Placed, coverages: Coverages, treatment: str) -> None:
        self.placed = placed
        self.coverages = coverages
        parts = treatment.split(JOIN)
        rulebook = placed.sites.rulebook
        self.main = rulebook.treatments[parts[0]]
        self.priced = all(
            rulebook.treatments[part].not_priced_because is None and part in rulebook.courses
            for part in parts
        )
        many = len(placed.people)
        longest = int((placed.end - placed.people.start).max(initial=0)) if self.priced else 0
        self.schedule = schedule_of(placed, parts if self.priced else (), longest)
        self.key = (treatment, placed.key)
        self.rows = placed.sites.kept(
            ("rows", self.key), lambda: [row_facts(placed, row) for row in self.schedule.rows]
        )
        self.cents = np.zeros((THREE, many), dtype=np.int64)
        self.best = np.full(many, NO_ROUTE, dtype=np.int64)
        self.routes: list[str] = []

    def outcome(self) -> Outcome:
        """Return the treatment's cost for everybody."""
        status = self.coverages.of_treatment(self.main)
        if self.priced:
            self._take_routes(status)
        return Outcome(status, self.best, tuple(self.routes), self.cents)

    def _take_routes(self, status: Array) -> None:
        everybody = np.arange(len(self.placed.people))
        can_be_best = status < BEST
        cash = np.zeros_like(self.cents)
        unpriced = np.zeros(len(everybody), dtype=bool)
        for block in blocks(self.placed, everybody, BLOCK):
            paid, missing = self_pay(block, self.schedule, self.rows)
            cash[:, block.members], unpriced[block.members] = paid, missing
        insured = np.flatnonzero(can_be_best & ~unpriced)
        self._take("insured", insured, lambda: self._insured(insured, "", _no_assistance))
        payers = np.flatnonzero(~unpriced)
        self._take("self_pay", payers, lambda: cash[:, payers])
        for program_id, rows in sorted(self.placed.sites.rulebook.programs.items()):
            fits = income_fits(self.placed, rows[0]) & ~unpriced
            if rows[0].applies_to == "insured":
                self._take_insured_program(program_id, rows, fits & can_be_best)
            else:
                self._take_reduced(program_id, rows[0], np.flatnonzero(fits), cash)

    def _take(self, route: str, who: Array, price: Callable[[], Array]) -> None:
        """Let a route be the best of those for whom it costs least; the first of equals stays."""
        self.routes.append(route)
        if not len(who):
            return
        paid = price()
        better = (self.best[who] == NO_ROUTE) | (paid[TYPICAL] < self.cents[TYPICAL, who])
        self.best[who[better]] = len(self.routes) - 1
        self.cents[:, who[better]] = paid[:, better]

    def _take_insured_program(self, program_id: str, rows: Any, fits: Array) -> None:
        program = InsuredProgram(self.placed, program_id, rows)
        tables = self.placed.sites.kept(
            ("helps", program_id, self.key), lambda: program.helps(self.schedule.rows)
        )
        who = np.flatnonzero(fits)
        if not any(table.values.any() for table in tables):
            who = who[:0]
        helped = [
            block.members[helps_somewhere(block, self.schedule, tables)]
            for block in blocks(self.placed, who, BLOCK)
        ]
        who = np.concatenate(helped) if helped else who
        self._take(
            f"assistance:{program_id}", who, lambda: self._insured(who, program_id, program.terms)
        )

    def _take_reduced(self, program_id: str, row: r.AssistanceRow, who: Array, cash: Array) -> None:
        name = f"assistance:{program_id}"
        tables = self.placed.sites.kept(
            ("reductions", program_id, self.key),
            lambda: [
                reductions(self.placed, program_id, each, facts)
                for each, facts in zip(self.schedule.rows, self.rows, strict=True)
            ],
        )
        helps = [helped for _, helped in tables]
        if not any(table.values.any() for table in helps):
            who = who[:0]
        helped, off = [who[:0]], [self.cents[:, :0]]
        for block in blocks(self.placed, who, BLOCK):
            fits = helps_somewhere(block, self.schedule, helps)
            helped.append(block.members[fits])
            off.append(reduced(block, self.schedule, tables, row.annual_max_cents)[:, fits])
        who = np.concatenate(helped)
        self._take(name, who, lambda: cash[:, who] - np.concatenate(off, axis=1))

    def _insured(self, who: Array, program_id: str, assistance: AssistanceOn) -> Array:
        """Return what patients pay with their plan, by scenario, in the order of *who*."""
        placed = self.placed
        kept = placed.sites.kept
        _, first, count = people_spans(placed)
        tables = (
            kept(
                ("limits", placed.key), lambda: LimitTables(placed, placed.first, placed.span_count)
            ),
            kept(("limits", placed.key, first, count), lambda: LimitTables(placed, first, count)),
        )
        paid = np.zeros_like(self.cents)
        for family in (False, True):
            some = who[placed.people.family[who] == family]
            if len(some):
                facts = self._facts(family, program_id, assistance)
                self._run(some, facts, tables, family, paid)
        return paid[:, who]

    def _facts(self, family: bool, program_id: str, assistance: AssistanceOn) -> InsuredFacts:
        return self.placed.sites.kept(
            ("insured", program_id, family, self.key),
            lambda: insured_facts(self.placed, self.schedule, self.rows, family, assistance),
        )

    def _run(
        self,
        who: Array,
        facts: InsuredFacts,
        tables: tuple[LimitTables, LimitTables],
        family: bool,
        paid: Array,
    ) -> None:
        placed, refuses = self.placed, self.coverages.refuses
        for members in _by_class(facts.classes[placed.place[who]], who):
            for block in blocks(placed, members, BLOCK):
                run = InsuredRun(block, self.schedule, self.rows, facts, tables, family, refuses)
                paid[:, block.members] = run.patient_pays()


def _no_assistance(_place: Place, _row: r.CourseRow, _span: int) -> Assistance | None:
    return None


def _by_class(classes: Array, members: Array) -> Iterator[Array]:
    """Yield the members of each class."""
    for each in np.unique(classes).tolist():
        yield members[classes == each]
