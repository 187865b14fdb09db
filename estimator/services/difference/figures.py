"""What one treatment costs by one rulebook: the figures that are compared, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from estimator.engine.comparison import Range
from estimator.findings import Severity
from estimator.services.estimating.answer import TreatmentAnswer, program_rule
from estimator.services.estimating.coverage import REFUSING
from estimator.services.estimating.insured import RouteLine
from estimator.services.estimating.insurers import Rule
from estimator.services.estimating.notices import findings
from estimator.services.estimating.routes import Route

Spot = tuple[str, int]
"""A row of the workbook: its sheet and its number there."""

_BY_CASH = frozenset({"self_pay", "cash_is_cheaper", "no_benefit", "not_covered", "visit_limit"})
"""Reasons of lines that the patient may pay at the cash price."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A route's cost in cents, and the rows that decided its typical lines."""

    route: str
    pays: Range
    rows: frozenset[Spot]


def pays(priced: Priced | None) -> Range | None:
    """Return what the patient pays, where it is known."""
    return None if priced is None else priced.pays


@dataclass(frozen=True, slots=True)
class Figures:
    """A treatment's figures; what is not known is ``None``, never nothing."""

    status: str
    """The coverage status."""
    best: Priced | None
    """By the best route, or by the route of a test."""
    insured: Priced | None
    why: str = ""
    """Why there is no figure."""

    @property
    def compared(self) -> tuple[str, Range | None, Range | None]:
        """What has to be equal for nothing to have changed."""
        return (self.status, pays(self.best), pays(self.insured))


@dataclass(frozen=True, slots=True)
class Sides:
    """Figures before and after; ``None`` on a side that does not know the case."""

    before: Figures | None
    after: Figures | None

    @property
    def differ(self) -> bool:
        """Whether a figure or the coverage status is not the same."""
        return _compared(self.before) != _compared(self.after)

    @property
    def best_differs(self) -> bool:
        """Whether the figure by the best route, or that of a test, is not the same."""
        one, other = self.best
        return (self.before is None) != (self.after is None) or pays(one) != pays(other)

    @property
    def both(self) -> bool:
        """Whether both rulebooks know the case."""
        return self.before is not None and self.after is not None

    @property
    def flips(self) -> bool:
        """Whether the coverage status changes."""
        return bool(self.before and self.after and self.before.status != self.after.status)

    @property
    def best(self) -> tuple[Priced | None, Priced | None]:
        """The best route, or that of a test, on both sides."""
        return (_best(self.before), _best(self.after))

    @property
    def insured(self) -> tuple[Priced | None, Priced | None]:
        """The insured route on both sides."""
        return (_insured(self.before), _insured(self.after))

    @property
    def moves(self) -> int | None:
        """The cents by which the typical figure rises; ``None`` where one is not known."""
        one, other = self.best
        return None if one is None or other is None else other.pays.typical - one.pays.typical

    @property
    def weight(self) -> tuple[int, int, int]:
        """How much changes: a figure comes or goes, then cents by the best route, then insured."""
        one, other = self.best
        comes_or_goes = (one is None) != (other is None)
        return (int(comes_or_goes), _most(*self.best), _most(*self.insured))


def _best(side: Figures | None) -> Priced | None:
    return None if side is None else side.best


def _insured(side: Figures | None) -> Priced | None:
    return None if side is None else side.insured


def _compared(side: Figures | None) -> object:
    return side and side.compared


def _most(one: Priced | None, other: Priced | None) -> int:
    """Return by how many cents a typical figure changes, else one of the two others."""
    if one is None or other is None:
        return 0
    low, typical, high = (
        abs(after - before) for before, after in zip(one.pays, other.pays, strict=True)
    )
    return typical or max(low, high)


def figures_of(treated: TreatmentAnswer, route: str | None = None) -> Figures:
    """Return the figures of a treatment by its best route, or by *route* alone."""
    name = route or (treated.best.route if treated.best else "")
    by_name = {each.cost.route: each for each in treated.routes}
    shown, insured = by_name.get(name), None if route else by_name.get("insured")
    return Figures(
        status=treated.coverage.status,
        best=_priced(shown, treated) if shown else None,
        insured=_priced(insured, treated) if insured else None,
        why="" if shown else _why(treated, route),
    )


def _why(treated: TreatmentAnswer, route: str | None) -> str:
    stops = [each for each in findings(treated.notices) if each.severity is Severity.STOP]
    if stops:
        return " ".join(each.message for each in stops)
    return f"The route {route} is not offered." if route else "It has no route."


def _priced(route: Route, treated: TreatmentAnswer) -> Priced:
    programs = route.program_rows or (None,) * len(route.lines)
    helping = {program_rule(row) for row in programs if row is not None}
    rules = {*helping, *_decided_by(route.lines)}
    if route.cost.route != "self_pay" and treated.coverage.rule is not None:
        rules.add(treated.coverage.rule)
    spots = frozenset((rule.sheet, rule.row) for rule in rules)
    return Priced(route.cost.route, route.cost.patient_pays, spots)


def _decided_by(lines: Iterable[RouteLine]) -> Iterator[Rule]:
    """Yield the rules of lines: their prices, their benefit, the policy that refuses them."""
    for each in lines:
        for rule in each.line.price_rules:
            if _is_used(rule, each):
                yield rule
        if each.reason == "self_pay":
            continue
        if each.line.benefit_rule is not None:
            yield each.line.benefit_rule
        coverage = each.coverage
        if coverage is not None and coverage.rule is not None and coverage.status in REFUSING:
            yield coverage.rule


def _is_used(price: Rule, each: RouteLine) -> bool:
    """A cash price decides what is paid in cash, an allowed amount what the plan takes."""
    if price.words == "cash":
        return each.reason in _BY_CASH
    return price.words == "charge" or each.reason != "self_pay"
