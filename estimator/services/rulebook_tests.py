"""The Tests sheet, run: every test is one estimate with the answer a person worked out.

A rulebook with a failing test cannot be published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from estimator.engine.money import dollars
from estimator.findings import Finding
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.rulebook.problems import finding
from estimator.rulebook.seen import Seen
from estimator.services.estimating import estimate
from estimator.services.estimating.situation import rulebook_plan
from estimator.services.intake.fields import DocumentRefused

ROUTES = {"insured": "insured", "self-pay": "self_pay"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row of Tests expects the patient to pay, and what the rules give."""

    row: int
    id: str
    what: str
    expected: str
    got: str
    """An amount, or why there is none."""
    passed: bool

    @property
    def problem(self) -> str:
        """What is wrong, to follow the name of the test."""
        if self.got[:1].isdigit():
            expected, got = (f"${Decimal(amount):,}" for amount in (self.expected, self.got))
            return f"expects the patient to pay {expected}, but the rules give {got}."
        return self.got


def run_tests(rulebook: Rulebook) -> tuple[Outcome, ...]:
    """Return what each test of the rulebook gives."""
    return tuple(_outcome(rulebook, test) for test in rulebook.tests)


def failing(rulebook: Rulebook, outcomes: Iterable[Outcome], seen: Seen) -> Iterator[Finding]:
    """Yield a finding for each test whose estimate differs from what it expects."""
    expected = {test.row: test.expect_cents for test in rulebook.tests}
    for outcome in outcomes:
        if not outcome.passed:
            place = seen.place("Tests", outcome.row, "expect_cents", expected[outcome.row])
            subject = f"Test {outcome.id}"
            yield finding("failing-test", place, outcome.problem, subject=subject)


def _outcome(rulebook: Rulebook, test: r.TestRow) -> Outcome:
    expected, got = dollars(test.expect_cents), _got(rulebook, test)
    return Outcome(test.row, test.test_id, test.checks, expected, got, got == expected)


def _got(rulebook: Rulebook, test: r.TestRow) -> str:
    try:
        answer = estimate(request_of(rulebook, test), rulebook, today=test.start_date)
    except DocumentRefused as refused:
        return f"cannot be run: {refused.findings[0].message}"
    treatment = answer["treatments"][0]
    name = ROUTES.get(test.route, f"assistance:{test.route}")
    got = {route["route"]: route["patient_pays"]["typical"] for route in treatment["routes"]}
    if name not in got:
        offered = ", ".join(got) or "none"
        return f"expects the route {test.route}, which is not offered; offered: {offered}."
    return str(got[name])


def request_of(rulebook: Rulebook, test: r.TestRow) -> dict[str, Any]:
    """Return a row of Tests as the request it stands for."""
    request: dict[str, Any] = {
        "clinic_id": test.clinic_id,
        "treatments": [test.treatment_id],
        "start_date": test.start_date.isoformat(),
        "months": test.months,
        "coverage": test.coverage or "self",
        "patient": {"prior_authorization": test.prior_authorization or "unknown"},
        "detail": "summary",
    }
    if test.plan_id is None:
        return request
    return {**request, "plan_id": test.plan_id, "accumulators": _met(rulebook, test)}


def _met(rulebook: Rulebook, test: r.TestRow) -> list[dict[str, str]]:
    """Return what is met, of every limit that constrains the main item on the start date."""
    given = {"deductible": test.deductible_met_cents, "oop_max": test.oop_met_cents}
    treatment = rulebook.treatments.get(test.treatment_id)
    item = rulebook.items.get((treatment and treatment.main_item) or "")
    if item is None or test.plan_id is None or test.plan_id not in rulebook.plans:
        return []
    plan, network = rulebook_plan(rulebook, test.plan_id), "in"
    if item.setting == "clinic":
        network, _ = plan.network(test.clinic_id, test.start_date)
    return [
        {
            "kind": limit.kind,
            "class": limit.class_,
            "network": limit.network,
            "individual": dollars(amount),
        }
        for period in plan.limits
        if (amount := given[(limit := period.limit).kind]) is not None
        and period.holds_on(test.start_date)
        and limit.constrains(item.class_, network)
    ]
