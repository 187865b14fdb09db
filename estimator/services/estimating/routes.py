"""The ways to pay for a treatment, each priced in three scenarios.

Rule: the contract of estimates, "Computing", 4 and 5.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from estimator.engine.adjudication import (
    Claim,
    Cover,
    as_second,
    met_of,
    open_account,
    prepare,
    reason_of,
)
from estimator.engine.comparison import Range, RouteCost
from estimator.engine.coordination import INTEGERS
from estimator.engine.course import SCENARIOS, Scenario, month_of
from estimator.engine.kernel import Line, Second, Step, run
from estimator.services.estimating.coverage import (
    COVERED,
    INSURED_CAN_BE_BEST,
    REFUSING,
    Coverage,
    assumptions,
    coverage_of,
)
from estimator.services.estimating.lines import PricedCourse, PricedLine
from estimator.services.estimating.notices import Notice
from estimator.services.estimating.programs import (
    Program,
    Reductions,
    fits_any,
    insured_terms,
    offered,
)
from estimator.services.estimating.situation import Situation

MOST_KEPT = 64
"""Prepared courses kept beside a priced one, for the few ways patients' answers differ."""


class RouteLine(NamedTuple):
    """A line of a route with who pays what, and what is met of its limits after it."""

    line: PricedLine
    reason: str
    amounts: Line
    coverage: Coverage | None = None
    deductible_met: int | None = None
    oop_met: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """What one way to pay costs the patient; ``lines`` are the typical ones."""

    cost: RouteCost
    lines: tuple[RouteLine, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class RoutePricing:
    """Prices every route of one treatment for one patient."""

    situation: Situation
    course: PricedCourse
    _coverages: dict[Hashable, Coverage] = field(default_factory=dict)

    def routes(self, coverage: Coverage) -> Iterator[Route]:
        """Yield the routes: insured, self_pay, then programs by ID."""
        could_be_best = coverage.status in INSURED_CAN_BE_BEST
        if self.situation.insurer is not None:
            yield self._insured("insured", could_be_best, None)
        yield self._self_pay("self_pay", None)
        typical = self.course.lines["typical"]
        for program in offered(self.situation):
            if not fits_any(self.situation.rulebook, program, typical):
                continue
            name = f"assistance:{program.program_id}"
            if program.insured:
                yield self._insured(name, could_be_best and program.known_to_fit, program)
            else:
                yield self._self_pay(name, program)

    @property
    def _cover(self) -> Cover:
        if self.situation.cover is None:
            raise ValueError("an insured route needs a plan")
        return self.situation.cover

    def _insured(self, name: str, eligible: bool, program: Program | None) -> Route:
        priced = {scenario: self._adjudicate(scenario, program) for scenario in SCENARIOS}
        lines = priced["typical"]
        notices = tuple(self._assumed(lines)) + (program.notices if program else ())
        return _route(name, eligible, priced, notices)

    def _assumed(self, lines: Sequence[RouteLine]) -> Iterator[Notice]:
        for each in lines:
            about = each.line.item.description
            if each.coverage is not None:
                yield from assumptions(each.coverage, about)
            refused = each.coverage is not None and each.coverage.status in REFUSING
            if each.reason == "no_benefit" and each.line.item.billed_to_plan and not refused:
                yield Notice("no-benefit", about)

    def _adjudicate(self, scenario: Scenario, program: Program | None) -> tuple[RouteLine, ...]:
        """Send a scenario's lines through adjudication."""
        situation, lines = self.situation, self.course.lines[scenario]
        coverages = [self._coverage(line) for line in lines]
        steps, second_steps = self._steps(scenario, coverages, program)
        used: dict[Hashable, int] = dict(situation.request.assistance_used.items())
        account = open_account(self._cover, situation.as_of, used)
        second = self._second(second_steps)
        found = []
        for place, amounts in enumerate(run(steps, account, INTEGERS, second)):
            step = steps[place]
            maximum = step.oop_maxes[0] if step.oop_maxes else None
            found.append(
                RouteLine(
                    lines[place],
                    reason_of(step, amounts),
                    amounts,
                    coverages[place],
                    met_of(account, step.deductible),
                    met_of(account, maximum),
                )
            )
        return tuple(found)

    def _second(self, steps: Sequence[Step]) -> Second | None:
        situation = self.situation
        if situation.supplement is not None:
            return Second("supplement", situation.supplement)
        if situation.second is None:
            return None
        account = open_account(situation.second.cover, situation.as_of)
        return Second(situation.second.method, None, steps, account)

    def _coverage(self, line: PricedLine) -> Coverage:
        """Return whether the plan covers the line's item on its date."""
        item, insurer = line.item, self.situation.insurer
        if item.policy_of is None or insurer is None:
            return COVERED
        policy = insurer.policy(item, line.date)
        key = (policy.row if policy else None, line.treatment_id)
        if key not in self._coverages:
            patient = self.situation.request.patient
            self._coverages[key] = coverage_of(policy, patient, line.treatment_id)
        return self._coverages[key]

    def _steps(
        self, scenario: Scenario, coverages: Sequence[Coverage], program: Program | None
    ) -> tuple[Sequence[Step], Sequence[Step]]:
        """Return the engine's steps; what they depend on repeats, so they are kept."""
        situation, memo = self.situation, self.course.memo
        refused = tuple(coverage.status in REFUSING for coverage in coverages)
        covers = [situation.cover] + ([situation.second.cover] if situation.second else [])
        years = tuple(
            (cover.family, cover.year.start(situation.as_of)) for cover in covers if cover
        )
        name = program and (program.program_id, program.annual_max)
        key = (scenario, refused, years, name, situation.supplement is None)
        if key not in memo:
            if len(memo) >= MOST_KEPT:
                memo.clear()
            memo[key] = self._prepare(scenario, refused, program)
        steps: tuple[Sequence[Step], Sequence[Step]] = memo[key]
        return steps

    def _prepare(
        self, scenario: Scenario, refused: Sequence[bool], program: Program | None
    ) -> tuple[Sequence[Step], Sequence[Step]]:
        situation, lines = self.situation, self.course.lines[scenario]
        claims = [self._claim(line, no, program) for line, no in zip(lines, refused, strict=True)]
        alone = situation.second is None and situation.supplement is None
        steps = prepare(claims, self._cover, situation.as_of, weigh_cash=alone)
        if situation.second is None:
            return steps, ()
        theirs = [as_second(claim) for claim in claims]
        second_cover = situation.second.cover
        return steps, prepare(theirs, second_cover, situation.as_of, weigh_cash=False)

    def _claim(self, line: PricedLine, refused: bool, program: Program | None) -> Claim:
        """Return a priced line as a claim."""
        item = line.item
        rulebook = self.situation.rulebook
        terms = insured_terms(rulebook, program, line) if program is not None else None
        not_covered = refused and item.billed_to_plan
        return Claim(
            date=line.date,
            visit=line.date,
            class_=item.class_,
            network=line.network,
            billed=line.billed,
            allowed=line.allowed,
            benefit=line.benefit,
            refused="not_covered" if not_covered else None,
            cash=line.cash or None,
            cash_for="any" if item.setting == "pharmacy" else "refused",
            second_allowed=line.second_allowed,
            second_benefit=line.second_benefit,
            assistance=terms,
            coordinated=item.billed_to_plan,
        )

    def _self_pay(self, name: str, program: Program | None) -> Route:
        priced = {scenario: self._cash(scenario, program) for scenario in SCENARIOS}
        eligible = program is None or program.known_to_fit
        return _route(name, eligible, priced, program.notices if program else ())

    def _cash(self, scenario: Scenario, program: Program | None) -> tuple[RouteLine, ...]:
        reductions = Reductions(self.situation, program) if program else None
        found = []
        for line in self.course.lines[scenario]:
            off = reductions.off(line) if reductions else 0
            amounts = Line(allowed=0, cash=line.cash - off, patient_pays=line.cash - off)
            found.append(RouteLine(line, "self_pay", amounts))
        return tuple(found)


def _route(
    name: str, eligible: bool, priced: dict[Scenario, tuple[RouteLine, ...]], notices: Any
) -> Route:
    low, typical, high = (
        sum(line.amounts.patient_pays for line in priced[scenario]) for scenario in SCENARIOS
    )
    unique = tuple(dict.fromkeys(notices))
    cost = RouteCost(name, Range(low, typical, high), eligible)
    return Route(cost, priced["typical"], unique)


def reimbursed(route: Route) -> int:
    """Return what the plans pay on out-of-network lines, in cents: typical."""
    return sum(
        each.amounts.plan_pays + each.amounts.secondary_pays
        for each in route.lines
        if each.line.network == "out"
    )


def by_month(route: Route, situation: Situation) -> list[int]:
    """Return what the patient pays in each month of the course, in cents: typical."""
    months = [0] * situation.request.months
    for each in route.lines:
        months[month_of(each.line.date, situation.start)] += each.amounts.patient_pays
    return months
