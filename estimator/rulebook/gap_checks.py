"""Checks of what is not there, or is out of date, and can change a dollar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from estimator.findings import Finding
from estimator.rulebook import rows as r
from estimator.rulebook.ladder import Span, spans
from estimator.rulebook.problems import finding, runs
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.seen import Seen

_NEEDS_NO_DEDUCTIBLE = ("supplement",)
_BOUND_PAYERS = ("commercial", "marketplace")
"""Payers whose plans the federal maximums of the Affordable Care Act bind."""

READ_BY_PATIENTS = {
    "Items": ("description", "category", "unit"),
    "Policies": ("other_criteria",),
    "Treatments": (
        "name",
        "time_to_effect",
        "how_it_works",
        "side_effects",
        "serious_side_effects",
        "monitoring",
        "evidence",
        "not_priced_because",
    ),
    "Assistance": ("name",),
}
"""The texts that stand in an estimate. Names of clinics, payers and plans stay as they are; the
words of lists are the same in every workbook, so that nobody has to translate them anew."""


def plans_without_deductible(seen: Seen) -> Iterator[Finding]:
    """A plan says what its deductible is, 0 where it has none."""
    if not seen.all_read("Limits"):
        return
    stated = {row.plan_id for row in seen.sheet("Limits") if row.kind == "deductible"}
    for plan in seen.sheet("Plans"):
        if plan.plan_id not in stated and plan.plan_type not in _NEEDS_NO_DEDUCTIBLE:
            place = seen.place("Plans", plan.row, "plan_id", plan.plan_id)
            says = f"is {plan.plan_id}, which has no deductible on Limits."
            yield finding("plan-without-deductible", place, says)


def beyond_federal_limits(seen: Seen) -> Iterator[Finding]:
    """A plan stays within the federal maximums, and above the minimum of a plan with an HSA."""
    types = {row.payer_id: row.payer_type for row in seen.sheet("Payers")}
    plans = {row.plan_id: row for row in seen.sheet("Plans")}
    parameters: dict[str, list[r.ParameterRow]] = defaultdict(list)
    for parameter in seen.sheet("Parameters"):
        parameters[parameter.parameter].append(parameter)
    for span in _limit_spans(seen):
        plan = plans.get(span.row.plan_id)
        if plan and types.get(plan.payer_id) in _BOUND_PAYERS:
            found = _beyond(seen, span, plan, parameters)
            yield from found[:1]


def not_checked_for_a_year(seen: Seen, today: date) -> Iterator[Finding]:
    """A source was read within the last twelve months."""
    for sheet in SHEETS:
        for row in seen.sheet(sheet.name):
            checked = getattr(row, "checked_on", None)
            if checked and (today - checked).days > 365:
                place = seen.place(sheet.name, row.row, "checked_on", checked)
                yield finding("not-checked-for-a-year", place, f"is {checked}.")


def texts_without_spanish(seen: Seen) -> Iterator[Finding]:
    """What patients read has its Spanish on Words."""
    known = {row.english for row in seen.sheet("Words")}
    if not seen.all_read("Words"):
        return
    for sheet, names in READ_BY_PATIENTS.items():
        for name in names:
            rows = [(row, getattr(row, name)) for row in seen.sheet(sheet)]
            missing = [(row.row, text) for row, text in rows if text and text not in known]
            if missing:
                yield _without_spanish(seen, sheet, name, missing)


def _limit_spans(seen: Seen) -> Iterator[Span[r.LimitRow]]:
    by_key: dict[tuple[str, ...], list[r.LimitRow]] = defaultdict(list)
    for row in seen.sheet("Limits"):
        if row.network != "out":
            by_key[row.plan_id, row.kind, row.class_, row.network].append(row)
    for rows in by_key.values():
        yield from spans(rows)


def _beyond(
    seen: Seen,
    span: Span[r.LimitRow],
    plan: r.PlanRow,
    parameters: dict[str, list[r.ParameterRow]],
) -> list[Finding]:
    """Return where the amounts of a limit are beyond what the law then allows."""
    is_maximum = span.row.kind == "out-of-pocket max"
    names = ["aca_oop_max"] if is_maximum else []
    if is_maximum and plan.plan_type == "HDHP":
        names.insert(0, "hdhp_oop_max")
    if not is_maximum and (plan.plan_type == "HDHP" or plan.hsa_eligible):
        names.append("hdhp_min_deductible")  # bronze plans go with an HSA whatever their maximum
    found = []
    for name in names:
        for who, field in (("individual", "individual_cents"), ("family", "family_cents")):
            cents = getattr(span.row, field)
            law = _law(span, parameters[f"{name}_{who}"])
            if cents is None or law is None:
                continue
            if (cents > law) if is_maximum else (cents < law):
                place = seen.place("Limits", span.row.row, field, cents)
                beyond = "above" if is_maximum else "below"
                says = f"is {cents / 100:,.2f}, {beyond} {name}_{who}, {law / 100:,.2f}."
                found.append(finding("beyond-federal-limits", place, says))
    return found


def _law(span: Span[r.LimitRow], parameters: list[r.ParameterRow]) -> int | None:
    """Return the federal amount, in cents, when the limit begins to hold, or the first after."""
    for law in spans(parameters):
        if law.first <= span.last and span.first <= law.last:
            return int(law.row.value * 100)
    return None


def _without_spanish(
    seen: Seen, sheet: str, name: str, missing: Iterable[tuple[int, Any]]
) -> Finding:
    missing = list(missing)
    row, text = missing[0]
    place = seen.place(sheet, row, name, text)
    if len(missing) == 1:
        return finding("text-without-spanish", place, "has no Spanish on Words.")
    rows = runs(number for number, _ in missing)
    return finding(
        "text-without-spanish",
        place,
        f"and {len(missing) - 1} more have no Spanish on Words: rows {rows}.",
    )
