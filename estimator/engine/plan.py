"""What a plan promises: its limits, its benefits, its plan year; and what was met of them.

Amounts are integer cents, rates parts per ``money.RATE_ONE`` and always the patient's
share. Rules: the contract of adjudication, sections "A case" and "The order of things".
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

NetworkOrAll = Literal["in", "out", "all"]
DeductibleRule = Literal["applies", "waived", "after_copay"]


class LimitKey(NamedTuple):
    """What names a limit: what is met is kept by it."""

    kind: str
    class_: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A deductible or an out-of-pocket maximum, in cents.

    ``class_`` and ``network`` say which lines it constrains, ``credited_by`` which lines'
    spending counts towards it. ``aggregate``: a family meets one amount together.
    """

    kind: Literal["deductible", "oop_max"]
    individual: int
    class_: str = "all"
    network: str = "all"
    credited_by: str = "all"
    family: int | None = None
    aggregate: bool = False
    carryover_months: int = 0

    @property
    def key(self) -> LimitKey:
        """The name under which what is met is kept."""
        return LimitKey(self.kind, self.class_, self.network)

    def constrains(self, class_: str, network: str) -> bool:
        """Whether it limits what a line of this class and network costs."""
        return self.class_ in (class_, "all") and self.network in (network, "all")

    def is_credited_by(self, class_: str, network: str) -> bool:
        """Whether spending on a line of this class and network counts towards it."""
        return self.class_ in (class_, "all") and self.credited_by in (network, "all")


class LimitPeriod(NamedTuple):
    """A limit and the days on which it is in force; ``None`` is open-ended."""

    limit: Limit
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the limit is in force on *day*."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What a plan leaves the patient to pay for one kind of service.

    ``name`` is its identity: lines that one benefit serves share its copay, visits and
    maximum. ``group`` names the visits it counts, its own unless it shares them.
    """

    name: Hashable
    covered: bool = True
    copay: int = 0
    copay_per: Literal["visit", "day", "line"] = "visit"
    coinsurance: int = 0
    coinsurance_on_allowed: bool = False
    coinsurance_min: int | None = None
    coinsurance_max: int | None = None
    deductible: DeductibleRule = "applies"
    counts_toward_oop_max: bool = True
    visit_limit: int | None = None
    deductible_waived_visits: int = 0
    waived_visits_copay: int | None = None
    visit_group: str | None = None
    balance_bill_protected: bool = False
    plan_pays_max: int | None = None

    @property
    def group(self) -> Hashable:
        """Whose visits it counts."""
        return self.name if self.visit_group is None else ("group", self.visit_group)

    @property
    def counts_visits(self) -> bool:
        """Whether it matters how many visits came before."""
        return self.visit_limit is not None or self.deductible_waived_visits > 0


class Met(NamedTuple):
    """What was met of a limit, and how much of it was credited in the months that carry over."""

    individual: int = 0
    family: int = 0
    carryover_individual: int = 0
    carryover_family: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulators:
    """What was already met in the plan year that contains a day.

    ``visits`` counts by visit group, ``plan_paid`` cents by benefit name. Amounts may be
    arrays where one course is run for many patients.
    """

    limits: Mapping[LimitKey, Met] = field(default_factory=dict)
    visits: Mapping[Hashable, int] = field(default_factory=dict)
    plan_paid: Mapping[Hashable, int] = field(default_factory=dict)


class PlanYear(NamedTuple):
    """The month and day on which everything met starts anew."""

    month: int = 1
    day: int = 1

    def start(self, day: date) -> date:
        """Return the first day of the plan year that contains *day*."""
        this_year = date(day.year, self.month, self.day)
        return this_year if this_year <= day else date(day.year - 1, self.month, self.day)

    def next_start(self, start: date) -> date:
        """Return the first day of the plan year after the one that begins on *start*."""
        return date(start.year + 1, self.month, self.day)


def months_later(day: date, months: int) -> date:
    """Return the same day of the month *months* later (earlier where negative).

    Where that month lacks the day, its last one.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def carries_from(year_start: date, next_start: date, months: int) -> date:
    """Return the first of the plan year's last *months*: *next_start* where there are none."""
    return max(months_later(next_start, -months), year_start)
