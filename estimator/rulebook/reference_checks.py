"""Checks of names: every ID, category and route that a row uses stands where it is defined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimator.findings import Finding, did_you_mean
from estimator.rulebook.columns import ANY, Column
from estimator.rulebook.problems import finding
from estimator.rulebook.schema import SHEET_BY_NAME, SHEETS
from estimator.rulebook.seen import Entry, Seen

ROUTES = ("insured", "self-pay")


def unknown_ids(seen: Seen) -> Iterator[Finding]:
    """Every ID stands on its own sheet."""
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.references:
                yield from _unknown_in(seen, sheet.name, column)


def unknown_categories(seen: Seen) -> Iterator[Finding]:
    """A category of Benefits is one that an item has."""
    known = seen.known("Items", "category")
    for entry, category in _strangers(seen, "Benefits", "category", known):
        close = did_you_mean(category, known or ())
        says = f"is {category}, a category that no item has.{close}"
        yield _unknown(seen, entry, "category", "unknown-category", says)


def unknown_routes(seen: Seen) -> Iterator[Finding]:
    """A test's route is insured, self-pay or a program."""
    programs = seen.known("Assistance", "program_id")
    known = None if programs is None else programs | set(ROUTES)
    for entry, route in _strangers(seen, "Tests", "route", known):
        close = did_you_mean(route, known or ())
        says = f"is {route}, not insured, self-pay or a Program ID.{close}"
        yield _unknown(seen, entry, "route", "unknown-route", says)


def plan_of_other_payer(seen: Seen) -> Iterator[Finding]:
    """Where a row names a payer and a plan, the plan is the payer's."""
    payers = seen.known("Payers", "payer_id")
    owners = {e.values.get("plan_id"): e.values.get("payer_id") for e in seen.entries("Plans")}
    for sheet in SHEETS:
        names = {column.name for column in sheet.columns}
        if sheet.name == "Plans" or not {"payer_id", "plan_id"} <= names:
            continue
        for entry in seen.entries(sheet.name):
            yield from _other_payer(seen, entry, owners, payers)


def _unknown_in(seen: Seen, sheet: str, column: Column) -> Iterator[Finding]:
    target = SHEET_BY_NAME[column.references]
    known = seen.known(target.name, target.key[0].name)
    for entry, value in _strangers(seen, sheet, column.name, known):
        close = did_you_mean(value, known or ())
        says = f"is {value}, which {target.name} does not have.{close}"
        yield _unknown(seen, entry, column.name, "unknown-id", says)


def _strangers(
    seen: Seen, sheet: str, name: str, known: frozenset[Any] | None
) -> Iterator[tuple[Entry, str]]:
    """Return the cells of a column that are not among *known*; none where that is not known."""
    for entry in seen.entries(sheet) if known is not None else ():
        value = entry.values.get(name)
        if value not in (None, ANY) and value not in (known or ()):
            yield entry, value


def _other_payer(
    seen: Seen, entry: Entry, owners: dict[Any, Any], payers: frozenset[Any] | None
) -> Iterator[Finding]:
    plan, payer = entry.values.get("plan_id"), entry.values.get("payer_id")
    owner = owners.get(plan)
    unknown = payers is None or owner not in payers or payer not in payers | {ANY}
    if owner is None or payer is None or payer == owner or unknown:
        return
    if payer == ANY and _is_price_for_everyone(entry):
        return
    name = "payer_id" if payer == ANY else "plan_id"
    place = seen.place(entry.sheet, entry.row, name, entry.values[name])
    says = f"is {entry.values[name]}; the plan {plan} belongs to {owner}, not to {payer}."
    if payer == ANY:
        says = f"is *; the plan {plan} belongs to {owner}, so the row would never be used."
    advice = f"Type {owner} as Payer ID, or another plan."
    yield finding("plan-of-other-payer", place, says, advice)


def _is_price_for_everyone(entry: Entry) -> bool:
    """A charge or cash row that names a plan already has the finding that it must not."""
    return entry.sheet == "Prices" and entry.values.get("kind") != "allowed"


def _unknown(seen: Seen, entry: Entry, name: str, code: str, says: str) -> Finding:
    return finding(code, seen.place(entry.sheet, entry.row, name, entry.values[name]), says)
