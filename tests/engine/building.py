"""Documents of the contract, made into what the engine takes, and its ledger made into an answer.

Nothing is checked here: the documents are right, and the engine is tested without the doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from estimator.engine.account import Account
from estimator.engine.adjudication import AMOUNTS, Ledger, adjudicate
from estimator.engine.claims import Claim, Cover, as_second, open_account, prepare
from estimator.engine.coordination import Assistance, Supplement
from estimator.engine.kernel import Second, Step
from estimator.engine.money import cents, rate
from estimator.engine.plan import (
    Accumulators,
    Benefit,
    Limit,
    LimitKey,
    LimitPeriod,
    Met,
    PlanYear,
)

Document = Mapping[str, Any]
Name = tuple[str, str]

AMOUNT_TERMS = (
    "copay",
    "coinsurance_min",
    "coinsurance_max",
    "waived_visits_copay",
    "plan_pays_max",
)
OTHER_TERMS = (
    "covered",
    "copay_per",
    "deductible",
    "counts_toward_oop_max",
    "visit_limit",
    "deductible_waived_visits",
    "visit_group",
    "balance_bill_protected",
)


@dataclass(frozen=True)
class Payer:
    cover: Cover
    benefits: dict[Name, Benefit]

    def benefit(self, claim: Document) -> Benefit | None:
        category, network = claim["category"], claim.get("network", "in")
        for name in ((category, network), (category, "all"), ("*", network), ("*", "all")):
            if name in self.benefits:
                return self.benefits[name]
        return None


@dataclass(frozen=True)
class Built:
    """A case, ready to adjudicate."""

    claims: list[Claim]
    cover: Cover
    as_of: date | None
    second: tuple[str, Cover] | Supplement | None
    assistance_used: dict[Any, int]

    def ledger(self) -> Ledger:
        return adjudicate(self.claims, self.cover, self.as_of, self.second, self.assistance_used)

    def run_with(self) -> tuple[list[Step], Account, Second | None]:
        """Return what the kernel takes: the steps, the account, the second payer."""
        claims = sorted(self.claims, key=lambda claim: claim.date)
        as_of = self.as_of or (claims[0].date if claims else None)
        steps = prepare(claims, self.cover, as_of, weigh_cash=self.second is None)
        account = open_account(self.cover, as_of, self.assistance_used)
        if self.second is None:
            return steps, account, None
        if isinstance(self.second, Supplement):
            return steps, account, Second("supplement", self.second)
        method, cover = self.second
        theirs = [as_second(claim) for claim in claims]
        second_steps = prepare(theirs, cover, as_of, weigh_cash=False)
        return steps, account, Second(method, None, second_steps, open_account(cover, as_of))


def build(case: Document) -> Built:
    first = payer(case)
    secondary = case.get("secondary", {})
    second = payer(secondary) if "plan" in secondary else None
    rows = case.get("assistance", ())
    other = (secondary["method"], second.cover) if second else supplement(secondary)
    return Built(
        [claim(line, first, second, rows) for line in case["claims"]],
        first.cover,
        date.fromisoformat(case["as_of"]) if "as_of" in case else None,
        other if secondary else None,
        {place: cents(row.get("used", "0")) for place, row in enumerate(rows)},
    )


def payer(given: Document) -> Payer:
    plan = given["plan"]
    benefits = {name_of(benefit): build_benefit(benefit) for benefit in plan["benefits"]}
    month, day = map(int, plan.get("plan_year_start", "01-01").split("-"))
    cover = Cover(
        year=PlanYear(month, day),
        limits=tuple(LimitPeriod(build_limit(limit)) for limit in plan["limits"]),
        family=given.get("coverage", "self") == "family",
        met=build_met(given.get("accumulators", ()), benefits),
    )
    return Payer(cover, benefits)


def build_limit(given: Document) -> Limit:
    network = given.get("network", "all")
    return Limit(
        kind=given["kind"],
        individual=cents(given["individual"]),
        class_=given.get("class", "all"),
        network=network,
        credited_by=given.get("credited_by", network),
        family=cents(given["family"]) if "family" in given else None,
        aggregate=given.get("family_basis") == "aggregate",
        carryover_months=given.get("carryover_months", 0),
    )


def name_of(given: Document) -> Name:
    return given["category"], given.get("network", "all")


def build_benefit(given: Document) -> Benefit:
    terms: dict[str, Any] = {key: cents(given[key]) for key in AMOUNT_TERMS if key in given}
    terms |= {key: given[key] for key in OTHER_TERMS if key in given}
    return Benefit(
        name=name_of(given),
        coinsurance=rate(given.get("coinsurance", "0")),
        coinsurance_on_allowed=given.get("coinsurance_on") == "allowed",
        **terms,
    )


def build_met(given: Any, benefits: Mapping[Name, Benefit]) -> Accumulators:
    limits: dict[LimitKey, Met] = {}
    visits: dict[Any, int] = {}
    paid: dict[Any, int] = {}
    for each in given:
        name = (each.get("category", ""), each.get("network", "all"))
        if each["kind"] == "visits":
            group = benefits[name].group
            visits[group] = visits.get(group, 0) + each["count"]
        elif each["kind"] == "plan_paid":
            paid[name] = cents(each["amount"])
        else:
            key = LimitKey(each["kind"], each.get("class", "all"), name[1])
            individual = each.get("individual", "0")
            carried = each.get("carryover_individual", "0")
            figures = (
                individual,
                each.get("family", individual),
                carried,
                each.get("carryover_family", carried),
            )
            limits[key] = Met(*map(cents, figures))
    return Accumulators(limits=limits, visits=visits, plan_paid=paid)


def claim(given: Document, first: Payer, second: Payer | None, rows: Any) -> Claim:
    billed = cents(given["billed"])
    theirs = given.get("secondary_allowed")
    return Claim(
        date=date.fromisoformat(given["date"]),
        visit=given.get("visit", given["date"]),
        class_=given.get("class", "medical"),
        network=given.get("network", "in"),
        billed=billed,
        allowed=cents(given["allowed"]) if "allowed" in given else billed,
        benefit=first.benefit(given),
        cash=cents(given["cash"]) if "cash" in given else None,
        cash_for=given.get("cash_for", "any"),
        second_allowed=None if theirs is None else cents(theirs),
        second_benefit=second.benefit(given) if second else None,
        assistance=assistance(given, rows),
    )


def assistance(given: Document, rows: Any) -> Assistance | None:
    for place, row in enumerate(rows):
        if row["category"] in (given["category"], "*"):
            return Assistance(
                pool=place,
                floor=cents(row["patient_pays"]),
                annual_max=cents(row["annual_max"]) if "annual_max" in row else None,
                counts_toward_limits=row.get("counts_toward_limits", True),
            )
    return None


def supplement(given: Document) -> Supplement:
    parts = ("deductible", "copay", "coinsurance", "balance_bill")
    return Supplement(**{part: rate(given.get(f"covers_{part}", "0")) for part in parts})


def answer(ledger: Ledger) -> dict[str, Any]:
    """Return the ledger in the shape of the contract's answer, in cents."""
    lines = [
        {
            "claim": line.place,
            "reason": line.reason,
            **{name: getattr(line.amounts, name) for name in AMOUNTS},
        }
        for line in ledger.lines
    ]
    accumulators = [
        {
            "kind": met.key.kind,
            "class": met.key.class_,
            "network": met.key.network,
            "individual": met.individual,
            "family": met.family,
        }
        for met in ledger.met
    ]
    totals = {name: ledger.total(name) for name in AMOUNTS}
    return {"lines": lines, "totals": totals, "accumulators": accumulators}
