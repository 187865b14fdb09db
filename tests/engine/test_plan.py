from __future__ import annotations

from datetime import date

import pytest

from estimator.engine.plan import (
    Benefit,
    Limit,
    LimitKey,
    LimitPeriod,
    PlanYear,
    carries_from,
    months_later,
)


def test_a_limit_is_named_by_kind_class_and_network() -> None:
    limit = Limit(kind="oop_max", individual=1, class_="drug", network="in")

    assert limit.key == LimitKey("oop_max", "drug", "in")


def test_a_limit_constrains_its_own_lines_and_counts_those_it_is_credited_by() -> None:
    limit = Limit(kind="deductible", individual=1, class_="drug", network="in", credited_by="all")

    assert limit.constrains("drug", "in")
    assert not limit.constrains("drug", "out")
    assert not limit.constrains("medical", "in")
    assert limit.is_credited_by("drug", "out")
    assert not limit.is_credited_by("medical", "in")


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_limit_holds_from_its_first_day_through_its_last(day: date, holds: bool) -> None:
    limit = Limit(kind="deductible", individual=1)

    assert LimitPeriod(limit, date(2026, 1, 1), date(2026, 6, 30)).holds_on(day) is holds
    assert LimitPeriod(limit).holds_on(day)


def test_a_benefit_counts_its_own_visits_unless_it_shares_them() -> None:
    alone, shared = Benefit(name="therapy"), Benefit(name="therapy", visit_group="therapy")

    assert alone.group == "therapy"
    assert shared.group == Benefit(name="other", visit_group="therapy").group
    assert shared.group != alone.group


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 7, 14), date(2025, 7, 15)),
        (date(2026, 7, 15), date(2026, 7, 15)),
        (date(2027, 1, 1), date(2026, 7, 15)),
    ],
)
def test_a_plan_year_starts_on_the_last_such_day_on_or_before_a_date(
    day: date, start: date
) -> None:
    year = PlanYear(7, 15)

    assert year.start(day) == start
    assert year.next_start(start) == date(start.year + 1, 7, 15)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_a_day_that_a_month_lacks_is_its_last_day(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    ("months", "first"),
    [
        (0, date(2026, 7, 15)),
        (1, date(2026, 6, 15)),
        (3, date(2026, 4, 15)),
        (99, date(2025, 7, 15)),
    ],
)
def test_the_months_that_carry_over_are_the_last_of_their_plan_year(
    months: int, first: date
) -> None:
    assert carries_from(date(2025, 7, 15), date(2026, 7, 15), months) == first
