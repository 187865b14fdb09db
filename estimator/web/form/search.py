"""Which plan somebody means by what they typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from estimator.findings import did_you_mean

Plan = Mapping[str, Any]


class PlanSearch:
    """Finds plans by ID, name, payer, other names people type, or words of these."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = plans

    def find(self, text: str) -> list[Plan]:
        """Return the plans that *text* may mean: one if it is clear, none if nothing fits."""
        wanted = words(text)
        if not wanted:
            return []
        for named in NAMED:
            found = [plan for plan in self.plans if wanted in map(words, named(plan))]
            if found:
                return found
        return [plan for plan in self.plans if _begin(wanted, _all_words(plan))]

    def near(self, text: str) -> str:
        """Return " Did you mean X?" for a name close to *text*."""
        known = (name for plan in self.plans for named in NAMED for name in named(plan))
        return did_you_mean(text, known)


def _own_names(plan: Plan) -> tuple[str, ...]:
    return (plan["plan_id"], plan["name"])


def _other_names(plan: Plan) -> tuple[str, ...]:
    return tuple(plan["aliases"])


def _payer_names(plan: Plan) -> tuple[str, ...]:
    return (plan["payer_id"], plan["payer_name"])


NAMED: tuple[Callable[[Plan], tuple[str, ...]], ...] = (_own_names, _other_names, _payer_names)
"""The names a plan goes by, the most telling first."""


def _all_words(plan: Plan) -> tuple[str, ...]:
    return words(" ".join(name for named in NAMED for name in named(plan)))


def words(text: str) -> tuple[str, ...]:
    """Return the words of *text*, without regard to case and signs.

    >>> words("NextGen $2,000 (HSA)")
    ('nextgen', '2000', 'hsa')
    """
    return tuple(re.findall(r"\w+", text.casefold().replace(",", "")))


def _begin(wanted: Iterable[str], known: Iterable[str]) -> bool:
    known = set(known)
    return all(any(word.startswith(start) for word in known) for start in wanted)
