"""What the rulebook calls things: routes, programs, and what each of its rows says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from estimator.engine.money import dollars
from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY
from estimator.rulebook.model import Rulebook
from estimator.web.presenters import words

ROUTES = {"insured": "With insurance", "self_pay": "Without insurance (self-pay)"}
SPOKEN = {"insured": "with insurance", "self_pay": "without using insurance"}
POLICIES = {
    "covered": "the policy covers it",
    "prior authorization": "the policy asks for prior authorization",
    "not covered": "the policy does not cover it",
    "silent": "the policy says nothing of it",
}
_LINK = re.compile(r"https?://[^\s;,\"<>]*[^\s;,\"<>).]")


class Words(NamedTuple):
    """A piece of a text; a link where it is one."""

    text: str
    link: str = ""


class RuleShown(NamedTuple):
    """A row of the workbook, as the page points to it."""

    place: str
    says: str
    source: tuple[Words, ...]
    checked: str
    note: str = ""


class Names:
    """The names of one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._rows = {
            (sheet, row.row): row for sheet, rows in rulebook.rows.items() for row in rows
        }
        self._rules: dict[tuple[Any, ...], RuleShown] = {}

    def route(self, route: str) -> str:
        """Return a route's name."""
        return ROUTES.get(route) or f"With {self._program(route)}"

    def spoken(self, route: str, status: str = "") -> str:
        """Return a route as one says it on the phone, under a coverage status."""
        said = SPOKEN.get(route) or f"with the {self._program(route)}"
        needs = status == "prior_authorization" and route != "self_pay"
        return f"{said}, if prior authorization is given" if needs else said

    def rule(self, rule: dict[str, Any] | None) -> RuleShown | None:
        """Return a rule of the answer as the page shows it."""
        if rule is None:
            return None
        key = (rule["sheet"], rule["row"], rule.get("words"))
        if key not in self._rules:
            self._rules[key] = self._show(rule)
        return self._rules[key]

    def _program(self, route: str) -> str:
        rows = self._rulebook.programs.get(route.partition(":")[2])
        return rows[0].name if rows else route

    def _show(self, rule: dict[str, Any]) -> RuleShown:
        if rule["sheet"] == "request":
            return rule_shown("As typed from the card", "", "", None)
        row = self._rows.get((rule["sheet"], rule["row"]))
        shown = rule_shown(
            f"{rule['sheet']} row {rule['row']}",
            self._says(rule, row),
            rule.get("source") or "",
            rule.get("checked_on"),
        )
        return shown._replace(note=getattr(row, "note", None) or "")

    @staticmethod
    def _says(rule: dict[str, Any], row: r.Row | None) -> str:
        if isinstance(row, r.BenefitRow):
            return _benefit(row)
        if isinstance(row, r.PolicyRow):
            number = f" (policy {row.policy_number})" if row.policy_number else ""
            return f"{POLICIES[row.coverage]}{number}"
        if isinstance(row, r.PriceRow):
            return f"{row.kind} price"
        return str(rule.get("words") or "")


def rule_shown(place: str, says: str, source: str, checked_on: str | date | None) -> RuleShown:
    """Return a row as the page shows it, with the addresses in its source as links."""
    checked = words.day(checked_on) if checked_on else ""
    return RuleShown(place, says, tuple(_with_links(source)) if source else (), checked)


def _with_links(text: str) -> Iterator[Words]:
    """Yield the pieces of *text*, each address as a link.

    >>> [each.text for each in _with_links("Policy 87 (https://a.example/b); page 2")]
    ['Policy 87 (', 'https://a.example/b', '); page 2']
    """
    at = 0
    for found in _LINK.finditer(text):
        yield Words(text[at : found.start()])
        yield Words(found[0], found[0])
        at = found.end()
    yield Words(text[at:])


def _benefit(row: r.BenefitRow) -> str:
    """Return a benefit as one sentence, with its figures in the plan's own phrase."""
    phrase = row.cost_share
    if row.copay_cents is not None:
        phrase = phrase.replace("copay", f"{_dollars(row.copay_cents)} copay")
    if row.coinsurance_percent is not None:
        phrase = phrase.replace("coinsurance", f"{row.coinsurance_percent:f}% coinsurance")
    about = row.item_id if row.item_id != ANY else row.category
    network = {"in": ", in network", "out": ", out of network"}.get(row.network, "")
    said = "; ".join((phrase, *_bounds(row)))
    return f"{'any service' if about == ANY else about}{network}: {said}"


def _bounds(row: r.BenefitRow) -> Iterator[str]:
    """Yield what holds a benefit within bounds."""
    if row.coinsurance_min_cents is not None:
        yield f"at least {_dollars(row.coinsurance_min_cents)} of coinsurance"
    if row.coinsurance_max_cents is not None:
        yield f"at most {_dollars(row.coinsurance_max_cents)} of coinsurance"
    if row.visit_limit is not None:
        yield f"{row.visit_limit} visits a plan year"
    if row.deductible_waived_visits:
        each = row.waived_visits_copay_cents
        instead = "" if each is None else f", for {_dollars(each)} each"
        yield f"the first {row.deductible_waived_visits} visits skip the deductible{instead}"
    if row.plan_pays_max_cents is not None:
        yield f"the plan pays at most {_dollars(row.plan_pays_max_cents)} a plan year"


def _dollars(cents: int) -> str:
    return words.money(dollars(cents)).removesuffix(".00")


@lru_cache(maxsize=8)
def names_of(rulebook: Rulebook) -> Names:
    """Return the names of a rulebook, made once."""
    return Names(rulebook)
