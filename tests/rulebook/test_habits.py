"""The twenty-two ways in which spreadsheets are known to go wrong, each done to the shipped one.

What can mean one thing only is read as that, and the fingerprint stays; everything else is
found at the cell where a person has to type.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple

import pytest
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from estimator.rulebook.columns import Kind
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.snapshot import fingerprint
from estimator.sheets.workbook import tables_of
from tests.rulebook.mistakes import SHIPPED, add_row, at, new_findings, opened

pytestmark = pytest.mark.no_cover  # the whole shipped rules, again and again


@cache
def shipped_book() -> Workbook:
    """The shipped workbook, to look things up in."""
    return opened()


class Found(NamedTuple):
    """A finding at a cell of the shipped workbook; without a header, about the whole sheet."""

    code: str
    sheet: str
    header: str = ""
    row: int = 0

    @property
    def where(self) -> str:
        """Its address."""
        if not self.header:
            return self.sheet
        return f"{self.sheet}!{at(shipped_book()[self.sheet], self.header, self.row).coordinate}"


class Habit(NamedTuple):
    """What a person or a program did, and what must be found; nothing: it is read as meant."""

    number: int
    name: str
    do: Callable[[Workbook], object]
    found: tuple[Found, ...] = ()


def put(
    sheet: str, header: str, row: int, value: object, number_format: str = ""
) -> Callable[[Workbook], object]:
    def do(book: Workbook) -> None:
        cell = at(book[sheet], header, row)
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return do


def as_share(book: Workbook) -> None:
    for row in range(2, book["Benefits"].max_row + 1):
        cell = at(book["Benefits"], "Coinsurance %", row)
        if cell.value:
            cell.value, cell.number_format = cell.value / 100, "0.0%"


def spaces_and_capitals(book: Workbook) -> None:
    """As pasted from a web page: spaces that do not break, zero-width signs, capitals."""
    for sheet in SHEETS:
        ws = book[sheet.name]
        for column in sheet.columns:
            for row in range(2, ws.max_row + 1):
                cell = at(ws, column.header, row)
                if isinstance(cell.value, str):
                    text = cell.value.upper() if column.kind is Kind.WORD else cell.value
                    cell.value = f"\u00a0 {text}\u200b "


def blank_rows(book: Workbook) -> None:
    for name in ("Items", "Payers", "Policies"):
        book[name].insert_rows(7)


def without_dropdowns(book: Workbook) -> None:
    for ws in book.worksheets:
        ws.data_validations.dataValidation = []
    book.defined_names.clear()


def other_formats(book: Workbook) -> None:
    """As LibreOffice writes them."""
    forms = {"yyyy-mm-dd": "yyyy\\-mm\\-dd", "0.00": "\\$#,##0.00", "General": "Standard"}
    for ws in book.worksheets:
        for row in ws.iter_rows(min_row=2):
            for cell in row:
                cell.number_format = forms.get(cell.number_format, cell.number_format)


def overlap(book: Workbook) -> None:
    add_row(book["Networks"], 2, **{"Effective from": date(2026, 6, 1)})
    at(book["Networks"], "Effective to", 2).value = date(2026, 12, 31)


def hole(book: Workbook) -> None:
    at(book["Networks"], "Effective to", 2).value = date(2026, 6, 30)
    add_row(book["Networks"], 2, **{"Effective from": date(2026, 8, 1), "Effective to": None})


def masked(book: Workbook) -> None:
    """For both networks, where each has its own row."""
    add_row(book["Benefits"], COPAY, **{"Network": "all", "Rule ID": None})


def merged(book: Workbook) -> None:
    ws = book["Prices"]
    ws.merge_cells(f"{at(ws, 'Item ID', 2).coordinate}:{at(ws, 'Item ID', 3).coordinate}")


def hidden(book: Workbook) -> None:
    book["Prices"].row_dimensions[4].hidden = True


def far_below(book: Workbook) -> None:
    book["Prices"].cell(1_048_000, 1).font = Font(bold=True)


def private_column(book: Workbook) -> None:
    for row in range(1, 9):
        book["Benefits"].cell(row, 40).value = "# ask Ann"


def old_table(book: Workbook) -> None:
    book.create_sheet("Benefit")["A1"] = "Payer ID"


COPAY, RATED = 9, 10
"""Two rows of Benefits, of one plan and category: a copay in the network, a rate out of it."""
RATE = ("Benefits", "Coinsurance %", RATED)
DAY = ("Limits", "Effective from", 2)
HABITS = [
    Habit(1, "0.2 for 20%", put(*RATE, 0.2, "General"), (Found("percent-ambiguous", *RATE),)),
    Habit(1, "20 shown as 2000%", put(*RATE, 20, "0%"), (Found("percent-over-100", *RATE),)),
    Habit(1, "every rate formatted as a percentage", as_share),
    Habit(2, "a date as text", put(*DAY, "1/2/2026"), (Found("date-as-text", *DAY),)),
    Habit(2, "a date as text, one reading", put(*DAY, "31/1/2026"), (Found("date-as-text", *DAY),)),
    Habit(2, "a date as text, year first", put(*DAY, "2026-01-01")),
    Habit(3, "spaces and capitals", spaces_and_capitals),
    Habit(
        4,
        "lost zeros",
        put("Items", "Code", 2, 636, "General"),
        (Found("code-lost-zeros", "Items", "Code", 2),),
    ),
    Habit(
        5,
        "an ID that became a date",
        put("Policies", "Policy ID", 2, date(2026, 3, 1), "d-mmm"),
        (Found("date-in-text", "Policies", "Policy ID", 2),),
    ),
    Habit(
        6,
        "a formula without its value",
        put("Prices", "Amount", 2, "=2*150"),
        (Found("formula-without-value", "Prices", "Amount", 2),),
    ),
    Habit(
        7,
        "an error value",
        put("Prices", "Amount", 2, "#REF!"),
        (Found("error-value", "Prices", "Amount", 2),),
    ),
    Habit(8, "merged cells", merged, (Found("merged-cells", "Prices", "Item ID", 2),)),
    Habit(9, "a hidden row", hidden, (Found("hidden-row", "Prices", "Price kind", 4),)),
    Habit(10, "a formatted cell at row one million", far_below),
    Habit(11, "blank rows in the middle", blank_rows),
    Habit(
        12,
        "a renamed header",
        put("Benefits", "Copay $", 1, "Copays"),
        (Found("missing-column", "Benefits", "Copay $", 1),),
    ),
    Habit(12, "a private column", private_column),
    Habit(
        13,
        "one blank cell among many that may be blank",
        put("Limits", "Kind", 2, None),
        (Found("required-blank", "Limits", "Kind", 2),),
    ),
    Habit(14, "overlapping dates", overlap, (Found("same-key", "Networks", "Effective from", 56),)),
    Habit(15, "a hole between dates", hole, (Found("date-hole", "Networks", "Effective to", 2),)),
    Habit(
        15,
        "nothing after the year's end",
        put("Networks", "Effective to", 2, date(2026, 12, 31)),
        (Found("ended-row", "Networks", "Effective to", 2),),
    ),
    Habit(
        16, "a row that is never used", masked, (Found("never-wins", "Benefits", "Plan ID", 165),)
    ),
    Habit(
        17,
        "a word that is none does not mean no match",
        put("Benefits", "Network", RATED, "inn"),
        (Found("not-in-list", "Benefits", "Network", RATED),),
    ),
    Habit(18, "a code with letters and signs", put("Items", "Code", 7, "1-2-E5")),
    Habit(19, "dropdowns lost", without_dropdowns),
    Habit(20, "number formats rewritten", other_formats),
    Habit(
        21,
        "N/A for a number",
        put("Limits", "Family $", 2, "N/A"),
        (Found("not-known-in-words", "Limits", "Family $", 2),),
    ),
    Habit(22, "an old table left in the file", old_table, (Found("unknown-sheet", "Benefit"),)),
]


@cache
def meant() -> str:
    return fingerprint(load_workbook_bytes(SHIPPED.read_bytes()).rows)


KEPT = [habit for habit in HABITS if not habit.found and habit.number != 18]


def test_all_twenty_two_are_tried() -> None:
    assert {habit.number for habit in HABITS} == set(range(1, 23))


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: f"{habit.number}, {habit.name}")
def test_a_habit_is_found_at_its_cell_and_nowhere_else(habit: Habit) -> None:
    found = new_findings(habit.do)
    assert [(each.code, each.where) for each in found] == [
        (each.code, each.where) for each in habit.found
    ]
    assert all(each.advice for each in found)


@pytest.mark.parametrize("habit", KEPT, ids=lambda habit: f"{habit.number}, {habit.name}")
def test_what_can_mean_one_thing_only_is_read_as_that(habit: Habit) -> None:
    book = opened()
    habit.do(book)
    assert fingerprint(load_tables(tables_of(book)).rows) == meant()


def test_a_code_with_letters_signs_and_zeros_is_kept_as_it_stands() -> None:
    book = opened()
    put("Items", "Code", 7, "0042-9E5")(book)
    (item,) = [row for row in load_tables(tables_of(book)).rows["Items"] if row.row == 7]
    assert item.code == "0042-9E5"
