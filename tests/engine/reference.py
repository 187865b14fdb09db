"""The contract once more, as naively as it can be said: what the engine is held against.

It shares no code with the engine: dollars are decimals, everything else plain dictionaries, and
each line is taken after the other in the words and the order of the contract.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Document = Mapping[str, Any]
Line = dict[str, Any]

ZERO = Decimal(0)
CENT = Decimal("0.01")
OWED = ("deductible", "copay", "coinsurance", "over_benefit_maximum", "not_covered")
AMOUNTS = (
    "allowed",
    *OWED,
    "balance_bill",
    "cash",
    "plan_pays",
    "secondary_pays",
    "assistance",
    "patient_pays",
)


def answer(case: Document) -> dict[str, Any]:
    """Say what every line of *case* costs, in the shape of the contract's answer."""
    days = [claim["date"] for claim in case["claims"]]
    as_of = date.fromisoformat(case.get("as_of") or min(days, default="2026-01-01"))
    first = Payer(case, as_of)
    second = Payer(case["secondary"], as_of) if "plan" in case.get("secondary", {}) else None
    funds = Funds(case.get("assistance", []), as_of)
    in_order = sorted(range(len(days)), key=lambda index: (days[index], index))
    lines = []
    for index in in_order:
        claim = case["claims"][index]
        line = {"claim": index, **adjudicated(first, second, funds, case, claim)}
        lines.append(line)
    return {
        "lines": lines,
        "totals": {key: sum((line[key] for line in lines), ZERO) for key in AMOUNTS},
        "accumulators": first.met(date.fromisoformat(max(days)) if days else as_of),
    }


def adjudicated(
    first: Payer, second: Payer | None, funds: Funds, case: Document, claim: Document
) -> Line:
    """Take one line through the first plan, assistance and the second payer."""
    weigh_cash = "secondary" not in case and funds.row_for(claim) is None
    line: Line
    line, credit = first.take(claim, money(claim.get("allowed", claim["billed"])), weigh_cash)
    line["assistance"], uncredited = funds.pay(claim, line)
    credit(uncredited)
    if "secondary" in case and not line["cash"]:
        line["secondary_pays"] = coordinated(case["secondary"], second, claim, line)
    owed = sum((line[key] for key in (*OWED, "balance_bill", "cash")), ZERO)
    line["patient_pays"] = owed - line["assistance"] - line["secondary_pays"]
    return line


class Payer:
    """One plan, and what has been met, visited and paid in each of its plan years."""

    def __init__(self, given: Document, as_of: date) -> None:
        self.plan = given["plan"]
        self.family = given.get("coverage", "self") == "family"
        self.opening_year = self.year_of(as_of)
        self.opening: list[Document] = given.get("accumulators", [])
        self.years: dict[date, dict[str, Any]] = {}

    def year_of(self, day: date) -> date:
        """Give the day on which the plan year of *day* starts."""
        start = self.start_in(day.year)
        return start if start <= day else self.start_in(day.year - 1)

    def start_in(self, year: int) -> date:
        month, day = self.plan.get("plan_year_start", "01-01").split("-")
        return date(year, int(month), int(day))

    def year(self, start: date) -> dict[str, Any]:
        """Give what stands in the books of the plan year from *start*."""
        if start not in self.years:
            opens = start == self.opening_year
            self.years[start] = self.books_as_given() if opens else self.new_books(start)
        return self.years[start]

    def new_books(self, start: date) -> dict[str, Any]:
        before = self.start_in(start.year - 1)
        known = before in self.years or before == self.opening_year
        limits = []
        for number, limit in enumerate(self.plan["limits"]):
            carried = {"individual": ZERO, "family": ZERO}
            if known and limit["kind"] == "deductible":
                carried = self.year(before)["limits"][number]["carried"]
            limits.append(self.started(limit, carried["individual"], carried["family"]))
        return {"limits": limits, "visits": {}, "used": {}, "copays": {}, "plan_paid": {}}

    def books_as_given(self) -> dict[str, Any]:
        limits = []
        for limit in self.plan["limits"]:
            given = self.given_for(limit)
            met = money(given.get("individual", "0"))
            started = self.started(limit, met, money(given.get("family", met)))
            carried = money(given.get("carryover_individual", "0"))
            started["carried"]["individual"] = carried
            started["carried"]["family"] = money(given.get("carryover_family", carried))
            limits.append(started)
        used: dict[Any, int] = {}
        plan_paid = {}
        for number, benefit in enumerate(self.plan["benefits"]):
            for given in self.opening:
                key = (given.get("category"), given.get("network", "all"))
                if key != (benefit["category"], benefit.get("network", "all")):
                    continue
                if given["kind"] == "visits":
                    group = group_of(benefit, number)
                    used[group] = used.get(group, 0) + given["count"]
                if given["kind"] == "plan_paid":
                    plan_paid[number] = money(given["amount"])
        return {"limits": limits, "visits": {}, "used": used, "copays": {}, "plan_paid": plan_paid}

    def given_for(self, limit: Document) -> Document:
        for given in self.opening:
            if given["kind"] == limit["kind"] and all(
                given.get(key, "all") == limit.get(key, "all") for key in ("class", "network")
            ):
                return given
        return {}

    def started(self, limit: Document, individual: Decimal, family: Decimal) -> dict[str, Any]:
        """Say what is met at the start of a plan year: never more than the limit."""
        if not self.aggregate(limit):
            individual = min(individual, money(limit["individual"]))
        if "family" in limit:
            family = min(family, money(limit["family"]))
        nothing = {"individual": ZERO, "family": ZERO}
        return {"individual": individual, "family": family, "carried": nothing}

    def aggregate(self, limit: Document) -> bool:
        return self.family and bool(limit.get("family_basis", "embedded") == "aggregate")

    def room(self, limit: Document, met: Document) -> Decimal:
        individual: Decimal = money(limit["individual"]) - met["individual"]
        if not self.family or "family" not in limit:
            return max(ZERO, individual)
        family: Decimal = money(limit["family"]) - met["family"]
        if self.aggregate(limit):
            return max(ZERO, family)
        return max(ZERO, min(individual, family))

    def rooms(self, kind: str, claim: Document) -> list[Decimal]:
        books = self.year(self.year_of(day_of(claim)))["limits"]
        return [
            self.room(limit, met)
            for limit, met in zip(self.plan["limits"], books, strict=True)
            if limit["kind"] == kind
            and limit.get("class", "all") in (class_of(claim), "all")
            and limit.get("network", "all") in (network_of(claim), "all")
        ]

    def benefit_for(self, claim: Document) -> int | None:
        wanted = [
            (category, network)
            for category in (claim["category"], "*")
            for network in (network_of(claim), "all")
        ]
        for category, network in wanted:
            for number, benefit in enumerate(self.plan["benefits"]):
                if (benefit["category"], benefit.get("network", "all")) == (category, network):
                    return number
        return None

    def take(self, claim: Document, allowed: Decimal, weigh_cash: bool) -> Any:
        """Adjudicate one line; give it, and what credits it once assistance is known."""
        number = self.benefit_for(claim)
        year = self.year(self.year_of(day_of(claim)))
        if number is None:
            return refused(claim, "no_benefit")
        benefit = self.plan["benefits"][number]
        if not benefit.get("covered", True):
            return refused(claim, "not_covered")
        group = group_of(benefit, number)
        counted = year["visits"].get((group, visit_of(claim)))
        used = year["used"].get(group, 0)
        limit = benefit.get("visit_limit")
        if counted is None and limit is not None and used >= limit:
            return refused(claim, "visit_limit")
        ordinal = used + 1 if counted is None else counted

        line = self.shared(claim, allowed, number, ordinal)
        owed = sum((line[key] for key in (*OWED, "balance_bill")), ZERO)
        cash = claim.get("cash")
        any_line = claim.get("cash_for", "any") == "any"
        if weigh_cash and any_line and cash is not None and money(cash) < owed:
            return blank("cash_is_cheaper", cash=money(cash)), lambda uncredited: None

        year["visits"][(group, visit_of(claim))] = ordinal
        year["used"][group] = max(used, ordinal)
        key = self.copay_key(claim, number)
        year["copays"][key] = year["copays"].get(key, ZERO) + line["copay"]
        year["plan_paid"][number] = year["plan_paid"].get(number, ZERO) + line["plan_pays"]
        return line, lambda uncredited: self.credit(claim, benefit, line, uncredited)

    def copay_key(self, claim: Document, number: int) -> Any:
        per = self.plan["benefits"][number].get("copay_per", "visit")
        if per == "line":
            return object()
        return (number, per, visit_of(claim) if per == "visit" else claim["date"])

    def shared(
        self, claim: Document, allowed: Decimal, number: int, ordinal: int
    ) -> dict[str, Any]:
        """Share one covered line between the patient and the plan: steps 2 to 5."""
        benefit = self.plan["benefits"][number]
        billed = money(claim["billed"])
        allowed = min(allowed, billed)
        line = blank("covered", allowed=allowed)
        if network_of(claim) == "out" and not benefit.get("balance_bill_protected", False):
            line["balance_bill"] = billed - allowed

        line |= self.cost_share(claim, allowed, number, ordinal)
        rooms = self.rooms("oop_max", claim)
        if benefit.get("counts_toward_oop_max", True) and rooms:
            three = line["deductible"] + line["copay"] + line["coinsurance"]
            line |= less(line, max(ZERO, three - min(rooms)))

        plan_pays = allowed - line["deductible"] - line["copay"] - line["coinsurance"]
        if "plan_pays_max" in benefit:
            paid = self.year(self.year_of(day_of(claim)))["plan_paid"].get(number, ZERO)
            left = max(ZERO, money(benefit["plan_pays_max"]) - paid)
            line["over_benefit_maximum"] = max(ZERO, plan_pays - left)
        line["plan_pays"] = plan_pays - line["over_benefit_maximum"]
        return line

    def cost_share(
        self, claim: Document, allowed: Decimal, number: int, ordinal: int
    ) -> dict[str, Decimal]:
        """Take deductible, copay and coinsurance in the benefit's order: step 3."""
        benefit = self.plan["benefits"][number]
        order = benefit.get("deductible", "applies")
        copay_in_full = money(benefit.get("copay", "0"))
        rate = Decimal(benefit.get("coinsurance", "0"))
        if ordinal <= benefit.get("deductible_waived_visits", 0):
            order = "waived"
            if "waived_visits_copay" in benefit:
                copay_in_full, rate = money(benefit["waived_visits_copay"]), ZERO
        copays = self.year(self.year_of(day_of(claim)))["copays"]
        paid_already = copays.get(self.copay_key(claim, number), ZERO)
        copay_left = max(ZERO, copay_in_full - paid_already)
        rooms = self.rooms("deductible", claim)
        assert len(rooms) <= 1
        room = rooms[0] if rooms else ZERO

        if order == "applies":
            deductible = min(allowed, room)
            copay = min(copay_left, allowed - deductible)
        elif order == "waived":
            deductible = ZERO
            copay = min(copay_left, allowed)
        else:
            copay = min(copay_left, allowed)
            deductible = min(allowed - copay, room)
        coinsurance = coinsured(benefit, rate, allowed, allowed - deductible - copay)
        return {"deductible": deductible, "copay": copay, "coinsurance": coinsurance}

    def credit(
        self, claim: Document, benefit: Document, line: Document, uncredited: Decimal
    ) -> None:
        """Credit what the patient paid to every limit that takes it."""
        kept = less(line, uncredited)
        amounts = {"deductible": kept["deductible"], "oop_max": ZERO}
        if benefit.get("counts_toward_oop_max", True):
            amounts["oop_max"] = kept["deductible"] + kept["copay"] + kept["coinsurance"]
        start = self.year_of(day_of(claim))
        for limit, met in zip(self.plan["limits"], self.year(start)["limits"], strict=True):
            if limit.get("class", "all") not in (class_of(claim), "all"):
                continue
            credited_by = limit.get("credited_by", limit.get("network", "all"))
            if credited_by not in (network_of(claim), "all"):
                continue
            before = dict(met)
            self.raise_met(limit, met, amounts[limit["kind"]])
            if day_of(claim) >= self.carries_from(limit, start):
                met["carried"] = {
                    key: met["carried"][key] + met[key] - before[key]
                    for key in ("individual", "family")
                }

    def raise_met(self, limit: Document, met: dict[str, Any], amount: Decimal) -> None:
        individual = met["individual"] + amount
        if not self.aggregate(limit):
            individual = min(individual, money(limit["individual"]))
            amount = individual - met["individual"]
        family = met["family"] + amount
        if "family" in limit:
            family = min(family, money(limit["family"]))
        met["individual"], met["family"] = individual, family

    def carries_from(self, limit: Document, start: date) -> date:
        """Give the first day whose credits carry into the plan year after *start*'s."""
        end = self.start_in(start.year + 1)
        months = end.year * 12 + end.month - 1 - limit.get("carryover_months", 0)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(end.day, last))

    def met(self, day: date) -> list[dict[str, Any]]:
        books = self.year(self.year_of(day))["limits"]
        return [
            {
                "kind": limit["kind"],
                "class": limit.get("class", "all"),
                "network": limit.get("network", "all"),
                "individual": met["individual"],
                "family": met["family"],
            }
            for limit, met in zip(self.plan["limits"], books, strict=True)
        ]


class Funds:
    """Copay assistance, and what of it is used in each calendar year."""

    def __init__(self, rows: list[Document], as_of: date) -> None:
        self.rows = rows
        self.used = {
            (number, as_of.year): money(row.get("used", "0")) for number, row in enumerate(rows)
        }

    def row_for(self, claim: Document) -> int | None:
        for number, row in enumerate(self.rows):
            if row["category"] in (claim["category"], "*"):
                return number
        return None

    def pay(self, claim: Document, line: Document) -> tuple[Decimal, Decimal]:
        """Give what assistance pays of *line*, and how much of that is not credited."""
        number = self.row_for(claim)
        if number is None:
            return ZERO, ZERO
        row, key = self.rows[number], (number, day_of(claim).year)
        three = line["deductible"] + line["copay"] + line["coinsurance"]
        paid = max(ZERO, three - money(row["patient_pays"]))
        used = self.used.get(key, ZERO)
        if "annual_max" in row:
            paid = min(paid, max(ZERO, money(row["annual_max"]) - used))
        self.used[key] = used + paid
        return paid, ZERO if row.get("counts_toward_limits", True) else paid


def coordinated(
    secondary: Document, second: Payer | None, claim: Document, line: Document
) -> Decimal:
    """Say what the second payer pays towards *line*."""
    if second is None:
        parts = ("deductible", "copay", "coinsurance", "balance_bill")
        return sum(
            (rounded(line[part] * Decimal(secondary.get(f"covers_{part}", "0"))) for part in parts),
            ZERO,
        )
    method, billed, first_paid = secondary["method"], money(claim["billed"]), line["plan_pays"]
    default = claim.get("allowed", claim["billed"])
    its_allowed = min(money(claim.get("secondary_allowed", default)), billed)
    taken = its_allowed
    if method == "maintenance_of_benefits":
        taken = max(ZERO, its_allowed - first_paid)
    its_line, credit = second.take(claim_of_second(claim), taken, weigh_cash=False)
    credit(ZERO)
    its_answer: Decimal = its_line["plan_pays"]
    owed = sum((line[key] for key in OWED), ZERO)
    if method == "non_duplication":
        its_answer -= first_paid
    if method == "medicare_secondary":
        owed += line["balance_bill"]
        higher = max(line["allowed"], its_allowed)
        its_answer = min(its_answer, billed - first_paid, higher - first_paid)
    return max(ZERO, min(its_answer, owed))


def claim_of_second(claim: Document) -> Document:
    return {key: value for key, value in claim.items() if key != "cash"}


def coinsured(benefit: Document, rate: Decimal, allowed: Decimal, rest: Decimal) -> Decimal:
    """Say what coinsurance takes of *rest*."""
    if not rate:
        return ZERO
    base = allowed if benefit.get("coinsurance_on", "remainder") == "allowed" else rest
    amount = min(rounded(base * rate), rest)
    if "coinsurance_max" in benefit:
        amount = min(amount, money(benefit["coinsurance_max"]))
    if "coinsurance_min" in benefit:
        amount = max(amount, min(money(benefit["coinsurance_min"]), rest))
    return amount


def less(line: Document, too_much: Decimal) -> dict[str, Decimal]:
    """Take *too_much* off the coinsurance first, then the copay, then the deductible."""
    left = {}
    for part in ("coinsurance", "copay", "deductible"):
        taken = min(line[part], too_much)
        left[part] = line[part] - taken
        too_much -= taken
    return left


def refused(claim: Document, reason: str) -> Any:
    billed, cash = money(claim["billed"]), claim.get("cash")
    if cash is not None and money(cash) < billed:
        return blank(reason, cash=money(cash)), lambda uncredited: None
    return blank(reason, not_covered=billed), lambda uncredited: None


def blank(reason: str, **amounts: Decimal) -> dict[str, Any]:
    return {"reason": reason, **dict.fromkeys(AMOUNTS, ZERO), **amounts}


def group_of(benefit: Document, number: int) -> Any:
    return benefit.get("visit_group", number)


def visit_of(claim: Document) -> str:
    return str(claim.get("visit", claim["date"]))


def class_of(claim: Document) -> str:
    return str(claim.get("class", "medical"))


def network_of(claim: Document) -> str:
    return str(claim.get("network", "in"))


def day_of(claim: Document) -> date:
    return date.fromisoformat(claim["date"])


def money(amount: str | Decimal) -> Decimal:
    return Decimal(amount)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
