"""A difference names what a person changed, and nothing else."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from estimator.rulebook.difference import CellChange, Change, RowChange, difference
from estimator.rulebook.loader import load_tables, load_workbook_bytes
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
