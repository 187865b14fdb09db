"""Checks of one row: whether its cells go together.

Each check is a function from a row to its problems; ``ROW_CHECKS`` says which sheets it is
for. At most one problem per mistake, at the first cell a person has to type into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY, plain
from estimator.rulebook.schema import SHEETS

_CODE_LENGTHS = {"CPT": (5, 5), "HCPCS": (5, 5), "NDC": (10, 11)}
_NPI_DIGITS = 10
_TIN_DIGITS = 9
_LONGEST_MONTHS = 36
_PROGRAM_KINDS = {
    "insured": ("patient pays at least",),
    "self-pay": ("percent off", "price per unit"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell of a row that was read: its field, and the finding's words."""

    field: str
    code: str
    says: str
    advice: str = ""


Problems = Iterator[Problem]


def dates(row: r.Dated) -> Problems:
    """A row ends on or after the day it begins."""
    if row.effective_to and row.effective_to < row.effective_from:
        yield Problem(
            "effective_to",
            "dates-reversed",
            f"is {row.effective_to}, before Effective from, {row.effective_from}.",
        )


def amounts_of_phrase(row: r.BenefitRow) -> Problems:
    """The phrase says which amounts there are: those it names, and no others."""
    amounts = (
        ("copay", "copay_cents", row.copay_cents),
        ("coinsurance", "coinsurance_percent", row.coinsurance_percent),
    )
    for word, name, value in amounts:
        if word in row.cost_share and value is None:
            yield Problem(
                name, "amount-missing", f'is blank, and Cost share is "{row.cost_share}".'
            )
        if word not in row.cost_share and value is not None:
            yield Problem(
                name,
                "amount-unused",
                f'is filled in, and Cost share is "{row.cost_share}".',
                f"Clear it, or choose a Cost share that names the {word}.",
            )


def category_of_item_row(row: r.BenefitRow) -> Problems:
    """A row for one item is for it whatever its category."""
    if ANY not in (row.item_id, row.category):
        yield Problem(
            "category", "item-row-category", f"is {row.category}; the row is for {row.item_id}."
        )


def least_and_most_coinsurance(row: r.BenefitRow) -> Problems:
    """The least coinsurance of a line is at most the most."""
    least, most = row.coinsurance_min_cents, row.coinsurance_max_cents
    if least is not None and most is not None and least > most:
        yield Problem(
            "coinsurance_min_cents", "minimum-over-maximum", "is above Coinsurance max $."
        )


def prices_for_everyone(row: r.PriceRow) -> Problems:
    """What is billed, and what is paid without insurance, depend on no plan."""
    everyone = (("payer_id", ANY), ("plan_id", ANY), ("network", "all"))
    wrong = [(name, word) for name, word in everyone if getattr(row, name) != word]
    if row.kind != "allowed" and wrong:
        name, word = wrong[0]
        yield Problem(
            name,
            "price-not-for-all",
            f"is {getattr(row, name)}; a {row.kind} price is for everyone.",
            f"Type {word}, or choose allowed as Price kind.",
        )


def charge_in_percent(row: r.PriceRow) -> Problems:
    """A charge cannot be a share of itself."""
    if row.kind == "charge" and row.basis != "dollars":
        yield Problem(
            "basis", "charge-in-percent", f"is {row.basis}; the row is the charge itself."
        )


def price_range(row: r.PriceRow) -> Problems:
    """Low, Amount and High are in this order."""
    if row.low is not None and row.low > row.amount:
        yield Problem(
            "low", "price-range", f"is {plain(row.low)}, above Amount, {plain(row.amount)}."
        )
    if row.high is not None and row.high < row.amount:
        yield Problem(
            "high", "price-range", f"is {plain(row.high)}, below Amount, {plain(row.amount)}."
        )


def limit_cells(row: r.LimitRow) -> Problems:
    """Only deductibles carry over; a family's amount is there and the larger one."""
    if row.carryover_months and row.kind != "deductible":
        yield Problem("carryover_months", "carryover-not-deductible", "is for deductibles only.")
    if row.family_basis == "aggregate" and row.family_cents is None:
        yield Problem("family_cents", "family-missing", "is blank, and Family basis is aggregate.")
    if row.family_cents is not None and row.family_cents < row.individual_cents:
        yield Problem("family_cents", "family-below-individual", "is below Individual $.")


def code_of_item(row: r.ItemRow) -> Problems:
    """A code has the length of its type; too few digits are those that lost their zeros."""
    least, most = _CODE_LENGTHS.get(row.code_type or "", (0, 0))
    if row.code is None or not most:
        return
    length = len(re.sub(r"[-\s]", "", row.code) if row.code_type == "NDC" else row.code)
    if least <= length <= most:
        return
    yield _length(row.code, "code", str(row.code_type), most, too_short=length < least)


def numbers_of_clinic(row: r.ClinicRow) -> Problems:
    """An NPI has ten digits, a TIN nine."""
    for name, title, digits in (("npi", "NPI", _NPI_DIGITS), ("tin", "TIN", _TIN_DIGITS)):
        text = getattr(row, name)
        if text and not re.fullmatch(rf"\d{{{digits}}}", re.sub(r"[-\s]", "", text)):
            too_short = len(re.sub(r"[-\s]", "", text)) < digits
            yield _length(text, name, title, digits, too_short=too_short)


def main_item(row: r.TreatmentRow) -> Problems:
    """What is priced has an item that decides its coverage."""
    if row.main_item is None and not row.not_priced_because:
        yield Problem("main_item", "main-item-missing", "is blank, and so is Not priced because.")


def course_times(row: r.CourseRow) -> Problems:
    """What happens more than once happens every so many days."""
    times = (row.times_low, row.times_typical, row.times_high)
    repeats = any(each == ANY or int(each) > 1 for each in times)
    if repeats and not row.every_days:
        seen = "is blank" if row.every_days is None else "is 0"
        yield Problem("every_days", "every-missing", f"{seen}, and a Times is over 1 or *.")
    ordered = [float("inf") if each == ANY else int(each) for each in times]
    if ordered != sorted(ordered):
        yield Problem(
            "times_low",
            "times-order",
            f"is {times[0]}, typical {times[1]} and high {times[2]}, which do not rise.",
        )


def program_kind(row: r.AssistanceRow) -> Problems:
    """Insured programs leave a least amount; self-pay programs lower the price."""
    kinds = _PROGRAM_KINDS[row.applies_to]
    if row.kind not in kinds:
        yield Problem(
            "kind",
            "program-kind",
            f'is "{row.kind}", and Applies to is {row.applies_to}.',
            f"Choose {' or '.join(kinds)}, or change Applies to.",
        )
    if row.payer_types and row.applies_to == "self-pay":
        yield Problem(
            "payer_types", "payer-types-unused", "is filled in; it narrows insured programs only."
        )


def parameter_unit(row: r.ParameterRow) -> Problems:
    """The numbers the program uses are dollars."""
    if row.parameter in r.PARAMETERS and row.unit != "$":
        yield Problem("unit", "parameter-unit", f"is {row.unit}; {row.parameter} is in dollars.")


def months_of_test(row: r.TestRow) -> Problems:
    """An estimate is for 1 to 36 months."""
    if not 1 <= row.months <= _LONGEST_MONTHS:
        yield Problem("months", "months-range", f"is {row.months}; it takes 1 to 36.")


def _length(text: str, name: str, title: str, length: int, *, too_short: bool) -> Problem:
    lost = too_short and text.isdigit()
    says = f"is {text}; {'an' if title[0] in 'NH' else 'a'} {title} has {length} characters."
    if not lost:
        return Problem(name, "code-length", says)
    advice = f"If leading zeros were lost, format the cell as Text and type {text.zfill(length)}."
    return Problem(name, "code-lost-zeros", says, advice)


ROW_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Any], Problems]], ...] = (
    (tuple(sheet.name for sheet in SHEETS if sheet.dated), dates),
    (("Clinics",), numbers_of_clinic),
    (("Limits",), limit_cells),
    (("Items",), code_of_item),
    (("Prices",), prices_for_everyone),
    (("Prices",), charge_in_percent),
    (("Prices",), price_range),
    (("Benefits",), amounts_of_phrase),
    (("Benefits",), category_of_item_row),
    (("Benefits",), least_and_most_coinsurance),
    (("Treatments",), main_item),
    (("Courses",), course_times),
    (("Assistance",), program_kind),
    (("Parameters",), parameter_unit),
    (("Tests",), months_of_test),
)
