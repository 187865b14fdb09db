from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from estimator.engine.account import Account
from estimator.engine.adjudication import Ledger, adjudicate
from estimator.engine.claims import Claim, Cover, as_second, open_account, prepare
from estimator.engine.coordination import INTEGERS, Assistance, Supplement
from estimator.engine.kernel import run
from estimator.engine.money import rate
from estimator.engine.plan import (
    Accumulators,
    Benefit,
    Limit,
    LimitKey,
    LimitPeriod,
    Met,
    PlanYear,
)

INFUSION = Benefit(name="infusion", coinsurance=rate("0.2"))
DEDUCTIBLE = Limit(kind="deductible", individual=50000)
OOP_MAX = Limit(kind="oop_max", individual=80000)
COVER = Cover(limits=(LimitPeriod(DEDUCTIBLE), LimitPeriod(OOP_MAX)))


def claim(day: date, cents: int, **changes: Any) -> Claim:
    given: dict[str, Any] = {"benefit": INFUSION, "visit": day} | changes
    return Claim(date=day, billed=cents, allowed=cents, **given)


def patient_pays(ledger: Ledger) -> list[int]:
    return [line.amounts.patient_pays for line in ledger.lines]


def test_claims_are_taken_by_date_and_know_their_place() -> None:
    late, early = claim(date(2026, 5, 1), 40000), claim(date(2026, 3, 1), 40000)

    ledger = adjudicate([late, early], COVER)

    assert [line.place for line in ledger.lines] == [1, 0]
    assert [line.claim for line in ledger.lines] == [early, late]
    assert patient_pays(ledger) == [40000, 16000]


def test_claims_of_one_date_are_taken_as_given() -> None:
    day = date(2026, 3, 1)

    ledger = adjudicate([claim(day, 30000), claim(day, 40000)], COVER)

    assert [line.place for line in ledger.lines] == [0, 1]
    assert patient_pays(ledger) == [30000, 24000]


def test_each_line_tells_what_was_met_after_it() -> None:
    ledger = adjudicate([claim(date(2026, 3, day), 40000) for day in (1, 2)], COVER)

    assert [(line.deductible_met, line.oop_met) for line in ledger.lines] == [
        (40000, 40000),
        (50000, 56000),
    ]
    assert [met.individual for met in ledger.met] == [50000, 56000]


def test_a_line_that_no_limit_meets_tells_of_none() -> None:
    free = Benefit(name="free", deductible="waived", counts_toward_oop_max=False)

    (line,) = adjudicate([claim(date(2026, 3, 1), 40000, benefit=free)], COVER).lines

    assert (line.deductible_met, line.oop_met) == (None, None)


def test_a_family_that_meets_one_amount_together_is_told_the_familys_figure() -> None:
    limit = Limit(kind="deductible", individual=50000, family=90000, aggregate=True)
    met = Accumulators(limits={limit.key: Met(10000, 60000)})
    cover = Cover(limits=(LimitPeriod(limit),), family=True, met=met)

    (line,) = adjudicate([claim(date(2026, 3, 1), 20000)], cover).lines

    assert line.deductible_met == 80000


def test_a_patient_with_a_limit_of_their_own_is_told_their_own_figure() -> None:
    limit = Limit(kind="deductible", individual=50000, family=90000)
    met = Accumulators(limits={limit.key: Met(10000, 60000)})
    cover = Cover(limits=(LimitPeriod(limit),), family=True, met=met)

    (line,) = adjudicate([claim(date(2026, 3, 1), 20000)], cover).lines

    assert line.deductible_met == 30000


def test_without_claims_what_is_met_is_what_was_read() -> None:
    met = Accumulators(limits={DEDUCTIBLE.key: Met(60000, 70000)})

    ledger = adjudicate([], replace(COVER, met=met))

    assert ledger.lines == ()
    assert [(each.individual, each.family) for each in ledger.met] == [(50000, 70000), (0, 0)]


def test_totals_are_sums_of_the_lines() -> None:
    ledger = adjudicate([claim(date(2026, 3, day), 40000) for day in (1, 2)], COVER)

    assert ledger.total("allowed") == 80000
    assert ledger.total("patient_pays") == 56000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"benefit": None}, "no_benefit"),
        ({"benefit": Benefit(name="out", covered=False)}, "not_covered"),
        ({"refused": "not_covered"}, "not_covered"),
    ],
)
def test_a_line_the_plan_refuses_is_the_patients(changes: dict[str, Any], reason: str) -> None:
    ledger = adjudicate([claim(date(2026, 3, 1), 40000, **changes)], COVER)

    assert [line.reason for line in ledger.lines] == [reason]
    assert ledger.total("not_covered") == 40000
    assert [met.individual for met in ledger.met] == [0, 0]


def test_a_policy_that_refuses_a_line_leaves_it_to_cash_where_that_is_lower() -> None:
    refused = claim(date(2026, 3, 1), 40000, refused="not_covered", cash=30000)

    ledger = adjudicate([refused], COVER)

    assert (ledger.total("cash"), ledger.total("not_covered")) == (30000, 0)


def test_accumulators_read_in_the_middle_count_in_their_own_plan_year_alone() -> None:
    met = Accumulators(limits={DEDUCTIBLE.key: Met(45000, 45000)})
    days = (date(2025, 12, 1), date(2026, 2, 1), date(2027, 2, 1))

    ledger = adjudicate(
        [claim(day, 20000) for day in days], replace(COVER, met=met), date(2026, 3, 1)
    )

    assert [line.amounts.deductible for line in ledger.lines] == [20000, 5000, 20000]


def test_what_the_accumulators_carry_over_counts_even_without_a_line_in_their_year() -> None:
    limit = replace(DEDUCTIBLE, carryover_months=3)
    met = Accumulators(limits={limit.key: Met(45000, 45000, 30000, 30000)})
    cover = Cover(limits=(LimitPeriod(limit),), met=met, year=PlanYear(7, 1))

    ledger = adjudicate(
        [claim(day, 40000) for day in (date(2025, 6, 1), date(2026, 8, 1))], cover, date(2026, 2, 1)
    )

    assert [line.amounts.deductible for line in ledger.lines] == [40000, 20000]


def test_the_months_that_carry_over_begin_between_two_lines() -> None:
    cover = Cover(limits=(LimitPeriod(replace(DEDUCTIBLE, carryover_months=3)),))
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2027, 1, 2))

    ledger = adjudicate([claim(day, 20000) for day in days], cover)
    (deductible,) = ledger.met

    assert [line.amounts.deductible for line in ledger.lines] == [20000, 20000, 20000]
    assert deductible.individual == 40000


def test_a_limit_that_changes_in_mid_year_holds_from_its_first_day() -> None:
    before = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    after = LimitPeriod(replace(DEDUCTIBLE, individual=60000), date(2026, 6, 1), None)
    cover = Cover(limits=(before, after))
    days = (date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2))

    ledger = adjudicate([claim(day, 40000) for day in days], cover)

    assert [line.amounts.deductible for line in ledger.lines] == [40000, 10000, 10000, 0]
    assert [met.individual for met in ledger.met] == [60000]


def test_a_limit_lowered_in_mid_year_lowers_nothing_that_is_met() -> None:
    first = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    lower = LimitPeriod(replace(DEDUCTIBLE, individual=30000), date(2026, 6, 1), date(2026, 6, 30))
    again = LimitPeriod(DEDUCTIBLE, date(2026, 7, 1), None)
    days = (date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1))

    ledger = adjudicate([claim(day, 45000) for day in days], Cover(limits=(first, lower, again)))

    # 450 of 500 are met; under 300 nothing more is owed; under 500 again only 50 are left.
    assert [line.amounts.deductible for line in ledger.lines] == [45000, 0, 5000]
    assert [line.deductible_met for line in ledger.lines] == [45000, 45000, 50000]


def test_accumulators_are_held_to_the_limit_of_the_day_they_were_read() -> None:
    before = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    after = LimitPeriod(replace(DEDUCTIBLE, individual=60000), date(2026, 6, 1), None)
    met = Accumulators(limits={DEDUCTIBLE.key: Met(55000, 55000)})

    ledger = adjudicate([claim(date(2026, 7, 1), 40000)], Cover(limits=(before, after), met=met))

    assert [line.amounts.deductible for line in ledger.lines] == [5000]


def test_a_limit_not_in_force_neither_constrains_nor_counts() -> None:
    later = LimitPeriod(DEDUCTIBLE, date(2026, 6, 1), date(2026, 12, 31))
    days = (date(2026, 5, 1), date(2026, 6, 1), date(2027, 1, 1))

    ledger = adjudicate([claim(day, 10000) for day in days], Cover(limits=(later,)))

    assert [line.amounts.deductible for line in ledger.lines] == [0, 10000, 0]


def test_a_limit_that_ends_in_mid_year_constrains_nothing_after_its_last_day() -> None:
    ending = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    days = (date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1))

    ledger = adjudicate([claim(day, 10000) for day in days], Cover(limits=(ending,)))

    assert [line.amounts.deductible for line in ledger.lines] == [10000, 10000, 0]


def test_what_carries_over_is_held_to_the_limit_of_the_years_first_day() -> None:
    limit = replace(DEDUCTIBLE, carryover_months=3)
    periods = (
        LimitPeriod(limit, None, date(2025, 12, 31)),
        LimitPeriod(replace(limit, individual=30000), date(2026, 1, 1), date(2026, 5, 31)),
        LimitPeriod(replace(limit, individual=60000), date(2026, 6, 1), None),
    )

    ledger = adjudicate(
        [claim(day, 50000) for day in (date(2025, 12, 1), date(2026, 7, 1))],
        Cover(limits=periods),
    )

    assert [line.amounts.deductible for line in ledger.lines] == [50000, 30000]


def test_without_any_date_a_limits_first_amount_holds() -> None:
    met = Accumulators(limits={DEDUCTIBLE.key: Met(55000, 55000)})
    cover = Cover(limits=(LimitPeriod(DEDUCTIBLE, date(2026, 1, 1), None),), met=met)

    assert [each.individual for each in adjudicate([], cover).met] == [50000]


def test_a_second_payer_sees_its_own_benefit_and_amount_and_no_cash() -> None:
    theirs = Benefit(name="theirs")
    seen = as_second(
        claim(date(2026, 3, 1), 40000, cash=100, second_benefit=theirs, second_allowed=30000)
    )

    assert (seen.benefit, seen.allowed, seen.cash) == (theirs, 30000, None)
    assert as_second(claim(date(2026, 3, 1), 40000)).allowed == 40000


def test_a_second_payer_is_not_asked_about_what_no_plan_is_billed_for() -> None:
    second = ("standard", Cover())
    asked = claim(date(2026, 3, 1), 40000, second_benefit=INFUSION)

    ledger = adjudicate([asked, replace(asked, coordinated=False)], Cover(), None, second)

    assert [line.amounts.secondary_pays for line in ledger.lines] == [8000, 0]


def test_a_supplement_pays_its_share_of_what_the_plan_left() -> None:
    supplement = Supplement(deductible=rate("1"), coinsurance=rate("0.5"))

    ledger = adjudicate([claim(date(2026, 3, 1), 60000)], COVER, None, supplement)

    assert (ledger.total("secondary_pays"), ledger.total("patient_pays")) == (51000, 1000)


def test_assistance_draws_on_what_is_left_of_its_calendar_year() -> None:
    terms = Assistance(pool="program", floor=0, annual_max=50000)
    days = (date(2026, 12, 31), date(2027, 1, 1))

    ledger = adjudicate(
        [claim(day, 30000, assistance=terms) for day in days],
        COVER,
        None,
        None,
        {"program": 40000},
    )

    assert [line.amounts.assistance for line in ledger.lines] == [10000, 30000]


def test_lines_share_a_copay_only_where_another_line_owes_it_too() -> None:
    per_visit = Benefit(name="visit", copay=3000)
    per_day = Benefit(name="day", copay=3000, copay_per="day")
    per_line = Benefit(name="line", copay=3000, copay_per="line")
    day = date(2026, 3, 1)
    claims = [
        claim(day, 1000, benefit=benefit, visit="stay")
        for benefit in (per_visit, per_visit, per_day, per_line, per_line, INFUSION, None)
    ]

    steps = prepare(claims, Cover(), day)

    assert [step.copay_slot for step in steps] == [
        ("visit", "stay"),
        ("visit", "stay"),
        *[None] * 5,
    ]


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 5, 31), date(2026, 12, 31)])
def test_steps_are_the_same_whichever_day_of_the_plan_year_the_accumulators_were_read(
    day: date,
) -> None:
    before = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    after = LimitPeriod(replace(DEDUCTIBLE, individual=60000), date(2026, 6, 1), None)
    cover = Cover(limits=(before, after, LimitPeriod(OOP_MAX)))
    claims = [claim(date(2026, month, 1), 20000) for month in (3, 8)]

    assert prepare(claims, cover, day) == prepare(claims, cover, date(2026, 6, 1))


def test_what_was_read_never_passes_the_limit_of_its_day_on_any_later_line() -> None:
    before = LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31))
    after = LimitPeriod(replace(DEDUCTIBLE, individual=60000), date(2026, 6, 1), None)
    met = Accumulators(limits={DEDUCTIBLE.key: Met(55000, 55000)})
    cover = Cover(limits=(before, after), met=met)
    claims = [claim(date(2026, 7, 1), 40000)]

    read_before = adjudicate(claims, cover, date(2026, 3, 1))
    read_after = adjudicate(claims, cover, date(2026, 6, 1))

    assert [line.amounts.deductible for line in read_before.lines] == [10000]
    assert [line.amounts.deductible for line in read_after.lines] == [5000]


def test_an_account_can_be_opened_anew_for_another_run() -> None:
    met = Accumulators(limits={DEDUCTIBLE.key: Met(20000, 20000)}, plan_paid={"infusion": 7})
    opened = open_account(replace(COVER, met=met), date(2026, 3, 1), {"program": 5})
    steps = prepare([claim(date(2026, 3, 1), 40000)], COVER, date(2026, 3, 1))

    again = opened.reopened()
    list(run(steps, opened, INTEGERS))

    assert again == open_account(replace(COVER, met=met), date(2026, 3, 1), {"program": 5})
    assert opened != again


def test_an_account_opens_within_the_limits_of_its_day() -> None:
    met = Accumulators(limits={DEDUCTIBLE.key: Met(90000, 90000)}, visits={"infusion": 2})

    account = open_account(replace(COVER, met=met), date(2026, 3, 1), {"program": 5})

    assert isinstance(account, Account)
    assert account.individual == [50000, 0]
    assert account.visits == {"infusion": 2}
    assert account.assistance == {("program", 2026): 5}


def test_limits_are_kept_once_however_often_they_change() -> None:
    cover = Cover(
        limits=(
            LimitPeriod(DEDUCTIBLE, None, date(2026, 5, 31)),
            LimitPeriod(DEDUCTIBLE, date(2026, 6, 1), None),
        )
    )

    assert cover.keys == (LimitKey("deductible", "all", "all"),)
