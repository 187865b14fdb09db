"""Checks of what a course uses: everything an estimate would ask of its items has a row.

A price at each clinic, a benefit of each plan in each network, and where one is needed a policy
of each payer; whenever the row holds, for dates have checks of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from estimator.findings import Finding
from estimator.rulebook import rows as r
from estimator.rulebook import rungs
from estimator.rulebook.columns import ANY
from estimator.rulebook.model import benefit_key
from estimator.rulebook.problems import finding
from estimator.rulebook.seen import Seen, listed

_PLACES = {"in": " in the network", "out": " out of the network", "": ""}
_PAYS_WHAT_IS_LEFT = ("supplement",)
"""Types of plans that are asked for no benefit: they pay what another leaves."""


def items_without_rows(seen: Seen) -> Iterator[Finding]:
    """What a course uses has a price, a benefit of each plan, and where needed a policy."""
    items = {row.item_id: row for row in seen.sheet("Items")}
    used: dict[str, r.CourseRow] = {}
    for step in seen.sheet("Courses"):
        used.setdefault(step.item_id, step)
    known = _Known(seen)
    for item_id, step in used.items():
        if item_id in items:
            for code, says in known.missing(items[item_id]):
                place = seen.place("Courses", step.row, "item_id", item_id)
                yield finding(code, place, f"is {item_id}, {says}")


class _Known:
    """Which prices, benefits and policies there are, whenever they hold."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        payers = seen.known("Payers", "payer_id") or frozenset()
        self.plans = [
            plan
            for plan in seen.sheet("Plans")
            if plan.plan_type not in _PAYS_WHAT_IS_LEFT and plan.payer_id in payers
        ]
        self.clinics = [row.clinic_id for row in seen.sheet("Clinics")]
        self.prices = {(row.clinic_id, row.item_id) for row in seen.sheet("Prices")}
        self.benefits = {benefit_key(row) for row in seen.sheet("Benefits")}
        self.addressed = self._all_addressed()
        self.policies = {(p.payer_id, p.plan_id, p.item_id) for p in seen.sheet("Policies")}

    def _all_addressed(self) -> bool:
        """Whether each benefit says plainly what it is for; if not, it has its own finding."""
        known = {ANY, *(self.seen.known("Items", "category") or ())}
        return all(
            ANY in (row.category, row.item_id) and row.category in known
            for row in self.seen.sheet("Benefits")
        )

    def missing(self, item: r.ItemRow) -> Iterator[tuple[str, str]]:
        """Yield the code of what an item lacks, with words."""
        if self.seen.all_read("Prices", "Clinics"):
            yield from self._price(item)
        if item.billed_to_plan and self.addressed and self.seen.all_read("Benefits", "Plans"):
            yield from self._benefit(item)
        if item.billed_to_plan and item.policy_of and self.seen.all_read("Policies", "Plans"):
            yield from self._policy(item)

    def _price(self, item: r.ItemRow) -> Iterator[tuple[str, str]]:
        if (ANY, item.item_id) in self.prices:
            return
        without = [each for each in self.clinics if (each, item.item_id) not in self.prices]
        if len(without) == len(self.clinics):
            yield "item-without-price", "which has no price."
        elif without:
            yield "item-without-price", f"which has no price at {listed(without)}."

    def _benefit(self, item: r.ItemRow) -> Iterator[tuple[str, str]]:
        networks = ("in", "out") if item.setting == "clinic" else ("in",)
        lacking = {where: self._without_benefit(item, where) for where in networks}
        if lacking["in"] == lacking.get("out"):
            lacking = {"": lacking["in"]}
        of = [f"of {listed(plans)}{_PLACES[where]}" for where, plans in lacking.items() if plans]
        if of:
            yield "item-without-benefit", f"which has no benefit {', nor '.join(of)}."

    def _without_benefit(self, item: r.ItemRow, where: str) -> list[str]:
        def has(plan: r.PlanRow) -> bool:
            keys = rungs.benefit(plan.payer_id, plan.plan_id, item, where)
            return not self.benefits.isdisjoint(keys)

        return self._lacking(has)

    def _policy(self, item: r.ItemRow) -> Iterator[tuple[str, str]]:
        def has(plan: r.PlanRow) -> bool:
            keys = rungs.policy(plan.payer_id, plan.plan_id, item.policy_of or "")
            return not self.policies.isdisjoint(keys)

        plans = self._lacking(has)
        if plans:
            says = f"which has no policy of {listed(plans)}: they count as silent."
            yield "item-without-policy", says

    def _lacking(self, has: Callable[[r.PlanRow], bool]) -> list[str]:
        """Return the payers of whose plans none has it, and the other plans that have it not."""
        by_payer: dict[str, list[str]] = defaultdict(list)
        for plan in self.plans:
            by_payer[plan.payer_id] += [] if has(plan) else [plan.plan_id]
        found: list[str] = []
        for payer_id, plans in sorted(by_payer.items()):
            whole = len(plans) == sum(plan.payer_id == payer_id for plan in self.plans)
            found += [payer_id] if whole else plans
        return found
