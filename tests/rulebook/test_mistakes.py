"""One mistake in the shipped workbook gives exactly one finding, at its cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from openpyxl.workbook import Workbook

from estimator.rulebook.codes import BETWEEN_CODES, CELL_CODES, CODES, ROW_CODES, SHEET_CODES
from tests.rulebook.mistakes import (
    GIVEN,
    Mistake,
    add_row,
    at,
    new_findings,
    new_findings_in_file,
    row_where,
)

RATED = {"Coinsurance %": GIVEN}
COPAY = {"Cost share": "copay"}
CASH = {"Price kind": "cash"}
DEDUCTIBLE = {"Kind": "deductible"}
INSURED = {"Applies to": "insured"}
MENTAL = {"Category": "mental health visit"}
REPEATED = {"Every (days)": GIVEN, "Times high": "*"}

TYPED = [
    # What one cell can say.
    Mistake("required-blank", "Payers", "Payer name", None),
    Mistake("required-blank", "Benefits", "Source", "\u00a0 "),
    Mistake("error-value", "Prices", "Amount", "#N/A"),
    Mistake("formula-without-value", "Prices", "Amount", "=4*100"),
    Mistake("not-in-list", "Limits", "Network", "inn"),
    Mistake("not-in-list", "Assistance", "Payer types", "commercial, marketplace"),
    Mistake("not-yes-or-no", "Items", "Billed to the plan", "maybe"),
    Mistake("any-not-allowed", "Limits", "Network", "*"),
    Mistake("any-not-allowed", "Items", "Category", "*"),
    Mistake("id-characters", "Clinics", "Clinic ID", "boston sample"),
    Mistake("code-characters", "Policies", "Diagnoses", "F32.2, depression!"),
    Mistake("not-text", "Items", "Category", True),
    Mistake("not-text", "Items", "Item ID", 1.5),
    Mistake("date-in-text", "Items", "Code", date(2026, 3, 1), number_format="mmm-yy"),
    Mistake("date-in-text", "Plans", "Plan ID", date(2026, 1, 2), number_format="d-mmm"),
    Mistake("not-a-number", "Limits", "Individual $", "about 1500"),
    Mistake("not-a-number", "Limits", "Individual $", date(2026, 1, 2)),
    Mistake("not-known-in-words", "Limits", "Family $", "N/A"),
    Mistake("not-known-in-words", "Limits", "Effective to", "unknown"),
    Mistake("decimal-comma", "Prices", "Amount", "12,5"),
    Mistake("decimal-comma", "Prices", "Amount", "1,250"),
    Mistake("number-negative", "Benefits", "Copay $", -30, COPAY),
    Mistake("number-too-precise", "Limits", "Individual $", 1500.005),
    Mistake("number-too-precise", "Prices", "Amount", 0.1234567),
    Mistake("number-too-large", "Limits", "Individual $", 1e9),
    Mistake("number-not-whole", "Courses", "First day", 1.5),
    Mistake("percent-ambiguous", "Benefits", "Coinsurance %", 0.2, RATED),
    Mistake("percent-ambiguous", "Benefits", "Coinsurance %", "0.2", RATED),
    Mistake("percent-ambiguous", "Assistance", "Value", 0.3, {"Kind": "percent off"}),
    Mistake("percent-ambiguous", "Assistance", "Income limit % FPL", 3, {"Kind": "percent off"}),
    Mistake("percent-over-100", "Benefits", "Coinsurance %", 20, RATED, number_format="0%"),
    Mistake("percent-for-dollars", "Limits", "Individual $", 0.2, number_format="0%"),
    Mistake("date-as-text", "Limits", "Effective from", "1/2/2026"),
    Mistake("date-as-text", "Limits", "Effective from", "13/1/2026"),
    Mistake("date-impossible", "Limits", "Effective from", "2026-02-30"),
    Mistake("number-for-date", "Limits", "Effective from", 46023, number_format="General"),
    Mistake("month-day", "Plans", "Plan year starts", "02-29"),
    Mistake("month-day", "Plans", "Plan year starts", "July"),
    # What the cells of one row say together.
    Mistake("dates-reversed", "Networks", "Effective to", date(2025, 12, 31)),
    Mistake("amount-missing", "Benefits", "Copay $", None, COPAY),
    Mistake("amount-missing", "Benefits", "Coinsurance %", None, RATED),
    Mistake("amount-unused", "Benefits", "Coinsurance %", 20, COPAY),
    Mistake("item-row-category", "Benefits", "Item ID", "iv-infusion", found_at="Category"),
    Mistake("price-not-for-all", "Prices", "Network", "in", CASH),
    Mistake("price-not-for-all", "Prices", "Payer ID", "aetna", CASH),
    Mistake("charge-in-percent", "Prices", "Basis", "percent of charge", {"Price kind": "charge"}),
    Mistake("price-range", "Prices", "Low", 99999, {**CASH, "Low": GIVEN}),
    Mistake(
        "carryover-not-deductible",
        "Limits",
        "Carry-over months",
        3,
        {"Kind": "out-of-pocket max"},
    ),
    Mistake("family-below-individual", "Limits", "Family $", 10, {**DEDUCTIBLE, "Family $": GIVEN}),
    Mistake("code-lost-zeros", "Items", "Code", 636, {"Code type": "CPT"}),
    Mistake("code-lost-zeros", "Clinics", "NPI", 123456789),
    Mistake("code-length", "Items", "Code", "J34901", {"Code type": "HCPCS"}),
    Mistake("main-item-missing", "Treatments", "Main item", None, {"Arm": "ketamine"}),
    Mistake("every-missing", "Courses", "Every (days)", None, REPEATED),
    Mistake("times-order", "Courses", "Times low", 30, {"Times high": 8}),
    Mistake("program-kind", "Assistance", "Kind", "percent off", {"Applies to": "insured"}),
    Mistake("payer-types-unused", "Assistance", "Payer types", "va", {"Applies to": "self-pay"}),
    Mistake("parameter-unit", "Parameters", "Unit", "count", {"Parameter": "fpl_first_person"}),
    Mistake("months-range", "Tests", "Months", 37),
    # What rows say to each other.
    Mistake("unknown-id", "Networks", "Payer ID", "bcbsmaa", {"Plan ID": "*"}),
    Mistake("unknown-id", "Tests", "Treatment ID", "iv-ketamin"),
    Mistake("unknown-id", "Plans", "Payer ID", "BCBS"),
    Mistake("unknown-category", "Benefits", "Category", "ofice visit", COPAY),
    Mistake("unknown-route", "Tests", "Route", "self pay"),
    Mistake("plan-of-other-payer", "Networks", "Plan ID", "aetna-fl-ppo-1500"),
    Mistake("beyond-federal-limits", "Limits", "Family $", 99000, {"Kind": "out-of-pocket max"}),
    Mistake("ended-row", "Networks", "Effective to", date(2026, 12, 31)),
    Mistake("assistance-federal", "Assistance", "Payer types", "commercial; medicare", INSURED),
    Mistake("assistance-federal", "Assistance", "Payer types", None, INSURED),
    Mistake("mental-health-worse", "Benefits", "Copay $", 99, {**COPAY, **MENTAL}),
    Mistake("note-overstates", "Plans", "Note", "The cap is not entered, so this overstates."),
    Mistake("note-understates", "Prices", "Note", "Drug costs are understated."),
    Mistake("note-either-way", "Items", "Note", "This may be over- or understated (verify)."),
    Mistake("not-checked-for-a-year", "Plans", "Checked on", date(2025, 11, 1)),
]


def _merge(book: Workbook) -> str:
    book["Benefits"].merge_cells("D5:D6")
    return "Benefits!D5"


def _remove_sheet(book: Workbook) -> str:
    del book["Items"]
    return "Items"


def _rename_sheet(book: Workbook) -> str:
    book["Benefits"].title = "Benefit"
    return "Benefits"


def _add_sheet(book: Workbook) -> str:
    book.create_sheet("Old prices")["A1"] = "Price"
    return "Old prices"


def _remove_column(book: Workbook) -> str:
    ws = book["Payers"]
    ws.delete_cols(at(ws, "Aliases", 1).column)
    return f"Payers!{ws.cell(1, ws.max_column + 1).coordinate}"


def _rename_column(book: Workbook) -> str:
    cell = at(book["Benefits"], "Coinsurance %", 1)
    cell.value = "Coinsurance"
    return f"Benefits!{cell.coordinate}"


def _repeat_column(book: Workbook) -> str:
    ws = book["Benefits"]
    cell = ws.cell(1, ws.max_column + 1)
    cell.value = "copay $ "
    return f"Benefits!{cell.coordinate}"


def _own_column(book: Workbook) -> str:
    ws = book["Benefits"]
    cell = ws.cell(1, ws.max_column + 1)
    cell.value = "Asked whom"
    return f"Benefits!{cell.coordinate}"


def _beside_the_table(book: Workbook) -> str:
    ws = book["Benefits"]
    cell = ws.cell(5, ws.max_column + 2)
    cell.value = "Ann says 30"
    return f"Benefits!{cell.coordinate}"


def _title_above(book: Workbook) -> str:
    book["Limits"].insert_rows(1)
    book["Limits"]["A1"] = "Limits of our plans"
    return "Limits!A1"


def _hide_row(book: Workbook) -> str:
    book["Prices"].row_dimensions[4].hidden = True
    return "Prices!A4"


def _aggregate_without_amount(book: Workbook) -> str:
    ws = book["Limits"]
    row = row_where(ws, **DEDUCTIBLE)
    at(ws, "Family basis", row).value = "aggregate"
    at(ws, "Family $", row).value = None
    return f"Limits!{at(ws, 'Family $', row).coordinate}"


def _least_over_most(book: Workbook) -> str:
    ws = book["Benefits"]
    row = row_where(ws, **RATED)
    at(ws, "Coinsurance min $", row).value = 100
    at(ws, "Coinsurance max $", row).value = 50
    return f"Benefits!{at(ws, 'Coinsurance min $', row).coordinate}"


def _deductible_over_maximum(book: Workbook) -> str:
    ws = book["Limits"]
    row = row_where(ws, **{**DEDUCTIBLE, "Class": "all", "Network": "in"})
    at(ws, "Family $", row).value = 60000
    cell = at(ws, "Individual $", row)
    cell.value = 50000
    return f"Limits!{cell.coordinate}"


def _low_deductible_beside_an_hsa(book: Workbook) -> str:
    ws = book["Limits"]
    row = row_where(ws, **{**DEDUCTIBLE, "Plan ID": "nj-horizon-omnia-silver-saver-hsa-01"})
    cell = at(ws, "Individual $", row)
    cell.value = 900
    return f"Limits!{cell.coordinate}"


def _same_row_twice(book: Workbook) -> str:
    ws = book["Networks"]
    return f"Networks!{at(ws, 'Effective from', add_row(ws, 2)).coordinate}"


def _same_id_twice(book: Workbook) -> str:
    return f"Payers!A{add_row(book['Payers'], 2)}"


def _deductible_inside_another(book: Workbook) -> str:
    ws = book["Limits"]
    row = add_row(ws, row_where(ws, **DEDUCTIBLE, Class="all"), Class="drug")
    return f"Limits!{at(ws, 'Class', row).coordinate}"


def _rule_id_twice(book: Workbook) -> str:
    ws = book["Benefits"]
    at(ws, "Rule ID", 5).value = at(ws, "Rule ID", 4).value
    return "Benefits!A5"


def _program_at_odds_with_itself(book: Workbook) -> str:
    ws = book["Assistance"]
    first = at(ws, "Program ID", 2).value
    row = next(r for r in range(3, ws.max_row + 1) if at(ws, "Program ID", r).value == first)
    cell = at(ws, "Maximum per year $", row)
    cell.value = 77
    return f"Assistance!{cell.coordinate}"


def _hole_between_dates(book: Workbook) -> str:
    ws = book["Networks"]
    at(ws, "Effective to", 2).value = date(2026, 6, 30)
    add_row(ws, 2, **{"Effective from": date(2026, 8, 1), "Effective to": None})
    return f"Networks!{at(ws, 'Effective to', 2).coordinate}"


def _no_deductible(book: Workbook) -> str:
    limits, plans = book["Limits"], book["Plans"]
    plan = {"Plan ID": "archetype-ketamine-benefit"}
    limits.delete_rows(row_where(limits, **DEDUCTIBLE, **plan))
    return f"Plans!A{row_where(plans, **plan)}"


def _crossing(book: Workbook) -> str:
    ws = book["Networks"]
    row = row_where(ws, **{"Payer ID": "aetna", "Plan ID": "*", "Network": "in"})
    changes = {"Clinic ID": "*", "Plan ID": "aetna-fl-ppo-1500", "Network": "out"}
    return f"Networks!A{add_row(ws, row, **changes)}"


def _never_wins(book: Workbook) -> str:
    ws = book["Benefits"]
    row = row_where(ws, **{"Category": "office visit", "Network": "in", "Item ID": "*"})
    plan, column = at(ws, "Plan ID", row).value, at(ws, "Plan ID", 1).coordinate[0]
    row_where(ws, **{"Category": "office visit", "Network": "out", "Plan ID": plan})
    added = add_row(ws, row, **{"Network": "all", "Rule ID": None})
    return f"Benefits!{column}{added}"


def _new_item(book: Workbook, **cells: str) -> None:
    add_row(book["Items"], 2, **{"Item ID": "new-item", **cells})


def _use_new_item(book: Workbook) -> str:
    ws = book["Courses"]
    row = add_row(ws, 2, **{"Item ID": "new-item", "Step": 90})
    return f"Courses!{at(ws, 'Item ID', row).coordinate}"


def _price_new_item(book: Workbook, **cells: str) -> None:
    ws = book["Prices"]
    add_row(ws, row_where(ws, **CASH), **{"Item ID": "new-item", **cells})


def _item_without_price(book: Workbook) -> str:
    _new_item(book)
    return _use_new_item(book)


def _item_without_price_at_one_clinic(book: Workbook) -> str:
    _new_item(book)
    _price_new_item(book, **{"Clinic ID": at(book["Clinics"], "Clinic ID", 2).value})
    return _use_new_item(book)


def _item_without_benefit(book: Workbook) -> str:
    _new_item(book, Category="clinic fee")
    _price_new_item(book)
    return _use_new_item(book)


def _item_without_policy(book: Workbook) -> str:
    _new_item(book, **{"Policy of": "new-item"})
    _price_new_item(book)
    return _use_new_item(book)


def _text_without_spanish(book: Workbook) -> str:
    cell = at(book["Items"], "Description", 3)
    cell.value = "A text that nobody translated"
    return f"Items!{cell.coordinate}"


MADE: list[tuple[str, Callable[[Workbook], str]]] = [
    ("merged-cells", _merge),
    ("missing-sheet", _remove_sheet),
    ("missing-sheet", _rename_sheet),
    ("unknown-sheet", _add_sheet),
    ("missing-column", _remove_column),
    ("missing-column", _rename_column),
    ("duplicate-column", _repeat_column),
    ("unknown-column", _own_column),
    ("unknown-column", _beside_the_table),
    ("missing-header", _title_above),
    ("hidden-row", _hide_row),
    ("family-missing", _aggregate_without_amount),
    ("minimum-over-maximum", _least_over_most),
    ("deductible-over-maximum", _deductible_over_maximum),
    ("beyond-federal-limits", _low_deductible_beside_an_hsa),
    ("same-key", _same_row_twice),
    ("same-key", _same_id_twice),
    ("deductibles-at-odds", _deductible_inside_another),
    ("rule-id-twice", _rule_id_twice),
    ("program-rows-differ", _program_at_odds_with_itself),
    ("date-hole", _hole_between_dates),
    ("plan-without-deductible", _no_deductible),
    ("crossing-rows", _crossing),
    ("never-wins", _never_wins),
    ("item-without-price", _item_without_price),
    ("item-without-price", _item_without_price_at_one_clinic),
    ("item-without-benefit", _item_without_benefit),
    ("item-without-policy", _item_without_policy),
    ("text-without-spanish", _text_without_spanish),
]

ALL = [(mistake.code, mistake.make) for mistake in TYPED] + MADE
NAMES = [f"{m.code}, {m.sheet}, {m.header}: {m.value}" for m in TYPED] + [
    f"{code}, {make.__name__.strip('_')}" for code, make in MADE
]


@pytest.mark.parametrize(("code", "make"), ALL, ids=NAMES)
def test_one_mistake_gives_one_finding_at_its_cell(
    code: str, make: Callable[[Workbook], str]
) -> None:
    where: list[str] = []
    found = new_findings(lambda book: where.append(make(book)))
    assert [(each.code, each.where) for each in found] == [(code, where[0])]
    assert found[0].severity is CODES[code].severity
    assert found[0].advice


@pytest.mark.parametrize(("code", "make"), ALL[::12], ids=NAMES[::12])
def test_the_same_is_found_in_the_saved_file(code: str, make: Callable[[Workbook], str]) -> None:
    where: list[str] = []
    found = new_findings_in_file(lambda book: where.append(make(book)))
    assert [(each.code, each.where) for each in found] == [(code, where[0])]


def test_every_code_of_the_rules_has_a_mistake_that_gives_it() -> None:
    made = {code for code, _ in ALL}
    by_services = {"failing-test", "setup-not-moved"}
    assert made == {*SHEET_CODES, *CELL_CODES, *ROW_CODES, *BETWEEN_CODES} - by_services
    assert len(ALL) >= 90
