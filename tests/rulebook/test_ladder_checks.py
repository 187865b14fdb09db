"""Rows that cross have to be decided; a third row for what both cover decides them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from estimator.rulebook import ladder_checks
from estimator.rulebook.ladder_checks import crossing_rows, rows_that_never_win
from estimator.rulebook.rows import BenefitRow, ItemRow, Row
from estimator.rulebook.seen import Seen

JANUARY = date(2026, 1, 1)


def benefit(number: int, plan: str, what: str, network: str, copay: int, **more: Any) -> BenefitRow:
    item, category = (what, "*") if what == "ketamine" else ("*", what)
    values = {"effective_from": JANUARY, **more}
    return BenefitRow(
        row=number,
        payer_id="acme",
        plan_id=plan,
        category=category,
        item_id=item,
        network=network,
        cost_share="copay",
        copay_cents=copay,
        source="made for a test",
        **values,
    )


ITEM = ItemRow(
    row=2,
    item_id="ketamine",
    description="Ketamine",
    category="infusion",
    class_="medical",
    setting="clinic",
    unit="each",
    billed_to_plan=True,
    source="made for a test",
)


def crossings(*rows: Row) -> list[str]:
    seen = Seen({"Benefits": rows, "Items": (ITEM,)})
    return [finding.message for finding in crossing_rows(seen)]


def never_used(*rows: Row) -> list[int]:
    seen = Seen({"Benefits": rows, "Items": (ITEM,)})
    return [int(finding.cell[1:]) for finding in rows_that_never_win(seen)]


def test_a_row_inside_another_does_not_cross_it() -> None:
    assert crossings(benefit(2, "*", "*", "all", 1), benefit(3, "gold", "infusion", "in", 2)) == []


def test_rows_that_cross_and_say_the_same_need_no_decision() -> None:
    assert crossings(benefit(2, "*", "infusion", "all", 1), benefit(3, "gold", "*", "all", 1)) == []


def test_rows_that_cross_and_differ_name_the_one_that_is_used() -> None:
    (said,) = crossings(benefit(2, "*", "infusion", "all", 1), benefit(3, "gold", "*", "all", 2))
    assert "both cover acme + gold + infusion" in said
    assert said.endswith("Row 3 would be used.")


def test_where_too_many_cross_it_says_that_not_all_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = (
        benefit(2, "*", "infusion", "all", 1),
        benefit(3, "gold", "*", "all", 2),
        benefit(4, "silver", "*", "all", 3),
    )
    assert not any("too many" in said for said in crossings(*rows))
    monkeypatch.setattr(ladder_checks, "MOST_CROSSINGS", 1)
    (said,) = crossings(*rows)
    assert said.endswith("Not all rows that cross are told here: there are too many.")


def test_an_item_is_inside_its_category() -> None:
    (said,) = crossings(
        benefit(2, "*", "ketamine", "all", 1), benefit(3, "gold", "infusion", "all", 2)
    )
    assert "acme + gold + ketamine" in said
    assert (
        crossings(benefit(2, "*", "ketamine", "all", 1), benefit(3, "gold", "visit", "all", 2))
        == []
    )


def test_a_third_row_for_what_both_cover_decides() -> None:
    assert not crossings(
        benefit(2, "*", "infusion", "all", 1),
        benefit(3, "gold", "*", "all", 2),
        benefit(4, "gold", "infusion", "in", 3),
        benefit(5, "gold", "infusion", "out", 3),
    )


def test_a_third_row_that_begins_later_does_not_decide() -> None:
    assert crossings(
        benefit(2, "*", "infusion", "all", 1),
        benefit(3, "gold", "*", "all", 2),
        benefit(4, "gold", "infusion", "all", 3, effective_from=date(2026, 7, 1)),
    )


def test_rows_that_never_hold_on_one_day_do_not_cross() -> None:
    assert not crossings(
        benefit(2, "*", "infusion", "all", 1, effective_to=date(2026, 6, 30)),
        benefit(3, "gold", "*", "all", 2, effective_from=date(2026, 7, 1)),
    )


def test_a_row_for_both_networks_is_never_used_beside_one_for_each() -> None:
    rows = (
        benefit(2, "gold", "infusion", "all", 1),
        benefit(3, "gold", "infusion", "in", 2),
        benefit(4, "gold", "infusion", "out", 3),
    )
    assert never_used(*rows) == [2]
    assert never_used(*rows[:2]) == []


def test_a_category_is_never_used_where_each_item_has_its_own_row() -> None:
    assert never_used(
        benefit(2, "gold", "infusion", "in", 1), benefit(3, "gold", "ketamine", "all", 2)
    ) == [2]


def test_two_rows_of_the_same_days_may_decide_together() -> None:
    assert not crossings(
        benefit(2, "*", "infusion", "all", 1),
        benefit(3, "gold", "*", "all", 2),
        benefit(4, "gold", "infusion", "all", 3),
        benefit(5, "gold", "infusion", "in", 4),
    )
