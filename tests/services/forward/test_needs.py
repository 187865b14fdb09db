"""What a row needs, on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from estimator import shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services.forward.exposure import ranked
from estimator.services.forward.needs import Need, needs
from estimator.storage.row_uses import Count
from tests import builders as b

TODAY = date(2026, 8, 3)
READ = {"checked_on": date(2026, 5, 1)}
FRESH = {"effective_from": date(2026, 1, 1), **READ}


def of(*rows: Any, today: date = TODAY, **plan: Any) -> list[tuple[str, int, Need, date | None]]:
    """Return what rows need beside a clinic, payer and plan that need nothing."""
    recent = {"checked_on": today}
    base = (b.clinic(**recent), b.payer(**recent), b.plan(**recent, **plan))
    return [
        (each.sheet, each.row, each.need, each.day) for each in needs(b.rulebook(base, rows), today)
    ]


def test_a_row_of_this_year_that_was_read_lately_needs_nothing() -> None:
    assert of(b.deductible(500, **FRESH), b.allowed("infusion", 9, **FRESH)) == []


def test_the_last_row_of_a_key_that_is_over_has_ended() -> None:
    over = b.deductible(500, **FRESH, effective_to=date(2026, 6, 30))
    assert of(over) == [("Limits", 2, Need.ENDED, date(2026, 6, 30))]
    next_ = b.deductible(600, **READ, effective_from=date(2026, 7, 1))
    assert of(over, next_) == []


def test_a_row_that_ends_with_its_plan_year_and_has_no_successor_ends() -> None:
    row = b.benefit("no charge", **FRESH, effective_to=date(2026, 12, 31))
    assert of(row) == [("Benefits", 2, Need.ENDS, date(2026, 12, 31))]
    follows = b.benefit("no charge", **READ, effective_from=date(2027, 1, 1))
    assert of(row, follows) == []
    later = b.benefit("no charge", **FRESH, effective_to=date(2027, 1, 1))
    assert of(later) == []


def test_the_plan_year_is_the_plans_own() -> None:
    row = b.benefit("no charge", **FRESH, effective_to=date(2027, 2, 28))
    for_all = b.benefit("no charge", plan_id="*", **FRESH, effective_to=date(2027, 2, 28))
    assert of(row, year_starts="03-01") == [("Benefits", 2, Need.ENDS, date(2027, 2, 28))]
    assert of(for_all, year_starts="03-01") == []


def test_a_row_of_an_earlier_plan_year_is_carried_forward() -> None:
    old = {"effective_from": date(2025, 1, 1), "checked_on": date(2025, 11, 20)}
    assert of(b.policy("covered", **old)) == [("Policies", 2, Need.CARRIED, date(2026, 1, 1))]
    assert of(b.policy("covered", **{**old, **READ})) == []
    assert of(b.charge("infusion", 9, **old)) == []
    july = {"effective_from": date(2026, 1, 1), "checked_on": date(2026, 6, 30)}
    assert of(b.deductible(500, **july), year_starts="07-01") == [
        ("Limits", 2, Need.CARRIED, date(2026, 7, 1))
    ]


def test_near_the_end_of_a_plan_year_the_next_ones_rows_are_looked_for() -> None:
    autumn, before = date(2026, 10, 3), date(2026, 10, 2)
    rows = (b.deductible(500, **FRESH), b.parameter("fpl_first_person", 1, **FRESH))
    assert of(rows, today=before) == []
    assert of(rows, today=autumn) == [
        ("Limits", 2, Need.NEXT_YEAR, date(2027, 1, 1)),
        ("Parameters", 2, Need.NEXT_YEAR, date(2027, 1, 1)),
    ]
    follows = b.deductible(600, **READ, effective_from=date(2027, 1, 1))
    assert [each[0] for each in of(rows, follows, today=autumn)] == ["Parameters"]


@pytest.mark.parametrize(
    ("days", "need"),
    [(335, None), (336, Need.SOON_STALE), (365, Need.SOON_STALE), (366, Need.STALE)],
)
def test_a_source_read_a_year_ago_is_stale(days: int, need: Need | None) -> None:
    read = TODAY - timedelta(days)
    found = of(b.item("infusion", checked_on=read), b.charge("infusion", 9, checked_on=read))
    assert found == [(sheet, 2, need, read) for sheet in ("Items", "Prices") if need]


def test_a_source_that_nobody_dated_is_undated() -> None:
    assert of(b.item("infusion")) == [("Items", 2, Need.UNDATED, None)]


def test_rows_that_hold_no_more_or_not_yet_need_nothing() -> None:
    past = b.charge("infusion", 8, checked_on=date(2020, 1, 1))
    now = b.charge("infusion", 9, **FRESH)
    to_come = b.charge("infusion", 10, effective_from=date(2027, 1, 1))
    assert of(past, now, to_come) == []


def test_the_gravest_need_is_named() -> None:
    long_ago = {"effective_from": date(2024, 1, 1), "checked_on": date(2024, 1, 1)}
    assert of(b.deductible(500, **long_ago))[0][2] is Need.CARRIED
    ended = b.deductible(500, **long_ago, effective_to=date(2025, 1, 1))
    assert of(ended)[0][2] is Need.ENDED


def test_rows_on_which_most_dollars_rest_come_first() -> None:
    rules = b.rulebook(
        *(b.item("infusion"), b.item("pill"), b.course(), b.charge("infusion", 9)),
        *(b.plan(), b.parameter("gfe_dispute_threshold", 400)),
    )
    uses = {("Items", 3): Count(2, 900), ("Prices", 2): Count(9, 90_000)}
    found = ranked(rules, TODAY, uses)
    assert [(each.needy.sheet, each.needy.row, each.used) for each in found] == [
        ("Prices", 2, Count(9, 90_000)),
        ("Items", 3, Count(2, 900)),
        ("Courses", 2, Count(0, 0)),
        ("Items", 2, Count(0, 0)),
        ("Parameters", 2, None),
        ("Plans", 2, None),
    ]


def test_what_ships_is_fresh_in_its_year_and_wants_its_next_one_in_time() -> None:
    rows = load_workbook_bytes(shipped.workbook().read_bytes()).rows
    rules = Rulebook(rows)
    in_time = {each.need for each in needs(rules, date(2026, 11, 23))}
    too_late = {each.need for each in needs(rules, date(2027, 2, 1))}
    assert in_time <= {Need.NEXT_YEAR, Need.UNDATED}
    assert Need.CARRIED in too_late
