"""What is different in dollars: one estimate by two rulebooks, and all of them in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from estimator.rulebook.difference import RowChange
from estimator.rulebook.rows import TestRow
from estimator.services.difference.causes import Causes
from estimator.services.difference.figures import Sides
from estimator.services.difference.reach import Cell


class Case(NamedTuple):
    """One estimate: what for, and for whom."""

    cell: Cell
    coverages: tuple[str, ...]
    met: str


@dataclass(frozen=True, slots=True)
class DollarChange:
    """A case whose figures are not the same."""

    case: Case
    sides: Sides
    causes: Causes = field(default_factory=Causes)


@dataclass(frozen=True, slots=True)
class ChangedTest:
    """A row of Tests whose figure is not the same by both rulebooks."""

    test: TestRow
    expected_before: int | None
    """``None``: the row is new."""
    is_removed: bool
    sides: Sides
    causes: Causes


@dataclass(frozen=True, slots=True)
class Presence:
    """What only one of the rulebooks has, by ID."""

    clinics: tuple[str, ...]
    plans: tuple[str, ...]
    treatments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything in which two rulebooks differ: rows, and dollars on a day."""

    day: date
    rows: tuple[RowChange, ...]
    dollars: tuple[DollarChange, ...]
    """Of cases that both know, the largest change first."""
    one_sided: tuple[DollarChange, ...]
    """Of cases that only one of them knows."""
    tests: tuple[ChangedTest, ...]
    """The largest change first."""
    new: Presence
    removed: Presence
    compared: int
    """How many estimates both know; one for self and family where these cannot differ."""
    tests_compared: int


def in_order(changes: Iterable[DollarChange]) -> list[DollarChange]:
    """Return changes, the largest first."""
    return sorted(changes, key=lambda each: (_down(each.sides), _name(each.case)))


def tests_in_order(changes: Iterable[ChangedTest]) -> list[ChangedTest]:
    """Return changes of tests, the largest first."""
    return sorted(changes, key=lambda each: (_down(each.sides), each.test.test_id))


def _down(sides: Sides) -> tuple[int, ...]:
    return tuple(-part for part in sides.weight)


def _name(case: Case) -> tuple[str, ...]:
    return (*(part or "" for part in case.cell), *case.coverages, case.met)
