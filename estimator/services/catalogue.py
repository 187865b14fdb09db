"""What a rulebook has to choose from: clinics, payers, plans, treatments, as plain JSON."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from typing import Any

from estimator.engine.money import dollars
from estimator.engine.plan import LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY
from estimator.rulebook.model import Rulebook, benefit_key
from estimator.services.estimating.answer import FACTS


def clinics(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the clinics."""
    return [
        {
            "clinic_id": row.clinic_id,
            "name": row.name,
            "address": row.address,
            "phone": row.phone,
            "website": row.website,
        }
        for row in rulebook.clinics.values()
    ]


def payers(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the payers."""
    return [
        {
            "payer_id": row.payer_id,
            "name": row.name,
            "payer_type": row.payer_type,
            "aliases": list(row.aliases or ()),
            "phone_or_portal": row.phone_or_portal,
        }
        for row in rulebook.payers.values()
    ]


def plans(rulebook: Rulebook, day: date) -> list[dict[str, Any]]:
    """Return the plans, each with the limits in force on *day*: what to ask a patient for."""
    return [_plan(rulebook, row, day) for row in rulebook.plans.values()]


def _plan(rulebook: Rulebook, row: r.PlanRow, day: date) -> dict[str, Any]:
    payer = rulebook.payers[row.payer_id]
    return {
        "plan_id": row.plan_id,
        "name": row.name,
        "payer_id": row.payer_id,
        "payer_name": payer.name,
        "plan_type": row.plan_type,
        "hsa_eligible": row.hsa_eligible,
        "plan_year_start": row.year_starts or "01-01",
        "aliases": [*(row.aliases or ()), *(payer.aliases or ())],
        "limits": list(_limits(rulebook.limits(row.plan_id), day)),
    }


def _limits(periods: tuple[LimitPeriod, ...], day: date) -> Iterator[dict[str, Any]]:
    for period in periods:
        limit = period.limit
        if period.holds_on(day):
            yield {
                "kind": limit.kind,
                "class": limit.class_,
                "network": limit.network,
                "individual": dollars(limit.individual),
                "family": None if limit.family is None else dollars(limit.family),
                "family_basis": "aggregate" if limit.aggregate else "embedded",
                "carryover_months": limit.carryover_months,
            }


def items(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the services, drugs and fees."""
    return [
        {"item_id": row.item_id, "description": row.description, "category": row.category}
        for row in rulebook.items.values()
    ]


def treatments(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the treatments with what stands beside the money."""
    return [
        {
            "treatment_id": row.treatment_id,
            "name": row.name,
            "arm": row.arm,
            "compared": row.compared,
            "facts": {name: getattr(row, name) for name in FACTS},
        }
        for row in rulebook.treatments.values()
    ]


def uses_to_ask(
    rulebook: Rulebook, plan_id: str, networks: Iterable[str], treatments: Iterable[str], day: date
) -> list[dict[str, Any]]:
    """Return what may be used up of the plan's benefits that the *treatments* meet on *day*.

    Each is an accumulator to ask for, of kind "visits" or "plan_paid"; benefits that count
    their visits together are asked for once. *networks* are those the clinic may be in. A
    benefit without a rule ID is left out: nothing could name it.
    """
    found: dict[Hashable, dict[str, Any]] = {}
    for item, row in _served(rulebook, rulebook.plans[plan_id], tuple(networks), treatments, day):
        for kind, shared, terms in _uses(row):
            new = {"kind": kind, "rule_id": row.rule_id, **terms, "about": []}
            about = found.setdefault((kind, shared), new)["about"]
            if (words := _about(item, row)) not in about:
                about.append(words)
    return list(found.values())


def _served(
    rulebook: Rulebook,
    plan: r.PlanRow,
    networks: tuple[str, ...],
    treatments: Iterable[str],
    day: date,
) -> Iterator[tuple[r.ItemRow, r.BenefitRow]]:
    """Yield the items of the treatments, each with the benefit that serves it."""
    steps = (row for treatment in treatments for row in rulebook.courses.get(treatment, ()))
    for item_id in dict.fromkeys(row.item_id for row in steps):
        item = rulebook.items[item_id]
        for network in networks if item.setting == "clinic" else ("in",):
            row = rulebook.benefit(plan.payer_id, plan.plan_id, item, network, day)
            if row and row.rule_id and row.cost_share != "not covered" and item.billed_to_plan:
                yield item, row


def _uses(row: r.BenefitRow) -> Iterator[tuple[str, Hashable, dict[str, Any]]]:
    """Yield what may be used up of a benefit: its kind, what shares it, how much there is."""
    if row.visit_limit is not None or row.deductible_waived_visits:
        visits = ("visit_limit", "deductible_waived_visits")
        shared = row.visit_group or benefit_key(row)
        yield "visits", shared, {name: getattr(row, name) for name in visits}
    if row.plan_pays_max_cents is not None:
        yield "plan_paid", benefit_key(row), {"plan_pays_max": dollars(row.plan_pays_max_cents)}


def _about(item: r.ItemRow, row: r.BenefitRow) -> str:
    """Return what a benefit is for, as staff say it."""
    if row.item_id != ANY:
        return item.description
    return "any service" if row.category == ANY else row.category


def clinic_network(rulebook: Rulebook, plan_id: str, clinic_id: str, day: date) -> str:
    """Return whether the clinic is in the plan's network: out where no row says so."""
    plan = rulebook.plans[plan_id]
    row = rulebook.network(clinic_id, plan.payer_id, plan_id, day)
    return row.network if row else "out"


def programs_to_ask(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the programs of which something may be used up: those with a maximum per year."""
    return [
        {
            "program_id": rows[0].program_id,
            "name": rows[0].name,
            "insured": rows[0].applies_to == "insured",
            "annual_max": dollars(rows[0].annual_max_cents),
        }
        for rows in rulebook.programs.values()
        if rows[0].annual_max_cents is not None
    ]
