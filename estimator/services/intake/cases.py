"""A case: one plan, its claims, and who else pays. Read, checked and adjudicated.

The document and its answer are the contract of adjudication.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from estimator.engine.adjudication import AMOUNTS, Claim, Cover, Ledger, adjudicate
from estimator.engine.coordination import Assistance, Supplement
from estimator.engine.money import dollars
from estimator.engine.plan import Benefit
from estimator.findings import Finding
from estimator.services.intake.fields import (
    Cents,
    Day,
    Document,
    DocumentRefused,
    Rate,
    Text,
    read,
    refuse,
)
from estimator.services.intake.plans import (
    BY_CATEGORY,
    AccumulatorDocument,
    PlanDocument,
    limit_findings,
    limit_periods,
    read_met,
)


class ClaimDocument(Document):
    """One claim line."""

    date: Day
    visit: Text | None = None
    category: Text
    class_: Literal["medical", "drug"] = Field(default="medical", alias="class")
    network: Literal["in", "out"] = "in"
    billed: Cents
    allowed: Cents | None = None
    secondary_allowed: Cents | None = None
    cash: Cents | None = Field(default=None, gt=0)
    cash_for: Literal["any", "refused"] = "any"


class AssistanceDocument(Document):
    """Copay assistance for a category of lines."""

    category: Text
    patient_pays: Cents
    annual_max: Cents | None = None
    used: Cents = 0
    counts_toward_limits: bool = True


class SecondaryDocument(Document):
    """A second payer."""

    method: Literal[
        "standard",
        "non_duplication",
        "maintenance_of_benefits",
        "medicare_secondary",
        "supplement",
    ]
    plan: PlanDocument | None = None
    coverage: Literal["self", "family"] = "self"
    accumulators: list[AccumulatorDocument] = Field(default_factory=list, max_length=100)
    covers_deductible: Rate = 0
    covers_copay: Rate = 0
    covers_coinsurance: Rate = 0
    covers_balance_bill: Rate = 0

    def supplement(self) -> Supplement:
        """Return the shares it pays as a supplement."""
        return Supplement(
            deductible=self.covers_deductible,
            copay=self.covers_copay,
            coinsurance=self.covers_coinsurance,
            balance_bill=self.covers_balance_bill,
        )


class CaseDocument(Document):
    """A plan and claims to adjudicate."""

    plan: PlanDocument
    coverage: Literal["self", "family"] = "self"
    as_of: Day | None = None
    accumulators: list[AccumulatorDocument] = Field(default_factory=list, max_length=100)
    claims: list[ClaimDocument] = Field(default_factory=list, max_length=10_000)
    secondary: SecondaryDocument | None = None
    assistance: list[AssistanceDocument] | None = Field(default=None, max_length=100)


def adjudicate_case(document: Any) -> dict[str, Any]:
    """Return the answer to a case document; raises ``DocumentRefused``."""
    case = read(CaseDocument, document)
    first = Side(case.plan, case.coverage == "family", case.accumulators, "")
    second = second_side(case.secondary)
    findings = [*first.findings, *_payer_findings(case), *(second.findings if second else ())]
    if findings:
        raise DocumentRefused(findings)
    ledger = adjudicate(
        [_claim(case, claim, first, second) for claim in case.claims],
        first.cover,
        case.as_of,
        _second_payer(case.secondary, second),
        {index: row.used for index, row in enumerate(case.assistance or ())},
    )
    return answer(ledger)


def _payer_findings(case: CaseDocument) -> Iterator[Finding]:
    if case.secondary is None:
        return
    if case.assistance is not None:
        yield refuse(
            "assistance",
            "assistance-with-secondary",
            "assistance cannot be combined with secondary.",
            "Leave one of them out.",
        )
    yield from method_findings(case.secondary)


def method_findings(secondary: SecondaryDocument) -> Iterator[Finding]:
    """Yield what is wrong between the method of a second payer and its plan."""
    if secondary.method == "supplement" and secondary.plan is not None:
        yield refuse(
            "secondary.plan",
            "supplement-with-plan",
            "secondary.plan goes with every method but supplement.",
            "Leave the plan out.",
        )
    if secondary.method != "supplement" and secondary.plan is None:
        yield refuse(
            "secondary.plan",
            "required-missing",
            f"secondary.plan is missing: {secondary.method} needs the second plan.",
            "Add it.",
        )


@dataclass(slots=True)
class Side:
    """One payer's plan: its cover, its benefits by (category, network), and what is wrong."""

    cover: Cover
    benefits: dict[tuple[str, str], Benefit]
    findings: tuple[Finding, ...]

    def __init__(
        self, plan: PlanDocument, family: bool, met: list[AccumulatorDocument], prefix: str
    ) -> None:
        self.benefits = {
            (each.category, each.network): each.benefit(
                (each.category, each.network), each.copay_per
            )
            for each in plan.benefits
        }
        limits = {each.limit().key: each.carryover_months for each in plan.limits}
        known: dict[Hashable, Benefit] = dict(self.benefits.items())
        accumulators, unmatched = read_met(met, limits, known, BY_CATEGORY, f"{prefix}accumulators")
        self.cover = Cover(
            year=plan.plan_year_start,
            limits=limit_periods(plan.limits),
            family=family,
            met=accumulators,
        )
        self.findings = (
            *limit_findings(plan.limits, f"{prefix}plan.limits"),
            *_benefits_twice(plan, f"{prefix}plan.benefits"),
            *unmatched,
        )

    def benefit(self, category: str, network: str) -> Benefit | None:
        """Return the benefit that serves a line: the most specific there is."""
        for key in ((category, network), (category, "all"), ("*", network), ("*", "all")):
            if key in self.benefits:
                return self.benefits[key]
        return None


def second_side(secondary: SecondaryDocument | None) -> Side | None:
    """Return the second payer's plan; ``None`` where there is none, as with a supplement."""
    if secondary is None or secondary.plan is None:
        return None
    family = secondary.coverage == "family"
    return Side(secondary.plan, family, secondary.accumulators, "secondary.")


def _second_payer(
    secondary: SecondaryDocument | None, side: Side | None
) -> tuple[str, Cover] | Supplement | None:
    if secondary is None:
        return None
    return secondary.supplement() if side is None else (secondary.method, side.cover)


def _benefits_twice(plan: PlanDocument, field: str) -> Iterator[Finding]:
    seen = Counter((each.category, each.network) for each in plan.benefits)
    for (category, network), times in seen.items():
        if times > 1:
            yield refuse(
                field,
                "benefit-twice",
                f"{times} benefits have the category {category} and network {network}.",
                "Keep one of them.",
            )


def _claim(case: CaseDocument, line: ClaimDocument, first: Side, second: Side | None) -> Claim:
    allowed = line.billed if line.allowed is None else line.allowed
    return Claim(
        date=line.date,
        visit=line.visit or line.date.isoformat(),
        class_=line.class_,
        network=line.network,
        billed=line.billed,
        allowed=allowed,
        benefit=first.benefit(line.category, line.network),
        cash=line.cash,
        cash_for=line.cash_for,
        second_allowed=line.secondary_allowed,
        second_benefit=second.benefit(line.category, line.network) if second else None,
        assistance=_assistance(case, line.category),
    )


def _assistance(case: CaseDocument, category: str) -> Assistance | None:
    for index, row in enumerate(case.assistance or ()):
        if row.category in (category, "*"):
            return Assistance(
                pool=index,
                floor=row.patient_pays,
                annual_max=row.annual_max,
                counts_toward_limits=row.counts_toward_limits,
            )
    return None


def answer(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as the contract's answer: lines, totals, accumulators."""
    return {
        "lines": [
            {
                "claim": line.place,
                "reason": line.reason,
                **{name: dollars(getattr(line.amounts, name)) for name in AMOUNTS},
            }
            for line in ledger.lines
        ],
        "totals": {name: dollars(ledger.total(name)) for name in AMOUNTS},
        "accumulators": [
            {
                "kind": met.key.kind,
                "class": met.key.class_,
                "network": met.key.network,
                "individual": dollars(met.individual),
                "family": dollars(met.family),
            }
            for met in ledger.met
        ],
    }
