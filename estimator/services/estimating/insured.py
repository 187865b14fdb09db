"""The insured route: a course's lines sent through adjudication with the patient's plan.

What a plan makes of the lines before anybody's accumulators (which limits constrain each,
where plan years begin) repeats from patient to patient, so it is kept beside the priced course.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from estimator.engine.adjudication import (
    Claim,
    Cover,
    as_second,
    met_of,
    prepare,
    reason_of,
)
from estimator.engine.comparison import Range
from estimator.engine.coordination import INTEGERS, Assistance
from estimator.engine.course import Scenario
from estimator.engine.kernel import Account, Line, Second, Step, run
from estimator.engine.plan import Accumulators, Benefit
from estimator.rulebook import rows as r
from estimator.services.estimating.coverage import (
    COVERED,
    REFUSING,
    Coverage,
    assumptions,
    coverage_of,
)
from estimator.services.estimating.lines import PricedCourse, PricedLine
from estimator.services.estimating.notices import Notice, of_notes, of_second
from estimator.services.estimating.programs import Program, insured_terms, rows_for
from estimator.services.estimating.situation import Situation, SupplementOn

_WITHOUT_BENEFIT = ("no_benefit", "not_covered")
MOST_KEPT = 64
"""Prepared courses kept beside a priced one, for the few ways patients' answers differ."""


class RouteLine(NamedTuple):
    """A line of a route with who pays what, and what is met of its limits after it."""

    line: PricedLine
    month: int
    reason: str
    amounts: Line
    coverage: Coverage | None = None
    deductible_met: int | None = None
    oop_met: int | None = None


class _Prepared(NamedTuple):
    steps: Sequence[Step]
    second_steps: Sequence[Step]


class InsuredPricing:
    """Prices the insured route of one treatment for one patient."""

    def __init__(
        self, situation: Situation, course: PricedCourse, cover: Cover, opened: Account
    ) -> None:
        self.situation = situation
        self.course = course
        self.cover = cover
        self.opened = opened
        self._coverages: dict[Hashable, Coverage] = {}

    def range(self, program: Program | None, typical: Sequence[RouteLine]) -> Range:
        """Return what the patient pays in each scenario, the *typical* one being priced already."""
        return Range(
            self._patient_pays("low", program),
            sum(line.amounts.patient_pays for line in typical),
            self._patient_pays("high", program),
        )

    def _patient_pays(self, scenario: Scenario, program: Program | None) -> int:
        coverages = self._line_coverages(scenario)
        prepared, account = self._prepared(scenario, coverages, program), self.opened.reopened()
        adjudicated = self._adjudicated(scenario, prepared, account)
        return sum(line.patient_pays for line in adjudicated)

    def typical(self, program: Program | None) -> tuple[RouteLine, ...]:
        """Return the typical lines, adjudicated and explained."""
        coverages = self._line_coverages("typical")
        prepared = self._prepared("typical", coverages, program)
        account = self.opened.reopened()
        adjudicated = self._adjudicated("typical", prepared, account)
        lines, months = self.course.lines["typical"], self.course.months
        return tuple(
            _explained(lines[place], months[place], step, amounts, coverages[place], account)
            for place, (step, amounts) in enumerate(zip(prepared.steps, adjudicated, strict=True))
        )

    def _adjudicated(
        self, scenario: Scenario, prepared: _Prepared, account: Account
    ) -> Iterator[Line]:
        situation = self.situation
        if situation.supplement is not None:
            yield from self._supplemented(scenario, prepared, account, situation.supplement)
            return
        second = None
        if situation.second is not None:
            theirs = situation.second.opened.reopened()
            second = Second(situation.second.method, None, prepared.second_steps, theirs)
        yield from run(prepared.steps, account, INTEGERS, second)

    def _supplemented(
        self, scenario: Scenario, prepared: _Prepared, account: Account, supplement: SupplementOn
    ) -> Iterator[Line]:
        """Adjudicate line after line, each with what the supplement pays on its date."""
        for line, step in zip(self.course.lines[scenario], prepared.steps, strict=True):
            second = Second("supplement", supplement(line.date))
            yield from run((step,), account, INTEGERS, second)

    def _line_coverages(self, scenario: Scenario) -> Sequence[Coverage]:
        lines, memo = self.course.lines[scenario], self.course.memo
        key = ("asks policies", scenario)
        if key not in memo:
            memo[key] = any(line.item.policy_of is not None for line in lines)
        if not memo[key]:
            return (COVERED,) * len(lines)
        return [self._coverage(line) for line in lines]

    def _coverage(self, line: PricedLine) -> Coverage:
        """Return whether the plan covers the line's item on its date."""
        if line.item.policy_of is None:
            return COVERED
        policy: r.PolicyRow | None = line.policy
        key = (policy.row if policy else None, line.treatment_id)
        if key not in self._coverages:
            patient = self.situation.request.patient
            self._coverages[key] = coverage_of(policy, patient, line.treatment_id)
        return self._coverages[key]

    def _prepared(
        self, scenario: Scenario, coverages: Sequence[Coverage], program: Program | None
    ) -> _Prepared:
        situation, memo = self.situation, self.course.memo
        refused = tuple(coverage.status in REFUSING for coverage in coverages)
        covers = [self.cover] + ([situation.second.cover] if situation.second else [])
        years = tuple((cover.family, cover.year.start(situation.as_of)) for cover in covers)
        name = program and (program.program_id, program.annual_max)
        key = (scenario, refused, years, name, situation.supplement is None)
        if key not in memo:
            if len(memo) >= MOST_KEPT:
                memo.clear()
            memo[key] = self._prepare(scenario, refused, program)
        prepared: _Prepared = memo[key]
        return prepared

    def _prepare(
        self, scenario: Scenario, refused: Sequence[bool], program: Program | None
    ) -> _Prepared:
        situation, lines = self.situation, self.course.lines[scenario]
        rows: Sequence[r.AssistanceRow | None] = (None,) * len(lines)
        if program is not None:
            rows = rows_for(situation, program.program_id, self.course, scenario)
        claims = [
            _claim(line, no, insured_terms(row, program) if program and row else None)
            for line, no, row in zip(lines, refused, rows, strict=True)
        ]
        alone = situation.second is None and situation.supplement is None
        steps = prepare(claims, self.cover, situation.as_of, weigh_cash=alone)
        if situation.second is None:
            return _Prepared(tuple(_alike(steps)), ())
        theirs = [as_second(claim) for claim in claims]
        second_cover = situation.second.cover
        return _Prepared(steps, prepare(theirs, second_cover, situation.as_of, weigh_cash=False))


def _alike(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps, equal ones as one: infusion after infusion is prepared alike, and kept."""
    kinds: list[Step] = []
    for step in steps:
        known = next((each for each in kinds if each == step), None)
        if known is None:
            kinds.append(step)
        yield known or step


def _claim(line: PricedLine, refused: bool, assistance: Assistance | None) -> Claim:
    """Return a priced line as a claim."""
    item = line.item
    return Claim(
        date=line.date,
        visit=line.date,
        class_=item.class_,
        network=line.network,
        billed=line.billed,
        allowed=line.allowed,
        benefit=line.benefit,
        refused="not_covered" if refused and item.billed_to_plan else None,
        cash=line.cash or None,
        cash_for="any" if item.setting == "pharmacy" else "refused",
        second_allowed=line.second_allowed,
        second_benefit=line.second_benefit,
        assistance=assistance,
        coordinated=item.billed_to_plan,
    )


def _is_unused(benefit: Benefit | None, met: Accumulators) -> bool:
    """Whether a benefit is used up with time and nobody said how much of it is."""
    if benefit is None:
        return False
    visits = benefit.counts_visits and benefit.group not in met.visits
    return visits or (benefit.plan_pays_max is not None and benefit.name not in met.plan_paid)


def _explained(  # noqa: PLR0913, PLR0917 - all that a line of the receipt shows
    line: PricedLine, month: int, step: Step, amounts: Line, coverage: Coverage, account: Account
) -> RouteLine:
    maximum = step.oop_maxes[0] if step.oop_maxes else None
    return RouteLine(
        line,
        month,
        reason_of(step, amounts),
        amounts,
        coverage,
        met_of(account, step.deductible),
        met_of(account, maximum),
    )


def assumed(
    lines: Sequence[RouteLine], met: Accumulators, second_met: Accumulators | None
) -> Iterator[Notice]:
    """Yield what the insured figure assumes, line by line.

    *met* is what was said to be used of the plan, *second_met* of a second plan, if there is one.
    """
    seen: set[tuple[str, Coverage | None, str]] = set()
    for each in lines:
        item = each.line.item
        key = (item.item_id, each.coverage, each.reason)
        if key in seen or each.coverage is None:
            continue
        seen.add(key)
        if each.reason not in _WITHOUT_BENEFIT:  # else nothing hangs on what the plan may agree to
            yield from assumptions(each.coverage, item.description)
            if _is_unused(each.line.benefit, met):
                yield Notice("nothing-used", item.description)
        if second_met and item.billed_to_plan and _is_unused(each.line.second_benefit, second_met):
            yield of_second(Notice("nothing-used", item.description))
        if each.reason == "no_benefit" and item.billed_to_plan:
            yield Notice("no-benefit", item.description)
    used = (each.line.benefit_rule for each in lines if each.reason not in _WITHOUT_BENEFIT)
    yield from of_notes((rule.sheet, rule.row, rule.note) for rule in dict.fromkeys(used) if rule)
