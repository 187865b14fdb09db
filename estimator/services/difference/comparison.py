"""The same estimates by two rulebooks: what a change of rules does to patients' dollars.

Estimated are every plan with every treatment, at every clinic, for the patients of
situations.py, and every row of Tests; of them those that a changed row may touch (reach.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from estimator.engine.course import course_end
from estimator.rulebook.difference import RowChange, difference
from estimator.rulebook.model import Rulebook
from estimator.rulebook.rows import TestRow
from estimator.services.difference.causes import Changed, Days, causes
from estimator.services.difference.changes import (
    Case,
    ChangedTest,
    Difference,
    DollarChange,
    Presence,
    in_order,
    tests_in_order,
)
from estimator.services.difference.cores import spread
from estimator.services.difference.figures import Figures, Sides, figures_of
from estimator.services.difference.reach import Cell, World, moves_dollars
from estimator.services.difference.situations import MONTHS, Patient, patients, request
from estimator.services.estimating import answer_to
from estimator.services.intake.fields import DocumentRefused
from estimator.services.rulebook_tests import ROUTES, request_of


def compare(before: Rulebook, after: Rulebook, day: date, cores: int = 1) -> Difference:
    """Return in what two rulebooks differ, for courses that begin on *day*."""
    rows = difference(before.rows, after.rows)
    comparison = _Comparison(before, after, day, rows)
    changes = in_order(comparison.changes(cores))
    return Difference(
        day=day,
        rows=rows,
        dollars=tuple(each for each in changes if each.sides.both),
        one_sided=tuple(each for each in changes if not each.sides.both),
        tests=tuple(tests_in_order(comparison.tests())),
        new=_presence(after, before),
        removed=_presence(before, after),
        compared=comparison.compared(),
        tests_compared=len({test.test_id for test in (*before.tests, *after.tests)}),
    )


class _Comparison:
    def __init__(
        self, before: Rulebook, after: Rulebook, day: date, rows: Sequence[RowChange]
    ) -> None:
        self.before, self.after, self.day, self.rows = before, after, day, rows
        self.world = World.of(before, after)
        self.touching = self._touching()

    @property
    def _sides(self) -> tuple[Rulebook, Rulebook]:
        return self.before, self.after

    def _touching(self) -> Mapping[Cell, list[Changed]]:
        """Return the changed rows that may touch each cell."""
        old, new = _by_spot(self.before), _by_spot(self.after)
        found: dict[Cell, list[Changed]] = defaultdict(list)
        for change in filter(moves_dollars, self.rows):
            one = old.get((change.sheet, change.row_before))
            other = new.get((change.sheet, change.row_after))
            cells = dict.fromkeys(
                cell
                for row in (one, other)
                if row is not None and (reach := self.world.reach(change.sheet, row))
                for cell in reach.cells()
            )
            for cell in cells:
                found[cell].append(Changed(change, one, other))
        return found

    def compared(self) -> int:
        """Return how many estimates both rulebooks know."""
        clinics, plans, treatments = (
            [each for each in getattr(self.before, name) if each in getattr(self.after, name)]
            for name in ("clinics", "plans", "treatments")
        )
        people = (patients(plan, *self._sides, self.day) for plan in (None, *plans))
        return len(clinics) * len(treatments) * sum(map(len, people))

    def changes(self, cores: int) -> Iterator[DollarChange]:
        """Yield the cases whose figures differ."""
        return spread(self._of_plan, list(self._wanted()), cores)

    def _wanted(self) -> Iterator[list[Cell]]:
        """Yield what may differ of each plan at each clinic."""
        for clinic_id in self.world.clinics:
            for plan_id in self.world.plans:
                cells = [Cell(clinic_id, plan_id, each) for each in self.world.treatments]
                wanted = [cell for cell in cells if self._may_differ(cell)]
                if wanted:
                    yield wanted

    def _of_plan(self, wanted: Sequence[Cell]) -> Iterator[DollarChange]:
        plan_id = wanted[0].plan_id
        for patient in patients(plan_id, *self._sides, self.day):
            old, new = (self._figures(side, wanted, patient) for side in self._sides)
            for cell in wanted:
                sides = Sides(old.get(cell), new.get(cell))
                if sides.differ:
                    yield self._change(Case(cell, patient.coverages, patient.met), sides)

    def _may_differ(self, cell: Cell) -> bool:
        return cell in self.touching or _knows(self.before, cell) != _knows(self.after, cell)

    def _figures(
        self, side: Rulebook, cells: Sequence[Cell], patient: Patient
    ) -> dict[Cell, Figures]:
        known = {cell.treatment_id: cell for cell in cells if _knows(side, cell)}
        if not known:
            return {}
        clinic_id, plan_id, _ = next(iter(known.values()))
        asked = request(side, clinic_id, plan_id, patient, self.day)
        answer = answer_to({**asked, "treatments": list(known)}, side, today=self.day)
        return {known[each.treatment]: figures_of(each) for each in answer.treatments}

    def _change(self, case: Case, sides: Sides) -> DollarChange:
        if not sides.both:
            return DollarChange(case, sides)
        days = Days(self.day, course_end(self.day, MONTHS))
        return DollarChange(case, sides, causes(sides, self.touching.get(case.cell, ()), days))

    def tests(self) -> Iterator[ChangedTest]:
        """Yield the rows of Tests whose figures differ; one that changed is asked as it is now."""
        old, new = ({test.test_id: test for test in side.tests} for side in self._sides)
        changed = {change.key for change in self.rows if change.sheet == "Tests"}
        for test_id, test in {**old, **new}.items():
            if test_id not in changed and not self._may_differ(_cell(test)):
                continue
            sides = Sides(*(_run(side, test) for side in self._sides))
            if sides.best_differs:
                yield self._test(test, old.get(test.test_id), sides, is_removed=test_id not in new)

    def _test(
        self, test: TestRow, was: TestRow | None, sides: Sides, *, is_removed: bool
    ) -> ChangedTest:
        days = Days(test.start_date, course_end(test.start_date, test.months))
        found = causes(sides, self.touching.get(_cell(test), ()), days)
        return ChangedTest(test, was.expect_cents if was else None, is_removed, sides, found)


def _run(rulebook: Rulebook, test: TestRow) -> Figures | None:
    """Return the figures of a test's route; ``None`` where the rulebook cannot be asked."""
    route = ROUTES.get(test.route, f"assistance:{test.route}")
    try:
        answer = answer_to(request_of(rulebook, test), rulebook, today=test.start_date)
    except DocumentRefused:
        return None
    return figures_of(answer.treatments[0], route)


def _cell(test: TestRow) -> Cell:
    return Cell(test.clinic_id, test.plan_id, test.treatment_id)


def _by_spot(rulebook: Rulebook) -> dict[tuple[str, int | None], Any]:
    return {(sheet, row.row): row for sheet, rows in rulebook.rows.items() for row in rows}


def _knows(rulebook: Rulebook, cell: Cell) -> bool:
    return (
        cell.clinic_id in rulebook.clinics
        and (cell.plan_id is None or cell.plan_id in rulebook.plans)
        and cell.treatment_id in rulebook.treatments
    )


def _presence(there: Rulebook, not_there: Rulebook) -> Presence:
    return Presence(
        *(
            tuple(each for each in getattr(there, name) if each not in getattr(not_there, name))
            for name in ("clinics", "plans", "treatments")
        )
    )
