"""The cost-sharing formula, once, for one explained course and for a whole population.

It runs on plain integers, and on int64 arrays for many patients who take the same course.

What is the same for everybody (which benefit serves a line, which limits constrain it, where
a plan year ends) stands in the ``Step`` and is branched on. What may differ (amounts, what was
met) is only ever added, compared, or chosen with the three operations of ``Numbers``.
Rule: the contract of adjudication, "The order of things", steps 2 to 7.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from estimator.engine.coordination import (
    METHODS,
    Amount,
    Assistance,
    FirstPayer,
    Numbers,
    Supplement,
    assistance_pays,
    second_allowed,
    supplement_pays,
)
from estimator.engine.money import share
from estimator.engine.plan import Benefit, Met

Flag = Any
"""A ``bool``, or an array of them."""


class Gauge(NamedTuple):
    """One limit as it stands on one line: where its met amounts are kept, and how much it is.

    ``for_family``: the plan covers a family, so its amount constrains as well;
    ``aggregate``: that amount alone does. ``carries``: what is credited here is also met at the
    start of the next plan year.
    """

    slot: int
    individual: int
    family: int | None = None
    for_family: bool = False
    aggregate: bool = False
    carries: bool = False


class YearStart(NamedTuple):
    """The first line of a plan year: what is met at its start, by limit slot."""

    carried: bool
    """What was credited in the last months of the year before counts (where limits carry over)."""
    opening: bool
    """The accumulators were read in this plan year: it starts from them."""
    caps: tuple[Gauge | None, ...]
    """The limits in force at its start: nothing met passes them."""


@dataclass(slots=True, kw_only=True)
class Step:
    """One line, ready for the formula. Amounts may be arrays; the rest is the same for all.

    ``refused`` is a reason known beforehand. ``weigh_cash``: cash counts on a covered line too.
    ``visit`` is set where the benefit's visits are counted, ``copay_slot`` where another
    line may owe a part of the same copay.
    """

    billed: Amount
    allowed: Amount
    balance_bill: Amount = 0
    cash: Amount | None = None
    weigh_cash: bool = False
    refused: str | None = None
    benefit: Benefit | None = None
    deductible: Gauge | None = None
    oop_maxes: tuple[Gauge, ...] = ()
    deductible_credits: tuple[Gauge, ...] = ()
    oop_credits: tuple[Gauge, ...] = ()
    visit: Hashable = None
    copay_slot: Hashable = None
    assistance: Assistance | None = None
    assistance_pool: Hashable = None
    new_years: tuple[YearStart, ...] = ()


@dataclass(slots=True)
class Account:
    """What has been met so far, by one payer's plan; changed by every line.

    ``individual`` and ``family`` are by limit slot, the others by the names in the steps.
    """

    opening: Sequence[Met]
    opening_visits: Mapping[Hashable, Amount] = field(default_factory=dict)
    opening_plan_paid: Mapping[Hashable, Amount] = field(default_factory=dict)
    assistance: dict[Hashable, Amount] = field(default_factory=dict)
    individual: list[Amount] = field(default_factory=list)
    family: list[Amount] = field(default_factory=list)
    carried: list[tuple[Amount, Amount]] = field(default_factory=list)
    visits: dict[Hashable, Amount] = field(default_factory=dict)
    visit_numbers: dict[Hashable, Amount] = field(default_factory=dict)
    copays: dict[Hashable, Amount] = field(default_factory=dict)
    plan_paid: dict[Hashable, Amount] = field(default_factory=dict)

    def start_year(self, year: YearStart, numbers: Numbers) -> None:
        """Begin a plan year: from the accumulators, from what carries over, or from zero."""
        met, carried = self._met_at_start(year)
        self.individual = [
            individual
            if cap is None or cap.aggregate
            else numbers.lower(individual, cap.individual)
            for (individual, _), cap in zip(met, year.caps, strict=True)
        ]
        self.family = [
            family if cap is None or cap.family is None else numbers.lower(family, cap.family)
            for (_, family), cap in zip(met, year.caps, strict=True)
        ]
        self.carried = carried
        self.visits = dict(self.opening_visits) if year.opening else {}
        self.plan_paid = dict(self.opening_plan_paid) if year.opening else {}
        self.visit_numbers, self.copays = {}, {}

    def _met_at_start(
        self, year: YearStart
    ) -> tuple[list[tuple[Amount, Amount]], list[tuple[Amount, Amount]]]:
        nothing: list[tuple[Amount, Amount]] = [(0, 0)] * len(self.opening)
        if year.opening:
            return (
                [(met.individual, met.family) for met in self.opening],
                [(met.carryover_individual, met.carryover_family) for met in self.opening],
            )
        return (self.carried if year.carried else nothing), list(nothing)

    def credit(self, gauges: Iterable[Gauge], amount: Amount, numbers: Numbers) -> None:
        """Add *amount* to what is met; nothing met rises above its limit."""
        lower, higher, _ = numbers
        for gauge in gauges:
            slot = gauge.slot
            individual, family = self.individual[slot], self.family[slot]
            rise = individual_rise = amount
            if not gauge.aggregate:
                rise = individual_rise = lower(amount, higher(gauge.individual - individual, 0))
            if gauge.family is not None:
                rise = lower(rise, higher(gauge.family - family, 0))
            self.individual[slot] = individual + individual_rise
            self.family[slot] = family + rise
            if gauge.carries:
                carried_individual, carried_family = self.carried[slot]
                self.carried[slot] = (carried_individual + individual_rise, carried_family + rise)

    def room(self, gauge: Gauge, numbers: Numbers) -> Amount:
        """Return what is left of a limit, never below zero."""
        lower, higher, _ = numbers
        left = gauge.individual - self.individual[gauge.slot]
        if gauge.for_family and gauge.family is not None:
            family_left = gauge.family - self.family[gauge.slot]
            left = family_left if gauge.aggregate else lower(left, family_left)
        return higher(left, 0)


class Line(NamedTuple):
    """Who pays which cent of one line. ``refused`` and ``by_cash`` say why, where it matters."""

    allowed: Amount
    deductible: Amount = 0
    copay: Amount = 0
    coinsurance: Amount = 0
    over_benefit_maximum: Amount = 0
    not_covered: Amount = 0
    balance_bill: Amount = 0
    cash: Amount = 0
    plan_pays: Amount = 0
    secondary_pays: Amount = 0
    assistance: Amount = 0
    patient_pays: Amount = 0
    by_cash: Flag = False
    """Cash was cheaper than what the plan would have left to pay."""
    over_visit_limit: Flag = False
    """A new visit when all the visits of the plan year were used."""


class Second(NamedTuple):
    """The second payer: its method with its own steps and account, or a supplement."""

    method: str
    supplement: Supplement | None = None
    steps: Sequence[Step] = ()
    account: Account | None = None


class _CostShare(NamedTuple):
    deductible: Amount
    copay: Amount
    coinsurance: Amount

    @property
    def total(self) -> Amount:
        return self.deductible + self.copay + self.coinsurance


def run(
    steps: Sequence[Step], account: Account, numbers: Numbers, second: Second | None = None
) -> Iterator[Line]:
    """Adjudicate the steps in order, yielding each line after it is credited.

    *account* changes with every line, so a caller can read what is met between two of them.
    """
    for index, step in enumerate(steps):
        line = adjudicate(step, step.allowed, account, numbers)
        if second is not None:
            pays = _second_pays(second, index, step, line, numbers)
            line = line._replace(secondary_pays=pays, patient_pays=line.patient_pays - pays)
        yield line


def adjudicate(
    step: Step, allowed: Amount, account: Account, numbers: Numbers, skip: Flag = False
) -> Line:
    """Adjudicate one line at *allowed* and credit it; where *skip*, nothing is paid or credited."""
    for year in step.new_years:
        account.start_year(year, numbers)
    if step.benefit is None or step.refused is not None:
        return _refused(step, numbers)
    visit = _Visit(step, step.benefit, account, numbers)
    parts = _cost_share(step, step.benefit, allowed, account, visit)
    parts = _cap(step, account, numbers, parts)
    plan_pays, over_maximum = _plan_pays(step.benefit, allowed - parts.total, account, numbers)
    line = Line(
        allowed=allowed,
        deductible=parts.deductible,
        copay=parts.copay,
        coinsurance=parts.coinsurance,
        over_benefit_maximum=over_maximum,
        balance_bill=step.balance_bill,
        plan_pays=plan_pays,
        patient_pays=parts.total + over_maximum + step.balance_bill,
    )
    line = _settle(step, line, visit.refused, skip, numbers)
    visit.count(line, skip)
    return _credit(step, step.benefit, account, numbers, line)


def _refused(step: Step, numbers: Numbers) -> Line:
    """The plan does not take the line: the patient pays what is billed, or cash if lower."""
    if step.cash is None:
        return Line(allowed=0, not_covered=step.billed, patient_pays=step.billed)
    pick = numbers.pick
    cheaper = step.cash < step.billed
    return Line(
        allowed=0,
        not_covered=pick(cheaper, 0, step.billed),
        cash=pick(cheaper, step.cash, 0),
        patient_pays=pick(cheaper, step.cash, step.billed),
    )


class _Visit:
    """The visit of a line: which of the plan year's it is, and whether it comes too late."""

    __slots__ = ("account", "key", "new", "number", "numbers", "refused", "waived")

    def __init__(self, step: Step, benefit: Benefit, account: Account, numbers: Numbers) -> None:
        self.account, self.numbers = account, numbers
        self.key = None if step.visit is None else (benefit.group, step.visit)
        self.refused: Flag = False
        self.waived: Flag = None
        if self.key is None:
            return
        used = account.visits.get(benefit.group, 0)
        number = account.visit_numbers.get(self.key, 0)
        self.new: Flag = number == 0
        self.number = numbers.pick(self.new, used + 1, number)
        if benefit.visit_limit is not None:
            self.refused = self.new & (used >= benefit.visit_limit)
        if benefit.deductible_waived_visits:
            self.waived = self.number <= benefit.deductible_waived_visits

    def count(self, line: Line, skip: Flag) -> None:
        """Count the visit, once in its group, where the plan took the line."""
        if self.key is None:
            return
        account, pick, group = self.account, self.numbers.pick, self.key[0]
        uses = pick(line.by_cash | line.over_visit_limit | skip, False, self.new)
        account.visits[group] = account.visits.get(group, 0) + uses
        known = account.visit_numbers.get(self.key, 0)
        account.visit_numbers[self.key] = pick(uses, self.number, known)


def _cost_share(
    step: Step, benefit: Benefit, allowed: Amount, account: Account, visit: _Visit
) -> _CostShare:
    lower, _, pick = visit.numbers
    room: Amount = 0
    if step.deductible is not None:
        room = account.room(step.deductible, visit.numbers)
    if visit.waived is not None:
        room = pick(visit.waived, 0, room)
    owed = _copay_owed(step, benefit, account, visit)
    if benefit.deductible == "after_copay":
        copay = lower(owed, allowed)
        deductible = lower(allowed - copay, room)
    else:
        deductible = lower(allowed, room)
        copay = lower(owed, allowed - deductible)
    coinsurance = _coinsurance(benefit, allowed, allowed - deductible - copay, visit.numbers)
    if visit.waived is not None and benefit.waived_visits_copay is not None:
        coinsurance = pick(visit.waived, 0, coinsurance)
    return _CostShare(deductible, copay, coinsurance)


def _copay_owed(step: Step, benefit: Benefit, account: Account, visit: _Visit) -> Amount:
    copay: Amount = benefit.copay
    if visit.waived is not None and benefit.waived_visits_copay is not None:
        copay = visit.numbers.pick(visit.waived, benefit.waived_visits_copay, copay)
    if step.copay_slot is None:
        return copay
    return visit.numbers.higher(copay - account.copays.get(step.copay_slot, 0), 0)


def _coinsurance(benefit: Benefit, allowed: Amount, rest: Amount, numbers: Numbers) -> Amount:
    lower, higher, _ = numbers
    if not benefit.coinsurance:
        return 0
    amount = share(allowed if benefit.coinsurance_on_allowed else rest, benefit.coinsurance)
    if benefit.coinsurance_on_allowed:
        amount = lower(amount, rest)
    if benefit.coinsurance_max is not None:
        amount = lower(amount, benefit.coinsurance_max)
    if benefit.coinsurance_min is not None:
        amount = lower(higher(amount, benefit.coinsurance_min), rest)
    return amount


def _cap(step: Step, account: Account, numbers: Numbers, parts: _CostShare) -> _CostShare:
    """Cut coinsurance first, then copay, then deductible, to the room in every maximum."""
    if not step.oop_maxes:
        return parts
    lower, higher, _ = numbers
    room = account.room(step.oop_maxes[0], numbers)
    for gauge in step.oop_maxes[1:]:
        room = lower(room, account.room(gauge, numbers))
    over = higher(parts.total - room, 0)
    coinsurance_cut = lower(over, parts.coinsurance)
    copay_cut = lower(over - coinsurance_cut, parts.copay)
    return _CostShare(
        parts.deductible - (over - coinsurance_cut - copay_cut),
        parts.copay - copay_cut,
        parts.coinsurance - coinsurance_cut,
    )


def _plan_pays(
    benefit: Benefit, plan_pays: Amount, account: Account, numbers: Numbers
) -> tuple[Amount, Amount]:
    """Return what the plan pays, and what of it passes the most it pays for the benefit."""
    if benefit.plan_pays_max is None:
        return plan_pays, 0
    left = numbers.higher(benefit.plan_pays_max - account.plan_paid.get(benefit.name, 0), 0)
    over = numbers.higher(plan_pays - left, 0)
    return plan_pays - over, over


def _settle(step: Step, line: Line, refused: Flag, skip: Flag, numbers: Numbers) -> Line:
    """Take the line out of the plan where cash is cheaper, its visit is refused, or *skip*."""
    if step.weigh_cash:
        paid_in_cash = Line(allowed=0, cash=step.cash, patient_pays=step.cash, by_cash=True)
        line = _choose(step.cash < line.patient_pays, paid_in_cash, line, numbers)
    if refused is not False:
        over_limit = _refused(step, numbers)._replace(over_visit_limit=True)
        line = _choose(refused, over_limit, line, numbers)
    if skip is not False:
        line = _choose(skip, Line(allowed=0), line, numbers)
    return line


def _choose(condition: Flag, if_true: Line, if_false: Line, numbers: Numbers) -> Line:
    if condition is True or condition is False:
        return if_true if condition else if_false
    pick = numbers.pick
    return Line(
        *(pick(condition, one, other) for one, other in zip(if_true, if_false, strict=True))
    )


def _credit(step: Step, benefit: Benefit, account: Account, numbers: Numbers, line: Line) -> Line:
    """Credit the limits, the copay, the benefit's maximum and the program's."""
    cost_share = line.deductible + line.copay + line.coinsurance
    deductible = line.deductible
    if step.copay_slot is not None:
        paid = account.copays.get(step.copay_slot, 0)
        account.copays[step.copay_slot] = paid + line.copay
    if benefit.plan_pays_max is not None:
        account.plan_paid[benefit.name] = account.plan_paid.get(benefit.name, 0) + line.plan_pays
    if step.assistance is not None:
        used = account.assistance.get(step.assistance_pool, 0)
        helped = assistance_pays(step.assistance, cost_share, used, numbers)
        account.assistance[step.assistance_pool] = used + helped
        line = line._replace(assistance=helped, patient_pays=line.patient_pays - helped)
        if not step.assistance.counts_toward_limits:
            # What the program paid comes off the coinsurance's credit first, then the copay's,
            # then the deductible's: the deductible keeps at most what is left of the three.
            cost_share = cost_share - helped
            deductible = numbers.lower(deductible, cost_share)
    account.credit(step.deductible_credits, deductible, numbers)
    account.credit(step.oop_credits, cost_share, numbers)
    return line


def _second_pays(second: Second, index: int, step: Step, line: Line, numbers: Numbers) -> Amount:
    """Return what the second payer pays towards what the first left."""
    first = FirstPayer(
        step.billed,
        line.allowed,
        line.deductible,
        line.copay,
        line.coinsurance,
        line.over_benefit_maximum + line.not_covered,
        line.balance_bill,
        line.plan_pays,
    )
    if second.supplement is not None:
        return supplement_pays(second.supplement, first)
    if second.account is None:
        raise ValueError(f"the method {second.method} needs a second plan")
    own = second.steps[index]
    paid_by_cash = line.cash > 0  # a line paid by cash is not coordinated
    allowed = second_allowed(second.method, first, own.allowed, numbers)
    answer = adjudicate(own, allowed, second.account, numbers, paid_by_cash)
    pays = METHODS[second.method](first, answer.plan_pays, own.allowed, numbers)
    return numbers.pick(paid_by_cash, 0, pays)
