"""What a patient has met of one plan, line after line: limits, visits, copays, maximums.

Like the kernel, it keeps plain integers or int64 arrays. Rule: the contract of adjudication,
"The order of things", the opening and step 7.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from estimator.engine.coordination import Amount, Numbers
from estimator.engine.plan import Met

Flag = Any
"""A ``bool``, or an array of them."""


class Gauge(NamedTuple):
    """One limit as it stands on one line: where its met amounts are kept, and how much it is.

    ``for_family``: the plan covers a family, so its amount constrains as well;
    ``aggregate``: that amount alone does. ``carries``: what is credited here is also met at the
    start of the next plan year. ``passable``: more may be met than it is, since it was
    higher, or not there, before: a limit lowered in mid-year lowers nothing that is met.
    """

    slot: int
    individual: int
    family: int | None = None
    for_family: bool = False
    aggregate: bool = False
    carries: bool = False
    passable: bool = False


class YearStart(NamedTuple):
    """The first line of a plan year: what is met at its start, by limit slot."""

    carried: bool
    """What was credited in the last months of the year before counts (where limits carry over)."""
    opening: bool
    """The accumulators were read in this plan year: it starts from them."""
    caps: tuple[Gauge | None, ...]
    """The limits in force at its start: nothing met passes them."""
    begins: Flag = True
    """For whom it begins on this line, where patients of a population began on other days."""


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

    def reopened(self) -> Account:
        """Return the account anew as it was opened, for another run of lines."""
        return Account(
            self.opening,
            self.opening_visits,
            self.opening_plan_paid,
            dict(self.assistance),
            list(self.individual),
            list(self.family),
            list(self.carried),
            dict(self.visits),
            plan_paid=dict(self.plan_paid),
        )

    def start_year(self, year: YearStart, numbers: Numbers) -> None:
        """Begin a plan year: from the accumulators, from what carries over, or from zero."""
        if year.begins is not True:
            self._start_year_for_some(year, numbers)
            return
        nothing: list[tuple[Amount, Amount]] = [(0, 0)] * len(self.opening)
        met, carried = (self.carried if year.carried else nothing), list(nothing)
        if year.opening:
            met = [(met.individual, met.family) for met in self.opening]
            carried = [(met.carryover_individual, met.carryover_family) for met in self.opening]
        self.individual = [individual for individual, _ in met]
        self.family = [family for _, family in met]
        self.carried = carried
        self.visits = dict(self.opening_visits) if year.opening else {}
        self.plan_paid = dict(self.opening_plan_paid) if year.opening else {}
        self.visit_numbers, self.copays = {}, {}
        self._cap(year.caps, numbers)

    def _start_year_for_some(self, year: YearStart, numbers: Numbers) -> None:
        """Begin a plan year for some patients; the others keep what they have met.

        Copays and visits by number stay: they are kept by date, which tells years apart.
        """
        individual, family, carried = self.individual, self.family, self.carried
        visits, plan_paid = self.visits, self.plan_paid
        by_date = self.visit_numbers, self.copays
        self.start_year(year._replace(begins=True), numbers)
        self.visit_numbers, self.copays = by_date

        def mixed(new: Amount, old: Amount) -> Amount:
            return new if new is old else numbers.pick(year.begins, new, old)

        self.individual = list(map(mixed, self.individual, individual))
        self.family = list(map(mixed, self.family, family))
        self.carried = [
            (mixed(new[0], old[0]), mixed(new[1], old[1]))
            for new, old in zip(self.carried, carried, strict=True)
        ]
        self.visits = _mixed_by_name(self.visits, visits, mixed)
        self.plan_paid = _mixed_by_name(self.plan_paid, plan_paid, mixed)

    def _cap(self, caps: Sequence[Gauge | None], numbers: Numbers) -> None:
        """Lower what is met to the limits in force: from the start on, nothing passes them."""
        for gauge in filter(None, caps):
            slot = gauge.slot
            if not gauge.aggregate:
                self.individual[slot] = numbers.lower(self.individual[slot], gauge.individual)
            if gauge.family is not None:
                self.family[slot] = numbers.lower(self.family[slot], gauge.family)

    def room(self, gauge: Gauge, numbers: Numbers) -> Amount:
        """Return what is left of a limit, never below zero."""
        slot, individual, family, for_family, aggregate, _, passable = gauge
        left = individual - self.individual[slot]
        if for_family and family is not None:
            family_left = family - self.family[slot]
            left = family_left if aggregate else numbers.lower(left, family_left)
        return numbers.higher(left, 0) if passable else left

    def credit(
        self, gauges: Iterable[Gauge], amount: Amount, within: Sequence[Gauge], numbers: Numbers
    ) -> None:
        """Add *amount* to what is met; nothing met rises above its limit.

        *within* are limits in whose room the amount is known to be: it is added as it is.
        """
        individual, family = self.individual, self.family
        for gauge in gauges:
            slot, _, most, for_family, _, carries, _ = gauge
            if (for_family or most is None) and _among(gauge, within):
                rise = family_rise = amount
            else:
                rise, family_rise = self._rises(gauge, amount, numbers)
            individual[slot], family[slot] = individual[slot] + rise, family[slot] + family_rise
            if carries:
                carried, family_carried = self.carried[slot]
                self.carried[slot] = (carried + rise, family_carried + family_rise)

    def _rises(self, gauge: Gauge, amount: Amount, numbers: Numbers) -> tuple[Amount, Amount]:
        """Return how much of *amount* the limit still takes, for the person and the family."""
        slot, individual, family, _, aggregate, _, passable = gauge
        lower, higher = numbers.lower, numbers.higher
        rise = amount if aggregate else lower(amount, individual - self.individual[slot])
        family_rise = rise if family is None else lower(rise, family - self.family[slot])
        return (higher(rise, 0), higher(family_rise, 0)) if passable else (rise, family_rise)


def _among(gauge: Gauge, gauges: Sequence[Gauge]) -> bool:
    """Whether a limit is one of these; not by its values, for these may be arrays."""
    for each in gauges:  # noqa: SIM110 - a generator takes twice as long
        if each is gauge:
            return True
    return False


def _mixed_by_name(
    new: Mapping[Hashable, Amount],
    old: Mapping[Hashable, Amount],
    mixed: Callable[[Amount, Amount], Amount],
) -> dict[Hashable, Amount]:
    return {name: mixed(new.get(name, 0), old.get(name, 0)) for name in {**old, **new}}
