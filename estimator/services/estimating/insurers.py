"""The patient's plan, whether the rulebook knows it or it was typed from the card.

Both kinds answer the same questions: is the clinic in the network, what is allowed, which
benefit serves an item, what does the policy say. Every answer names the row it came from.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from estimator.engine.money import percent
from estimator.engine.plan import Benefit, DeductibleRule, LimitPeriod, PlanYear
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook, benefit_key
from estimator.services.intake.cases import Side
from estimator.services.intake.plans import limit_periods
from estimator.services.intake.requests import TypedBenefitDocument, TypedPlanDocument


class Rule(NamedTuple):
    """Where a figure comes from: the row of the workbook, or the request itself."""

    sheet: str
    row: int
    id: str | None
    source: str | None
    checked_on: date | None
    words: str = ""
    """What the rule says, in the phrase of the workbook."""
    note: str | None = None


@lru_cache(maxsize=20_000)
def rule_of(sheet: str, row: r.Sourced | r.Dated, id_: str | None = None, words: str = "") -> Rule:
    """Return the rule a row stands for, the same object every time."""
    return Rule(sheet, row.row, id_, row.source, row.checked_on, words, row.note)


class ServedBy(NamedTuple):
    """The benefit that serves an item, if any, with its rule."""

    benefit: Benefit | None
    rule: Rule | None


NO_BENEFIT = ServedBy(None, None)


class Insurer(Protocol):
    """A patient's plan, as far as an estimate asks."""

    @property
    def name(self) -> str: ...
    @property
    def payer_type(self) -> str | None: ...
    @property
    def year(self) -> PlanYear: ...
    @property
    def limits(self) -> tuple[LimitPeriod, ...]: ...
    @property
    def benefit_names(self) -> dict[Hashable, Benefit]: ...
    def network(self, clinic_id: str, day: date) -> tuple[str, bool]: ...
    def allowed(
        self, clinic_id: str, item: r.ItemRow, network: str, day: date
    ) -> r.PriceRow | None: ...
    def benefit(self, item: r.ItemRow, network: str, day: date) -> ServedBy: ...
    def policy(self, item: r.ItemRow, day: date) -> r.PolicyRow | None: ...


class _Phrase(NamedTuple):
    covered: bool
    deductible: DeductibleRule = "waived"


PHRASES: dict[str, _Phrase] = {
    "no charge": _Phrase(True, "waived"),
    "no charge after deductible": _Phrase(True, "applies"),
    "copay": _Phrase(True, "waived"),
    "copay after deductible": _Phrase(True, "applies"),
    "copay, then deductible": _Phrase(True, "after_copay"),
    "coinsurance": _Phrase(True, "waived"),
    "coinsurance after deductible": _Phrase(True, "applies"),
    "copay and coinsurance": _Phrase(True, "waived"),
    "copay and coinsurance after deductible": _Phrase(True, "applies"),
    "copay, then deductible, then coinsurance": _Phrase(True, "after_copay"),
    "not covered": _Phrase(False),
}
"""The Cost share phrases in the terms of adjudication. Source: the contract of the rulebook."""


def benefit_of(row: r.BenefitRow, setting: str) -> Benefit:
    """Return a row of Benefits as the engine's benefit for an item given in *setting*."""
    phrase = PHRASES[row.cost_share]
    per: Any = row.copay_per or ("line" if setting == "pharmacy" else "visit")
    share = row.coinsurance_percent
    return Benefit(
        name=benefit_key(row),
        covered=phrase.covered,
        copay=row.copay_cents or 0,
        copay_per=per,
        coinsurance=0 if share is None else percent(share),
        coinsurance_on_allowed=row.coinsurance_on == "allowed",
        coinsurance_min=row.coinsurance_min_cents,
        coinsurance_max=row.coinsurance_max_cents,
        deductible=phrase.deductible,
        counts_toward_oop_max=row.counts_toward_oop_max is not False,
        visit_limit=row.visit_limit,
        deductible_waived_visits=row.deductible_waived_visits or 0,
        waived_visits_copay=row.waived_visits_copay_cents,
        visit_group=row.visit_group,
        balance_bill_protected=row.balance_bill is False,
        plan_pays_max=row.plan_pays_max_cents,
    )


class RulebookPlan:
    """A plan of the rulebook."""

    def __init__(self, rulebook: Rulebook, plan: r.PlanRow) -> None:
        self.rulebook = rulebook
        self.plan = plan
        self.payer = rulebook.payers[plan.payer_id]
        self.name = plan.name
        self.payer_type: str | None = self.payer.payer_type
        self.year = plan_year(plan.year_starts)
        self.limits = rulebook.limits(plan.plan_id)
        self._served: dict[tuple[int, str], ServedBy] = {}

    @property
    def benefit_names(self) -> dict[Hashable, Benefit]:
        """The benefits that accumulators may name by rule ID."""
        named = self.rulebook.benefits_with_rule_id(self.plan.payer_id, self.plan.plan_id)
        return {rule_id: benefit_of(row, "clinic") for rule_id, row in named.items()}

    def network(self, clinic_id: str, day: date) -> tuple[str, bool]:
        """Return the clinic's network, and whether a row says so."""
        row = self.rulebook.network(clinic_id, self.plan.payer_id, self.plan.plan_id, day)
        return ("out", False) if row is None else (row.network, True)

    def allowed(
        self, clinic_id: str, item: r.ItemRow, network: str, day: date
    ) -> r.PriceRow | None:
        """Return the row of what the plan recognises for the item."""
        plan = self.plan
        return self.rulebook.allowed(
            clinic_id, plan.payer_id, plan.plan_id, item.item_id, network, day
        )

    def benefit(self, item: r.ItemRow, network: str, day: date) -> ServedBy:
        """Return the benefit that serves the item."""
        row = self.rulebook.benefit(self.plan.payer_id, self.plan.plan_id, item, network, day)
        if row is None:
            return NO_BENEFIT
        key = (row.row, item.setting)
        if key not in self._served:
            rule = rule_of("Benefits", row, row.rule_id, row.cost_share)
            self._served[key] = ServedBy(benefit_of(row, item.setting), rule)
        return self._served[key]

    def policy(self, item: r.ItemRow, day: date) -> r.PolicyRow | None:
        """Return the policy that decides the item; ``None`` is silent."""
        if item.policy_of is None:
            return None
        return self.rulebook.policy(self.plan.payer_id, self.plan.plan_id, item.policy_of, day)


def plan_year(text: str | None) -> PlanYear:
    """Return the plan year that begins on "MM-DD"; blank is the calendar year."""
    if text is None:
        return PlanYear()
    month, day = text.split("-")
    return PlanYear(int(month), int(day))


@dataclass(frozen=True, slots=True)
class TypedBenefit:
    """A benefit as typed, with its place in the request."""

    document: TypedBenefitDocument
    index: int

    def serve(self) -> ServedBy:
        """Return the engine's benefit with its rule."""
        benefit = self.document.benefit(("typed", self.index), self.document.copay_per)
        rule = Rule("request", self.index + 1, self.document.rule_id, "typed from the card", None)
        return ServedBy(benefit, rule)


class TypedPlan:
    """A plan as typed from the card."""

    def __init__(self, rulebook: Rulebook, document: TypedPlanDocument) -> None:
        self.rulebook = rulebook
        self.document = document
        self.payer = rulebook.payers.get(document.payer_id or "")
        self.name = document.name or (self.payer.name if self.payer else "the plan as typed")
        self.payer_type = self.payer.payer_type if self.payer else None
        self.year = document.plan_year_start
        self.limits = limit_periods(document.limits)
        self._benefits: dict[tuple[str | None, str | None, str], TypedBenefit] = {
            (each.item_id, each.category, each.network): TypedBenefit(each, index)
            for index, each in enumerate(document.benefits)
        }

    @property
    def benefit_names(self) -> dict[Hashable, Benefit]:
        """The benefits that accumulators may name by rule ID."""
        found: dict[Hashable, Benefit] = {}
        for each in self._benefits.values():
            served = each.serve().benefit
            if each.document.rule_id and served is not None:
                found[each.document.rule_id] = served
        return found

    def network(self, clinic_id: str, day: date) -> tuple[str, bool]:
        """Return the clinic's network: as typed, else by the payer's rows, else out."""
        if self.document.network is not None:
            return self.document.network, True
        if self.payer is None:
            return "out", False
        row = self.rulebook.network(clinic_id, self.payer.payer_id, "", day)
        return ("out", False) if row is None else (row.network, True)

    def allowed(
        self, clinic_id: str, item: r.ItemRow, network: str, day: date
    ) -> r.PriceRow | None:
        """Return the payer's row of what is recognised; without a payer none is known."""
        if self.payer is None:
            return None
        payer_id = self.payer.payer_id
        return self.rulebook.allowed(clinic_id, payer_id, "", item.item_id, network, day)

    def benefit(self, item: r.ItemRow, network: str, day: date) -> ServedBy:  # noqa: ARG002
        """Return the benefit that serves the item: its own, its category's, any's."""
        rungs = ((item.item_id, None), (None, item.category), (None, "*"))
        for item_id, category in rungs:
            for where in (network, "all"):
                found = self._benefits.get((item_id, category, where))
                if found is not None:
                    return found.serve()
        return NO_BENEFIT

    def policy(self, item: r.ItemRow, day: date) -> r.PolicyRow | None:
        """Return the payer's policy that decides the item; ``None`` is silent."""
        if item.policy_of is None or self.payer is None:
            return None
        return self.rulebook.policy(self.payer.payer_id, "", item.policy_of, day)


class CasePlan:
    """A second payer's plan given whole, as in a case: its benefits are by category."""

    def __init__(self, side: Side) -> None:
        self.name = "the second plan"
        self.payer_type: str | None = None
        self.year = side.cover.year
        self.limits = side.cover.limits
        self.benefit_names: dict[Hashable, Benefit] = {}
        self._side = side

    def network(self, clinic_id: str, day: date) -> tuple[str, bool]:  # noqa: ARG002
        """The line's network is the first payer's."""
        return "in", True

    def allowed(
        self,
        clinic_id: str,  # noqa: ARG002
        item: r.ItemRow,  # noqa: ARG002
        network: str,  # noqa: ARG002
        day: date,  # noqa: ARG002
    ) -> r.PriceRow | None:
        """No price of the rulebook is this plan's: its allowed amount is the first payer's."""
        return None

    def benefit(self, item: r.ItemRow, network: str, day: date) -> ServedBy:  # noqa: ARG002
        """Return the benefit of the item's category."""
        return ServedBy(self._side.benefit(item.category, network), None)

    def policy(self, item: r.ItemRow, day: date) -> r.PolicyRow | None:  # noqa: ARG002
        """A second payer's policies are not read."""
        return None


def without_balance_bill_protection(benefit: Benefit) -> Benefit:
    """Return the benefit as it serves a line whose allowed amount is not known.

    What is not known is never $0: the protection needs an amount to protect from.
    """
    return replace(benefit, balance_bill_protected=False)
