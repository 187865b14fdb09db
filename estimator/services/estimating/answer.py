"""An estimate as the contract's answer: plain JSON, amounts as decimal strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from estimator import __version__
from estimator.engine.adjudication import AMOUNTS
from estimator.engine.comparison import (
    Compared,
    ComparisonRow,
    Range,
    RouteCost,
    baseline,
    compare,
)
from estimator.engine.course import SCENARIOS
from estimator.engine.money import dollars
from estimator.findings import finding_document
from estimator.rulebook import rows as r
from estimator.rulebook.columns import plain
from estimator.services.estimating.carried import carried_forward
from estimator.services.estimating.coverage import REFUSING, Coverage
from estimator.services.estimating.insured import RouteLine
from estimator.services.estimating.insurers import Rule, rule_of
from estimator.services.estimating.lines import PricedCourse, PricedLine
from estimator.services.estimating.notices import Notice, findings
from estimator.services.estimating.routes import Route
from estimator.services.estimating.situation import Situation
from estimator.services.intake.requests import JOIN, SecondaryPlanDocument, as_understood

_amounts_of = attrgetter(*AMOUNTS)
FACTS = (
    "time_to_effect",
    "how_it_works",
    "side_effects",
    "serious_side_effects",
    "monitoring",
    "evidence",
    "not_priced_because",
)


@dataclass(frozen=True, slots=True)
class TreatmentAnswer:
    """One treatment's part of an estimate; ``course`` is ``None`` where it has no price."""

    treatment: str
    rows: Sequence[r.TreatmentRow]
    course: PricedCourse | None
    coverage: Coverage
    routes: tuple[Route, ...]
    best: RouteCost | None
    notices: tuple[Notice, ...]

    @property
    def name(self) -> str:
        """The treatment's name, or the names of a combination."""
        return " with ".join(row.name for row in self.rows)

    @property
    def compared(self) -> Compared | None:
        """The treatment as the comparison takes it; ``None`` where it has no route."""
        if self.best is None:
            return None
        return Compared(self.treatment, self.rows[0].arm, JOIN in self.treatment, self.best)


@dataclass(frozen=True, slots=True)
class Answer:
    """An estimate, ready to be shown."""

    situation: Situation
    treatments: tuple[TreatmentAnswer, ...]
    release: int | None
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Return the whole answer."""
        situation = self.situation
        return {
            "release": self.release,
            "fingerprint": self.fingerprint,
            "engine_version": __version__,
            "request": self._request(),
            "treatments": [self._treatment(each) for each in self.treatments],
            "comparison": self._comparison(),
            "findings": [
                finding_document(finding) for finding in findings(self._notices(situation))
            ],
        }

    def _notices(self, situation: Situation) -> Iterator[Notice]:
        yield from situation.notices
        if situation.insurance == "unknown":
            yield Notice("insurance-not-known")
        priced = (each.course for each in self.treatments if each.course is not None)
        yield from carried_forward(situation.setting, priced)

    def _request(self) -> dict[str, Any]:
        situation = self.situation
        understood = as_understood(situation.request)
        if "secondary" in understood:
            second = situation.second
            understood["secondary"]["method"] = second.method if second else "supplement"
        return {
            **understood,
            "clinic_id": situation.clinic.clinic_id,
            "insurance": situation.insurance,
            "start_date": situation.start.isoformat(),
            "as_of": situation.as_of.isoformat(),
            "treatments": list(situation.treatments),
        }

    def _treatment(self, each: TreatmentAnswer) -> dict[str, Any]:
        course = each.course
        full = course is not None and self.situation.request.detail == "full"
        facts = [_line_facts(line) for line in course.lines["typical"]] if course and full else ()
        return {
            "treatment_id": each.treatment,
            "name": each.name,
            "arm": each.rows[0].arm,
            "facts": {name: _fact(each.rows, name) for name in FACTS},
            "visits": {name: course.visits(name) if course else None for name in SCENARIOS},
            "coverage": _coverage(each.coverage),
            "routes": [self._shown(course, route, facts) for route in each.routes],
            "best_route": each.best.route if each.best else None,
            "findings": [finding_document(finding) for finding in findings(each.notices)],
        }

    def _shown(
        self, course: PricedCourse | None, route: Route, facts: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        """Return a route as it is shown, with *facts* of its lines where these are asked for.

        The summary of self_pay is the same for every patient, so made once; its lines would
        take more memory than making them takes time. Each answer gets a copy: who changes
        theirs changes no other patient's.
        """
        if self.situation.request.detail == "full":
            return {**self._route(route), "lines": list(self._lines(route, facts))}
        if course is None or route.cost.route != "self_pay":
            return self._route(route)
        if "shown" not in course.memo:
            course.memo["shown"] = self._route(route)
        return {name: copy(value) for name, value in course.memo["shown"].items()}

    def _route(self, route: Route) -> dict[str, Any]:
        cost, back = route.cost.patient_pays, route.reimbursed
        months = self.situation.request.months
        return {
            "route": route.cost.route,
            "patient_pays": _range(cost),
            "upfront": dollars(cost.typical + back),
            "reimbursed": dollars(back),
            "by_month": [dollars(month) for month in route.by_month(months)],
            "assumes": [finding.message for finding in findings(route.notices)],
        }

    def _lines(self, route: Route, facts: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the lines of a route; every route of a treatment has the same ones to pay for."""
        rows = route.program_rows or (None,) * len(route.lines)
        for place, (line, fact, row) in enumerate(zip(route.lines, facts, rows, strict=True)):
            paid = _paid(line, row, self._second_rule(line))
            yield {**fact, "claim": place, **paid}

    def _second_rule(self, each: RouteLine) -> Rule | None:
        """Return the row by which the second payer pays on a line; ``None`` where it pays nothing.

        A second plan that was typed has a row for a benefit that was typed, a supplement none.
        """
        if not each.amounts.secondary_pays:
            return None
        situation, given = self.situation, self.situation.request.secondary
        if situation.supplement is None:
            return each.line.second_rule
        if not isinstance(given, SecondaryPlanDocument):
            return None
        row = situation.rulebook.supplement(given.plan_id, each.line.date)
        return supplement_rule(row) if row else None

    def _comparison(self) -> dict[str, Any]:
        request = self.situation.request
        rows = [each.compared for each in self.treatments if each.compared is not None]
        base = baseline(rows)
        visits = {each.treatment: each.course for each in self.treatments}
        return {
            "baseline": None if base is None else base.treatment_id,
            "rows": [
                _comparison_row(row, visits[row.treatment_id])
                for row in compare(rows, request.months, request.patient.annual_income)
            ],
        }


def _comparison_row(row: ComparisonRow, course: PricedCourse | None) -> dict[str, Any]:
    share = row.share_of_income
    return {
        "treatment_id": row.treatment_id,
        "route": row.route,
        **_range(row.patient_pays),
        "per_month": dollars(row.per_month),
        "difference": None if row.difference is None else dollars(row.difference),
        "visits": course.visits("typical") if course else None,
        "share_of_income": None if share is None else f"{share // 10_000}.{share % 10_000:04d}",
    }


def _range(amounts: Range) -> dict[str, str]:
    return {
        "low": dollars(amounts.low),
        "typical": dollars(amounts.typical),
        "high": dollars(amounts.high),
    }


def _fact(rows: Iterable[r.TreatmentRow], name: str) -> str | None:
    """Return a fact of a treatment; of a combination, each with its name."""
    told = [(row.name, getattr(row, name)) for row in rows]
    known = [(treatment, text) for treatment, text in told if text]
    if len(told) == 1:
        return known[0][1] if known else None
    return "\n".join(f"{treatment}: {text}" for treatment, text in known) or None


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "status": coverage.status,
        "criteria": [criterion._asdict() for criterion in coverage.criteria],
        "rule": rule_json(coverage.rule),
    }


def _paid(each: RouteLine, program: r.AssistanceRow | None, second: Rule | None) -> dict[str, Any]:
    return {
        "reason": each.reason,
        **dict(zip(AMOUNTS, map(dollars, _amounts_of(each.amounts)), strict=True)),
        "deductible_met": None if each.deductible_met is None else dollars(each.deductible_met),
        "oop_met": None if each.oop_met is None else dollars(each.oop_met),
        "rule": rule_json(_rule(each)),
        "program_rule": program and rule_json(program_rule(program)),
        "secondary_rule": rule_json(second),
    }


def program_rule(row: r.AssistanceRow) -> Rule:
    """Return the row of a program that helps with a line."""
    return rule_of("Assistance", row, row.program_id, f"{row.kind} {plain(row.value)}")


def supplement_rule(row: r.SupplementRow) -> Rule:
    """Return the row of a supplement that pays of what another plan leaves."""
    shares = (
        (row.covers_deductible, "the deductible"),
        (row.covers_copay, "copays"),
        (row.covers_coinsurance, "coinsurance"),
        (row.covers_balance_bill, "a balance bill"),
    )
    says = ", ".join(f"{plain(share)}% of {what}" for share, what in shares)
    return rule_of("Supplements", row, row.plan_id, f"pays {says}")


def _line_facts(line: PricedLine) -> dict[str, Any]:
    """Return what a line shows whoever pays for it."""
    day = line.date.isoformat()
    return {
        "date": day,
        "visit": day,
        "treatment_id": line.treatment_id,
        "item_id": line.item.item_id,
        "description": line.item.description,
        "code": line.item.code,
        "quantity": _quantity(line.quantity),
        "network": line.network,
        "billed": dollars(line.billed),
        "price_rules": list(_price_rules(line.price_rules)),
    }


@lru_cache(maxsize=256)
def _quantity(quantity: Decimal) -> str:
    return plain(quantity)


@lru_cache(maxsize=5_000)
def _price_rules(rules: tuple[Rule, ...]) -> tuple[dict[str, Any], ...]:
    """Return the rows of a line's prices; few among many lines, so each is made once."""
    return tuple({"sheet": rule.sheet, "row": rule.row, "words": rule.words} for rule in rules)


def _rule(each: RouteLine) -> Rule | None:
    """Return the rule that decided a line: the policy that refuses it, its benefit, its price."""
    if each.reason == "self_pay":
        by_kind = {rule.words: rule for rule in each.line.price_rules}
        return by_kind.get("cash") or by_kind.get("charge")
    refused = each.coverage is not None and each.coverage.status in REFUSING
    if refused and each.coverage is not None and each.coverage.rule is not None:
        return each.coverage.rule
    return each.line.benefit_rule


@lru_cache(maxsize=20_000)
def rule_json(rule: Rule | None) -> dict[str, Any] | None:
    """Return a rule as the answer names it."""
    if rule is None:
        return None
    return {
        "sheet": rule.sheet,
        "row": rule.row,
        "id": rule.id,
        "words": rule.words,
        "source": rule.source,
        "checked_on": rule.checked_on.isoformat() if rule.checked_on else None,
    }
