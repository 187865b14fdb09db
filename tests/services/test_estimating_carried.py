"""An estimate says which rows of an earlier plan year it carries forward."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from estimator.rulebook.model import Rulebook
from tests import builders as b

IN_2026 = {"effective_from": date(2026, 1, 1), "checked_on": date(2026, 2, 1)}
COURSE = (b.treatment(), b.course(times=5, every=80))
PRICES = (b.charge("infusion", 600), b.cash("infusion", 475), b.allowed("infusion", 300, **IN_2026))


def rules(*rows: Any, **plan: Any) -> Rulebook:
    base = (b.clinic(), b.payer(), b.plan(**plan), b.network(**IN_2026), b.item("infusion"))
    return b.rulebook(base, COURSE, PRICES, rows)


def dated(**more: Any) -> dict[str, Any]:
    return {**IN_2026, **more}


def told(rulebook: Rulebook, **request: Any) -> list[str]:
    answer = b.ask(rulebook, **{"plan_id": "gold", **request})
    return [f["message"] for f in answer["findings"] if f["code"] == "carried-forward"]


SHARE = b.benefit("coinsurance", coinsurance_percent=20, **IN_2026)
LIMIT = b.deductible("500", **IN_2026)
SAID = (
    "Dates of a later plan year are estimated by rows of an earlier one, which nobody has checked"
)


def test_within_the_plan_year_nothing_is_carried() -> None:
    assert told(rules(SHARE, LIMIT), months=9) == []


def test_a_date_in_the_next_plan_year_carries_every_row_of_the_plan() -> None:
    (words,) = told(rules(SHARE, LIMIT), months=12)
    assert words == f"{SAID} since: Limits row 2; Networks row 2; Prices row 4; Benefits row 2."


def test_a_plan_year_that_begins_in_july_is_reached_in_july() -> None:
    assert told(rules(SHARE, LIMIT, year_starts="07-01"), months=3) == []
    assert len(told(rules(SHARE, LIMIT, year_starts="07-01"), months=6)) == 1


@pytest.mark.parametrize(
    "row",
    [
        dated(effective_from=date(2027, 1, 1)),
        dated(checked_on=date(2027, 1, 1)),
        dated(effective_to=date(2030, 12, 31)),
    ],
)
def test_a_row_of_that_year_one_checked_in_it_and_one_with_an_end_are_not(
    row: dict[str, Any],
) -> None:
    share = b.benefit("coinsurance", coinsurance_percent=20, **row)
    early = b.benefit(
        "coinsurance", coinsurance_percent=20, **dated(effective_to=date(2026, 12, 31))
    )
    rows = (early, share) if row["effective_from"].year == 2027 else (share,)
    assert "Benefits" not in told(rules(LIMIT, rows))[0]


def test_a_row_that_nobody_dated_is_carried_from_the_year_after_it_began() -> None:
    share = b.benefit("coinsurance", coinsurance_percent=20, effective_from=date(2026, 1, 1))
    assert "Benefits row 2" in told(rules(share, LIMIT))[0]
    assert told(rules(share, LIMIT), months=9) == []


def test_what_a_clinic_bills_and_asks_in_cash_has_no_plan_year() -> None:
    (words,) = told(rules(SHARE, LIMIT))
    assert "Prices row 4" in words
    assert told(rules(SHARE, LIMIT), plan_id=None) == []


def test_only_rows_behind_the_lines_count_and_treatments_share_one_note() -> None:
    other = b.benefit("coinsurance", "generic", coinsurance_percent=20, **IN_2026)
    pill = (b.item("pill"), b.charge("pill", 12), b.treatment("sertraline", "pill"))
    rulebook = rules(SHARE, LIMIT, other, *pill, b.course("sertraline", "pill", "*", every=30))
    (alone,) = told(rulebook, treatments=["ketamine"])
    (both,) = told(rulebook)
    assert "Benefits row 2." in alone
    assert "Benefits rows 2 and 3." in both


def test_many_rows_are_named_in_runs() -> None:
    shares = [
        b.benefit("coinsurance", f"kind {n}", coinsurance_percent=20, **IN_2026) for n in range(5)
    ]
    items = [b.item(f"item-{n}", category=f"kind {n}") for n in range(5) if n != 3]
    prices = [b.charge(f"item-{n}", 10) for n in range(5) if n != 3]
    steps = [b.course("mix", f"item-{n}", 1, step=n + 1, first_day=320) for n in range(5) if n != 3]
    mix = b.treatment("mix", "item-0")
    (words,) = told(rules(LIMIT, shares, items, prices, steps, mix), treatments=["mix"])
    assert "Benefits rows 2 to 4 and 6." in words


def test_the_figures_stay_as_they_are() -> None:
    checked = b.benefit("coinsurance", coinsurance_percent=20, **dated(checked_on=date(2027, 1, 1)))
    one, other = (b.ask(rules(row, LIMIT), plan_id="gold") for row in (SHARE, checked))
    assert b.pays(one) == b.pays(other)


def test_a_typed_plan_carries_the_rows_of_its_payer() -> None:
    typed = {"payer_id": "acme", "limits": [], "benefits": [{"category": "*", "coinsurance": "0"}]}
    (words,) = told(rules(SHARE), plan_id=None, plan=typed)
    assert words.endswith("since: Networks row 2; Prices row 4.")
