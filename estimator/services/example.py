"""One worked estimate of the example patient, as text: what a newcomer sees first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from estimator import shipped
from estimator.rulebook.model import Rulebook
from estimator.services.estimating import estimate

RECEIPT_LINES = 2


def worked_estimate(
    rulebook: Rulebook, today: date, release: int | None = None, fingerprint: str = ""
) -> str:
    """Return the example patient's estimate: the comparison, and how two lines came about."""
    document = json.loads(shipped.example_patient().read_text(encoding="utf-8"))
    answer = estimate(document, rulebook, today=today, release=release, fingerprint=fingerprint)
    return "\n".join(_lines(answer, rulebook))


def _lines(answer: dict[str, Any], rulebook: Rulebook) -> Iterator[str]:
    request, first = answer["request"], answer["treatments"][0]
    coverage = first["coverage"]
    plan = rulebook.plans[request["plan_id"]].name
    width = max(len(each["name"]) for each in answer["treatments"]) + 1
    yield f"An example patient with {plan}, {request['months']} months from {request['start_date']}"
    yield from _comparison(answer, width)
    yield ""
    rule = coverage["rule"]
    by = f", by {_place(rule)}" if rule else ""
    yield f"{first['name']}: {_words(coverage['status'])}{by}"
    for route in first["routes"]:
        best = "  <- best route" if route["route"] == first["best_route"] else ""
        yield f"  {_words(route['route']):<{width - 2}}{_range(route['patient_pays'])}{best}"
    yield ""
    yield "Two lines of its receipt:"
    best_route = next(r for r in first["routes"] if r["route"] == first["best_route"])
    for line in best_route["lines"][:RECEIPT_LINES]:
        yield from _receipt(line)
    yield ""
    yield "An estimate, not a promise of coverage, and no medical advice."


def _comparison(answer: dict[str, Any], width: int) -> Iterator[str]:
    names = {each["treatment_id"]: each["name"] for each in answer["treatments"]}
    baseline = answer["comparison"]["baseline"]
    yield f"{'':<{width}}{'low':>12}{'typical':>12}{'high':>12}  best route"
    for row in answer["comparison"]["rows"]:
        mark = "  (cheapest SSRI)" if row["treatment_id"] == baseline else ""
        name, route = names[row["treatment_id"]], _words(row["route"])
        yield f"{name:<{width}}{_range(row)}  {route}{mark}"


def _range(amounts: dict[str, str]) -> str:
    return "".join(f"{_money(amounts[name]):>12}" for name in ("low", "typical", "high"))


def _receipt(line: dict[str, Any]) -> Iterator[str]:
    shares = ("deductible", "copay", "coinsurance", "not_covered", "balance_bill", "cash")
    parts = [f"{_words(name)} {_money(line[name])}" for name in shares if line[name] != "0.00"]
    yield (
        f"  {line['date']}  {line['description']}: patient pays {_money(line['patient_pays'])}"
        f" ({', '.join(parts) or 'nothing left to pay'})"
    )
    prices = ", ".join(f"{rule['words']} {_place(rule)}" for rule in line["price_rules"])
    yield f"      {_rule(line['rule'])}; prices: {prices}"


def _rule(rule: dict[str, Any] | None) -> str:
    if rule is None:
        return "no rule"
    return f"by {_place(rule)}: {rule['words']}"


def _place(rule: dict[str, Any]) -> str:
    name = f" ({rule['id']})" if rule.get("id") else ""
    return f"{rule['sheet']} row {rule['row']}{name}"


def _words(name: str) -> str:
    return name.replace("self_pay", "self-pay").replace("_", " ").replace("assistance:", "program ")


def _money(amount: str) -> str:
    whole, cents = amount.split(".")
    return f"${int(whole):,}.{cents}"
