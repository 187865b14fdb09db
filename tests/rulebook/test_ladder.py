"""The ladder picks what set inclusion picks, by trying every row, on random rulebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.rulebook import rows as r
from estimator.rulebook.ladder_checks import crossing_rows, rows_that_never_win
from estimator.rulebook.model import Rulebook
from estimator.rulebook.seen import Seen

PLANS = ("gold", "silver")
CLINICS = ("north", "south")
NETWORKS = ("in", "out")
ITEMS = {"infusion": "visits", "check": "visits", "pill": "drugs", "syrup": "drugs"}
DAYS = (date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1))
AFTER = date(2026, 9, 9)
ANY = "*"

Case = dict[str, str]


def item_rows() -> tuple[r.ItemRow, ...]:
    return tuple(
        r.ItemRow(
            row=number,
            item_id=item,
            description=item,
            category=category,
            class_="medical",
            setting="clinic",
            unit="each",
            billed_to_plan=True,
            source="made for a test",
        )
        for number, (item, category) in enumerate(ITEMS.items(), start=2)
    )


WHAT = st.sampled_from(
    [(ANY, ANY), ("visits", ANY), ("drugs", ANY), *((ANY, item) for item in ITEMS)]
)
FROM = st.sampled_from(DAYS)


@st.composite
def benefits(draw: st.DrawFn) -> tuple[r.BenefitRow, ...]:
    kinds = st.tuples(st.sampled_from([ANY, *PLANS]), WHAT, st.sampled_from(["all", *NETWORKS]))
    drawn = draw(st.lists(st.tuples(kinds, FROM), unique=True, max_size=14))
    return tuple(
        r.BenefitRow(
            row=number,
            payer_id="acme",
            plan_id=plan,
            category=category,
            item_id=item,
            network=network,
            cost_share="copay",
            copay_cents=number,
            effective_from=first,
            source="made for a test",
        )
        for number, ((plan, (category, item), network), first) in enumerate(drawn, start=2)
    )


@st.composite
def prices(draw: st.DrawFn) -> tuple[r.PriceRow, ...]:
    payers = st.sampled_from([(ANY, ANY), ("acme", ANY), ("acme", "gold"), ("acme", "silver")])
    kinds = st.tuples(st.sampled_from([ANY, *CLINICS]), payers, st.sampled_from(["all", *NETWORKS]))
    drawn = draw(st.lists(st.tuples(kinds, FROM), unique=True, max_size=14))
    return tuple(
        r.PriceRow(
            row=number,
            kind="allowed",
            clinic_id=clinic,
            payer_id=payer,
            plan_id=plan,
            item_id="infusion",
            network=network,
            basis="dollars",
            amount=Decimal(number),
            effective_from=first,
            source="made for a test",
        )
        for number, ((clinic, (payer, plan), network), first) in enumerate(drawn, start=2)
    )


def in_force(row: Any, rows: Sequence[Any], same: Callable[[Any], Any], day: date) -> bool:
    """Without Effective to a row holds until the next of its key begins."""
    later = [o.effective_from for o in rows if same(o) == same(row)]
    return row.effective_from <= day and not any(row.effective_from < o <= day for o in later)


def most_specific(rows: Sequence[Any], cases: Callable[[Any], frozenset[Any]]) -> list[Any]:
    """Return the rows inside which there is no other: compared as sets of cases."""
    return [row for row in rows if not any(cases(other) < cases(row) for other in rows)]


@cache
def benefit_cases(row: r.BenefitRow) -> frozenset[Any]:
    return frozenset(
        (plan, item, network)
        for plan, (item, category), network in product((*PLANS, "x"), ITEMS.items(), NETWORKS)
        if row.plan_id in (ANY, plan)
        and row.category in (ANY, category)
        and row.item_id in (ANY, item)
        and row.network in ("all", network)
    )


@cache
def price_cases(row: r.PriceRow) -> frozenset[Any]:
    return frozenset(
        (clinic, payer, plan, network)
        for clinic, payer, plan, network in product(
            (*CLINICS, "x"), ("acme", "y"), (*PLANS, "x"), NETWORKS
        )
        if row.clinic_id in (ANY, clinic)
        and row.payer_id in (ANY, payer)
        and row.plan_id in (ANY, plan)
        and row.network in ("all", network)
    )


def by_trying(rows: Sequence[Any], cases: Any, same: Any, case: Any, day: date) -> list[Any]:
    matching = [row for row in rows if case in cases(row) and in_force(row, rows, same, day)]
    return most_specific(matching, cases)


def agree(found: Any, tried: list[Any], crossing: bool) -> None:
    """The ladder finds one of them: the only one, unless rows cross."""
    assert (found is None) == (not tried)
    assert found is None or found in tried
    assert crossing or len(tried) <= 1


@settings(max_examples=40, deadline=None)
@given(benefits())
def test_a_benefit_is_the_row_inside_all_others(rows: tuple[r.BenefitRow, ...]) -> None:
    items = item_rows()
    rulebook = Rulebook({"Benefits": rows, "Items": items})
    seen = Seen({"Benefits": rows, "Items": items})
    crossing = any(crossing_rows(seen))
    used = set()
    for item, plan, network, day in product(items, (*PLANS, "x"), NETWORKS, (*DAYS, AFTER)):
        found = rulebook.benefit("acme", plan, item, network, day)
        case = (plan, item.item_id, network)
        tried = by_trying(rows, benefit_cases, benefit_cases, case, day)
        agree(found, tried, crossing)
        used.add(found)
    never = {int(finding.cell[1:]) for finding in rows_that_never_win(seen)}
    assert never.isdisjoint(row.row for row in used if row)


@settings(max_examples=40, deadline=None)
@given(prices())
def test_an_allowed_price_is_the_row_inside_all_others(rows: tuple[r.PriceRow, ...]) -> None:
    items = item_rows()
    rulebook = Rulebook({"Prices": rows, "Items": items})
    crossing = any(crossing_rows(Seen({"Prices": rows, "Items": items})))
    places = product((*CLINICS, "x"), ("acme", "y"), (*PLANS, "x"), NETWORKS, (*DAYS, AFTER))
    for clinic, payer, plan, network, day in places:
        found = rulebook.allowed(clinic, payer, plan, "infusion", network, day)
        case = (clinic, payer, plan, network)
        tried = by_trying(rows, price_cases, price_cases, case, day)
        agree(found, tried, crossing)


@st.composite
def networks(draw: st.DrawFn) -> tuple[r.NetworkRow, ...]:
    kinds = st.tuples(st.sampled_from([ANY, *CLINICS]), st.sampled_from([ANY, *PLANS]))
    drawn = draw(st.lists(st.tuples(kinds, FROM), unique=True, max_size=10))
    return tuple(
        r.NetworkRow(
            row=number,
            clinic_id=clinic,
            payer_id="acme",
            plan_id=plan,
            network=draw(st.sampled_from(NETWORKS)),
            effective_from=first,
            source="made for a test",
        )
        for number, ((clinic, plan), first) in enumerate(drawn, start=2)
    )


@cache
def network_cases(row: r.NetworkRow) -> frozenset[Any]:
    return frozenset(
        (clinic, plan)
        for clinic, plan in product((*CLINICS, "x"), (*PLANS, "x"))
        if row.clinic_id in (ANY, clinic) and row.plan_id in (ANY, plan)
    )


@settings(max_examples=40, deadline=None)
@given(networks())
def test_a_network_is_told_by_the_row_inside_all_others(rows: tuple[r.NetworkRow, ...]) -> None:
    rulebook = Rulebook({"Networks": rows})
    crossing = any(crossing_rows(Seen({"Networks": rows})))
    for clinic, plan, day in product((*CLINICS, "x"), (*PLANS, "x"), (*DAYS, AFTER)):
        found = rulebook.network(clinic, "acme", plan, day)
        tried = by_trying(rows, network_cases, network_cases, (clinic, plan), day)
        assert (found is None) == (not tried)
        assert found is None or found in tried or same_answer(found, tried)
        assert crossing or len({row.network for row in tried}) <= 1


def same_answer(found: r.NetworkRow, tried: list[Any]) -> bool:
    """Rows that cross and say the same need no decision."""
    return {row.network for row in tried} == {found.network}


@st.composite
def programs(draw: st.DrawFn) -> tuple[r.AssistanceRow, ...]:
    treatments, items = ("ketamine", "pills"), tuple(ITEMS)[:2]
    kinds = st.tuples(st.sampled_from([ANY, *treatments]), st.sampled_from([ANY, *items]))
    drawn = draw(st.lists(st.tuples(kinds, FROM), unique=True, max_size=10))
    return tuple(
        r.AssistanceRow(
            row=number,
            program_id="help",
            name="Help",
            treatment_id=treatment,
            item_id=item,
            applies_to="self-pay",
            kind="percent off",
            value=Decimal(number),
            effective_from=first,
            source="made for a test",
        )
        for number, ((treatment, item), first) in enumerate(drawn, start=2)
    )


@cache
def program_cases(row: r.AssistanceRow) -> frozenset[Any]:
    return frozenset(
        (treatment, item)
        for treatment, item in product(("ketamine", "pills", "x"), (*ITEMS, "x"))
        if row.treatment_id in (ANY, treatment) and row.item_id in (ANY, item)
    )


@settings(max_examples=40, deadline=None)
@given(programs())
def test_a_program_helps_by_the_row_inside_all_others(rows: tuple[r.AssistanceRow, ...]) -> None:
    items = item_rows()
    rulebook = Rulebook({"Assistance": rows, "Items": items})
    crossing = any(crossing_rows(Seen({"Assistance": rows, "Items": items})))
    for treatment, item, day in product(("ketamine", "pills", "x"), ITEMS, (*DAYS, AFTER)):
        found = rulebook.assistance("help", treatment, item, day)
        tried = by_trying(rows, program_cases, program_cases, (treatment, item), day)
        agree(found, tried, crossing)


@given(st.lists(st.tuples(FROM, FROM), max_size=3), st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_on_a_day_the_row_that_holds_answers(days: list[tuple[date, date]], day: date) -> None:
    rows = tuple(
        r.NetworkRow(
            row=number,
            clinic_id=ANY,
            payer_id="acme",
            plan_id=ANY,
            network="in",
            effective_from=min(pair),
            effective_to=max(pair),
            source="made for a test",
        )
        for number, pair in enumerate(dict.fromkeys(days), start=2)
    )
    found = Rulebook({"Networks": rows}).network("north", "acme", "gold", day)
    holding = [row for row in rows if row.effective_from <= day <= (row.effective_to or day)]
    assert (found is None) == (not holding)
    assert found is None or found in holding


def test_a_crossing_names_the_row_to_add_cell_by_cell() -> None:
    def row(number: int, plan: str, category: str) -> r.BenefitRow:
        return r.BenefitRow(
            row=number,
            payer_id="acme",
            plan_id=plan,
            category=category,
            item_id=ANY,
            network="all",
            cost_share="copay",
            copay_cents=number,
            effective_from=DAYS[0],
            source="made for a test",
        )

    rows = (row(2, ANY, "visits"), row(3, "gold", ANY))
    (found,) = crossing_rows(Seen({"Benefits": rows, "Items": item_rows()}))
    key = "Payer ID acme, Plan ID gold, Category visits, Item ID *, Network all"
    assert found.advice == f"Add a row with {key}, or accept that row 3 is used."
