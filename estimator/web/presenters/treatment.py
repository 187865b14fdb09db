"""One treatment: its coverage, each way to pay for it, and what stands beside the money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from estimator.engine.plan import months_later
from estimator.web.presenters import words
from estimator.web.presenters.names import Names, RuleShown
from estimator.web.presenters.receipt import Receipt, receipt

FACTS = (
    ("time_to_effect", "Time to effect"),
    ("how_it_works", "How it works"),
    ("side_effects", "Common side effects"),
    ("serious_side_effects", "Serious side effects"),
    ("monitoring", "Monitoring"),
    ("evidence", "Evidence and approval"),
)


class CriterionShown(NamedTuple):
    """A criterion of a policy."""

    asked: str
    given: str
    met: str


class RouteShown(NamedTuple):
    """A way to pay: its figures, what they assume, and its receipt."""

    route: str
    name: str
    low: str
    typical: str
    high: str
    upfront: str
    reimbursed: str
    by_month: tuple[str, ...]
    assumes: tuple[str, ...]
    receipt: Receipt
    best: bool
    refused: bool
    """The plan refuses what the treatment is about, so that the figure is not compared."""


class MonthShown(NamedTuple):
    """A month of the course: when it begins, and what the patient pays in it by each route."""

    begins: str
    amounts: tuple[str, ...]


class TreatmentShown(NamedTuple):
    """A treatment of the answer."""

    treatment_id: str
    name: str
    headline: str
    status: str
    tone: str
    rule: RuleShown | None
    criteria: tuple[CriterionShown, ...]
    routes: tuple[RouteShown, ...]
    if_agreed: RouteShown | None
    months: tuple[MonthShown, ...]
    visits: str
    facts: tuple[tuple[str, str], ...]
    why_not: tuple[str, ...]


def treatment(each: dict[str, Any], names: Names, start: date) -> TreatmentShown:
    """Return a treatment, begun on *start*, as the page shows it."""
    routes = tuple(_route(route, each, names) for route in each["routes"])
    apart = [route for route in routes if _apart(route.route, each)]
    beside = tuple(route for route in routes if route not in apart)
    coverage = each["coverage"]
    return TreatmentShown(
        treatment_id=each["treatment_id"],
        name=each["name"],
        headline=next((f"{r.typical} {names.spoken(r.route)}" for r in routes if r.best), ""),
        status=words.STATUSES[coverage["status"]],
        tone=words.TONES[coverage["status"]],
        rule=names.rule(coverage.get("rule")),
        criteria=tuple(map(_criterion, coverage["criteria"])),
        routes=beside,
        if_agreed=apart[0] if apart else None,
        months=tuple(_months(beside, start)),
        visits=_visits(each["visits"]),
        facts=tuple(_facts(each["facts"])),
        why_not=() if routes else tuple(why_not(each)),
    )


def why_not(each: dict[str, Any]) -> Iterator[str]:
    """Yield why a treatment cannot be estimated."""
    name = f"{each['name']}: "
    told = [
        finding["message"].removeprefix(name)
        for finding in each["findings"]
        if finding["severity"] == "stop"
    ]
    yield from told or [each["facts"].get("not_priced_because") or "No price is known."]


def _apart(route: str, each: dict[str, Any]) -> bool:
    """Whether a figure holds only if the plan agrees, so that it is shown apart."""
    return route == "insured" and each["coverage"]["status"] == "unknown"


def _route(route: dict[str, Any], each: dict[str, Any], names: Names) -> RouteShown:
    pays = route["patient_pays"]
    back = not words.is_zero(route["reimbursed"])
    return RouteShown(
        route=route["route"],
        name=names.route(route["route"]),
        low=words.money(pays["low"]),
        typical=words.money(pays["typical"]),
        high=words.money(pays["high"]),
        upfront=words.money(route["upfront"]) if back else "",
        reimbursed=words.money(route["reimbursed"]) if back else "",
        by_month=tuple(map(words.money, route["by_month"])),
        assumes=tuple(route["assumes"]),
        receipt=receipt(route.get("lines", ()), names),
        best=route["route"] == each["best_route"],
        refused=route["route"] == "insured" and words.TONES[each["coverage"]["status"]] == "no",
    )


def _months(routes: tuple[RouteShown, ...], start: date) -> Iterator[MonthShown]:
    for month, amounts in enumerate(zip(*(route.by_month for route in routes), strict=True)):
        yield MonthShown(words.day(months_later(start, month)), amounts)


def _criterion(criterion: dict[str, Any]) -> CriterionShown:
    name = words.CRITERIA.get(criterion["criterion"], criterion["criterion"])
    return CriterionShown(
        asked=f"{name} {criterion['required']}",
        given=words.UNKNOWN if criterion["given"] is None else str(criterion["given"]),
        met=words.MET[criterion["met"]],
    )


def _visits(visits: dict[str, Any] | None) -> str:
    if not visits or visits["typical"] is None:
        return words.UNKNOWN
    low, typical, high = visits["low"], visits["typical"], visits["high"]
    return str(typical) if low == high else f"{typical} ({low} to {high})"


def _facts(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((title, facts[key]) for key, title in FACTS if facts.get(key))
