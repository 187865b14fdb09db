"""The ways to pay for a treatment, each priced in three scenarios.

Rule: the contract of estimates, "Computing", 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from estimator.engine.comparison import Range, RouteCost
from estimator.engine.course import SCENARIOS, Scenario
from estimator.engine.kernel import Line
from estimator.rulebook.rows import AssistanceRow
from estimator.services.estimating.coverage import INSURED_CAN_BE_BEST, Coverage
from estimator.services.estimating.insured import InsuredPricing, RouteLine, assumed
from estimator.services.estimating.lines import PricedCourse
from estimator.services.estimating.notices import Notice
from estimator.services.estimating.programs import (
    Program,
    Reductions,
    offered,
    rows_for,
)
from estimator.services.estimating.situation import Situation


@dataclass(frozen=True, slots=True)
class Route:
    """What one way to pay costs the patient; ``lines`` are the typical ones."""

    cost: RouteCost
    lines: tuple[RouteLine, ...]
    notices: tuple[Notice, ...] = ()
    program_rows: tuple[AssistanceRow | None, ...] = ()
    """Of a program's route: the row that helps each line, where one does."""

    @property
    def reimbursed(self) -> int:
        """What the plans pay on out-of-network lines, in cents: typical."""
        return sum(
            each.amounts.plan_pays + each.amounts.secondary_pays
            for each in self.lines
            if each.line.network == "out"
        )

    def by_month(self, months: int) -> list[int]:
        """Return what the patient pays in each month of the course, in cents: typical."""
        paid = [0] * months
        for each in self.lines:
            paid[each.month] += each.amounts.patient_pays
        return paid


def routes(situation: Situation, course: PricedCourse, coverage: Coverage) -> Iterator[Route]:
    """Yield the routes of a treatment: insured, self_pay, then programs by ID."""
    could_be_best = coverage.status in INSURED_CAN_BE_BEST
    insured = None
    if situation.cover is not None and situation.opened is not None:
        insured = InsuredPricing(situation, course, situation.cover, situation.opened)
        yield _insured(insured, "insured", could_be_best, None)
    yield _self_pay(course)
    for program in offered(situation, course):
        name = f"assistance:{program.program_id}"
        if not program.insured:
            yield _reduced(situation, course, name, program)
        elif insured is not None:
            yield _insured(insured, name, could_be_best and program.known_to_fit, program)


def _insured(insured: InsuredPricing, name: str, eligible: bool, program: Program | None) -> Route:
    lines, second = insured.typical(program), insured.situation.second
    notices = assumed(lines, insured.cover.met, second.cover.met if second else None)
    cost = RouteCost(name, insured.range(program, lines), eligible)
    if program is None:
        return Route(cost, lines, tuple(dict.fromkeys(notices)))
    rows = rows_for(insured.situation, program.program_id, insured.course, "typical")
    return Route(cost, lines, tuple(dict.fromkeys((*notices, *program.notices))), rows)


def _self_pay(course: PricedCourse) -> Route:
    """Return every line at its cash price: the same for every patient, so made once."""
    if "self_pay" not in course.memo:
        low, typical, high = (_cash(course, scenario) for scenario in SCENARIOS)
        cost = RouteCost("self_pay", Range(_total(low), _total(typical), _total(high)), True)
        course.memo["self_pay"] = Route(cost, typical)
    route: Route = course.memo["self_pay"]
    return route


def _reduced(situation: Situation, course: PricedCourse, name: str, program: Program) -> Route:
    """Return self_pay with what a program takes off: the same for all it has not yet helped."""
    key = ("reduced", program.program_id)
    if situation.request.assistance_used.get(program.program_id, 0):
        patient_pays, lines = _reduce(situation, course, program)
    else:
        if key not in course.memo:
            course.memo[key] = _reduce(situation, course, program)
        patient_pays, lines = course.memo[key]
    rows = rows_for(situation, program.program_id, course, "typical")
    cost = RouteCost(name, patient_pays, program.known_to_fit)
    return Route(cost, lines, program.notices, rows)


def _reduce(
    situation: Situation, course: PricedCourse, program: Program
) -> tuple[Range, tuple[RouteLine, ...]]:
    low, typical, high = (
        _reduced_lines(situation, course, scenario, program) for scenario in SCENARIOS
    )
    return Range(_total(low), _total(typical), _total(high)), typical


def _cash(course: PricedCourse, scenario: Scenario) -> tuple[RouteLine, ...]:
    return _paid(course, scenario, [line.cash for line in course.lines[scenario]])


def _reduced_lines(
    situation: Situation, course: PricedCourse, scenario: Scenario, program: Program
) -> tuple[RouteLine, ...]:
    reductions = Reductions(situation, program)
    rows = rows_for(situation, program.program_id, course, scenario)
    lines = zip(course.lines[scenario], rows, strict=True)
    return _paid(course, scenario, [line.cash - reductions.off(line, row) for line, row in lines])


def _paid(
    course: PricedCourse, scenario: Scenario, amounts: Sequence[int]
) -> tuple[RouteLine, ...]:
    lines = course.lines[scenario]
    months = course.months if scenario == "typical" else (0,) * len(lines)
    return tuple(
        RouteLine(line, month, "self_pay", Line(allowed=0, cash=pays, patient_pays=pays))
        for line, month, pays in zip(lines, months, amounts, strict=True)
    )


def _total(lines: tuple[RouteLine, ...]) -> int:
    return sum(line.amounts.patient_pays for line in lines)
