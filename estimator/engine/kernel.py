"""The cost-sharing formula, once, for one explained course and for a whole population.

It runs on plain integers, and on int64 arrays for many patients who take the same course.

What is the same for everybody (which benefit serves a line, which limits constrain it, where
a plan year ends) stands in the ``Step`` and is branched on. What may differ (amounts, what was
met) is only ever added, compared, or chosen with the three operations of ``Numbers``.
Rule: the contract of adjudication, "The order of things", steps 2 to 7.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

from estimator.engine.account import Account, Flag, Gauge, YearStart
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
from estimator.engine.money import nothing, share
from estimator.engine.plan import Benefit

__all__ = ["Account", "Line", "Second", "Step", "adjudicate", "run"]


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
class Line:
    """Who pays which cent of one line. ``by_cash`` and ``over_visit_limit`` say why.

    The kernel fills it in; to everybody else it is as good as frozen.
    """

    allowed: Amount = 0
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


_LINE_FIELDS = tuple(each.name for each in fields(Line))


class Second(NamedTuple):
    """The second payer: its method with its own steps and account, or a supplement."""

    method: str
    supplement: Supplement | None = None
    steps: Sequence[Step] = ()
    account: Account | None = None


_Parts = tuple[Amount, Amount, Amount]
"""Deductible, copay, coinsurance."""


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
            line.secondary_pays, line.patient_pays = pays, line.patient_pays - pays
        yield line


def adjudicate(
    step: Step, allowed: Amount, account: Account, numbers: Numbers, skip: Flag = False
) -> Line:
    """Adjudicate one line at *allowed* and credit it; where *skip*, nothing is paid or credited."""
    for year in step.new_years:
        account.start_year(year, numbers)
    benefit = step.benefit
    if benefit is None or step.refused is not None:
        return _refused(step, numbers)
    visit = None if step.visit is None else _Visit(step.visit, benefit, account, numbers)
    terms = _terms(step, benefit, account, visit, numbers)
    parts = _cost_share(benefit, allowed, terms, numbers)
    if step.oop_maxes:
        parts = _cap(step.oop_maxes, parts, account, numbers)
    deductible, copay, coinsurance = parts
    cost_share = deductible + copay + coinsurance
    line = _line(allowed, parts, cost_share, step.balance_bill)
    if benefit.plan_pays_max is not None:
        _limit(line, benefit, account, numbers)
    if visit is not None or step.weigh_cash or skip is not False:
        line = _settle(step, line, visit, skip, numbers)
        cost_share = line.deductible + line.copay + line.coinsurance
    if benefit.plan_pays_max is not None:
        account.plan_paid[benefit.name] = account.plan_paid.get(benefit.name, 0) + line.plan_pays
    return _credit(step, cost_share, account, line, numbers)


def _refused(step: Step, numbers: Numbers) -> Line:
    """The plan does not take the line: the patient pays what is billed, or cash if lower."""
    if step.cash is None:
        return Line(not_covered=step.billed, patient_pays=step.billed)
    pick = numbers.pick
    cheaper = step.cash < step.billed
    return Line(
        not_covered=pick(cheaper, 0, step.billed),
        cash=pick(cheaper, step.cash, 0),
        patient_pays=pick(cheaper, step.cash, step.billed),
    )


class _Visit:
    """The visit of a line: which of the plan year's it is, and whether it comes too late."""

    __slots__ = ("account", "key", "new", "number", "refused", "waived")

    def __init__(
        self, visit: Hashable, benefit: Benefit, account: Account, numbers: Numbers
    ) -> None:
        self.account = account
        self.key = (benefit.group, visit)
        used = account.visits.get(benefit.group, 0)
        number = account.visit_numbers.get(self.key, 0)
        self.new: Flag = number == 0
        self.number = numbers.pick(self.new, used + 1, number)
        self.waived: Flag = self.number <= benefit.deductible_waived_visits
        self.refused: Flag = False
        if benefit.visit_limit is not None:
            self.refused = self.new & (used >= benefit.visit_limit)

    def count(self, unused: Flag, numbers: Numbers) -> None:
        """Count the visit, once in its group, but where it is *unused*."""
        visits, known, group = self.account.visits, self.account.visit_numbers, self.key[0]
        uses = numbers.pick(unused | self.refused, False, self.new)
        visits[group] = visits.get(group, 0) + uses
        known[self.key] = numbers.pick(uses, self.number, known.get(self.key, 0))


_Terms = tuple[Amount, Amount, Flag]
"""The room in the deductible, the copay owed, and whether no coinsurance is."""


def _terms(
    step: Step, benefit: Benefit, account: Account, visit: _Visit | None, numbers: Numbers
) -> _Terms:
    room: Amount = 0
    if step.deductible is not None:
        room = account.room(step.deductible, numbers)
    copay: Amount = benefit.copay
    free: Flag = False
    if visit is not None and benefit.deductible_waived_visits:
        room = numbers.pick(visit.waived, 0, room)
        if benefit.waived_visits_copay is not None:
            copay = numbers.pick(visit.waived, benefit.waived_visits_copay, copay)
            free = visit.waived
    if step.copay_slot is not None:
        copay = numbers.higher(copay - account.copays.get(step.copay_slot, 0), 0)
    return room, copay, free


def _cost_share(benefit: Benefit, allowed: Amount, terms: _Terms, numbers: Numbers) -> _Parts:
    room, owed, free = terms
    lower = numbers.lower
    if benefit.deductible == "after_copay":
        copay = lower(owed, allowed)
        left = allowed - copay
        deductible = lower(left, room)
        rest = left - deductible
    else:
        deductible = lower(allowed, room)
        left = allowed - deductible
        copay, rest = 0, left
        if not nothing(owed):
            copay = lower(owed, left)
            rest = left - copay
    if nothing(benefit.coinsurance):
        return deductible, copay, 0
    coinsurance = _coinsurance(benefit, allowed, rest, numbers)
    if free is not False:
        coinsurance = numbers.pick(free, 0, coinsurance)
    return deductible, copay, coinsurance


def _coinsurance(benefit: Benefit, allowed: Amount, rest: Amount, numbers: Numbers) -> Amount:
    lower, higher, _ = numbers
    if benefit.coinsurance_on_allowed:
        amount = lower(share(allowed, benefit.coinsurance), rest)
    else:
        amount = share(rest, benefit.coinsurance)
    if benefit.coinsurance_max is not None:
        amount = lower(amount, benefit.coinsurance_max)
    if benefit.coinsurance_min is not None:
        amount = lower(higher(amount, benefit.coinsurance_min), rest)
    return amount


def _cap(maxes: Sequence[Gauge], parts: _Parts, account: Account, numbers: Numbers) -> _Parts:
    """Cut coinsurance first, then copay, then deductible, to the room in every maximum."""
    lower = numbers.lower
    room = account.room(maxes[0], numbers)
    for gauge in maxes[1:]:
        room = lower(room, account.room(gauge, numbers))
    deductible, copay, coinsurance = parts
    deductible = lower(deductible, room)
    room = room - deductible
    if not nothing(copay):
        copay = lower(copay, room)
        room = room - copay
    return deductible, copay, 0 if nothing(coinsurance) else lower(coinsurance, room)


def _line(allowed: Amount, parts: _Parts, cost_share: Amount, balance_bill: Amount) -> Line:
    """Return the line as the plan leaves it; *cost_share* is the sum of the parts."""
    deductible, copay, coinsurance = parts
    plan_pays = allowed - cost_share
    owed = cost_share if nothing(balance_bill) else cost_share + balance_bill
    return Line(
        allowed, deductible, copay, coinsurance, 0, 0, balance_bill, 0, plan_pays, 0, 0, owed
    )


def _limit(line: Line, benefit: Benefit, account: Account, numbers: Numbers) -> None:
    """Leave to the patient what of the plan's part passes the most that it pays for the benefit."""
    left = numbers.higher(benefit.plan_pays_max - account.plan_paid.get(benefit.name, 0), 0)
    over = numbers.higher(line.plan_pays - left, 0)
    line.over_benefit_maximum = over
    line.plan_pays, line.patient_pays = line.plan_pays - over, line.patient_pays + over


def _settle(step: Step, line: Line, visit: _Visit | None, skip: Flag, numbers: Numbers) -> Line:
    """Take the line out of the plan where cash is cheaper, its visit is refused, or *skip*."""
    if step.weigh_cash:
        paid_in_cash = Line(cash=step.cash, patient_pays=step.cash, by_cash=True)
        line = _choose(step.cash < line.patient_pays, paid_in_cash, line, numbers)
    if visit is not None:
        visit.count(line.by_cash | skip, numbers)
        if visit.refused is not False:
            over_limit = _refused(step, numbers)
            over_limit.over_visit_limit = True
            line = _choose(visit.refused, over_limit, line, numbers)
    return line if skip is False else _choose(skip, Line(), line, numbers)


def _choose(condition: Flag, if_true: Line, if_false: Line, numbers: Numbers) -> Line:
    if condition is True or condition is False:
        return if_true if condition else if_false
    pairs = [(getattr(if_true, name), getattr(if_false, name)) for name in _LINE_FIELDS]
    return Line(
        *(one if one is other else numbers.pick(condition, one, other) for one, other in pairs)
    )


def _credit(step: Step, cost_share: Amount, account: Account, line: Line, numbers: Numbers) -> Line:
    """Credit the limits, the copay and the program's maximum."""
    deductible = line.deductible
    if step.copay_slot is not None:
        account.copays[step.copay_slot] = account.copays.get(step.copay_slot, 0) + line.copay
    if step.assistance is not None:
        used = account.assistance.get(step.assistance_pool, 0)
        helped = assistance_pays(step.assistance, cost_share, used, numbers)
        account.assistance[step.assistance_pool] = used + helped
        line.assistance, line.patient_pays = helped, line.patient_pays - helped
        if not step.assistance.counts_toward_limits:
            # What the program paid comes off the coinsurance's credit first, then the copay's,
            # then the deductible's: the deductible keeps at most what is left of the three.
            cost_share = cost_share - helped
            deductible = numbers.lower(deductible, cost_share)
    within = () if step.deductible is None else (step.deductible,)
    account.credit(step.deductible_credits, deductible, within, numbers)
    account.credit(step.oop_credits, cost_share, step.oop_maxes, numbers)
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
