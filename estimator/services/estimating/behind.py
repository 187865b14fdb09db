"""The rows of the workbook behind a priced course: what its lines rest on, for whoever asks.

They follow from the course alone, never from a patient: what is made of them is kept with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from estimator.rulebook import rows as r
from estimator.rulebook.ladder import Span, spans
from estimator.rulebook.model import LIMIT_KINDS, Rulebook
from estimator.services.estimating.insurers import Insurer, RulebookPlan, TypedPlan
from estimator.services.estimating.lines import PricedCourse, PricedLine, Setting

Spot = tuple[str, int]
"""A row of the workbook: its sheet and its number there."""


class Behind(NamedTuple):
    """A row behind a line of a course, typical."""

    spot: Spot
    line: PricedLine


def rows_behind(setting: Setting, course: PricedCourse) -> Iterator[Behind]:
    """Yield every row behind each typical line of a course."""
    for line in course.lines["typical"]:
        for spot in dict.fromkeys(_of_line(setting, line)):
            yield Behind(spot, line)


def row_at(rulebook: Rulebook, spot: Spot) -> Any:
    """Return the row that stands at a spot."""
    return _by_spot(rulebook)[spot]


@lru_cache(maxsize=4)
def _by_spot(rulebook: Rulebook) -> dict[Spot, r.Row]:
    return {(sheet, row.row): row for sheet, rows in rulebook.rows.items() for row in rows}


def _of_line(setting: Setting, line: PricedLine) -> Iterator[Spot]:
    yield ("Courses", line.step.row)
    yield ("Items", line.item.row)
    yield from ((rule.sheet, rule.row) for rule in line.price_rules)
    if setting.insurer is None or not line.item.billed_to_plan:
        return
    if line.benefit_rule is not None and line.benefit_rule.sheet == "Benefits":
        yield ("Benefits", line.benefit_rule.row)
    if line.policy is not None:
        yield ("Policies", line.policy.row)
    network = _network(setting, setting.insurer, line)
    if network is not None:
        yield ("Networks", network.row)
    yield from (("Limits", row.row) for row in _limits(setting, line))


def _network(setting: Setting, insurer: Insurer, line: PricedLine) -> r.NetworkRow | None:
    if line.item.setting != "clinic":
        return None
    rulebook, clinic_id = setting.rulebook, setting.clinic_id
    if isinstance(insurer, RulebookPlan):
        plan = insurer.plan
        return rulebook.network(clinic_id, plan.payer_id, plan.plan_id, line.date)
    if isinstance(insurer, TypedPlan) and insurer.payer and insurer.document.network is None:
        return rulebook.network(clinic_id, insurer.payer.payer_id, "", line.date)
    return None


def _limits(setting: Setting, line: PricedLine) -> Iterator[r.LimitRow]:
    """Yield the limits in force that constrain a line."""
    if not isinstance(setting.insurer, RulebookPlan):
        return
    for span in _limit_spans(setting.rulebook).get(setting.insurer.plan.plan_id, ()):
        row = span.row
        meets = row.class_ in (line.item.class_, "all") and row.network in (line.network, "all")
        if meets and span.first <= line.date <= span.last:
            yield row


@lru_cache(maxsize=4)
def _limit_spans(rulebook: Rulebook) -> dict[str, list[Span[r.LimitRow]]]:
    """Return each plan's rows of Limits with the days on which they hold."""
    by_key: dict[tuple[str, ...], list[r.LimitRow]] = defaultdict(list)
    for row in rulebook.rows.get("Limits", ()):
        if isinstance(row, r.LimitRow):
            by_key[row.plan_id, LIMIT_KINDS[row.kind], row.class_, row.network].append(row)
    found: dict[str, list[Span[r.LimitRow]]] = defaultdict(list)
    for (plan_id, *_), rows in by_key.items():
        found[plan_id] += spans(rows)
    return dict(found)


def year_of(insurer: Insurer, day: date) -> date:
    """Return the first day of the plan year that contains a day."""
    return insurer.year.start(day)
