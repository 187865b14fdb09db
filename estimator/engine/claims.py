"""Claim lines of one payer, made ready for the formula: what constrains each, where years begin.

Rule: the contract of adjudication, "A case" and the opening of "The order of things".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from estimator.engine.account import Account, Gauge, YearStart
from estimator.engine.coordination import INTEGERS, Assistance
from estimator.engine.kernel import Step
from estimator.engine.plan import (
    Accumulators,
    Benefit,
    Limit,
    LimitKey,
    LimitPeriod,
    Met,
    PlanYear,
    carries_from,
)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim line. Amounts are cents; ``benefit`` is the one that serves it, if any.

    ``refused`` says why the plan will not take it, where that is known from elsewhere (a policy).
    """

    date: date
    billed: int
    allowed: int
    visit: Hashable
    class_: str = "medical"
    network: str = "in"
    benefit: Benefit | None = None
    refused: str | None = None
    cash: int | None = None
    cash_for: Literal["any", "refused"] = "any"
    second_allowed: int | None = None
    second_benefit: Benefit | None = None
    assistance: Assistance | None = None
    coordinated: bool = True
    """Whether a second payer is asked; not for what is never billed to a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One payer's side: its plan year, its limits with their dates, whom it covers, what is met."""

    year: PlanYear = field(default_factory=PlanYear)
    limits: tuple[LimitPeriod, ...] = ()
    family: bool = False
    met: Accumulators = field(default_factory=Accumulators)

    @property
    def keys(self) -> tuple[LimitKey, ...]:
        """The limits by which what is met is kept, in order."""
        return tuple(dict.fromkeys(period.limit.key for period in self.limits))


def as_second(claim: Claim) -> Claim:
    """Return the claim as the second payer sees it: its own benefit and amount, no cash."""
    allowed = claim.allowed if claim.second_allowed is None else claim.second_allowed
    return Claim(
        date=claim.date,
        billed=claim.billed,
        allowed=allowed,
        visit=claim.visit,
        class_=claim.class_,
        network=claim.network,
        benefit=claim.second_benefit,
        refused=None if claim.coordinated else "no_benefit",
    )


def open_account(
    cover: Cover, as_of: date | None, assistance_used: Mapping[Hashable, int] | None = None
) -> Account:
    """Return the account as it stands on *as_of*, before any line."""
    account = Account(
        opening=tuple(cover.met.limits.get(key, Met()) for key in cover.keys),
        opening_visits=cover.met.visits,
        opening_plan_paid=cover.met.plan_paid,
    )
    if as_of is not None:
        used = assistance_used or {}
        account.assistance = {(pool, as_of.year): amount for pool, amount in used.items()}
    days = () if as_of is None else (as_of,)
    account.start_year(YearStart(carried=False, opening=True, caps=_caps(cover, *days)), INTEGERS)
    account.opening = tuple(
        met._replace(individual=individual, family=family)
        for met, individual, family in zip(
            account.opening, account.individual, account.family, strict=True
        )
    )
    return account


def _caps(cover: Cover, *days: date) -> tuple[Gauge | None, ...]:
    """Return each limit that is in force on all the *days*; without a day, as it first is."""
    found: dict[LimitKey, Gauge | None] = dict.fromkeys(cover.keys)
    slots = {key: slot for slot, key in enumerate(found)}
    for period in cover.limits:
        key = period.limit.key
        if found[key] is None and all(map(period.holds_on, days)):
            found[key] = _gauge(period.limit, slots[key], cover)
    return tuple(found.values())


def _gauge(
    limit: Limit, slot: int, cover: Cover, carries: bool = False, passable: bool = False
) -> Gauge:
    aggregate = cover.family and limit.aggregate
    return Gauge(slot, limit.individual, limit.family, cover.family, aggregate, carries, passable)


class _LineGauges(NamedTuple):
    """The limits that meet lines of one class and network on one day."""

    deductible: Gauge | None
    oop_maxes: tuple[Gauge, ...]
    deductible_credits: tuple[Gauge, ...]
    oop_credits: tuple[Gauge, ...]


def prepare(
    claims: Sequence[Claim], cover: Cover, as_of: date | None, *, weigh_cash: bool = True
) -> list[Step]:
    """Return the steps of *claims*, which are in order of date.

    Of *as_of* only its plan year matters, so patients who read their accumulators on other
    days of it can share the steps. ``weigh_cash`` is false where the case has a second payer:
    cash then counts only on a line that the plan refuses.
    """
    preparing = _Preparing(claims, cover, as_of, weigh_cash)
    return [
        preparing.step(claim, slot)
        for claim, slot in zip(claims, preparing.copay_slots, strict=True)
    ]


class _Preparing:
    """What must be known of all lines to prepare each: who shares a copay, whose visits count.

    The limits found for one line hold for all up to the day ``same_through``.
    """

    def __init__(
        self, claims: Sequence[Claim], cover: Cover, as_of: date | None, weigh_cash: bool
    ) -> None:
        self.cover = cover
        self.weigh_cash = weigh_cash
        slots = {key: slot for slot, key in enumerate(cover.keys)}
        self.periods = [(slots[period.limit.key], period) for period in cover.limits]
        self.copay_slots = [_copay_slot(claim) for claim in claims]
        self.sharing = Counter(self.copay_slots)
        self.counted = {
            claim.benefit.group
            for claim in claims
            if claim.benefit is not None and claim.benefit.counts_visits
        }
        self.as_of_year = cover.year.start(as_of) if as_of is not None else None
        self.year: date | None = None
        self.gauges: dict[tuple[str, str], _LineGauges] = {}
        self.same_through = date.min

    def step(self, claim: Claim, copay_slot: Hashable) -> Step:
        """Return the claim as a step of the kernel."""
        new_years = self._begin(claim.date)
        benefit, refused = claim.benefit, _refusal(claim)
        if benefit is None or refused is not None:
            return Step(
                billed=claim.billed,
                allowed=min(claim.allowed, claim.billed),
                cash=claim.cash,
                refused=refused,
                new_years=new_years,
            )
        gauges = self._line_gauges(claim)
        has_deductible = benefit.deductible != "waived" and gauges.deductible is not None
        counts = benefit.counts_toward_oop_max
        weighed = self.weigh_cash and claim.cash_for == "any" and claim.assistance is None
        return Step(
            billed=claim.billed,
            allowed=min(claim.allowed, claim.billed),
            balance_bill=_balance_bill(claim, benefit),
            cash=claim.cash,
            weigh_cash=weighed and claim.cash is not None,
            benefit=benefit,
            deductible=gauges.deductible if has_deductible else None,
            oop_maxes=gauges.oop_maxes if counts else (),
            deductible_credits=gauges.deductible_credits if has_deductible else (),
            oop_credits=gauges.oop_credits if counts else (),
            visit=claim.visit if benefit.group in self.counted else None,
            copay_slot=copay_slot if self.sharing[copay_slot] > 1 else None,
            assistance=claim.assistance,
            assistance_pool=claim.assistance and (claim.assistance.pool, claim.date.year),
            new_years=new_years,
        )

    def _line_gauges(self, claim: Claim) -> _LineGauges:
        key = (claim.class_, claim.network)
        if key not in self.gauges:
            self.gauges[key] = self._find_gauges(claim.date, *key)
        return self.gauges[key]

    def _find_gauges(self, day: date, class_: str, network: str) -> _LineGauges:
        deductibles: list[Gauge] = []
        maxes: list[Gauge] = []
        deductible_credits: list[Gauge] = []
        oop_credits: list[Gauge] = []
        for slot, period in self.periods:
            if not period.holds_on(day):
                continue
            limit = period.limit
            carries = limit.carryover_months > 0 and day >= self._carries_from(limit, day)
            passable = not all(map(period.holds_on, self._first_and_last(day)))
            gauge = _gauge(limit, slot, self.cover, carries, passable)
            is_deductible = limit.kind == "deductible"
            if limit.constrains(class_, network):
                (deductibles if is_deductible else maxes).append(gauge)
            if limit.is_credited_by(class_, network):
                (deductible_credits if is_deductible else oop_credits).append(gauge)
        deductible = deductibles[0] if deductibles else None
        return _LineGauges(deductible, tuple(maxes), tuple(deductible_credits), tuple(oop_credits))

    def _carries_from(self, limit: Limit, day: date) -> date:
        start = self.cover.year.start(day)
        return carries_from(start, self.cover.year.next_start(start), limit.carryover_months)

    def _first_and_last(self, day: date) -> tuple[date, date]:
        """Return the first and the last day of the plan year that contains *day*."""
        start = self.cover.year.start(day)
        return start, self.cover.year.next_start(start) - ONE_DAY

    def _begin(self, day: date) -> tuple[YearStart, ...]:
        """Go on to *day*; return the plan years that begin."""
        if day <= self.same_through:
            return ()
        new_years = tuple(self._new_years(day))
        self.same_through = min(self._last_days(day))
        self.gauges = {}
        return new_years

    def _last_days(self, day: date) -> Iterator[date]:
        """Yield the last days on which something about the limits is as it is on *day*."""
        yield self._first_and_last(day)[1]
        for limit, first, last in self.cover.limits:
            if first is not None and first > day:
                yield first - ONE_DAY
            if last is not None and last >= day:
                yield last
            if limit.carryover_months and self._carries_from(limit, day) > day:
                yield self._carries_from(limit, day) - ONE_DAY

    def _new_years(self, day: date) -> Iterator[YearStart]:
        """Yield the plan years that begin between the last line and one on *day*.

        The accumulators' own year is among them even without a line of its own, since
        what it carries over counts in the year after.
        """
        start = self.cover.year.start(day)
        if start == self.year:
            return
        passed = self.as_of_year
        if passed is not None and passed < start and (self.year is None or self.year < passed):
            yield self._year_start(passed)
        yield self._year_start(start)

    def _year_start(self, start: date) -> YearStart:
        """Begin a plan year with the limits of its start.

        In the accumulators' own year, whichever day they were read (``open_account`` knows
        it), with those of the whole year.
        """
        follows = self.year is not None and self.cover.year.next_start(self.year) == start
        self.year = start
        opening = start == self.as_of_year
        days = self._first_and_last(start) if opening else (start,)
        return YearStart(follows and not opening, opening, _caps(self.cover, *days))


def _refusal(claim: Claim) -> str | None:
    """Return why the plan will not take the claim, where that is known beforehand."""
    if claim.refused is not None:
        return claim.refused
    if claim.benefit is None:
        return "no_benefit"
    return None if claim.benefit.covered else "not_covered"


def _balance_bill(claim: Claim, benefit: Benefit) -> int:
    if claim.network == "in" or benefit.balance_bill_protected:
        return 0
    return max(claim.billed - claim.allowed, 0)


def _copay_slot(claim: Claim) -> Hashable:
    """Return what lines share a copay of the claim's benefit; ``None`` where it owes its own."""
    benefit = claim.benefit
    if benefit is None or benefit.copay_per == "line":
        return None
    if not benefit.copay and not benefit.waived_visits_copay:
        return None
    return (benefit.name, claim.visit if benefit.copay_per == "visit" else claim.date)
