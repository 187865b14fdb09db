"""The copy of a workbook with its errors beside the rows: complete, and in the same places."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from estimator.findings import Finding, Severity, stops
from estimator.rulebook.annotated import ERRORS, annotated
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import load_tables
from estimator.rulebook.snapshot import fingerprint
from estimator.sheets.guard import guard
from estimator.sheets.table import Cell, Table
from estimator.sheets.workbook import read_workbook
from tests.rulebook.mistakes import SHIPPED, TODAY, Mistake, at, changed
from tests.rulebook.test_mistakes import COPAY, DEDUCTIBLE, RATED
from tests.support.office import convert

MISTAKES = [
    Mistake("required-blank", "Payers", "Payer name", None),
    Mistake("not-in-list", "Limits", "Network", "inn"),
    Mistake("id-characters", "Clinics", "Clinic ID", "boston sample"),
    Mistake("date-in-text", "Items", "Code", date(2026, 3, 1), number_format="mmm-yy"),
    Mistake("decimal-comma", "Prices", "Amount", "1,250"),
    Mistake("number-too-precise", "Prices", "Amount", 0.1234567, {"Price kind": "cash"}),
    Mistake("percent-ambiguous", "Benefits", "Coinsurance %", 0.2, RATED),
    Mistake("percent-for-dollars", "Limits", "Individual $", 0.2, DEDUCTIBLE, number_format="0%"),
    Mistake("date-as-text", "Policies", "Effective from", "1/2/2026"),
    Mistake("amount-missing", "Benefits", "Copay $", None, COPAY),
    Mistake("not-text", "Treatments", "Time to effect", True),
    Mistake("month-day", "Plans", "Plan year starts", "July"),
]

REPEATED = range(100, 113)
"""Rows of Benefits with one mistake in each."""


def make(book: Workbook) -> None:
    """Make all the mistakes, and give Prices a column of the staff's own in front."""
    for mistake in MISTAKES:
        mistake.make(book)
    prices = book["Prices"]
    prices.insert_cols(1)
    prices["A1"], prices["A2"] = "# Mine", "=HYPERLINK"
    book.create_sheet("Our notes")["B3"] = "call in May"
    benefits = book["Benefits"]
    for row in REPEATED:
        at(benefits, "Effective to", row).value = "soon"


@pytest.fixture(scope="module")
def given() -> bytes:
    return changed(make)


@pytest.fixture(scope="module")
def copy(given: bytes) -> bytes:
    return copy_of(given)


def findings(data: bytes) -> tuple[Finding, ...]:
    return all_findings(load_tables(read_workbook(data).tables), TODAY)


def copy_of(data: bytes) -> bytes:
    tables = read_workbook(data).tables
    loaded = load_tables(tables)
    return annotated(tables, loaded, all_findings(loaded, TODAY))


def places(data: bytes) -> set[tuple[str, str, str]]:
    found = findings(data)
    return {(f.code, f.sheet, cell) for f in found for cell in (f.cell, *f.also)}


def errors(data: bytes, sheet: str) -> dict[int, str]:
    """Return what stands under Errors, by row."""
    ws = openpyxl.load_workbook(BytesIO(data))[sheet]
    (column,) = [cell.column for cell in ws[1] if cell.value == ERRORS]
    found = {row: ws.cell(row, column).value for row in range(2, ws.max_row + 1)}
    return {row: text for row, text in found.items() if text}


def test_what_is_wrong_in_a_file_is_wrong_in_the_same_places_of_its_copy(
    given: bytes, copy: bytes
) -> None:
    assert guard(copy) == ()
    assert places(copy) == places(given)
    assert {each.code for each in MISTAKES} <= {code for code, _, _ in places(given)}


def test_each_row_says_what_is_wrong_in_it(given: bytes, copy: bytes) -> None:
    for finding in findings(given):
        if finding.cell and not finding.cell.endswith("1"):
            row = int(finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            said = errors(copy, finding.sheet)[row]
            assert f"{finding.severity.value.capitalize()}, {finding.cell}: " in said
            assert finding.message in said
            assert finding.advice in said


def test_repeats_that_are_told_once_stand_beside_every_row(copy: bytes) -> None:
    told = errors(copy, "Benefits")

    assert set(REPEATED) <= set(told)
    assert "The same as in" in told[REPEATED[-1]]


def test_a_mended_copy_can_be_uploaded() -> None:
    """Errors and own columns are not read; mending the cells in the copy mends the rules."""
    book = openpyxl.load_workbook(BytesIO(copy_of(SHIPPED.read_bytes())))
    mended = BytesIO()
    book.save(mended)
    tables = read_workbook(mended.getvalue()).tables
    meant = load_tables(read_workbook(SHIPPED.read_bytes()).tables)

    loaded = load_tables(tables)

    assert not stops(loaded.findings)
    assert fingerprint(loaded.rows) == fingerprint(meant.rows)
    assert loaded.changes == meant.changes


def test_a_copy_of_a_copy_has_one_column_of_errors(given: bytes, copy: bytes) -> None:
    again = copy_of(copy)

    assert places(again) == places(given)
    assert errors(again, "Payers") == errors(copy, "Payers")


def test_staffs_own_columns_and_sheets_are_in_the_copy_as_text(copy: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(copy))

    assert book["Our notes"]["B3"].value == "call in May"
    assert (book["Prices"]["A1"].value, book["Prices"]["A2"].value) == ("# Mine", None)
    first = [cell.value for cell in book["README"]["A"]]
    assert first[0] == "What is wrong in this workbook"
    assert any("Our notes" in str(line) for line in first)


def test_a_cell_to_mend_is_colored_and_keeps_its_dropdown(given: bytes, copy: bytes) -> None:
    sheet = openpyxl.load_workbook(BytesIO(copy))["Limits"]
    (wrong,) = [f for f in findings(given) if (f.code, f.sheet) == ("not-in-list", "Limits")]

    assert sheet[wrong.cell].fill.bgColor.rgb != "00000000"
    assert any(wrong.cell in each.sqref for each in sheet.data_validations.dataValidation)


@pytest.mark.parametrize(
    ("value", "number_format", "copied"),
    [("N/A", "General", "N/A"), (True, "General", True), (636, "00000", 636)],
)
def test_an_unreadable_cell_is_copied_as_it_was_seen(
    value: Any, number_format: str, copied: Any
) -> None:
    def typed(book: Workbook) -> None:
        cell = at(book["Payers"], "Payer type", 2)
        cell.value, cell.number_format = value, number_format

    sheet = openpyxl.load_workbook(BytesIO(copy_of(changed(typed))))["Payers"]

    cell = at(sheet, "Payer type", 2)
    assert (cell.value, cell.data_type == "f") == (copied, False)
    assert number_format in ("General", cell.number_format)


@pytest.mark.parametrize("value", ["#N/A", "=4*100"])
def test_what_cannot_be_trusted_is_left_blank(value: str) -> None:
    def typed(book: Workbook) -> None:
        at(book["Prices"], "Amount", 2).value = value

    data = changed(typed)
    sheet = openpyxl.load_workbook(BytesIO(copy_of(data)))["Prices"]

    assert at(sheet, "Amount", 2).value is None
    assert "Stop" in errors(copy_of(data), "Prices")[2]


def test_sheets_with_names_that_no_program_takes_are_renamed() -> None:
    cell = Cell(row=1, column=1, value="x")
    names = ("a:b/c", "A B C", "n" * 40, "'", "n" * 40)
    tables = [Table(name=name, rows={1: {1: cell}}) for name in names]

    book = openpyxl.load_workbook(BytesIO(annotated(tables, load_tables(tables), ())))

    assert len({name.casefold() for name in book.sheetnames}) == len(names) + 2
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_a_sheet_that_is_named_carelessly_is_known_all_the_same() -> None:
    def renamed(book: Workbook) -> None:
        book["Limits"].title = "limits "
        at(book["limits "], "Network", 2).value = "inn"

    assert "inn" in errors(copy_of(changed(renamed)), "Limits")[2]


def test_a_dropdown_whose_words_are_gone_is_left_out() -> None:
    """Other programs refuse a file that chooses from a name it does not define."""

    def without_ids(book: Workbook) -> None:
        book["Plans"]["A1"].value = "# Plan ID"

    book = openpyxl.load_workbook(BytesIO(copy_of(changed(without_ids))))

    used = {each.formula1 for each in book["Limits"].data_validations.dataValidation}
    assert {name.removeprefix("=") for name in used} <= set(book.defined_names)
    assert "ids_plans" not in book.defined_names


def test_what_belongs_to_no_row_stands_in_front() -> None:
    def without_plans(book: Workbook) -> None:
        del book["Plans"]

    data = changed(without_plans)
    book = openpyxl.load_workbook(BytesIO(copy_of(data)))

    told = [str(cell.value) for cell in book["README"]["A"]]
    (missing,) = [f for f in findings(data) if f.code == "missing-sheet"]
    assert any(missing.message in line for line in told)
    assert [f.severity for f in findings(copy_of(data))].count(Severity.STOP) == [
        f.severity for f in findings(data)
    ].count(Severity.STOP)


@pytest.mark.no_cover
def test_libreoffice_reads_the_copy_as_we_do(given: bytes, copy: bytes, tmp_path: Path) -> None:
    (tmp_path / "copy.xlsx").write_bytes(copy)

    saved = convert([tmp_path / "copy.xlsx"], "xlsx", tmp_path / "saved")["copy"].read_bytes()

    assert places(saved) == places(given)
