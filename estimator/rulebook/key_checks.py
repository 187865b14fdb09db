"""Checks of rows against rows: on one day one row answers, and programs agree with themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from estimator.findings import Finding
from estimator.rulebook import rows as r
from estimator.rulebook.ladder import ONE_DAY, Span, spans
from estimator.rulebook.problems import finding
from estimator.rulebook.schema import SHEETS, Sheet
from estimator.rulebook.seen import Seen, show_key

_CLASSES = ("medical", "drug")
_NETWORKS = ("in", "out")
_PROGRAM_CELLS = ("applies_to", "annual_max_cents", "income_limit_percent")


def same_keys(seen: Seen) -> Iterator[Finding]:
    """Two rows of one key never hold on one day, or where days do not count, at all."""
    for sheet in SHEETS:
        for rows in _by_key(sheet, seen.sheet(sheet.name)).values():
            if len(rows) > 1:
                yield from _dated(seen, sheet, rows) if sheet.dated else _undated(seen, sheet, rows)


def date_holes(seen: Seen) -> Iterator[Finding]:
    """Between two rows of one key there is no day without a row."""
    for sheet in SHEETS:
        if sheet.dated and seen.all_read(sheet.name):
            for rows in _by_key(sheet, seen.sheet(sheet.name)).values():
                for first, second in pairwise(_by_day(rows)):
                    if first.last < second.first - ONE_DAY:
                        yield _hole(seen, sheet, first, second)


def deductibles_at_odds(seen: Seen) -> Iterator[Finding]:
    """On one day at most one deductible of a plan constrains one class and network."""
    by_plan: dict[str, list[r.LimitRow]] = defaultdict(list)
    for row in seen.sheet("Limits"):
        if row.kind == "deductible":
            by_plan[row.plan_id].append(row)
    for rows in by_plan.values():
        held = [span for same in _by_limit(rows).values() for span in spans(same)]
        for place, later in enumerate(held):
            earlier = next((s for s in held[:place] if _constrain_together(s, later)), None)
            if earlier:
                cell = seen.place("Limits", later.row.row, "class_", later.row.class_)
                yield finding(
                    "deductibles-at-odds",
                    cell,
                    f"and Network say that this deductible of {later.row.plan_id} constrains "
                    f"lines that the one in row {earlier.row.row} constrains too.",
                )


def rule_ids(seen: Seen) -> Iterator[Finding]:
    """A Rule ID names one rule: the rows of one key."""
    first: dict[str, Any] = {}
    for row in seen.sheet("Benefits"):
        if row.rule_id is None:
            continue
        known = first.setdefault(row.rule_id, row)
        if _benefit_key(known) != _benefit_key(row):
            place = seen.place("Benefits", row.row, "rule_id", row.rule_id)
            says = f"is {row.rule_id}, which names another rule in row {known.row}."
            yield finding("rule-id-twice", place, says)


def programs_agree(seen: Seen) -> Iterator[Finding]:
    """The rows of one program say the same about whom it helps, how much and up to what income."""
    first: dict[str, Any] = {}
    for row in seen.sheet("Assistance"):
        known = first.setdefault(row.program_id, row)
        for name in _PROGRAM_CELLS:
            if getattr(row, name) != getattr(known, name):
                place = seen.place("Assistance", row.row, name, getattr(row, name))
                says = f"differs from row {known.row} of the same program, {row.program_id}."
                yield finding("program-rows-differ", place, says)
                break


def _by_key(sheet: Sheet, rows: Iterable[Any]) -> dict[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        found[tuple(getattr(row, column.name) for column in sheet.key)].append(row)
    return found


def _by_limit(rows: Iterable[r.LimitRow]) -> dict[tuple[str, str], list[r.LimitRow]]:
    found: dict[tuple[str, str], list[r.LimitRow]] = defaultdict(list)
    for row in rows:
        found[row.class_, row.network].append(row)
    return found


def _by_day(rows: list[Any]) -> list[Span[Any]]:
    """Return the days of rows that end on or after they begin."""
    return [span for span in spans(rows) if span.first <= span.last]


def _undated(seen: Seen, sheet: Sheet, rows: list[Any]) -> Iterator[Finding]:
    name = sheet.key[-1].name
    for row in rows[1:]:
        place = seen.place(sheet.name, row.row, name, getattr(row, name))
        yield finding(
            "same-key",
            place,
            f"makes the row the same as row {rows[0].row}: {show_key(sheet, row)}.",
        )


def _dated(seen: Seen, sheet: Sheet, rows: list[Any]) -> Iterator[Finding]:
    """Report a row that begins while an earlier one of its key still holds."""
    before = None
    for span in sorted(spans(rows), key=lambda each: (each.first, each.row.row)):
        if before and (span.first <= before.last or span.first == before.first):
            place = seen.place(sheet.name, span.row.row, "effective_from", span.first)
            yield finding(
                "same-key",
                place,
                f"is {span.first}, when row {before.row.row} with the same key "
                f"({show_key(sheet, span.row)}) still holds.",
            )
        if before is None or span.last > before.last:
            before = span


def _hole(seen: Seen, sheet: Sheet, first: Span[Any], second: Span[Any]) -> Finding:
    place = seen.place(sheet.name, first.row.row, "effective_to", first.last)
    return finding(
        "date-hole",
        place,
        f"is {first.last}, and the next row of {show_key(sheet, first.row)} (row {second.row.row}) "
        f"begins on {second.first}; in between there is none.",
    )


def _constrain_together(one: Span[Any], other: Span[Any]) -> bool:
    if (one.row.class_, one.row.network) == (other.row.class_, other.row.network):
        return False
    classes = _covers(one.row.class_, _CLASSES) & _covers(other.row.class_, _CLASSES)
    networks = _covers(one.row.network, _NETWORKS) & _covers(other.row.network, _NETWORKS)
    days = one.first <= other.last and other.first <= one.last
    return bool(classes and networks and days)


def _covers(word: str, every: tuple[str, ...]) -> set[str]:
    return set(every) if word == "all" else {word}


def _benefit_key(row: r.BenefitRow) -> tuple[str, ...]:
    return (row.payer_id, row.plan_id, row.category, row.item_id, row.network)
