"""The ladders, each written once: the keys that a question asks for, the most specific first."""

from __future__ import annotations

from estimator.rulebook.columns import ANY
from estimator.rulebook.rows import ItemRow

Key = tuple[str, ...]
Rungs = tuple[Key, ...]


def network(clinic_id: str, payer_id: str, plan_id: str) -> Rungs:
    """Clinic, then any; in each the plan, then any."""
    return tuple((clinic, payer_id, plan) for clinic in (clinic_id, ANY) for plan in (plan_id, ANY))


def price(kind: str, clinic_id: str, item_id: str) -> Rungs:
    """For a charge or cash price: the clinic, then any."""
    return tuple((kind, clinic, ANY, ANY, item_id, "all") for clinic in (clinic_id, ANY))


def allowed(clinic_id: str, payer_id: str, plan_id: str, item_id: str, where: str) -> Rungs:
    """Clinic, then any; in each the plan, its payer, then any; in each the network, then all."""
    payers = ((payer_id, plan_id), (payer_id, ANY), (ANY, ANY))
    return tuple(
        ("allowed", clinic, payer, plan, item_id, network)
        for clinic in (clinic_id, ANY)
        for payer, plan in payers
        for network in (where, "all")
    )


def benefit(payer_id: str, plan_id: str, item: ItemRow, where: str) -> Rungs:
    """Plan, then any; in each the item, its category, then any; in each the network, then all."""
    services = ((ANY, item.item_id), (item.category, ANY), (ANY, ANY))
    return tuple(
        (payer_id, plan, category, item_id, network)
        for plan in (plan_id, ANY)
        for category, item_id in services
        for network in (where, "all")
    )


def limit(plan_id: str, kind: str, class_: str, where: str) -> Rungs:
    """The class, then all; in each the network, then all: every one in force constrains."""
    return tuple(
        (plan_id, kind, each, network) for each in (class_, "all") for network in (where, "all")
    )


def policy(payer_id: str, plan_id: str, item_id: str) -> Rungs:
    """Plan, then any."""
    return tuple((payer_id, plan, item_id) for plan in (plan_id, ANY))


def assistance(program_id: str, treatment_id: str, item_id: str) -> Rungs:
    """Treatment, then any; in each the item, then any."""
    return tuple(
        (program_id, treatment, item)
        for treatment in (treatment_id, ANY)
        for item in (item_id, ANY)
    )
