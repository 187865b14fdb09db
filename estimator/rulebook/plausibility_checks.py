"""Checks of what is possible, but seldom meant: amounts that law or common sense speaks against."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from estimator.findings import Finding
from estimator.rulebook import row_checks
from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY, plain
from estimator.rulebook.ladder import Span, spans
from estimator.rulebook.problems import finding
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.seen import Seen, listed, show_key

_MENTAL = re.compile(r"\bmental|behaviou?ral|\bpsych", re.IGNORECASE)
_MEDICAL = re.compile(r"\boffice|\bprimary|\bspecialist|\bmedical", re.IGNORECASE)
_OUTSIDE_PARITY = ("medicare", "medicare advantage", "tricare", "va", "program")
"""Payers whose plans the federal law on parity does not bind."""
_UNREAD = ""
"""The type of a payer whose row could not be read: nothing is said of its plans."""
_FEDERAL = ("medicare", "medicare advantage", "medicaid", "tricare", "va")
"""Payers whose patients may not take what a manufacturer gives."""
_SOON = timedelta(days=31)
_LASTING = ("Limits", "Networks", "Prices", "Benefits", "Policies", "Supplements", "Parameters")


def mental_health_worse(seen: Seen) -> Iterator[Finding]:
    """In one plan and network a mental health visit costs no more than every medical visit."""
    types = {row.payer_id: row.payer_type for row in seen.sheet("Payers")}
    by_place: dict[tuple[str, ...], list[r.BenefitRow]] = defaultdict(list)
    for row in seen.sheet("Benefits"):
        bound = types.get(row.payer_id, _UNREAD) not in (_UNREAD, *_OUTSIDE_PARITY)
        if bound and row.item_id == ANY and not any(row_checks.amounts_of_phrase(row)):
            by_place[row.payer_id, row.plan_id, row.network].append(row)
    for rows in by_place.values():
        medical = [row for row in rows if _is_medical(row.category)]
        for row in rows:
            if _MENTAL.search(row.category) and medical:
                yield from _worse(seen, row, [each for each in medical if _share_days(each, row)])


def deductibles_over_maximums(seen: Seen) -> Iterator[Finding]:
    """A deductible is at most the maximum that it counts to."""
    limits: dict[tuple[str, ...], list[r.LimitRow]] = defaultdict(list)
    for row in seen.sheet("Limits"):
        limits[row.plan_id, row.class_, row.network, row.kind].append(row)
    for (plan, class_, network, kind), rows in limits.items():
        if kind != "deductible":
            continue
        maximums = spans(limits.get((plan, class_, network, "out-of-pocket max"), ()))
        for span in spans(rows):
            most = next((each for each in maximums if _hold_together(span, each)), None)
            if most and span.row.individual_cents > most.row.individual_cents:
                cents = span.row.individual_cents
                place = seen.place("Limits", span.row.row, "individual_cents", cents)
                says = f"is above the out-of-pocket max in row {most.row.row}."
                yield finding("deductible-over-maximum", place, says)


def federal_assistance(seen: Seen) -> Iterator[Finding]:
    """A program for insured patients does not go with payers whose patients may not take it."""
    there = {row.payer_type for row in seen.sheet("Payers")}
    for row in seen.sheet("Assistance"):
        if row.applies_to != "insured":
            continue
        named = [each for each in _FEDERAL if each in (row.payer_types or there)]
        if named:
            place = seen.place("Assistance", row.row, "payer_types", row.payer_types)
            seen_as = "is blank, which goes with" if not row.payer_types else "names"
            yield finding("assistance-federal", place, f"{seen_as} {listed(named)}.")


def ended_rows(seen: Seen, today: date) -> Iterator[Finding]:
    """Where rows of a key have held, one still does, and will for the next month."""
    for sheet in (each for each in SHEETS if each.name in _LASTING):
        by_key: dict[tuple[object, ...], list[r.Dated]] = defaultdict(list)
        for row in seen.sheet(sheet.name):
            by_key[tuple(getattr(row, column.name) for column in sheet.key)].append(row)
        for rows in by_key.values() if seen.all_read(sheet.name) else ():
            last = max(spans(rows), key=lambda span: span.last)
            if last.first <= last.last < today + _SOON:
                place = seen.place(sheet.name, last.row.row, "effective_to", last.last)
                says = f"is {last.last}, and no row of {show_key(sheet, last.row)} follows."
                yield finding("ended-row", place, says)


def _is_medical(category: str) -> bool:
    return bool(_MEDICAL.search(category)) and not _MENTAL.search(category)


def _share_days(one: r.BenefitRow, other: r.BenefitRow) -> bool:
    one_last, other_last = one.effective_to or date.max, other.effective_to or date.max
    return one.effective_from <= other_last and other.effective_from <= one_last


def _hold_together(one: Span[r.LimitRow], other: Span[r.LimitRow]) -> bool:
    return one.first <= other.last and other.first <= one.last


def _worse(seen: Seen, row: r.BenefitRow, medical: Sequence[r.BenefitRow]) -> Iterator[Finding]:
    """Report a row that asks more than every medical row, at the cell that shows it."""
    found = [_how(row, each) for each in medical]
    if found and all(found):
        field, says = found[0] or ("cost_share", "")
        place = seen.place("Benefits", row.row, field, getattr(row, field))
        other = f"{medical[0].category} (row {medical[0].row})"
        yield finding("mental-health-worse", place, f"{says} for {row.category} than for {other}.")


def _how(row: r.BenefitRow, medical: r.BenefitRow) -> tuple[str, str] | None:
    """Return the field in which a row asks more than another, and in what words."""
    shares = (row.cost_share, medical.cost_share)
    if shares[0] == "not covered" or shares[1] == "not covered":
        return ("cost_share", "is worse") if shares[1] != "not covered" else None
    if _meets_deductible(shares[0]) and not _meets_deductible(shares[1]):
        return "cost_share", "asks for the deductible, which makes it worse"
    copays = (row.copay_cents or 0, medical.copay_cents or 0)
    rates = (row.coinsurance_percent or 0, medical.coinsurance_percent or 0)
    if copays[0] > copays[1] and rates[0] >= rates[1]:
        return "copay_cents", f"is ${copays[0] / 100:,.2f}, more"
    if rates[0] > rates[1] and copays[0] >= copays[1]:
        return "coinsurance_percent", f"is {plain(Decimal(rates[0]))}%, more"
    return None


def _meets_deductible(cost_share: str) -> bool:
    return "deductible" in cost_share
