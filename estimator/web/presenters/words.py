"""Money, dates and the program's own words, as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

UNKNOWN = "—"
MINUS = "−"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

STATUSES = {
    "covered": "Covered",
    "prior_authorization": "Covered with prior authorization",
    "unknown": "Not known: ask the plan",
    "criteria_not_met": "Not covered: the policy's criteria are not met",
    "not_covered": "Not covered",
    "denied": "Not covered: prior authorization was denied",
    "no_insurance": "No insurance",
}
TONES = {
    "covered": "yes",
    "prior_authorization": "ask",
    "unknown": "ask",
    "criteria_not_met": "no",
    "not_covered": "no",
    "denied": "no",
    "no_insurance": "plain",
}
CRITERIA = {
    "minimum_age": "Age, at least",
    "failed_trials": "Antidepressants tried without success, at least",
    "diagnosis": "Diagnosis, one of",
    "other": "Also asked by the payer:",
}
MET = {True: "Met", False: "Not met", None: "Not known"}
REASONS = {
    "cash_is_cheaper": "the cash price is lower",
    "no_benefit": "no benefit of the plan is known",
    "not_covered": "not covered by the plan",
    "visit_limit": "the plan's visits are used up",
}

CLASS_WORDS = {"medical": "medical", "drug": "drugs", "all": ""}
NETWORK_WORDS = {"in": "in network", "out": "out of network", "all": ""}
KIND_WORDS = {"deductible": "Deductible", "oop_max": "Out-of-pocket maximum"}
COVERAGE = {"self": "for the patient only", "family": "for the family"}
NETWORK = {"in": "in network", "out": "out of network"}


def money(amount: str | None) -> str:
    """Return an amount in dollars.

    >>> money("1234.5"), money("-20.00"), money(None)
    ('$1,234.50', '−$20.00', '—')
    """
    if amount is None:
        return UNKNOWN
    value = Decimal(amount)
    return f"{MINUS if value < 0 else ''}${abs(value):,.2f}"


def about(amount: str) -> str:
    """Return an amount for speech: whole dollars from $20 on.

    >>> about("6409.50"), about("4.50"), about("0.00")
    ('$6,410', '$4.50', '$0')
    """
    value = Decimal(amount)
    if 0 < abs(value) < 20:
        return money(amount)
    return f"${value.quantize(Decimal(1), ROUND_HALF_UP):,}"


def signed(amount: str | None) -> str:
    """Return a difference with its sign.

    >>> signed("7311.00"), signed("-5.00"), signed("0.00")
    ('+$7,311.00', '−$5.00', '$0.00')
    """
    if amount is None:
        return UNKNOWN
    return f"+{money(amount)}" if Decimal(amount) > 0 else money(amount)


def percent(share: str | None) -> str:
    """Return a share as a percentage.

    >>> percent("0.0710"), percent(None)
    ('7.1%', '')
    """
    return "" if share is None else f"{Decimal(share) * 100:.1f}%"


def day(iso: str | date | None) -> str:
    """Return a date.

    >>> day("2026-03-02")
    'Mar 2, 2026'
    """
    if iso is None:
        return UNKNOWN
    value = date.fromisoformat(iso) if isinstance(iso, str) else iso
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def is_zero(amount: Any) -> bool:
    """Whether an amount is known to be nothing."""
    return amount is not None and Decimal(amount) == 0


def months(count: int) -> str:
    """Return a number of months.

    >>> months(1), months(12)
    ('1 month', '12 months')
    """
    return f"{count} month{'' if count == 1 else 's'}"


def limit(it: Mapping[str, Any]) -> str:
    """Return a limit as staff say it.

    >>> limit({"kind": "deductible", "class": "medical", "network": "in"})
    'Deductible, medical, in network'
    """
    parts = (
        KIND_WORDS[it["kind"]],
        CLASS_WORDS[it["class"]],
        NETWORK_WORDS[it["network"]],
    )
    return ", ".join(part for part in parts if part)


def short(name: str) -> str:
    """Return a treatment's name as one says it: without what stands in brackets at its end.

    >>> short("Citalopram (generic SSRI)"), short("(unnamed)")
    ('Citalopram', '(unnamed)')
    """
    return re.sub(r"\s*\([^()]*\)$", "", name) or name
