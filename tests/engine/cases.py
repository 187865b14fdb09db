"""Random cases, as documents of the contract, that use everything the contract knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

NETWORKS = ("in", "out", "all")
CLASSES = ("medical", "drug", "all")
CATEGORIES = ("infusion", "visit", "drug")
FIRST_DAY = date(2025, 11, 1)

ROUND = ("0", "0.01", "10", "20", "50", "100", "250", "500", "1000", "3000")
AMOUNTS = st.one_of(
    st.sampled_from(ROUND), st.integers(0, 200_000).map(lambda cents: f"{cents / 100:.2f}")
)
SMALL = st.one_of(
    st.sampled_from(("0", "5", "20", "40")),
    st.integers(0, 9_000).map(lambda cents: f"{cents / 100:.2f}"),
)
RATES = st.sampled_from(("0", "0.05", "0.125", "0.2", "0.333", "0.5", "1"))
# Days come in clusters, so that lines share dates, months and plan years, and cross them.
DAYS = st.builds(
    lambda month, day: (FIRST_DAY + timedelta(days=31 * month + day)).isoformat(),
    st.sampled_from((0, 1, 2, 3, 8, 9, 12, 13, 14, 26)),
    st.sampled_from((0, 0, 1, 13, 14, 15, 29, 30)),
)
YEAR_STARTS = st.sampled_from(("01-01", "01-01", "01-31", "03-01", "07-15", "08-31", "12-31"))


def sometimes(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Objects in which each key may stand or be left out."""
    return st.fixed_dictionaries({}, optional=values)


def merged(*parts: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


@st.composite
def several(draw: st.DrawFn, each: st.SearchStrategy[Document], most: int) -> list[Document]:
    """Lists of every length alike, where a plain list strategy would prefer short ones."""
    return [draw(each) for _ in range(draw(st.integers(0, most)))]


@st.composite
def limits(draw: st.DrawFn) -> list[Document]:
    """Limits of every class and network, but no two deductibles that meet one line."""
    kinds = st.sampled_from(("deductible", "oop_max"))
    names = st.tuples(kinds, st.sampled_from(CLASSES), st.sampled_from(NETWORKS))
    kept: list[tuple[str, str, str]] = []
    for name in draw(st.lists(names, max_size=8, unique=True)):
        if name[0] == "oop_max" or not any(_meet(name, other) for other in kept):
            kept.append(name)
    return [draw(limit(*name)) for name in kept]


def _meet(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    if other[0] != "deductible":
        return False
    return all(a == b or "all" in (a, b) for a, b in zip(one[1:], other[1:], strict=True))


@st.composite
def limit(draw: st.DrawFn, kind: str, class_: str, network: str) -> Document:
    found: Document = {"kind": kind, "class": class_, "network": network}
    found["individual"] = draw(AMOUNTS)
    found |= draw(sometimes(credited_by=st.sampled_from(NETWORKS), family=AMOUNTS))
    if "family" in found:
        found["family_basis"] = draw(st.sampled_from(("embedded", "aggregate")))
    if kind == "deductible":
        found["carryover_months"] = draw(st.sampled_from((0, 0, 1, 3, 12)))
    return found


TERMS = sometimes(
    covered=st.sampled_from((True, True, True, False)),
    copay=SMALL,
    copay_per=st.sampled_from(("visit", "day", "line")),
    coinsurance=RATES,
    coinsurance_on=st.sampled_from(("remainder", "allowed")),
    coinsurance_min=SMALL,
    coinsurance_max=SMALL,
    deductible=st.sampled_from(("applies", "waived", "after_copay")),
    counts_toward_oop_max=st.booleans(),
    visit_limit=st.integers(0, 5),
    deductible_waived_visits=st.integers(0, 4),
    waived_visits_copay=SMALL,
    visit_group=st.sampled_from(("one", "two")),
    balance_bill_protected=st.booleans(),
    plan_pays_max=AMOUNTS,
)


@st.composite
def benefits(draw: st.DrawFn) -> list[Document]:
    names = st.tuples(st.sampled_from((*CATEGORIES, "*")), st.sampled_from(NETWORKS))
    found = draw(st.lists(names, min_size=1, max_size=7, unique=True))
    return [
        {"category": category, "network": network, **draw(TERMS)} for category, network in found
    ]


@st.composite
def payers(draw: st.DrawFn) -> Document:
    """A plan, whom it covers, and what was met of it."""
    plan: Document = {"limits": draw(limits()), "benefits": draw(benefits())}
    plan |= draw(sometimes(plan_year_start=YEAR_STARTS))
    return {
        "plan": plan,
        "coverage": draw(st.sampled_from(("self", "family"))),
        "accumulators": draw(accumulators(plan)),
    }


@st.composite
def accumulators(draw: st.DrawFn, plan: Mapping[str, Any]) -> list[Document]:
    """What was met of some of the plan's limits and benefits."""
    found = []
    for limit in plan["limits"]:
        if draw(st.booleans()):
            given = {key: limit[key] for key in ("kind", "class", "network")}
            given |= draw(sometimes(individual=AMOUNTS, family=AMOUNTS))
            if limit.get("carryover_months"):
                given |= draw(sometimes(carryover_individual=AMOUNTS, carryover_family=AMOUNTS))
            found.append(given)
    for benefit in plan["benefits"]:
        named = {key: benefit[key] for key in ("category", "network")}
        if draw(st.booleans()):
            found.append({"kind": "visits", **named, "count": draw(st.integers(0, 3))})
        if draw(st.booleans()):
            found.append({"kind": "plan_paid", **named, "amount": draw(AMOUNTS)})
    return found


CLAIMS = merged(
    st.fixed_dictionaries(
        {"date": DAYS, "category": st.sampled_from((*CATEGORIES, "other")), "billed": AMOUNTS}
    ),
    sometimes(
        visit=st.sampled_from(("first", "second", "third")),
        network=st.sampled_from(("in", "out")),
        allowed=AMOUNTS,
        secondary_allowed=AMOUNTS,
        cash=st.one_of(AMOUNTS, SMALL).filter(lambda amount: float(amount) > 0),
        cash_for=st.sampled_from(("any", "refused")),
        **{"class": st.sampled_from(("medical", "drug"))},
    ),
)

ASSISTANCE = st.lists(
    merged(
        st.fixed_dictionaries(
            {"category": st.sampled_from((*CATEGORIES, "*")), "patient_pays": SMALL}
        ),
        sometimes(annual_max=AMOUNTS, used=AMOUNTS, counts_toward_limits=st.booleans()),
    ),
    min_size=1,
    max_size=3,
)

METHODS = ("standard", "non_duplication", "maintenance_of_benefits", "medicare_secondary")
SECONDARY = st.one_of(
    merged(st.fixed_dictionaries({"method": st.sampled_from(METHODS)}), payers()),
    merged(
        st.just({"method": "supplement"}),
        sometimes(
            covers_deductible=RATES,
            covers_copay=RATES,
            covers_coinsurance=RATES,
            covers_balance_bill=RATES,
        ),
    ),
)
OTHERS: st.SearchStrategy[Document] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"assistance": ASSISTANCE}),
    st.fixed_dictionaries({"secondary": SECONDARY}),
)

CASES = merged(
    payers(),
    st.fixed_dictionaries({"claims": several(CLAIMS, 14)}),
    sometimes(as_of=DAYS),
    OTHERS,
)
