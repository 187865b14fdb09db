"""A plan as a document: its limits, its benefits, and what was met of them.

Shared by cases (a plan and its claims) and requests (a plan as typed from a card).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Literal

from pydantic import Field

from estimator.engine.plan import Accumulators, Benefit, Limit, LimitKey, LimitPeriod, Met, PlanYear
from estimator.findings import Finding
from estimator.services.intake.fields import Cents, Count, Document, Rate, Text, YearStart, refuse

Network = Literal["in", "out", "all"]
Class = Literal["medical", "drug", "all"]


class LimitDocument(Document):
    """A deductible or out-of-pocket maximum."""

    kind: Literal["deductible", "oop_max"]
    class_: Class = Field(default="all", alias="class")
    network: Network = "all"
    credited_by: Network | None = None
    individual: Cents
    family: Cents | None = None
    family_basis: Literal["embedded", "aggregate"] = "embedded"
    carryover_months: Count = 0

    def limit(self) -> Limit:
        """Return it as the engine's limit."""
        return Limit(
            kind=self.kind,
            class_=self.class_,
            network=self.network,
            credited_by=self.credited_by or self.network,
            individual=self.individual,
            family=self.family,
            aggregate=self.family_basis == "aggregate",
            carryover_months=self.carryover_months,
        )


class BenefitTerms(Document):
    """What a benefit leaves the patient to pay, whatever it is named by."""

    network: Network = "all"
    covered: bool = True
    copay: Cents = 0
    copay_per: Literal["visit", "day", "line"] = "visit"
    coinsurance: Rate = 0
    coinsurance_on: Literal["remainder", "allowed"] = "remainder"
    coinsurance_min: Cents | None = None
    coinsurance_max: Cents | None = None
    deductible: Literal["applies", "waived", "after_copay"] = "applies"
    counts_toward_oop_max: bool = True
    visit_limit: Count | None = None
    deductible_waived_visits: Count = 0
    waived_visits_copay: Cents | None = None
    visit_group: Text | None = None
    balance_bill_protected: bool = False
    plan_pays_max: Cents | None = None

    def benefit(self, name: Hashable, copay_per: Literal["visit", "day", "line"]) -> Benefit:
        """Return it as the engine's benefit, known by *name*."""
        return Benefit(
            name=name,
            covered=self.covered,
            copay=self.copay,
            copay_per=copay_per,
            coinsurance=self.coinsurance,
            coinsurance_on_allowed=self.coinsurance_on == "allowed",
            coinsurance_min=self.coinsurance_min,
            coinsurance_max=self.coinsurance_max,
            deductible=self.deductible,
            counts_toward_oop_max=self.counts_toward_oop_max,
            visit_limit=self.visit_limit,
            deductible_waived_visits=self.deductible_waived_visits,
            waived_visits_copay=self.waived_visits_copay,
            visit_group=self.visit_group,
            balance_bill_protected=self.balance_bill_protected,
            plan_pays_max=self.plan_pays_max,
        )


class BenefitDocument(BenefitTerms):
    """A benefit for a category of claim lines."""

    category: Text


class PlanDocument(Document):
    """A plan with everything it says."""

    plan_year_start: YearStart = PlanYear()
    limits: list[LimitDocument] = Field(default_factory=list, max_length=50)
    benefits: list[BenefitDocument] = Field(default_factory=list, max_length=500)


class AccumulatorDocument(Document):
    """What was already met of a limit, or used of a benefit."""

    kind: Literal["deductible", "oop_max", "visits", "plan_paid"]
    class_: Class = Field(default="all", alias="class")
    network: Network = "all"
    individual: Cents = 0
    family: Cents | None = None
    carryover_individual: Cents = 0
    carryover_family: Cents | None = None
    category: Text | None = None
    rule_id: Text | None = None
    count: Count | None = None
    amount: Cents | None = None

    @property
    def of_limit(self) -> bool:
        """Whether it says what was met of a limit, and not what was used of a benefit."""
        return self.kind in ("deductible", "oop_max")

    @property
    def key(self) -> LimitKey:
        """The limit it belongs to."""
        return LimitKey(self.kind, self.class_, self.network)

    def met(self) -> Met:
        """Return what was met, the family's figures defaulting to the individual's."""
        carried = self.carryover_individual
        return Met(
            self.individual,
            self.individual if self.family is None else self.family,
            carried,
            carried if self.carryover_family is None else self.carryover_family,
        )


def limit_findings(limits: Sequence[LimitDocument], field: str) -> Iterator[Finding]:
    """Yield what is wrong with the limits of one plan, taken together."""
    seen = Counter(limit.limit().key for limit in limits)
    for index, limit in enumerate(limits):
        where = f"{field}[{index}]"
        if limit.family_basis == "aggregate" and limit.family is None:
            yield refuse(
                f"{where}.family",
                "aggregate-without-family",
                f"{where} is aggregate but has no family amount.",
                "Give the family amount, or make it embedded.",
            )
        if limit.carryover_months and limit.kind != "deductible":
            yield refuse(
                f"{where}.carryover_months",
                "carryover-not-deductible",
                f"{where} carries over, which only a deductible does.",
                "Leave carryover_months out.",
            )
        if seen[limit.limit().key] > 1:
            seen[limit.limit().key] = 0
            yield refuse(
                where,
                "limit-twice",
                f"{where} has the same kind, class and network as another limit.",
                "Keep one of them.",
            )
    yield from _crossing_deductibles(limits, field)


def _crossing_deductibles(limits: Sequence[LimitDocument], field: str) -> Iterator[Finding]:
    deductibles = list(
        {
            limit.limit().key: limit.limit() for limit in limits if limit.kind == "deductible"
        }.values()
    )
    for class_ in ("medical", "drug"):
        for network in ("in", "out"):
            if sum(limit.constrains(class_, network) for limit in deductibles) > 1:
                yield refuse(
                    field,
                    "deductibles-cross",
                    f"Two deductibles constrain {class_} lines {network} of network.",
                    "Let one deductible constrain each class and network.",
                )
                return


def limit_periods(limits: Iterable[LimitDocument]) -> tuple[LimitPeriod, ...]:
    """Return the limits, in force on every day."""
    return tuple(LimitPeriod(limit.limit()) for limit in limits)


def read_met(
    given: Sequence[AccumulatorDocument],
    limits: dict[LimitKey, int],
    benefits: dict[Hashable, Benefit],
    name_of: AccumulatorNames,
    field: str,
) -> tuple[Accumulators, tuple[Finding, ...]]:
    """Return what was met, with a finding for each accumulator that matches nothing or comes twice.

    *limits* maps the plan's limits to the months they carry over, *benefits* the names
    that ``name_of`` gives to accumulators of benefits.
    """
    met: dict[LimitKey, Met] = {}
    visits: Counter[Hashable] = Counter()
    paid: dict[Hashable, int] = {}
    findings: list[Finding] = []
    seen: set[Hashable] = set()
    for index, each in enumerate(given):
        where = f"{field}[{index}]"
        benefit = None if each.of_limit else benefits.get(name_of(each))
        if each.key not in limits if each.of_limit else benefit is None:
            findings.append(_matches_nothing(each, where))
            continue
        name: Hashable = each.key if benefit is None else (each.kind, benefit.name)
        findings.extend(_twice_findings(name in seen, where))
        seen.add(name)
        if benefit is None:
            met[each.key] = each.met()
            findings.extend(_carryover_findings(each, limits[each.key], where))
            continue
        findings.extend(_used_findings(each, where))
        if each.kind == "visits":
            visits[benefit.group] += each.count or 0
        else:
            paid[benefit.name] = each.amount or 0
    return Accumulators(limits=met, visits=visits, plan_paid=paid), tuple(findings)


class AccumulatorNames:
    """How an accumulator of a benefit names it: by category and network, or by rule ID."""

    def __init__(self, by_rule: bool) -> None:
        self.by_rule = by_rule

    def __call__(self, accumulator: AccumulatorDocument) -> Hashable:
        """Return the benefit's name."""
        if self.by_rule:
            return accumulator.rule_id
        return (accumulator.category, accumulator.network)


BY_CATEGORY = AccumulatorNames(by_rule=False)
BY_RULE = AccumulatorNames(by_rule=True)


def _matches_nothing(each: AccumulatorDocument, where: str) -> Finding:
    if not each.of_limit:
        return refuse(
            where,
            "accumulator-matches-nothing",
            f"{where} belongs to no benefit of the plan.",
            "Name a benefit that the plan has, or leave it out.",
        )
    return refuse(
        where,
        "accumulator-matches-nothing",
        f"{where} belongs to no limit of the plan: it has no {each.kind} of class "
        f"{each.class_} and network {each.network}.",
        "Give kind, class and network as the plan's limit has them.",
    )


def _twice_findings(twice: bool, where: str) -> Iterator[Finding]:
    if twice:
        yield refuse(
            where, "accumulator-twice", f"{where} comes a second time.", "Keep one of them."
        )


def _used_findings(each: AccumulatorDocument, where: str) -> Iterator[Finding]:
    """Yield what is missing of an accumulator of a benefit: not said is not 0."""
    name = "count" if each.kind == "visits" else "amount"
    if getattr(each, name) is None:
        field = f"{where}.{name}"
        yield refuse(field, "required-missing", f"{field} is missing.", "Add it.")


def _carryover_findings(each: AccumulatorDocument, months: int, where: str) -> Iterator[Finding]:
    if each.carryover_individual and not months:
        yield refuse(
            f"{where}.carryover_individual",
            "limit-does-not-carry-over",
            f"{where} says what carries over, but its limit carries nothing over.",
            "Leave the carry-over out.",
        )
