"""A row for the sheet Tests says what was asked and gives the same figure, or is not offered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator.engine.money import cents
from estimator.rulebook import rows as r
from estimator.rulebook.loader import load_tables
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.services.as_test import AsTest, as_tests
from estimator.services.estimating import estimate
from estimator.services.rulebook_tests import ROUTES, request_of
from estimator.sheets.text_table import read_csv, write_csv
from tests import builders as b
from tests.web import rules

TODAY = b.TODAY
BOOK = Rulebook({**rules.RULES.rows, "Words": ()})


def offered(**request: Any) -> dict[tuple[str, str], AsTest]:
    asked = {"clinic_id": "main", "treatments": ["ketamine", "sertraline"], **request}
    answer = estimate(asked, BOOK, today=TODAY, release=7)
    return {(each.treatment_id, each.route): each for each in as_tests(answer, BOOK, TODAY)}


def cells(row: AsTest) -> dict[str, str]:
    headers = [column.header for column in SHEET_BY_NAME["Tests"].columns]
    assert row.text is not None
    return dict(zip(headers, row.text.split("\t"), strict=True))


def test_a_row_has_the_cells_of_the_sheet_in_their_order() -> None:
    met = [
        {"kind": "deductible", "network": "in", "individual": "120.00"},
        {"kind": "oop_max", "network": "in", "individual": "300.00"},
    ]
    found = offered(
        plan_id="gold", months=3, coverage="family", accumulators=met,
        patient={"prior_authorization": "approved"},
    )  # fmt: skip
    assert cells(found["ketamine", "insured"]) == {
        "Test ID": "ketamine-insured-20260302",
        "What it checks": "ketamine from 2026-03-02",
        "Clinic ID": "main",
        "Plan ID": "gold",
        "Treatment ID": "ketamine",
        "Route": "insured",
        "Start date": "2026-03-02",
        "Months": "3",
        "Coverage": "family",
        "Deductible met $": "120",
        "Out-of-pocket met $": "300",
        "Prior authorization": "approved",
        "Expect patient pays $": "689",
        "Source": "an estimate of release 7; work it out by hand before relying on it",
        "Checked on": "2026-03-02",
        "Note": "",
    }


def pasted(found: list[AsTest]) -> Rulebook:
    """Return the rules with the rows pasted into their Tests, read as a file is."""
    headers = [column.header for column in SHEET_BY_NAME["Tests"].columns]
    rows = [each.text.split("\t") for each in found if each.text]
    (table,) = (read_csv("Tests", write_csv([headers, *rows])),)
    loaded = load_tables([table])
    assert [row.sheet for row in loaded.unread] == []
    return Rulebook({**BOOK.rows, "Tests": loaded.rows["Tests"]})


def gives(book: Rulebook, test: r.TestRow) -> int:
    """Return what the rules give for a row of Tests, by its route."""
    answer = estimate(request_of(book, test), book, today=test.start_date)
    route = ROUTES.get(test.route, f"assistance:{test.route}")
    return cents(b.pays(answer, route, test.treatment_id))


MONEY = st.sampled_from(["0.00", "10.00", "499.99", "5000.00"])
ACCUMULATORS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["deductible", "oop_max"]),
            "network": st.just("in"),
            "individual": MONEY,
        },
        optional={"family": MONEY},
    ),
    unique_by=lambda each: each["kind"],
)
REQUESTS = st.fixed_dictionaries(
    {
        "months": st.integers(1, 14),
        "coverage": st.sampled_from(["self", "family"]),
        "patient": st.fixed_dictionaries(
            {},
            optional={
                "age": st.sampled_from([12, 40]),
                "failed_trials": st.sampled_from([0, 3]),
                "prior_authorization": st.sampled_from(
                    ["approved", "denied", {"ketamine": "approved"}]
                ),
                "household_size": st.just(2),
                "annual_income": st.sampled_from(["10000.00", "900000.00"]),
            },
        ),
    },
    optional={"as_of": st.sampled_from(["2026-02-01", "2025-12-31"])},
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=REQUESTS, accumulators=ACCUMULATORS)
def test_every_row_offered_passes_as_a_test(
    request: dict[str, Any], accumulators: list[dict[str, str]]
) -> None:
    found = list(offered(plan_id="gold", accumulators=accumulators, **request).values())
    book = pasted(found)
    assert [gives(book, test) for test in book.tests] == [test.expect_cents for test in book.tests]
    assert len(book.tests) == sum(each.text is not None for each in found)
    assert all(each.text or each.why_not for each in found)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"plan_id": "gold", "patient": {"age": 12}}, "age"),
        ({"plan_id": "gold", "secondary": {"plan_id": "silver"}}, "a second insurance"),
        (
            {"plan": {"limits": [], "benefits": [{"category": "*", "coinsurance": "0.20"}]}},
            "a plan typed from the card",
        ),
        ({"assistance_used": {"helping-hand": "5.00"}}, "assistance already used"),
        ({"treatments": ["ketamine+sertraline"]}, "two treatments together"),
    ],
)
def test_what_the_sheet_cannot_say_is_said(request_: dict[str, Any], why: str) -> None:
    row = next(iter(offered(**request_).values()))
    assert row.text is None
    assert row.why_not == f"The sheet Tests has no column for {why}."


def test_a_row_takes_no_id_that_is_taken() -> None:
    test = b.a_test("self-pay", 1, test_id="ketamine-self-pay-20260302")
    book = Rulebook({**BOOK.rows, "Tests": (test,)})
    answer = estimate({"clinic_id": "main", "treatments": ["ketamine"]}, book, today=TODAY)
    row = next(each for each in as_tests(answer, book, TODAY) if each.route == "self_pay")
    assert cells(row)["Test ID"] == "ketamine-self-pay-20260302-2"
    assert cells(row)["Plan ID"] == ""
