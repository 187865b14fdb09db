"""A difference names what a person changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from estimator.rulebook.columns import Column, Kind
from estimator.rulebook.difference import CellChange, Change, RowChange, difference
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.snapshot import decode, encode, fingerprint
from estimator.sheets.workbook import tables_of
from tests.rulebook.mistakes import SHIPPED, add_row, at, opened
from tests.rulebook.programs import in_another_order, painted


@cache
def shipped() -> dict[str, Any]:
    return dict(load_workbook_bytes(SHIPPED.read_bytes()).rows)


def after(change: Any) -> dict[str, Any]:
    book: Workbook = opened()
    change(book)
    loaded = load_tables(tables_of(book))
    assert loaded.unread == ()
    return dict(loaded.rows)


def set_price(book: Workbook) -> None:
    at(book["Prices"], "Amount", 2).value = 333


def test_one_changed_value_is_one_row_with_one_cell() -> None:
    changed = after(set_price)
    (row,) = difference(shipped(), changed)
    assert (row.change, row.sheet, row.row_before, row.row_after) == (
        Change.CHANGED,
        "Prices",
        2,
        2,
    )
    (cell,) = row.cells
    assert (cell.header, cell.after) == ("Amount", "333")
    assert row.key.startswith("charge, *, *, *, evaluation, all, 2026-01-01")
    assert fingerprint(changed) != fingerprint(shipped())


@cache
def plain_cells() -> list[tuple[str, int, Column]]:
    """Every cell of the shipped rules that holds a figure, a text or a word outside a key."""
    return [
        (sheet.name, place, column)
        for sheet in SHEETS
        for place in range(len(shipped()[sheet.name]))
        for column in sheet.columns
        if not column.key and column.kind in OTHER
    ]


OTHER = {
    Kind.TEXT: lambda value: f"{value or ''} changed",
    Kind.MONEY: lambda value: (value or 0) + 1,
    Kind.UNIT_PRICE: lambda value: (value or Decimal(0)) + 1,
    Kind.PERCENT: lambda value: Decimal(7) if value != 7 else Decimal(8),
    Kind.COUNT: lambda value: (value or 0) + 1,
    Kind.YES_NO: lambda value: not value,
    Kind.DATE: lambda value: (value or date(2026, 1, 1)) + timedelta(days=1),
}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whichever_value_changes_it_is_one_row_with_one_cell(data: st.DataObject) -> None:
    sheet, place, column = data.draw(st.sampled_from(plain_cells()))
    rows = list(shipped()[sheet])
    before = getattr(rows[place], column.name)
    rows[place] = replace(rows[place], **{column.name: OTHER[column.kind](before)})
    changed = {**shipped(), sheet: tuple(rows)}

    found = difference(shipped(), changed)

    assert fingerprint(changed) != fingerprint(shipped())
    kinds = [row.change for row in found]
    if column.name == "effective_from":  # of dated rows it names the row, as its key does
        assert sorted(kinds) == [Change.ADDED, Change.REMOVED]
    else:
        assert kinds == [Change.CHANGED]
        assert [cell.header for cell in found[0].cells] == [column.header]


def test_backwards_is_the_same_with_the_two_sides_exchanged() -> None:
    changed = after(set_price)
    (there,), (back,) = difference(shipped(), changed), difference(changed, shipped())
    assert [(cell.before, cell.after) for cell in back.cells] == [
        (cell.after, cell.before) for cell in there.cells
    ]


@pytest.mark.parametrize("save", [in_another_order, painted])
def test_order_and_looks_are_no_difference(save: Any) -> None:
    rows = load_workbook_bytes(save()).rows
    assert difference(shipped(), rows) == ()
    assert fingerprint(rows) == fingerprint(shipped())


def test_a_row_for_next_year_is_one_row_added() -> None:
    rows = after(lambda book: add_row(book["Networks"], 2, **{"Effective from": date(2028, 1, 1)}))
    (row,) = difference(shipped(), rows)
    assert (row.change, row.row_before) == (Change.ADDED, None)
    assert CellChange("Effective from", "", "2028-01-01") in row.cells


def test_a_row_taken_away_is_one_row_removed() -> None:
    rows = after(lambda book: book["Words"].delete_rows(2))
    (row,) = difference(shipped(), rows)
    assert (row.change, row.row_after) == (Change.REMOVED, None)
    assert all(cell.after == "" for cell in row.cells)


def test_another_key_is_another_row() -> None:
    def rename(book: Workbook) -> None:
        at(book["Networks"], "Effective from", 2).value = date(2026, 2, 1)

    changes = {row.change for row in difference(shipped(), after(rename))}
    assert changes == {Change.ADDED, Change.REMOVED}


def test_a_stored_rulebook_is_not_different_from_the_one_that_was_stored() -> None:
    assert difference(shipped(), decode(encode(shipped()))) == ()


def test_rows_of_one_key_that_a_file_should_not_have_are_told_too() -> None:
    twice = after(lambda book: add_row(book["Networks"], 2))
    assert [row.change for row in difference(shipped(), twice)] == [Change.ADDED]
    assert isinstance(difference(twice, shipped())[0], RowChange)
