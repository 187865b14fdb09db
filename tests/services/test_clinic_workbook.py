"""From the shipped rules to a clinic's own: its page filled in, its answers as rows."""

from __future__ import annotations

from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from estimator import shipped
from estimator.rulebook.difference import difference
from estimator.rulebook.loader import LoadedRulebook, load_workbook_bytes
from estimator.rulebook.schema import SETUP_PAGE
from estimator.rulebook.setup_page import FIELDS, STATES, Answers
from estimator.services import rulebooks
from estimator.services.clinic_workbook import (
    SetUp,
    applied,
    clinic_id_of,
    new_workbook,
    set_up,
    typed_answers,
)
from estimator.services.estimating import estimate
from estimator.sheets.workbook import read_workbook

TODAY = date(2026, 12, 1)
NAMED = {"name": "Riverside Infusion"}
FULL = {**NAMED, "state": "MA", "infusion": "450", "evaluation": "125", "npi": "1234567893"}


@cache
def rules() -> LoadedRulebook:
    return load_workbook_bytes(shipped.workbook().read_bytes())


def own(texts: dict[str, str], *in_network: str) -> bytes:
    answers, found = typed_answers(rules().rows, texts, in_network)
    assert found == ()
    return new_workbook(rules(), answers, TODAY)


def filled_in(data: bytes, **answers: Any) -> bytes:
    """Fill in the page as a person would: type beside the question."""
    book = openpyxl.load_workbook(BytesIO(data))
    page = book[SETUP_PAGE]
    labels = {each.name: each.header for each in FIELDS}
    for row in page.iter_rows():
        label, note = row[0].value, row[2].value
        for name, value in answers.items():
            if str(label).rstrip("* ") == labels.get(name) or note == name:
                page.cell(row[0].row, 2).value = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def moved(data: bytes, today: date = TODAY) -> SetUp:
    return set_up(data, today, read_workbook)


def checked(data: bytes) -> rulebooks.Checked:
    return rulebooks.check(data, TODAY, read_workbook)


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in checked(data).findings}


def test_the_page_stands_first_with_a_dropdown_for_each_choice() -> None:
    book = openpyxl.load_workbook(BytesIO(own(NAMED)))
    assert book.sheetnames[0] == SETUP_PAGE
    page = book[SETUP_PAGE]
    offered = [rule.formula1 for rule in page.data_validations.dataValidation]
    assert offered.count('"yes,no"') == len(rules().rows["Payers"])
    assert f'"{",".join(STATES)}"' in offered
    asked = [cell.value.rstrip("* ") for cell in page["A"] if cell.value]
    assert {each.header for each in FIELDS} <= set(asked)


def test_a_new_workbook_has_the_clinic_and_no_sample() -> None:
    rows = load_workbook_bytes(own(FULL, "aetna", "BCBS MA")).rows
    (clinic,) = rows["Clinics"]
    assert (clinic.clinic_id, clinic.name) == ("riverside-infusion", "Riverside Infusion")
    assert (clinic.address, clinic.npi) == ("MA", "1234567893")
    assert "sample" not in str([rows["Networks"], rows["Prices"], rows["Assistance"]])
    assert rows["Plans"] == rules().rows["Plans"]
    assert {(row.payer_id, row.network) for row in rows["Networks"]} == {
        ("aetna", "in"),
        ("bcbsma", "in"),
    }


def test_it_can_be_published_and_used_at_once_at_the_clinics_own_price() -> None:
    book = checked(own({**FULL, "follow_up": "0"}, "aetna"))
    assert book.publishable
    assert book.rulebook
    request = {"treatments": ["iv-ketamine"], "start_date": "2026-12-01", "months": 1}
    (treatment,) = estimate(request, book.rulebook, today=TODAY)["treatments"]
    (route,) = treatment["routes"]
    assert route["patient_pays"]["typical"] == "2825.00"  # 125 and six times 450


def test_nothing_is_said_about_a_page_whose_answers_are_rows() -> None:
    assert "unknown-sheet" not in codes(own(FULL))
    assert "setup-not-moved" not in codes(own(FULL))


def test_answers_that_are_no_rows_yet_get_a_note() -> None:
    assert "setup-not-moved" in codes(filled_in(own(FULL), infusion=480))
    assert "setup-not-moved" in codes(own(NAMED))


def test_setting_up_writes_the_answers_as_rows() -> None:
    before = filled_in(own(NAMED), infusion=480, phone="617-555-0100", aetna="yes", cigna="no")
    done = moved(before)
    assert done.workbook
    assert {(change.sheet, change.change.value) for change in done.changes} == {
        ("Clinics", "changed"),
        ("Networks", "added"),
        ("Prices", "added"),
    }
    rows = load_workbook_bytes(done.workbook).rows
    prices = {(row.kind, row.amount) for row in rows["Prices"] if row.clinic_id != "*"}
    assert prices == {("cash", 480), ("charge", 480)}
    assert {(row.payer_id, row.network) for row in rows["Networks"]} == {
        ("aetna", "in"),
        ("cigna", "out"),
    }
    assert "setup-not-moved" not in codes(done.workbook)


def test_setting_up_twice_changes_nothing() -> None:
    once = moved(filled_in(own(NAMED), infusion=480)).workbook
    assert once
    again = moved(once, date(2027, 3, 1))
    assert again.changes == ()
    assert again.workbook
    assert (
        difference(load_workbook_bytes(once).rows, load_workbook_bytes(again.workbook).rows) == ()
    )


def test_a_new_price_holds_from_today_and_the_old_one_until_then() -> None:
    done = moved(filled_in(own(FULL), infusion=500), date(2027, 3, 1))
    assert done.workbook
    rows = load_workbook_bytes(done.workbook).rows["Prices"]
    own_cash = [row for row in rows if row.clinic_id != "*" and row.kind == "cash"]
    assert [
        (row.amount, row.effective_from) for row in own_cash if row.item_id == "iv-infusion"
    ] == [
        (450, date(2026, 1, 1)),
        (500, date(2027, 3, 1)),
    ]
    assert checked(done.workbook).publishable


def test_a_price_changed_twice_on_a_day_is_one_row() -> None:
    once = moved(filled_in(own(FULL), infusion=500)).workbook
    assert once
    twice = moved(filled_in(once, infusion=510)).workbook
    assert twice
    amounts = [
        row.amount
        for row in load_workbook_bytes(twice).rows["Prices"]
        if (row.clinic_id, row.kind, row.item_id) == ("riverside-infusion", "cash", "iv-infusion")
    ]
    assert amounts == [450, 510]


def test_a_row_with_an_end_is_cut_where_the_new_one_begins() -> None:
    answers = Answers({**NAMED, "infusion": 45000})
    rows = {sheet: list(same) for sheet, same in rules().rows.items()}
    first = applied(rows, answers, TODAY)
    limited = [
        type(row)(**{**_fields(row), "effective_to": date(2027, 12, 31)})
        if row.clinic_id == "riverside-infusion"
        else row
        for row in first["Prices"]
    ]
    dearer = Answers({**NAMED, "infusion": 50000})
    second = applied({**first, "Prices": limited}, dearer, date(2027, 6, 1))
    own_cash = [row for row in second["Prices"] if row.clinic_id != "*" and row.kind == "cash"][-2:]
    assert [(row.amount, row.effective_to) for row in own_cash] == [
        (450, date(2027, 5, 31)),
        (500, date(2027, 12, 31)),
    ]


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


@pytest.mark.parametrize(
    ("answers", "code", "cell"),
    [
        ({"infusion": "about 450"}, "not-a-number", "B"),
        ({"infusion": 450, "state": "Mass"}, "not-in-list", "B"),
        ({"infusion": 450, "aetna": "maybe"}, "not-yes-or-no", "B"),
        ({"infusion": 450, "clinic_id": "our clinic"}, "id-characters", "B"),
        ({"infusion": None}, "required-blank", "B"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_at_its_cell(
    answers: dict[str, Any], code: str, cell: str
) -> None:
    done = moved(filled_in(own(NAMED), **answers))
    assert done.workbook is None
    (found,) = done.findings
    assert (found.code, found.sheet, found.cell[:1]) == (code, SETUP_PAGE, cell)


def test_a_workbook_without_the_page_is_told_so() -> None:
    done = moved(shipped.workbook().read_bytes())
    assert [(found.code, found.sheet) for found in done.findings] == [("missing-sheet", SETUP_PAGE)]


def test_a_payer_that_is_not_there_is_named_with_one_that_is() -> None:
    _, (found,) = typed_answers(rules().rows, NAMED, ["Aetn"])
    assert found.code == "unknown-id"
    assert "Did you mean aetna?" in found.message


def test_an_id_is_made_of_the_name_unless_there_is_one() -> None:
    assert clinic_id_of(Answers({"name": "St. Mary's, Boston"})) == "st-mary-s-boston"
    assert clinic_id_of(Answers({"name": "診療所"})) == "our-clinic"
    assert clinic_id_of(Answers({"name": "A", "clinic_id": "b"})) == "b"


def test_the_file_of_a_person_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    file.write_bytes(filled_in(own(NAMED), infusion=480))
    before = file.read_bytes()
    moved(file.read_bytes())
    assert file.read_bytes() == before
