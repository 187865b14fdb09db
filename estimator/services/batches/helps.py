"""Which programs fit which patients of a population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimator.engine.coordination import Assistance
from estimator.rulebook import rows as r
from estimator.services.batches.days import Array
from estimator.services.batches.people import UNKNOWN
from estimator.services.batches.schedule import TYPICAL, Block, Schedule
from estimator.services.batches.sites import Place, Placed
from estimator.services.batches.tables import Gathered, Table
from estimator.services.estimating.programs import (
    Program,
    insured_terms,
    payer_fits,
    poverty_level,
)

INCOME_UNKNOWN = -1


def income_fits(placed: Placed, row: r.AssistanceRow) -> Array:
    """Return which patients' income is known to be at most a program's limit."""
    people = placed.people
    if row.income_limit_percent is None:
        return np.ones(len(people), dtype=bool)
    periods = placed.sites.parameter_spans
    spans = periods.of(people.start)
    given = (people.household_size != UNKNOWN) & (people.annual_income != UNKNOWN)
    together = spans * 1000 + np.maximum(people.household_size, 0)
    found, where = np.unique(together, return_inverse=True)
    most = np.full(len(found), INCOME_UNKNOWN, dtype=np.int64)
    for at, pair in enumerate(found.tolist()):
        day = periods.days[pair // 1000]
        level = poverty_level(placed.sites.rulebook, pair % 1000, day)
        if level is not None:
            most[at] = int(row.income_limit_percent * level)
    fits: Array = given & (people.annual_income <= most[where]) & (most[where] != INCOME_UNKNOWN)
    return fits


def helps_somewhere(block: Block, schedule: Schedule, tables: Sequence[Table]) -> Array:
    """Return whose typical course has a line that a program helps with."""
    gathered = Gathered(block)
    found = np.zeros(block.size, dtype=bool)
    for due in schedule.due:
        has = block.has(due)
        if has is False or not due.scenarios[TYPICAL]:
            continue
        helps = np.where(has, gathered.of(tables[due.row], block.spans(block.dates(due))), 0)
        found |= block.by_scenario(helps)[TYPICAL] > 0
    return found


class InsuredProgram:
    """An insured program: its terms for each course row, where its payer fits."""

    def __init__(self, placed: Placed, program_id: str, rows: Sequence[r.AssistanceRow]) -> None:
        first = rows[0]  # rows of one program share what is asked here
        self.placed = placed
        self.program = Program(program_id, first.name, True, first.annual_max_cents, True)

    def terms(self, place: Place, row: r.CourseRow, span: int) -> Assistance | None:
        """Return what the program pays towards a course row at a place in a span."""
        sites = self.placed.sites
        found = sites.rulebook.assistance(
            self.program.program_id, row.treatment_id, row.item_id, sites.spans.days[span]
        )
        if found is None or payer_fits(found, place.insurer) is False:
            return None
        return insured_terms(found, self.program)

    def helps(self, rows: Sequence[r.CourseRow]) -> list[Table]:
        """Return for each course row where the program helps with it."""
        placed = self.placed
        tables = []
        for row in rows:
            table = Table(len(placed.places), placed.span_count, by_scenario=False)
            for at, place in enumerate(placed.places):
                for span in placed.spans():
                    helped = place.insurer is not None and self.terms(place, row, span) is not None
                    table.values[at, span - placed.first] = int(helped)
            tables.append(table)
        return tables
