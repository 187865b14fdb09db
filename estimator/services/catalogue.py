"""What a rulebook has to choose from: clinics, payers, plans, treatments, as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from estimator.engine.money import dollars
from estimator.engine.plan import LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
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
