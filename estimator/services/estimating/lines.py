"""A treatment's course with its prices: dated lines in three scenarios.

What is found here depends on the rulebook, the clinic, the plan, the start and the months
alone, never on the patient, so one priced course serves every patient who asks the same.
Rules: the contract of estimates, "Computing", 1 to 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.engine.coordination import Supplement
from estimator.engine.course import SCENARIOS, CourseStep, Scenario, course_end, month_of
from estimator.engine.money import percent, round_to_cents
from estimator.engine.plan import Benefit, LimitKey, LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY
from estimator.rulebook.model import Rulebook
from estimator.services.estimating.insurers import (
    NO_BENEFIT,
    Insurer,
    Rule,
    ServedBy,
    rule_of,
    without_balance_bill_protection,
)
from estimator.services.estimating.notices import Notice, limit_words, of_notes
from estimator.services.intake.requests import JOIN


@dataclass(frozen=True, slots=True)
class Setting:
    """What the price of a course depends on, the treatment aside."""

    rulebook: Rulebook
    clinic_id: str
    insurer: Insurer | None
    second: Insurer | None
    start: date
    months: int

    @property
    def end(self) -> date:
        """The first day after the months."""
        return course_end(self.start, self.months)


@dataclass(frozen=True, slots=True, eq=False)
class PricedLine:
    """One line of a course with its amounts in cents and the rules they come from.

    ``cash`` is what a patient without insurance pays, 0 where it comes with another line.
    ``second_allowed`` is ``None`` where the second payer's price is not known: the first's.
    """

    date: date
    treatment_id: str
    step: r.CourseRow
    item: r.ItemRow
    quantity: Decimal
    network: str
    billed: int
    cash: int
    allowed: int
    benefit: Benefit | None
    benefit_rule: Rule | None
    price_rules: tuple[Rule, ...]
    policy: r.PolicyRow | None
    second_allowed: int | None = None
    second_benefit: Benefit | None = None
    second_rule: Rule | None = None


@dataclass(slots=True)
class PricedCourse:
    """The lines of a treatment in three scenarios, or why it cannot be priced.

    ``months`` says of each typical line in which month of the course it falls.
    """

    lines: dict[Scenario, tuple[PricedLine, ...]]
    months: tuple[int, ...]
    notices: tuple[Notice, ...]
    priced: bool = True
    memo: dict[Any, Any] = field(default_factory=dict)
    """What follows from the lines alone, made once by whoever needs it."""

    def visits(self, scenario: Scenario) -> int:
        """Return the number of dates with a line outside the pharmacy."""
        if ("visits", scenario) not in self.memo:
            lines = self.lines[scenario]
            days = {line.date for line in lines if line.item.setting != "pharmacy"}
            self.memo["visits", scenario] = len(days)
        found: int = self.memo["visits", scenario]
        return found


def price_course(setting: Setting, treatment: str) -> PricedCourse:
    """Return the priced course of a treatment, or of several joined by ``+``."""
    pricing = _Pricing(setting)
    parts = treatment.split(JOIN)
    lines = {scenario: tuple(pricing.lines(parts, scenario)) for scenario in SCENARIOS}
    pricing.look_for_early_ends(parts)
    pricing.look_for_missing_limits(lines["typical"])
    months = tuple(month_of(line.date, setting.start) for line in lines["typical"])
    return PricedCourse(lines, months, tuple(pricing.notices), not pricing.missing)


class Due(NamedTuple):
    """An item that is due on a date; ``part`` says of which of several joined treatments."""

    date: date
    part: int
    step: int
    row: r.CourseRow


class _InForce(NamedTuple):
    """What holds for an item on a day, in whichever scenario it is due."""

    network: str
    charge: r.PriceRow | None
    cash: r.PriceRow | None
    allowed: r.PriceRow | None
    served: ServedBy
    policy: r.PolicyRow | None


def price_line(
    setting: Setting, row: r.CourseRow, scenario: Scenario, day: date
) -> PricedLine | None:
    """Return one line of a course as it is priced on *day*; ``None`` where no price is known."""
    return _Pricing(setting).line(Due(day, 0, row.step, row), row.treatment_id, scenario)


def items_due(
    rulebook: Rulebook, parts: Sequence[str], scenario: Scenario, start: date, end: date
) -> list[Due]:
    """Return what is due in a scenario by date, then treatment as named, then step."""
    due = (
        Due(day, part, row.step, row)
        for part, treatment_id in enumerate(parts)
        for row in rulebook.courses.get(treatment_id, ())
        for day in course_step(row).dates(start, end, scenario)
    )
    return sorted(due, key=_order)


def without_doubles(due: Iterable[Due]) -> Iterator[tuple[Due, bool]]:
    """Yield what is due, and whether it stays: not where an earlier treatment has it that day."""
    first: dict[tuple[date, str], int] = {}
    for each in due:
        yield each, first.setdefault((each.date, each.row.item_id), each.part) == each.part


class _Amounts(NamedTuple):
    billed: int
    cash: int
    allowed: int
    allowed_known: bool
    charge: int | None
    rules: tuple[Rule, ...]


class _Pricing:
    """Prices the lines of one course, noting what it had to assume."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.notices: dict[Notice, None] = {}
        self.missing = False
        self._found: dict[tuple[str, date], _InForce] = {}

    def lines(self, parts: Sequence[str], scenario: Scenario) -> Iterator[PricedLine]:
        """Yield the priced lines of a scenario by date, then treatment as named, then step."""
        setting = self.setting
        due_items = items_due(setting.rulebook, parts, scenario, setting.start, setting.end)
        for due, stays in without_doubles(due_items):
            if not stays:
                self._note("item-dropped", self._item(due.row).description)
                continue
            line = self.line(due, parts[due.part], scenario)
            if line is not None:
                yield line

    def line(self, due: Due, treatment_id: str, scenario: Scenario) -> PricedLine | None:
        """Return a line with its prices; ``None`` where none is known."""
        item = self._item(due.row)
        rows = self._in_force(item, due.date)
        network = rows.network
        amounts = self._amounts(item, due, rows, scenario)
        if amounts is None:
            return None
        benefit = rows.served.benefit
        if benefit is not None and not amounts.allowed_known and benefit.balance_bill_protected:
            benefit = without_balance_bill_protection(benefit)
        second = self.setting.second
        theirs = self._served(second, item, network, due.date)
        return PricedLine(
            date=due.date,
            treatment_id=treatment_id,
            step=due.row,
            item=item,
            quantity=due.row.quantity,
            network=network,
            billed=amounts.billed,
            cash=amounts.cash,
            allowed=amounts.allowed,
            benefit=benefit,
            benefit_rule=rows.served.rule,
            price_rules=amounts.rules,
            policy=rows.policy,
            second_allowed=self._second_allowed(item, due, network, scenario, amounts.charge),
            second_benefit=theirs.benefit,
            second_rule=theirs.rule,
        )

    def _in_force(self, item: r.ItemRow, day: date) -> _InForce:
        """Return what holds for an item on a day, looked up once for all scenarios."""
        key = (item.item_id, day)
        if key not in self._found:
            rulebook, clinic_id = self.setting.rulebook, self.setting.clinic_id
            network = self._network(item, day)
            self._found[key] = _InForce(
                network,
                rulebook.price("charge", clinic_id, item.item_id, day),
                rulebook.price("cash", clinic_id, item.item_id, day),
                self._allowed_row(item, network, day),
                self._served(self.setting.insurer, item, network, day),
                self._policy(item, day),
            )
        return self._found[key]

    def _item(self, row: r.CourseRow) -> r.ItemRow:
        return self.setting.rulebook.items[row.item_id]

    def _network(self, item: r.ItemRow, day: date) -> str:
        insurer = self.setting.insurer
        if item.setting != "clinic" or insurer is None:
            return "in"
        network, known = insurer.network(self.setting.clinic_id, day)
        if not known:
            self._note("network-not-known", insurer.name)
        return network

    def _served(
        self, insurer: Insurer | None, item: r.ItemRow, network: str, day: date
    ) -> ServedBy:
        if insurer is None or not item.billed_to_plan:
            return NO_BENEFIT
        return insurer.benefit(item, network, day)

    def _policy(self, item: r.ItemRow, day: date) -> r.PolicyRow | None:
        insurer = self.setting.insurer
        return None if insurer is None else insurer.policy(item, day)

    def _amounts(
        self, item: r.ItemRow, due: Due, in_force: _InForce, scenario: Scenario
    ) -> _Amounts | None:
        """Return what is billed, paid in cash and allowed; ``None`` where no price is known."""
        quantity = due.row.quantity
        network, charge_row, cash_row, allowed_row, *_ = in_force
        charge = amount_of(charge_row, quantity, scenario, None)
        cash = amount_of(cash_row, quantity, scenario, charge)
        allowed = amount_of(allowed_row, quantity, scenario, charge)
        known = [price for price in (cash, allowed) if price is not None]
        if charge is None and not known:
            self.missing = True
            self._note("price-missing", item.description)
            return None
        billed = max(known) if charge is None else charge
        if charge is None:
            self._note("no-charge", item.description)
        if cash is None:
            self._note("no-cash-price", item.description)
        rows = [row for row in (charge_row, cash_row, allowed_row) if row is not None]
        for notice in of_notes(("Prices", row.row, row.note) for row in rows):
            self.notices[notice] = None
        return _Amounts(
            billed,
            billed if cash is None else cash,
            self._allowed(item, allowed, billed, network),
            allowed is not None,
            charge,
            tuple(rule_of("Prices", row, None, row.kind) for row in rows),
        )

    def _allowed_row(self, item: r.ItemRow, network: str, day: date) -> r.PriceRow | None:
        insurer = self.setting.insurer
        if insurer is None:
            return None
        return insurer.allowed(self.setting.clinic_id, item, network, day)

    def _allowed(self, item: r.ItemRow, allowed: int | None, billed: int, network: str) -> int:
        if allowed is not None:
            return allowed
        if self.setting.insurer is not None and item.billed_to_plan:
            known = "no-allowed-in-network" if network == "in" else "no-allowed-out-of-network"
            self._note(known, item.description)
        return billed if network == "in" else 0

    def _second_allowed(
        self, item: r.ItemRow, due: Due, network: str, scenario: Scenario, charge: int | None
    ) -> int | None:
        second = self.setting.second
        if second is None:
            return None
        row = second.allowed(self.setting.clinic_id, item, network, due.date)
        return amount_of(row, due.row.quantity, scenario, charge)

    def look_for_early_ends(self, parts: Sequence[str]) -> None:
        """Note a treatment none of whose steps reaches the end of the months."""
        setting = self.setting
        for treatment_id in parts:
            steps = [course_step(row) for row in setting.rulebook.courses.get(treatment_id, ())]
            reaches = any(_reaches_end(step, setting.start, setting.end) for step in steps)
            if steps and not reaches:
                self._note("course-ends-early", setting.rulebook.treatments[treatment_id].name)

    def look_for_missing_limits(self, lines: Iterable[PricedLine]) -> None:
        """Note a limit that the plan has on some days, but not on those of all its lines."""
        periods: dict[LimitKey, list[LimitPeriod]] = {}
        for period in self.setting.insurer.limits if self.setting.insurer else ():
            periods.setdefault(period.limit.key, []).append(period)
        served = [line for line in lines if line.item.billed_to_plan]
        for key, same in periods.items():
            limit = same[0].limit
            for line in served:
                meets = limit.constrains(line.item.class_, line.network)
                if meets and not any(period.holds_on(line.date) for period in same):
                    self._note("limit-not-in-force", limit_words(key))

    def _note(self, code: str, about: str) -> None:
        self.notices[Notice(code, about)] = None


def _order(due: Due) -> tuple[date, int, int]:
    return (due.date, due.part, due.step)


def _reaches_end(step: CourseStep, start: date, end: date) -> bool:
    """Whether the next time of a typical course would come after the months are over."""
    *_, last = (None, *step.dates(start, end, "typical"))
    return last is not None and step.every_days is not None and (end - last).days <= step.every_days


def course_step(row: r.CourseRow) -> CourseStep:
    """Return a row of Courses as the engine's step."""
    times: dict[Scenario, int | str] = {
        "low": row.times_low,
        "typical": row.times_typical,
        "high": row.times_high,
    }
    return CourseStep(
        first_day=row.first_day,
        every_days=row.every_days,
        times={name: None if many == ANY else int(many) for name, many in times.items()},
    )


def amount_of(
    row: r.PriceRow | None, quantity: Decimal, scenario: Scenario, charge: int | None
) -> int | None:
    """Return a line's price in cents: unit price times quantity, rounded half-up.

    A percentage is of the line's *charge*; without a charge it is a missing price.
    """
    if row is None:
        return None
    unit = {"low": row.low, "typical": row.amount, "high": row.high}[scenario]
    if unit is None:
        unit = row.amount
    if row.basis == "dollars":
        return round_to_cents(unit * quantity)
    return None if charge is None else percent_of(charge, unit)


def percent_of(cents: int, percentage: Decimal) -> int:
    """Return *percentage* (20 means 20%, and it may be above 100) of *cents*, half-up."""
    return round_to_cents(Decimal(cents) * percentage / 10_000)


def supplement_of(row: r.SupplementRow | None) -> Supplement:
    """Return a row of Supplements as the engine's supplement; without a row it pays nothing."""
    if row is None:
        return Supplement()
    return Supplement(
        deductible=percent(row.covers_deductible),
        copay=percent(row.covers_copay),
        coinsurance=percent(row.covers_coinsurance),
        balance_bill=percent(row.covers_balance_bill),
    )
