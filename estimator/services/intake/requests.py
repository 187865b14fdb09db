"""A request: one patient's situation, as the form, the API, a batch row or a command sends it.

The document is the contract of estimates. What needs the rulebook to be judged (an unknown
plan, an accumulator that matches nothing) is judged by the estimating service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from estimator.engine.plan import PlanYear
from estimator.findings import Finding
from estimator.services.intake.cases import SecondaryDocument
from estimator.services.intake.fields import (
    Cents,
    Count,
    Day,
    Document,
    DocumentRefused,
    Text,
    YearStart,
    read,
    refuse,
)
from estimator.services.intake.plans import (
    AccumulatorDocument,
    BenefitTerms,
    LimitDocument,
    limit_findings,
)

Authorization = Literal["approved", "denied", "unknown"]
Coverage = Literal["self", "family"]
_ICD_10_CM = re.compile(r"[A-Za-z][0-9][0-9A-Za-z.]{0,7}")
JOIN = "+"
"""Joins two treatments into one combined course."""


class TypedBenefitDocument(BenefitTerms):
    """A benefit as typed from a card: for a category of Items, or for one item."""

    category: Text | None = None
    item_id: Text | None = None
    rule_id: Text | None = None


class TypedPlanDocument(Document):
    """A plan as typed from the card."""

    payer_id: Text | None = None
    network: Literal["in", "out"] | None = None
    name: Text | None = None
    plan_year_start: YearStart = PlanYear()
    limits: list[LimitDocument] = Field(default_factory=list, max_length=50)
    benefits: list[TypedBenefitDocument] = Field(default_factory=list, max_length=200)


def _authorization_kind(value: Any) -> str:
    return ":by-treatment" if isinstance(value, dict) else ":for-all"


PriorAuthorization = Annotated[
    Annotated[dict[Text, Authorization], Tag(":by-treatment")]
    | Annotated[Authorization, Tag(":for-all")],
    Discriminator(_authorization_kind),
]


def _diagnosis(value: Any) -> Any:
    if not isinstance(value, str) or not _ICD_10_CM.fullmatch(value.strip()):
        raise ValueError("is not an ICD-10-CM code such as F33.2")
    return value


class PatientDocument(Document):
    """What a policy or a program asks about the patient; all of it optional."""

    age: Annotated[Count, Field(le=130)] | None = None
    diagnosis: Annotated[str, BeforeValidator(_diagnosis)] | None = None
    failed_trials: Annotated[Count, Field(le=100)] | None = None
    prior_authorization: PriorAuthorization = "unknown"
    household_size: Annotated[Count, Field(ge=1, le=50)] | None = None
    annual_income: Cents | None = None


class SecondaryPlanDocument(Document):
    """A second payer whose plan is in the rulebook."""

    plan_id: Text
    coverage: Coverage = "self"
    accumulators: list[AccumulatorDocument] = Field(default_factory=list, max_length=100)
    method: (
        Literal[
            "standard",
            "non_duplication",
            "maintenance_of_benefits",
            "medicare_secondary",
            "supplement",
        ]
        | None
    ) = None


def _secondary_kind(value: Any) -> str:
    """Tell a second payer whose plan is in the rulebook from a whole one of a case."""
    in_rulebook = "plan_id" in value if isinstance(value, dict) else hasattr(value, "plan_id")
    return ":in-rulebook" if in_rulebook else ":whole"


SecondPayer = Annotated[
    Annotated[SecondaryPlanDocument, Tag(":in-rulebook")]
    | Annotated[SecondaryDocument, Tag(":whole")],
    Discriminator(_secondary_kind),
]


class RequestDocument(Document):
    """What somebody asks: what would these treatments cost this patient?"""

    clinic_id: Text | None = None
    plan_id: Text | None = None
    plan: TypedPlanDocument | None = None
    insurance: Literal["plan", "none", "unknown"] | None = None
    coverage: Coverage = "self"
    start_date: Day | None = None
    months: Annotated[Count, Field(ge=1, le=36)] = 12
    as_of: Day | None = None
    accumulators: list[AccumulatorDocument] = Field(default_factory=list, max_length=100)
    patient: PatientDocument = PatientDocument()
    secondary: SecondPayer | None = None
    assistance_used: dict[Text, Cents] = Field(default_factory=dict)
    detail: Literal["full", "summary"] = "full"
    treatments: list[Text] | None = Field(default=None, min_length=1, max_length=100)


def read_request(document: Any) -> RequestDocument:
    """Return *document* as a request; raises ``DocumentRefused`` with every finding at once."""
    request = read(RequestDocument, document)
    findings = list(_contradictions(request))
    if findings:
        raise DocumentRefused(findings)
    return request


def _contradictions(request: RequestDocument) -> Iterator[Finding]:
    has_plan = request.plan_id is not None or request.plan is not None
    if request.plan_id is not None and request.plan is not None:
        yield refuse(
            "plan",
            "plan-twice",
            "Both plan_id and plan are given.",
            "Give the plan's ID, or the plan as typed from the card.",
        )
    if request.insurance == "plan" and not has_plan:
        yield refuse(
            "insurance",
            "plan-missing",
            "insurance is plan, but no plan is given.",
            "Give plan_id or plan, or say none or unknown.",
        )
    if request.insurance in ("none", "unknown") and has_plan:
        yield refuse(
            "insurance",
            "plan-contradicts-insurance",
            f"insurance is {request.insurance}, but a plan is given.",
            "Leave the plan out, or say plan.",
        )
    yield from _needs_a_plan(request, has_plan)
    if request.plan is not None:
        yield from limit_findings(request.plan.limits, "plan.limits")
        yield from _typed_benefits(request.plan)


def _needs_a_plan(request: RequestDocument, has_plan: bool) -> Iterator[Finding]:
    if has_plan:
        return
    for field in ("accumulators", "secondary"):
        if getattr(request, field):
            yield refuse(
                field,
                "needs-a-plan",
                f"{field} is given, but no plan.",
                f"Give the plan, or leave {field} out.",
            )


def _typed_benefits(plan: TypedPlanDocument) -> Iterator[Finding]:
    seen = set()
    rule_ids = set()
    for index, benefit in enumerate(plan.benefits):
        where = f"plan.benefits[{index}]"
        if (benefit.category is None) == (benefit.item_id is None):
            yield refuse(
                where,
                "benefit-names-one",
                f"{where} names a category and an item, or neither.",
                "Give a category of Items, or one item_id.",
            )
        name = (benefit.category, benefit.item_id, benefit.network)
        if name in seen:
            yield refuse(
                where,
                "benefit-twice",
                f"{where} is for the same services and network as another benefit.",
                "Keep one of them.",
            )
        seen.add(name)
        if benefit.rule_id is not None and benefit.rule_id in rule_ids:
            yield refuse(
                f"{where}.rule_id",
                "rule-id-twice",
                f"{where}.rule_id names another benefit too.",
                "Give each benefit its own rule_id.",
            )
        rule_ids.add(benefit.rule_id)


def as_understood(request: RequestDocument) -> dict[str, Any]:
    """Return the request as it was understood, with every default filled in."""
    return request.model_dump(by_alias=True, exclude_none=True, mode="json")
