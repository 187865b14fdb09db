"""Workbooks to take away: of a release, and of a draft with what is wrong beside each row."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from estimator.rulebook import snapshot
from estimator.rulebook.annotated import ERRORS
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.template import write_workbook
from estimator.services import rulebooks
from estimator.services.publishing import copies
from estimator.services.rulebooks import RulebookRefused
from tests.builders import BASE, TODAY, deductible, sheets
from tests.support.rulebooks import workbook

CHANGES = (("Date", "Who", "What changed", "Why and source"), ("2026-03-02", "Robin", "80", "us"))


def test_a_clean_workbook_says_what_the_release_says() -> None:
    rows = sheets(BASE, deductible(0))
    given = openpyxl.load_workbook(BytesIO(write_workbook(rows, changes=CHANGES)))
    given["Plans"].insert_rows(2)
    given["Plans"]["Z1"] = "# Mine"
    saved = BytesIO()
    given.save(saved)
    loaded = load_workbook_bytes(saved.getvalue())

    clean = copies.clean(saved.getvalue(), snapshot.encode(loaded.rows))

    fresh = load_workbook_bytes(clean)
    assert fresh.findings == ()
    assert snapshot.fingerprint(fresh.rows) == snapshot.fingerprint(rows)
    assert fresh.changes == CHANGES
    assert [row.row for row in fresh.rows["Plans"]] == [2]


def test_a_copy_with_errors_says_what_was_found() -> None:
    data = workbook(80, expected=81)
    found = rulebooks.check(data, TODAY).findings

    copy = openpyxl.load_workbook(BytesIO(copies.with_errors(data, found)))

    sheet = copy["Tests"]
    (column,) = [cell.column for cell in sheet[1] if cell.value == ERRORS]
    assert "the rules give $80.00" in sheet.cell(2, column).value


def test_a_file_that_is_not_read_any_more_has_no_copy() -> None:
    with pytest.raises(RulebookRefused):
        copies.with_errors(b"no workbook", ())
