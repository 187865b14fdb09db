"""A workbook that is written can be filled in, read again, and says the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from estimator.rulebook.columns import Kind
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.rows import BenefitRow, ItemRow, PriceRow, TreatmentRow
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.template import write_workbook
from tests.rulebook.mistakes import SHIPPED, at


@pytest.fixture(scope="module")
def blank() -> Workbook:
    return openpyxl.load_workbook(BytesIO(write_workbook()))


def test_a_blank_workbook_has_no_findings_and_no_rows() -> None:
    loaded = load_workbook_bytes(write_workbook())
    assert loaded.findings == ()
    assert not any(loaded.rows.values())


def test_it_begins_with_what_to_know_and_ends_with_lists_and_the_log(blank: Workbook) -> None:
    names = [sheet.name for sheet in SHEETS]
    assert blank.sheetnames == ["README", *names, "Lists", "Changes"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_headers_are_frozen_bold_explained_and_dark_where_required(
    blank: Workbook, sheet: Any
) -> None:
    ws = blank[sheet.name]
    assert ws.freeze_panes == "A2"
    for column in sheet.columns:
        cell = at(ws, column.header, 1)
        assert cell.font.bold
        assert column.help in cell.comment.text
        assert (cell.fill.fgColor.rgb == "FF1F3A5F") == column.required


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_words_and_ids_are_offered_through_defined_names(blank: Workbook, sheet: Any) -> None:
    ws = blank[sheet.name]
    offered = {str(each.sqref).split(":")[0]: each for each in ws.data_validations.dataValidation}
    for column in sheet.columns:
        first = at(ws, column.header, 2).coordinate
        if column.kind in (Kind.WORD, Kind.YES_NO) or column.references:
            name = offered[first].formula1.lstrip("=")
            assert name in blank.defined_names
        if column.kind is Kind.WORD:
            ((place, cells),) = blank.defined_names[name].destinations
            words = tuple(row[0].value for row in blank[place][cells])
            assert words == column.words


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_new_cells_of_ids_and_codes_are_text_and_dates_are_dates(
    blank: Workbook, sheet: Any
) -> None:
    formats = {Kind.ID: "@", Kind.CODE: "@", Kind.DATE: "yyyy-mm-dd", Kind.MONEY: "0.00"}
    ws = blank[sheet.name]
    styled = {
        number: columns.number_format
        for columns in ws.column_dimensions.values()
        for number in range(columns.min, columns.max + 1)
    }
    for column in sheet.columns:
        if column.kind in formats:
            assert styled[at(ws, column.header, 1).column] == formats[column.kind]


def test_long_texts_are_shown_whole_where_they_are_to_be_read() -> None:
    """Excel makes such rows higher by itself, LibreOffice does not."""
    book = openpyxl.load_workbook(SHIPPED)
    for ws in (book["Treatments"], book["Words"]):
        widths = {
            at: columns.width
            for columns in ws.column_dimensions.values()
            for at in range(columns.min, columns.max + 1)
        }
        for cells in ws.iter_rows(min_row=2):
            lines = max(len(str(cell.value or "")) / widths[cell.column] for cell in cells)
            height = ws.row_dimensions[cells[0].row].height or 15
            assert all(cell.alignment.wrap_text for cell in cells if cell.value)
            assert height >= 15 * lines


def test_elsewhere_a_row_is_a_line() -> None:
    ws = openpyxl.load_workbook(SHIPPED)["Benefits"]
    assert {ws.row_dimensions[row].height for row in range(2, ws.max_row + 1)} == {None}
    assert not any(cell.alignment.wrap_text for cells in ws.iter_rows(min_row=2) for cell in cells)


def test_the_same_content_is_the_same_bytes() -> None:
    rows = load_workbook_bytes(SHIPPED.read_bytes()).rows
    assert write_workbook(rows) == write_workbook(rows)


def test_text_never_becomes_a_formula_or_a_link() -> None:
    formula, link = '=HYPERLINK("https://example.com")', "https://example.com"
    row = TreatmentRow(
        row=2,
        treatment_id="a",
        name=formula,
        arm="ssri",
        compared=True,
        not_priced_because="+1-800",
        source=link,
    )
    data = write_workbook({"Treatments": (row,)})
    ws = openpyxl.load_workbook(BytesIO(data))["Treatments"]
    assert at(ws, "Treatment name", 2).data_type == "s"
    assert at(ws, "Source", 2).hyperlink is None
    assert load_workbook_bytes(data).rows["Treatments"] == (row,)


def test_small_percentages_are_written_so_that_they_read_the_same() -> None:
    first, dated = date(2026, 1, 1), "made for a test"
    benefit = BenefitRow(
        row=2,
        payer_id="acme",
        plan_id="*",
        category="*",
        item_id="*",
        network="all",
        cost_share="coinsurance",
        coinsurance_percent=Decimal("0.5"),
        effective_from=first,
        source=dated,
    )
    price = PriceRow(
        row=2,
        kind="allowed",
        clinic_id="*",
        payer_id="*",
        plan_id="*",
        item_id="x",
        network="all",
        basis="percent of charge",
        amount=Decimal("0.25"),
        effective_from=first,
        source=dated,
    )
    loaded = load_workbook_bytes(write_workbook({"Benefits": (benefit,), "Prices": (price,)}))
    assert loaded.findings == ()
    assert loaded.rows["Benefits"] == (benefit,)
    assert loaded.rows["Prices"] == (price,)


def test_the_staffs_own_categories_are_offered() -> None:
    item = ItemRow(
        row=2,
        item_id="a",
        description="A",
        category="our own word",
        class_="drug",
        setting="pharmacy",
        unit="each",
        billed_to_plan=False,
        source="made for a test",
    )
    book = openpyxl.load_workbook(BytesIO(write_workbook({"Items": (item,)})))
    ((place, cells),) = book.defined_names["list_category"].destinations
    assert book[place][cells][0][0].value == "our own word"


@pytest.fixture(scope="module")
def shipped() -> Workbook:
    return openpyxl.load_workbook(SHIPPED)


def test_a_row_is_as_high_as_its_longest_text(shipped: Workbook) -> None:
    ws = shipped["Treatments"]
    lines = len(at(ws, "Evidence and approval", 2).value) / 44

    assert ws.row_dimensions[2].height >= 15 * lines
    for cell in shipped["README"]["A"][1:]:
        assert shipped["README"].row_dimensions[cell.row].height >= 15 * len(cell.value or "") / 90


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_prints_with_all_its_columns_on_a_page(blank: Workbook, sheet: Any) -> None:
    ws = blank[sheet.name]

    assert ws.page_setup.orientation == "landscape"
    assert ws.page_setup.fitToHeight == 0
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert ws.print_title_rows == "$1:$1"
