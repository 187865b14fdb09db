"""The routes without a plan for many patients: self-pay, and what a program takes off it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimator.rulebook import rows as r
from estimator.services.batches.days import Array, calendar_year
from estimator.services.batches.facts import RowFacts
from estimator.services.batches.schedule import Block, Schedule
from estimator.services.batches.sites import Placed
from estimator.services.batches.tables import Amount, Gathered, Table
from estimator.services.estimating.programs import reduction_of


def self_pay(block: Block, schedule: Schedule, rows: Sequence[RowFacts]) -> tuple[Array, Array]:
    """Return what each patient pays in cash by scenario, and who cannot: a price is missing."""
    gathered = Gathered(block)
    total: Amount = 0
    missing: Amount = 0
    for due in schedule.due:
        has = block.has(due)
        if has is False:
            continue
        spans, facts = block.spans(block.dates(due)), rows[due.row]
        total = total + np.where(has, gathered.of(facts.cash, spans), 0)
        if facts.any_missing:
            missing = missing | np.where(has, gathered.of(facts.missing, spans), 0)
    unpriced: Array = np.any(block.by_scenario(missing), axis=0)
    return block.by_scenario(total), unpriced


def reductions(
    placed: Placed, program_id: str, row: r.CourseRow, facts: RowFacts
) -> tuple[Table, Table]:
    """Return what a self-pay program takes off a course row, and where it helps at all."""
    places, spans = len(placed.places), placed.span_count
    off = Table(places, spans, by_scenario=True)
    helps = Table(places, spans, by_scenario=True)
    for where, line in facts.lines.items():
        day = placed.sites.spans.days[where[1] + placed.first]
        found = placed.sites.rulebook.assistance(program_id, row.treatment_id, row.item_id, day)
        if found is not None:
            helps.values[where] = 1
            off.values[where] = reduction_of(found, line)
    return off, helps


def reduced(
    block: Block,
    schedule: Schedule,
    tables: Sequence[tuple[Table, Table]],
    annual_max: int | None,
) -> Array:
    """Return what the program takes off for each patient, by scenario.

    It is ``programs.Reductions`` for many patients.
    """
    gathered = Gathered(block)
    total: Amount = 0
    used: Amount = 0
    before: Array | None = None
    for due in schedule.due:
        has = block.has(due)
        if has is False:
            continue
        dates = block.dates(due)
        off = np.where(has, gathered.of(tables[due.row][0], block.spans(dates)), 0)
        if annual_max is not None:
            years = calendar_year(dates)
            used = used if before is None else np.where(years > before, 0, used)
            off = np.minimum(off, np.maximum(annual_max - used, 0))
            used, before = used + off, years
        total = total + off
    return block.by_scenario(total)
