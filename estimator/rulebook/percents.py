"""Which numbers are percentages: those of percent columns, and those another cell makes so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.rulebook.columns import Column, Kind


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a percentage takes, and below which number it could be meant as a share."""

    largest: int = 100
    doubtful_below: int = 1


SHARE = Doubt()
INCOME = Doubt(largest=100_000, doubtful_below=10)
"""An income limit is some hundred percent of the poverty level, so that 4 may mean 400%."""

_OF_CHARGE = ("basis", "percent of charge", Doubt(largest=1000))
COMPANIONS: dict[tuple[str, str], tuple[str, str, Doubt]] = {
    ("Prices", "amount"): _OF_CHARGE,
    ("Prices", "low"): _OF_CHARGE,
    ("Prices", "high"): _OF_CHARGE,
    ("Assistance", "value"): ("kind", "percent off", SHARE),
    ("Parameters", "value"): ("unit", "%", Doubt(largest=100_000)),
}
"""Sheet and field of a number → the field and word that make it a percentage."""


def companion(sheet: str, column: Column) -> str | None:
    """Return the field that says whether the number of a column is a percentage."""
    found = COMPANIONS.get((sheet, column.name))
    return found[0] if found else None


def doubt_of(sheet: str, column: Column, values: Mapping[str, Any]) -> Doubt | None:
    """Return what the percentage of a cell takes, or ``None`` where it is none."""
    if column.kind is Kind.PERCENT:
        return SHARE
    if column.kind is Kind.NUMBER and "%" in column.header:
        return INCOME
    field, word, doubt = COMPANIONS.get((sheet, column.name), ("", "", None))
    return doubt if values.get(field) == word else None
