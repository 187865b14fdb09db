"""The courses that are measured: 28 medical lines and 12 drug fills, for many patients.

``peers_rule`` uses what every adjudication program knows, ``every_feature`` all that ours does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from estimator.engine.account import Account
from estimator.engine.claims import Claim, Cover, as_second, prepare
from estimator.engine.coordination import Assistance
from estimator.engine.kernel import Second, Step
from estimator.engine.money import rate
from estimator.engine.plan import Benefit, Limit, LimitPeriod, Met, PlanYear

START = date(2026, 7, 6)
INFUSIONS, FILLS = 28, 12

Array = Any
Of = Callable[[Array], Any]
"""What is taken of an array: a block of it, or one patient's number."""


@dataclass(frozen=True)
class Population:
    """Patients who take one course: what differs between them, by line or limit and patient."""

    claims: list[Claim]
    cover: Cover
    allowed: Array
    billed: Array
    cash: Array
    met: list[tuple[Array, Array]]
    visits: dict[Hashable, Array] = field(default_factory=dict)
    plan_paid: dict[Hashable, Array] = field(default_factory=dict)
    second: tuple[str, Cover] | None = None

    @property
    def size(self) -> int:
        return int(self.allowed.shape[1])

    def block(self, first: int, size: int) -> tuple[list[Step], Account, Second | None]:
        return self._part(lambda array: array[..., first : first + size])

    def patient(self, place: int) -> tuple[list[Step], Account, Second | None]:
        return self._part(lambda array: array[..., place].tolist())

    @cached_property
    def steps(self) -> list[Step]:
        return prepare(self.claims, self.cover, START, weigh_cash=self.second is None)

    @cached_property
    def second_steps(self) -> list[Step]:
        if self.second is None:
            return []
        theirs = [as_second(claim) for claim in self.claims]
        return prepare(theirs, self.second[1], START, weigh_cash=False)

    def _part(self, of: Of) -> tuple[list[Step], Account, Second | None]:
        amounts = list(zip(of(self.billed), of(self.allowed), of(self.cash), strict=True))
        account = Account(
            opening=[Met(of(individual), of(family)) for individual, family in self.met],
            opening_visits={key: of(count) for key, count in self.visits.items()},
            opening_plan_paid={key: of(paid) for key, paid in self.plan_paid.items()},
        )
        second = None
        if self.second is not None:
            method, cover = self.second
            theirs = Account(opening=account.opening[: len(cover.keys)])
            second = Second(method, None, _with_amounts(self.second_steps, amounts), theirs)
        return _with_amounts(self.steps, amounts), account, second


def _with_amounts(steps: list[Step], amounts: list[tuple[Any, Any, Any]]) -> list[Step]:
    return [
        replace(
            step,
            billed=billed,
            allowed=allowed,
            balance_bill=billed - allowed if step.balance_bill else 0,
            cash=None if step.cash is None else cash,
        )
        for step, (billed, allowed, cash) in zip(steps, amounts, strict=True)
    ]


def population(size: int, claims: list[Claim], cover: Cover, **more: Any) -> Population:
    """Return *size* patients with amounts of their own, and something met of every limit."""
    random = np.random.default_rng(2026)
    medical = np.array([[each.class_ == "medical"] for each in claims])
    shape = (len(claims), size)
    allowed = np.where(
        medical, random.integers(25_000, 90_000, shape), random.integers(300, 9_000, shape)
    )
    met = [random.integers(0, 60_000, size) for _ in cover.keys]
    return Population(
        claims=claims,
        cover=cover,
        allowed=allowed,
        billed=allowed + random.integers(0, 40_000, shape),
        cash=allowed // 10 + random.integers(0, 30_000, shape),
        met=[(each, each + random.integers(0, 60_000, size)) for each in met],
        **more,
    )


def days(number: int, apart: int) -> list[date]:
    return [START + timedelta(days=apart * place) for place in range(number)]


def peers_rule(size: int) -> Population:
    """Deductible, copay, coinsurance and maximum, in and out of network, across a new year."""
    infusion = Benefit(name="in", copay=4_000, coinsurance=rate("0.2"))
    out = Benefit(name="out", coinsurance=rate("0.4"))
    drug = Benefit(name="drug", copay=1_000, deductible="waived")
    claims = [
        _claim(day, out if place % 7 == 6 else infusion, network="out" if place % 7 == 6 else "in")
        for place, day in enumerate(days(INFUSIONS, 9))
    ]
    claims += [_claim(day, drug, class_="drug") for day in days(FILLS, 30)]
    return population(size, _in_order(claims), Cover(family=True, limits=PEERS_LIMITS))


PEERS_LIMITS = tuple(
    LimitPeriod(replace(limit, network=network, credited_by=network))
    for limit, network in (
        (Limit(kind="deductible", individual=150_000, family=300_000), "in"),
        (Limit(kind="deductible", individual=300_000, family=600_000), "out"),
        (Limit(kind="oop_max", individual=600_000, family=1_200_000), "in"),
        (Limit(kind="oop_max", individual=1_200_000, family=2_400_000), "out"),
    )
)


def every_feature(size: int, second: bool = False) -> Population:
    """Everything the contract of adjudication knows; copay assistance or a second payer."""
    infusion, out, monitoring, therapy, drug = (_FEATURES[name] for name in sorted(_FEATURES))
    helped = (
        None
        if second
        else Assistance(pool="program", floor=500, annual_max=60_000, counts_toward_limits=False)
    )
    claims = [_claim(day, infusion, cash=1) for day in days(10, 9)]
    claims += [_claim(day, monitoring) for day in days(10, 9)]
    claims += [_claim(day, out, network="out", billed=2) for day in days(4, 40)]
    claims += [_claim(day, therapy, cash=1, cash_for="refused") for day in days(4, 60)]
    claims += [_claim(day, drug, class_="drug", assistance=helped) for day in days(FILLS, 30)]
    cover = Cover(family=True, limits=_LIMITS, year=PlanYear(7, 15))
    random = np.random.default_rng(7)
    return population(
        size,
        _in_order(claims),
        cover,
        visits={therapy.group: random.integers(0, 3, size)},
        plan_paid={monitoring.name: random.integers(0, 90_000, size)},
        second=("medicare_secondary", Cover(limits=_LIMITS[:2])) if second else None,
    )


_FEATURES = {
    "1 infusion": Benefit(
        name="infusion",
        copay=5_000,
        copay_per="day",
        coinsurance=rate("0.2"),
        coinsurance_max=15_000,
        deductible="after_copay",
        visit_group="office",
        deductible_waived_visits=3,
        waived_visits_copay=2_500,
    ),
    "2 out": Benefit(
        name="out", coinsurance=rate("0.4"), coinsurance_on_allowed=True, coinsurance_min=5_000
    ),
    "3 monitoring": Benefit(
        name="monitoring", copay=1_000, coinsurance=rate("0.1"), plan_pays_max=250_000
    ),
    "4 therapy": Benefit(name="therapy", copay=3_000, visit_group="office", visit_limit=12),
    "5 drug": Benefit(name="drug", copay=1_000, copay_per="line", coinsurance=rate("0.25")),
}

_LIMITS = tuple(
    map(
        LimitPeriod,
        (
            Limit(kind="deductible", individual=200_000, family=400_000, carryover_months=3),
            Limit(kind="oop_max", individual=700_000, family=1_400_000),
            Limit(kind="oop_max", individual=250_000, family=500_000, class_="drug"),
            Limit(kind="oop_max", individual=900_000, class_="medical", network="out"),
        ),
    )
)


def _claim(day: date, benefit: Benefit, **changes: Any) -> Claim:
    """Return a claim whose amounts only say which it has: every patient has others."""
    given: dict[str, Any] = {"billed": 1, "second_benefit": _THEIRS} | changes
    return Claim(date=day, allowed=1, visit=day, benefit=benefit, **given)


_THEIRS = Benefit(name="theirs", coinsurance=rate("0.2"))


def _in_order(claims: list[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: claim.date)
