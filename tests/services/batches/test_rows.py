"""Rows of a file: what is understood, and every mistake of a row with its column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from estimator.rulebook.model import Rulebook
from estimator.services.batches.columns import earlier_answers, map_columns, result_names
from estimator.services.batches.days import day_of
from estimator.services.batches.local import Rules, run_file
from estimator.services.batches.opening import BatchRefused
from estimator.services.batches.recheck import request_of
from estimator.services.batches.rows import RowReader, RowsRead
from estimator.services.estimating import estimate
from estimator.sheets.grids.piece import Kind, PieceBuilder
from estimator.sheets.layout import LINE
from tests.web import rules

TODAY = date(2026, 3, 2)
BOOK: Rulebook = rules.LIVE.rulebook


def read(header: Sequence[str], *rows: Sequence[str | None], kinds: Any = None) -> RowsRead:
    builder = PieceBuilder(len(header))
    for number, row in enumerate(rows, 2):
        builder.add(number, list(row), kinds)
    return RowReader(BOOK, map_columns(header).places, TODAY).read(builder.take())


def run(text: str, out: str = ".csv", book: Rulebook = BOOK) -> tuple[bytes, Any]:
    target = BytesIO()
    source = (BytesIO(text.encode()), ".csv")
    done = run_file(source, (target, out), Rules(book, 7, TODAY), 1, lambda _done, _rows: None)
    return target.getvalue(), done


def test_headers_forgive_case_spaces_and_known_names_and_say_so() -> None:
    mapped = map_columns(["MRN", "Plan ID*", " start  date", "Prior Auth", "phone"])

    assert mapped.places == {
        "patient_ref": 0,
        "plan_id": 1,
        "start_date": 2,
        "prior_authorization": 3,
    }
    assert mapped.findings[0].message == "The column MRN was taken for patient_ref."
    assert {each.code for each in mapped.findings} == {"column-taken"}


def test_an_exact_name_comes_before_one_that_is_taken_for_it() -> None:
    assert map_columns(["patient", "patient_ref"]).places == {"patient_ref": 1}
    assert map_columns(["MRN", "Patient Ref"]).places == {"patient_ref": 1}
    assert map_columns(["Patient Ref", "patient_ref"]).places == {"patient_ref": 1}


def test_two_columns_for_one_and_none_for_a_required_one_are_findings() -> None:
    mapped = map_columns(["clinic", "site"])

    assert [each.code for each in mapped.findings if each.severity == "stop"] == [
        "column-twice",
        "column-missing",
    ]


def test_somebody_may_say_which_column_it_is() -> None:
    mapped = map_columns(["chart", "plan_id"], {"patient_ref": "chart", "sheets": "plan_id"})

    assert mapped.places == {"patient_ref": 0, "plan_id": 1}


def test_a_name_of_ours_that_the_file_has_stays_the_files() -> None:
    assert result_names(["status", "iv low"], ["iv"]) == [
        "estimate status",
        "message",
        "iv route",
        "iv coverage",
        "estimate iv low",
        "iv typical",
        "iv high",
        "baseline",
        "release",
    ]


def test_a_row_with_three_mistakes_lists_all_three_with_their_columns() -> None:
    header = ["patient_ref", "clinic_id", "plan_id", "start_date", "months"]
    rows = read(
        header,
        ["a", "main", "gold", "2026-03-02", "12"],
        ["b", "main", "golden", "03/02/2026", "99"],
    )

    assert rows.good.tolist() == [0]
    first, second = rows.problems.to_pylist()
    assert first is None
    assert second.split("\n") == [
        "plan_id names a plan that the rulebook does not have. Did you mean gold? The template "
        "lists the plans; a patient without insurance has none.",
        "start_date is not a date written as YYYY-MM-DD. Write it as 2026-03-31.",
        "months is more than 36, the most it can be. Write a whole number from 1 to 36.",
    ]


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("patient_ref", None, "patient_ref is missing"),
        ("clinic_id", "nowhere", "clinic_id names a clinic"),
        ("coverage", "both", "coverage is not one of the words"),
        ("as_of", "2026-02-30", "as_of is a day that does not exist"),
        ("age", "forty", "age is not a whole number"),
        ("age", "131", "age is more than 130"),
        ("diagnosis", "depression", "diagnosis is not an ICD-10-CM code"),
        ("failed_trials", "-1", "failed_trials is not a whole number"),
        ("prior_authorization", "maybe", "prior_authorization is not one of the words"),
        ("prior_authorization", "gum: approved", "prior_authorization names a treatment"),
        ("household_size", "0", "household_size is less than 1"),
        ("annual_income", "1.234,50", "annual_income is written with a decimal comma"),
        ("annual_income", "12,5", "annual_income is written with a decimal comma"),
        ("annual_income", "1,200.00", "annual_income is not a plain number"),
        ("deductible_met", "10.005", "deductible_met has more than two decimal places"),
        (
            "oop_met",
            "$12",
            "oop_met is not a plain number. Write dollars and cents without $ or commas, such as",
        ),
        ("treatments", "gum", "treatments names a treatment"),
        ("treatments", "ketamine+ketamine", "treatments joins other than two"),
        ("treatments", ";", "treatments names none. Write an ID"),
    ],
)
def test_a_mistake_is_told_with_its_column(column: str, text: str | None, says: str) -> None:
    row = {"patient_ref": "a", "clinic_id": "main", "plan_id": "gold", column: text}

    rows = read(list(row), list(row.values()))

    (said,) = rows.problems.to_pylist()
    assert said.startswith(says)
    assert said.endswith(".")
    assert rows.good.tolist() == []


def test_a_cell_with_an_error_or_an_uncalculated_formula_is_no_blank() -> None:
    header = ["patient_ref", "clinic_id", "plan_id", "deductible_met"]
    kinds = bytearray([Kind.TEXT, Kind.TEXT, Kind.FORMULA, Kind.ERROR])

    rows = read(header, ["a", "main", "", "#DIV/0!"], kinds=kinds)

    assert rows.problems.to_pylist()[0].split("\n") == [
        "plan_id holds a formula that was never calculated. Open the file in a spreadsheet "
        "program, save it, and send it again.",
        "deductible_met holds an error of the spreadsheet, such as #N/A. Mend it, or clear the "
        "cell.",
    ]


@pytest.mark.parametrize("column", ["patient_ref", "clinic_id"])
def test_a_required_cell_that_cannot_be_read_is_one_mistake(column: str) -> None:
    row = {"patient_ref": "a", "clinic_id": "main", column: ""}
    kinds = bytearray(Kind.FORMULA if name == column else Kind.TEXT for name in row)

    (said,) = read(list(row), list(row.values()), kinds=kinds).problems.to_pylist()

    assert said.startswith(f"{column} holds a formula that was never calculated.")
    assert "\n" not in said


def test_numbers_as_spreadsheets_keep_them_are_understood() -> None:
    header = ["patient_ref", "clinic_id", "plan_id", "deductible_met", "months", "start_date"]

    rows = read(header, ["a", "main", "GOLD", "1299.9999999999998", "6", "2026-04-01 00:00:00"])

    assert rows.problems.to_pylist() == [None]
    assert rows.people.met["deductible_met"].tolist() == [130_000]
    assert rows.people.months.tolist() == [6]
    assert day_of(rows.people.start[0]) == date(2026, 4, 1)


def test_what_no_limit_asks_for_is_left_aside_with_a_note() -> None:
    header = ["patient_ref", "clinic_id", "plan_id", "drug_deductible_met", "deductible_met"]

    rows = read(header, ["a", "main", "gold", "5", "0"], ["b", "main", None, "0", "10"])

    assert rows.good.tolist() == [0, 1]
    assert rows.notes.to_pylist() == [
        "drug_deductible_met is left aside: the plan has no such limit.",
        "deductible_met is left aside: the row has no plan.",
    ]


def test_a_row_without_more_than_its_reference_is_as_a_request_without_more() -> None:
    rows = read(["patient_ref", "clinic_id"], ["a", "main"])

    request = request_of(BOOK, rows.people, 0)

    assert request["start_date"] == request["as_of"] == "2026-03-02"
    assert (request["months"], request["coverage"]) == (12, "self")
    assert "plan_id" not in request


def test_one_row_in_is_one_row_out_in_order_with_its_own_columns() -> None:
    data, done = run(
        "patient_ref;clinic_id;plan_id;note;status\n"
        "007;main;gold;=1+1;mine\n"
        "008;main;none such;x;\n"
        "009;main;;y;\n"
    )
    lines = [line.split(";") for line in data.decode().splitlines()]

    assert [line[0] for line in lines] == ["patient_ref", "007", "008", "009"]
    assert lines[0][4:7] == ["status", "estimate status", "message"]
    assert [line[3] for line in lines[1:]] == ["'=1+1", "x", "y"]
    assert [line[5] for line in lines[1:]] == ["ok", "error", "ok"]
    assert [line[-1] for line in lines] == ["release", "7", "", "7"]
    assert (done.totals.rows, done.totals.errors) == (3, 1)


def test_the_figures_of_a_row_are_those_of_its_request() -> None:
    data, _ = run("patient_ref,clinic_id,plan_id\na,main,gold\n")
    header, row = (line.split(",") for line in data.decode().splitlines())
    found = dict(zip(header, row, strict=True))
    document = {"clinic_id": "main", "plan_id": "gold"}

    answer = estimate(document, BOOK, today=TODAY)

    for each in answer["comparison"]["rows"]:
        name = each["treatment_id"]
        assert found[f"{name} route"] == each["route"]
        assert [found[f"{name} {kind}"] for kind in ("low", "typical", "high")] == [
            each["low"],
            each["typical"],
            each["high"],
        ]
    assert found["baseline"] == answer["comparison"]["baseline"]


def test_treatments_stand_as_compared_then_as_they_first_appear() -> None:
    data, _ = run(
        "patient_ref,clinic_id,treatments\na,main,\nb,main,spray;ketamine\nc,main,tryptophan\n"
    )
    header = data.decode().splitlines()[0].split(",")
    named = [name.removesuffix(" route") for name in header if name.endswith(" route")]
    compared = [each.treatment_id for each in BOOK.treatments.values() if each.compared]

    assert named[: len(compared)] == compared
    assert named[len(compared) :] == [
        name for name in ("spray", "tryptophan") if name not in compared
    ]


def test_a_message_is_on_one_line_and_a_problem_on_a_line_of_its_own() -> None:
    data, _ = run("patient_ref,clinic_id,plan_id,age\na,main,gild,x\n", ".xlsx")
    book = openpyxl.load_workbook(BytesIO(data))
    results = book["Results"]
    (message,) = (row[5].value for row in results.iter_rows(min_row=2))

    assert book["Problems"]["C2"].value.split("\n") == [
        "plan_id names a plan that the rulebook does not have. Did you mean gold? The template "
        "lists the plans; a patient without insurance has none.",
        "age is not a whole number of 0 or more. Write a whole number, or leave it blank.",
    ]
    assert message == book["Problems"]["C2"].value.replace("\n", " ")
    assert book["Problems"].row_dimensions[2].height > 2 * LINE, "both lines can be seen"


def test_a_workbook_of_results_has_its_summary_and_problems() -> None:
    data, _ = run("patient_ref,clinic_id,plan_id\na,main,gold\nb,main,gild\n", ".xlsx")

    book = openpyxl.load_workbook(BytesIO(data))

    assert book.sheetnames == ["Results", "Summary", "Problems"]
    assert [cell.value for cell in book["Problems"][2]][:2] == [3, "to mend"]
    assert "Did you mean gold?" in book["Problems"]["C2"].value


def test_rows_to_mend_come_before_rows_with_a_note() -> None:
    data, done = run(
        "patient_ref,clinic_id,plan_id,drug_deductible_met\na,main,gold,5\nb,main,gild,\n", ".xlsx"
    )

    page = openpyxl.load_workbook(BytesIO(data))["Problems"]

    assert [(row[0].value, row[1].value) for row in page["A2:B3"]] == [
        (3, "to mend"),
        (2, "to know"),
    ]
    assert (done.totals.errors, done.totals.noted) == (1, 1)


def test_an_answer_sent_again_is_answered_anew_and_holds_its_columns_once() -> None:
    first, _ = run("patient_ref,clinic_id,plan_id,status\na,main,gild,mine\nb,main,gold,\n")
    mended = first.decode().replace("gild", "gold")

    again, done = run(mended)

    lines = [line.split(",") for line in again.decode().splitlines()]
    assert lines[0] == first.decode().splitlines()[0].split(",")
    assert lines[1][1:6] == ["main", "gold", "mine", "ok", ""]
    assert lines[1][6:] == lines[2][6:]
    assert [each.code for each in done.findings] == ["earlier-answers"]


@pytest.mark.parametrize(
    "missing", ["message", "gold route", "baseline", "release", "silver coverage"]
)
def test_columns_that_are_only_like_an_answer_stay(missing: str) -> None:
    names = result_names(["a"], ["gold", "silver"])

    assert earlier_answers(["a", *names, "b"]) == list(range(1, len(names) + 1))
    assert earlier_answers(["a", *(name for name in names if name != missing)]) == []


def test_a_file_without_the_required_column_is_refused() -> None:
    with pytest.raises(BatchRefused) as refused:
        run("clinic_id,plan_id\nmain,gold\n")

    assert [each.code for each in refused.value.findings] == ["column-missing"]
