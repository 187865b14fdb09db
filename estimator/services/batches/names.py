"""The names of the columns of what is met, and of which limit each tells.

Rule: the contract of estimates, "Doors".
"""

from __future__ import annotations

from estimator.engine.plan import LimitKey


def met_column(key: LimitKey) -> str | None:
    """Return which columns say what is met of a limit, by the word before it."""
    if key.class_ == "drug":
        return None if key.network == "out" else "drug_"
    return "out_" if key.network == "out" else ""


MET_PREFIXES = ("", "out_", "drug_")
MET_NAMES = tuple(
    f"{prefix}{family}{kind}_met"
    for prefix in MET_PREFIXES
    for kind in ("deductible", "oop")
    for family in ("", "family_")
)
"""The columns of what is met."""
KIND_WORDS = {"deductible": "deductible", "oop_max": "oop"}


def met_names(key: LimitKey) -> tuple[str, str] | None:
    """Return the columns of the individual and the family amount of a limit."""
    prefix = met_column(key)
    if prefix is None:
        return None
    word = KIND_WORDS[key.kind]
    return f"{prefix}{word}_met", f"{prefix}family_{word}_met"
