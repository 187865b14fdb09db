"""What all pieces of a file add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from estimator.services.batches.results import Tally
from estimator.sheets.grids.report import Report

MOST_LISTED = 20_000
"""Rows with mistakes on their own sheet, then rows with notes; each row says its own anyway."""
TO_MEND, TO_KNOW = "to mend", "to know"


@dataclass(slots=True)
class Totals:
    """The sums of tallies."""

    rows: int = 0
    errors: int = 0
    costs: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    noted: int = 0

    def add(self, tally: Tally) -> None:
        """Add a piece's."""
        self.rows += tally.rows
        self.errors += tally.errors
        for plan, treatment, status, many, cents in tally.costs:
            before = self.costs.get((plan, treatment, status), (0, 0))
            self.costs[plan, treatment, status] = (before[0] + many, before[1] + cents)
        self.noted += tally.noted
        self.problems.extend(tally.problems[: MOST_LISTED - len(self.problems)])
        self.notes.extend(tally.notes[: MOST_LISTED - len(self.notes)])


def report(totals: Totals, facts: Sequence[tuple[str, str]], treatments: Iterable[str]) -> Report:
    """Return what the sheets after the results say."""
    by_treatment: dict[str, tuple[int, int]] = dict.fromkeys(treatments, (0, 0))
    for (_, treatment, _), (many, cents) in totals.costs.items():
        before = by_treatment[treatment]
        by_treatment[treatment] = (before[0] + many, before[1] + cents)
    counted = [
        ("Patients", f"{totals.rows:,}"),
        ("Estimated", f"{totals.rows - totals.errors:,}"),
        ("With something to mend", f"{totals.errors:,}"),
        ("With something to know", f"{totals.noted:,}"),
    ]
    return Report(
        facts=[*facts, *counted],
        by_treatment=[
            (name, many, _average(cents, many))
            for name, (many, cents) in by_treatment.items()
            if many
        ],
        by_plan=[
            (plan or "no plan", treatment, status.replace("_", " "), many, _average(cents, many))
            for (plan, treatment, status), (many, cents) in sorted(totals.costs.items())
        ],
        problems=[
            *((row, TO_MEND, says) for row, says in totals.problems),
            *((row, TO_KNOW, says) for row, says in totals.notes),
        ],
        more_problems=totals.errors + totals.noted - len(totals.problems) - len(totals.notes),
    )


def _average(cents: int, many: int) -> float:
    """Return an average in dollars, to be displayed: no figure is made from it."""
    return round(cents / many) / 100
