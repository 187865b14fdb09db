"""Random cases, as documents of the contract, that use everything the contract knows.

They are made by plain code from one random source: so a thousand take seconds, and most
lines are covered and shared between several limits, copays and visits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
Make = Callable[[Random], Any]

NETWORKS = ("in", "out", "all")
CLASSES = ("medical", "drug", "all")
CATEGORIES = ("infusion", "visit", "drug")
METHODS = ("standard", "non_duplication", "maintenance_of_benefits", "medicare_secondary")
YEAR_STARTS = ("01-01", "01-01", "01-31", "03-01", "07-15", "08-31", "12-31")
ROUND = ("0", "0.01", "10", "20", "50", "100", "250", "500", "1000", "3000")
RATES = ("0", "0.05", "0.125", "0.2", "0.333", "0.5", "1")
FIRST_DAY = date(2025, 11, 1)


def amount(random: Random) -> str:
    return random.choice(ROUND) if random.random() < 0.4 else dollars(random.randrange(200_000))


def small(random: Random) -> str:
    return dollars(random.choice((0, 500, 2000, 4000, random.randrange(9_000))))


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


def one_of(*values: Any) -> Make:
    return lambda random: random.choice(values)


def whole(first: int, last: int) -> Make:
    return lambda random: random.randint(first, last)


def sometimes(random: Random, often: float, **keys: Make) -> Document:
    """Return an object in which each key stands so often."""
    return {key: make(random) for key, make in keys.items() if random.random() < often}


def day(random: Random) -> str:
    """Return a day near the end or the start of a month, so that days meet and plan years end."""
    month = random.choice((0, 1, 2, 3, 8, 9, 12, 13, 14, 26))
    return str(FIRST_DAY + timedelta(31 * month + random.choice((0, 0, 1, 13, 14, 15, 29, 30))))


def limits(random: Random) -> list[Document]:
    """Return limits of every class and network, but no two deductibles that meet one line."""
    kept: list[tuple[str, str, str]] = []
    for _ in range(random.randrange(9)):
        kind = random.choice(("deductible", "oop_max"))
        name = (kind, random.choice(CLASSES), random.choice(NETWORKS))
        crosses = kind == "deductible" and any(_meet(name, other) for other in kept)
        if name not in kept and not crosses:
            kept.append(name)
    return [limit(random, *name) for name in kept]


def _meet(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    if other[0] != "deductible":
        return False
    return all(a == b or "all" in (a, b) for a, b in zip(one[1:], other[1:], strict=True))


def limit(random: Random, kind: str, class_: str, network: str) -> Document:
    found = {"kind": kind, "class": class_, "network": network, "individual": amount(random)}
    found |= sometimes(random, 0.4, credited_by=one_of(*NETWORKS), family=amount)
    if "family" in found:
        found |= sometimes(random, 0.6, family_basis=one_of("embedded", "aggregate"))
    if kind == "deductible":
        found |= sometimes(random, 0.5, carryover_months=one_of(0, 1, 3, 12))
    return found


def benefits(random: Random) -> list[Document]:
    names = {("*", "all")} if random.random() < 0.7 else set()
    for _ in range(random.randrange(1, 6)):
        names.add((random.choice((*CATEGORIES, "*")), random.choice(NETWORKS)))
    often = random.choice((0.1, 0.2, 0.4))
    return [benefit(random, often, *name) for name in sorted(names)]


def benefit(random: Random, often: float, category: str, network: str) -> Document:
    usual = sometimes(
        random,
        0.6,
        copay=small,
        copay_per=one_of("visit", "day", "line"),
        coinsurance=one_of(*RATES),
        deductible=one_of("applies", "waived", "after_copay"),
    )
    rare = sometimes(
        random,
        often,
        covered=one_of(True, False),
        coinsurance_on=one_of("remainder", "allowed"),
        coinsurance_min=small,
        coinsurance_max=small,
        counts_toward_oop_max=one_of(True, False),
        visit_limit=whole(0, 6),
        deductible_waived_visits=whole(0, 4),
        waived_visits_copay=small,
        visit_group=one_of("one", "two"),
        balance_bill_protected=one_of(True, False),
        plan_pays_max=amount,
    )
    return {"category": category, "network": network, **usual, **rare}


def payer(random: Random) -> Document:
    """Return a plan, whom it covers, and what was met of it."""
    plan: Document = {"limits": limits(random), "benefits": benefits(random)}
    plan |= sometimes(random, 0.6, plan_year_start=one_of(*YEAR_STARTS))
    given = {"plan": plan, "accumulators": accumulators(random, plan)}
    return given | sometimes(random, 0.7, coverage=one_of("self", "family"))


def accumulators(random: Random, plan: Mapping[str, Any]) -> list[Document]:
    """Return what was met of some of the plan's limits and benefits."""
    found = []
    for limit in plan["limits"]:
        given = {key: limit[key] for key in ("kind", "class", "network")}
        given |= sometimes(random, 0.6, individual=amount, family=amount)
        if limit.get("carryover_months"):
            given |= sometimes(random, 0.7, carryover_individual=amount, carryover_family=amount)
        found.append(given)
    for benefit in plan["benefits"]:
        named = {key: benefit[key] for key in ("category", "network")}
        found.append({"kind": "visits", **named, "count": random.randrange(4)})
        found.append({"kind": "plan_paid", **named, "amount": amount(random)})
    return [each for each in found if random.random() < 0.4]


def claim(random: Random, days: list[str]) -> Document:
    found = {"date": random.choice(days), "category": random.choice(CATEGORIES)}
    found |= {"billed": amount(random)}
    found |= sometimes(
        random,
        0.5,
        visit=one_of("first", "second", "third"),
        network=one_of("in", "out"),
        allowed=amount,
        secondary_allowed=amount,
        **{"class": one_of("medical", "drug")},
    )
    cash = sometimes(random, 0.2, cash=random.choice((amount, small)))
    if cash and float(cash["cash"]) > 0:
        found |= cash | sometimes(random, 0.5, cash_for=one_of("any", "refused"))
    return found


def assistance(random: Random) -> Document:
    row = {"category": random.choice((*CATEGORIES, "*")), "patient_pays": small(random)}
    return row | sometimes(
        random, 0.5, annual_max=amount, used=amount, counts_toward_limits=one_of(True, False)
    )


def others(random: Random) -> Document:
    """Return who else pays: nobody, copay assistance, a second plan, or a supplement."""
    kind = random.choice(("nobody", "assistance", "plan", "supplement"))
    if kind == "assistance":
        return {"assistance": [assistance(random) for _ in range(random.randint(1, 3))]}
    if kind == "plan":
        return {"secondary": {"method": random.choice(METHODS), **payer(random)}}
    if kind == "supplement":
        parts = ("deductible", "copay", "coinsurance", "balance_bill")
        covers = {f"covers_{part}": one_of(*RATES) for part in parts}
        return {"secondary": {"method": "supplement", **sometimes(random, 0.7, **covers)}}
    return {}


def case(random: Random, lines: int) -> Document:
    found = {**payer(random), **others(random), **sometimes(random, 0.5, as_of=day)}
    days = [day(random) for _ in range(random.randint(1, 8))]
    return {**found, "claims": [claim(random, days) for _ in range(lines)]}


CASES = st.builds(case, st.randoms(use_true_random=True), st.integers(0, 20))
