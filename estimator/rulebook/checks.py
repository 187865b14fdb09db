"""Everything that is looked at once the cells are read, as one list of small functions.

To add a check: write a function, name it in its tuple, and give its code a line in codes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from estimator.findings import Finding
from estimator.rulebook import (
    course_checks,
    gap_checks,
    key_checks,
    ladder_checks,
    misstatements,
    plausibility_checks,
    reference_checks,
)
from estimator.rulebook.loader import LoadedRulebook
from estimator.rulebook.problems import finding, grouped, in_order
from estimator.rulebook.row_checks import ROW_CHECKS
from estimator.rulebook.rows import Row
from estimator.rulebook.seen import Seen

CHECKS: tuple[Callable[[Seen], Iterator[Finding]], ...] = (
    reference_checks.unknown_ids,
    reference_checks.unknown_categories,
    reference_checks.unknown_routes,
    reference_checks.plan_of_other_payer,
    key_checks.same_keys,
    key_checks.deductibles_at_odds,
    key_checks.rule_ids,
    key_checks.programs_agree,
    key_checks.date_holes,
    ladder_checks.crossing_rows,
    ladder_checks.rows_that_never_win,
    gap_checks.plans_without_deductible,
    gap_checks.beyond_federal_limits,
    course_checks.items_without_rows,
    gap_checks.texts_without_spanish,
    plausibility_checks.deductibles_over_maximums,
    plausibility_checks.federal_assistance,
    plausibility_checks.mental_health_worse,
    misstatements.notes_that_misstate,
)
"""Checks between rows."""

CHECKS_OF_THE_DAY: tuple[Callable[[Seen, date], Iterator[Finding]], ...] = (
    gap_checks.not_checked_for_a_year,
    plausibility_checks.ended_rows,
)
"""Checks between rows and today."""


def all_findings(loaded: LoadedRulebook, today: date) -> tuple[Finding, ...]:
    """Return everything wrong with a file: what its reading found, then what the checks do."""
    if not loaded.readable:
        return loaded.findings
    return in_order((*loaded.findings, *_check(Seen.of(loaded), today)))


def check_rows(rows: Mapping[str, Sequence[Row]], today: date) -> tuple[Finding, ...]:
    """Return what is wrong with rows that were read, as if in the usual order of columns."""
    return in_order(_check(Seen(rows), today))


def _check(seen: Seen, today: date) -> tuple[Finding, ...]:
    found = [*_row_findings(seen)]
    for check in CHECKS:
        found += check(seen)
    for check_of_the_day in CHECKS_OF_THE_DAY:
        found += check_of_the_day(seen, today)
    return grouped(found)


def _row_findings(seen: Seen) -> Iterator[Finding]:
    for sheets, check in ROW_CHECKS:
        for sheet in sheets:
            for row in seen.sheet(sheet):
                for problem in check(row):
                    place = seen.place(sheet, row.row, problem.field, getattr(row, problem.field))
                    yield finding(problem.code, place, problem.says, problem.advice)
