"""A workbook is read whole: rows, and every problem at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from estimator.findings import stops
from estimator.rulebook.checks import all_findings, check_rows
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.snapshot import fingerprint
from tests.rulebook.mistakes import SHIPPED, TODAY, at, changed, findings_of, new_findings

BOOKS = sorted((Path(__file__).parents[1] / "contract" / "books").glob("*.xlsx"))


def test_the_shipped_workbook_has_nothing_to_mend() -> None:
    """It has notes on real plans: more asked for mental health, what no column can say."""
    loaded = load_workbook_bytes(SHIPPED.read_bytes())
    findings = all_findings(loaded, TODAY)
    known = {"mental-health-worse", "note-overstates", "note-understates", "note-either-way"}
    assert {each.code for each in findings} <= known
    assert check_rows(loaded.rows, TODAY) == findings
    assert loaded.changes[0][0] == "Date"


@pytest.mark.parametrize("book", BOOKS, ids=[book.stem for book in BOOKS])
def test_the_books_of_the_contract_are_publishable(book: Path) -> None:
    loaded = load_workbook_bytes(book.read_bytes())
    assert loaded.unread == ()
    assert not stops(all_findings(loaded, date(2026, 12, 1)))


def test_the_books_of_the_contract_are_there() -> None:
    assert len(BOOKS) == 3


def test_order_of_columns_case_spaces_and_formats_do_not_matter() -> None:
    def rearrange(book: Workbook) -> None:
        for ws in (book[sheet.name] for sheet in SHEETS):
            ws.insert_cols(1)
            ws["A1"] = "# ours"
            for row in range(1, ws.max_row + 1):
                first, last = ws.cell(row, 2), ws.cell(row, ws.max_column)
                first.value, last.value = last.value, first.value
            for cell in ws[1]:
                cell.value = f" {str(cell.value).upper()}\u00a0"
            for cell in ws["B"]:
                cell.font = openpyxl.styles.Font(bold=True)

    loaded = load_workbook_bytes(changed(rearrange))
    assert loaded.findings == ()
    assert fingerprint(loaded.rows) == fingerprint(load_workbook_bytes(SHIPPED.read_bytes()).rows)


def test_blank_rows_are_skipped_and_rows_keep_their_numbers() -> None:
    loaded = load_workbook_bytes(changed(lambda book: book["Payers"].insert_rows(3)))
    assert [row.row for row in loaded.rows["Payers"]][:3] == [2, 4, 5]


def test_several_mistakes_in_one_row_are_told_at_once() -> None:
    def change(book: Workbook) -> None:
        ws = book["Limits"]
        at(ws, "Plan ID", 2).value = "bcbsma-archtype-ppo"
        at(ws, "Network", 2).value = "inside"
        at(ws, "Individual $", 2).value = "N/A"

    found = {finding.code for finding in new_findings(change)}
    assert found == {"unknown-id", "not-in-list", "not-known-in-words"}


def test_an_unreadable_id_does_not_make_those_who_use_it_unknown() -> None:
    def change(book: Workbook) -> None:
        at(book["Plans"], "Plan ID", 2).value = "gold plan"
        at(book["Items"], "Item ID", 2).value = "#REF!"

    assert sorted(each.code for each in new_findings(change)) == ["error-value", "id-characters"]


def test_a_long_column_of_one_mistake_is_told_once_with_every_row() -> None:
    def change(book: Workbook) -> None:
        ws = book["Prices"]
        for row in range(2, ws.max_row + 1):
            at(ws, "Effective from", row).value = "1/1/2026"

    found = [each for each in new_findings(change) if each.code == "date-as-text"]
    count = len(load_workbook_bytes(SHIPPED.read_bytes()).rows["Prices"])
    assert len(found) == 5
    assert found[-1].message.endswith(f"And {count - 5} more in this column: rows 7-{count + 1}.")


def test_findings_that_stand_in_the_way_come_first() -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("Scratch")
        at(book["Tests"], "Months", 2).value = 0

    found = [each.code for each in findings_of(changed(change))]
    assert found[:2] == ["months-range", "unknown-sheet"]


def test_a_finding_says_what_was_seen_where_and_what_to_do() -> None:
    def change(book: Workbook) -> None:
        ws = book["Benefits"]
        row = next(r for r in range(2, 99) if at(ws, "Coinsurance %", r).value)
        at(ws, "Coinsurance %", row).value = 0.2

    (found,) = new_findings(change)
    assert found.message == f"Coinsurance % in {found.where} is 0.2, which would be 0.2%."
    assert found.advice.startswith("If 20% is meant, type 20.")
    assert (found.header, found.shown) == ("Coinsurance %", "0.2")


def test_what_is_no_workbook_gives_empty_sheets_and_a_finding() -> None:
    loaded = load_workbook_bytes(b"Plan ID,Kind")
    assert not loaded.readable
    assert set(loaded.rows) == {sheet.name for sheet in SHEETS}
    assert [each.code for each in all_findings(loaded, TODAY)] == ["not-a-workbook"]
