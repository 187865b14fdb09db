"""What others pay towards a line: copay assistance and a second payer.

Like the kernel, each formula is written once for plain integers and for arrays. Rules: the
contract of adjudication, sections "Assistance" and "Coordination of benefits".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

from estimator.engine.money import share

Amount = Any
"""Cents: an ``int``, or an int64 array with one element per patient."""


class Numbers(NamedTuple):
    """The only operations that differ between plain integers and arrays."""

    lower: Callable[[Amount, Amount], Amount]
    higher: Callable[[Amount, Amount], Amount]
    pick: Callable[[Any, Amount, Amount], Amount]


def _lower(one: int, other: int) -> int:
    return one if one < other else other


def _higher(one: int, other: int) -> int:
    return one if one > other else other


def _pick(condition: bool, if_true: Amount, if_false: Amount) -> Amount:
    return if_true if condition else if_false


INTEGERS = Numbers(_lower, _higher, _pick)
"""Written out: on two plain integers twice as fast as ``min`` and ``max``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """Copay assistance that fits a line.

    ``pool`` names whose yearly maximum it draws on; ``floor`` is what the patient pays at least.
    """

    pool: Hashable
    floor: int
    annual_max: int | None = None
    counts_toward_limits: bool = True


def assistance_pays(
    terms: Assistance, cost_share: Amount, used: Amount, numbers: Numbers
) -> Amount:
    """Return what the program pays of deductible, copay and coinsurance above its floor."""
    lower, higher, _ = numbers
    wanted = higher(cost_share - terms.floor, 0)
    if terms.annual_max is None:
        return wanted
    return lower(wanted, higher(terms.annual_max - used, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """The shares of what another plan leaves that a supplement (as Medigap) pays: rates."""

    deductible: int = 0
    copay: int = 0
    coinsurance: int = 0
    balance_bill: int = 0


class FirstPayer(NamedTuple):
    """What the first payer made of a line, in cents."""

    billed: Amount
    allowed: Amount
    deductible: Amount
    copay: Amount
    coinsurance: Amount
    unpaid: Amount
    """Over the benefit maximum, or not covered: owed, but no cost share."""
    balance_bill: Amount
    plan_pays: Amount

    @property
    def owed(self) -> Amount:
        """What the patient owes, the balance bill aside."""
        return self.deductible + self.copay + self.coinsurance + self.unpaid


def supplement_pays(terms: Supplement, first: FirstPayer) -> Amount:
    """Return the supplement's share of each part, each rounded half-up."""
    return (
        share(first.deductible, terms.deductible)
        + share(first.copay, terms.copay)
        + share(first.coinsurance, terms.coinsurance)
        + share(first.balance_bill, terms.balance_bill)
    )


def standard(first: FirstPayer, answer: Amount, _allowed: Amount, numbers: Numbers) -> Amount:
    """The second pays its own answer, at most what the patient owes the first."""
    return numbers.lower(answer, first.owed)


def non_duplication(
    first: FirstPayer, answer: Amount, _allowed: Amount, numbers: Numbers
) -> Amount:
    """The second pays its answer less what the first paid (carve-out)."""
    lower, higher, _ = numbers
    return lower(higher(answer - first.plan_pays, 0), first.owed)


def medicare_secondary(
    first: FirstPayer, answer: Amount, allowed: Amount, numbers: Numbers
) -> Amount:
    """The lowest of three amounts. Source: 42 CFR 411.33(b)."""
    lower, higher, _ = numbers
    lowest = lower(answer, first.billed - first.plan_pays)
    lowest = lower(lowest, higher(first.allowed, allowed) - first.plan_pays)
    return lower(higher(lowest, 0), first.owed + first.balance_bill)


METHODS: dict[str, Callable[[FirstPayer, Amount, Amount, Numbers], Amount]] = {
    "standard": standard,
    "non_duplication": non_duplication,
    "maintenance_of_benefits": standard,
    "medicare_secondary": medicare_secondary,
}
"""How the second payer's own answer becomes what it pays.

Under maintenance of benefits the difference lies in what it adjudicates (``second_allowed``).
"""


def second_allowed(method: str, first: FirstPayer, allowed: Amount, numbers: Numbers) -> Amount:
    """Return the amount that the second payer adjudicates."""
    if method == "maintenance_of_benefits":
        return numbers.higher(allowed - first.plan_pays, 0)
    return allowed
