"""The shape of an answer: "Answer"."""

from __future__ import annotations

import re
from typing import Any

import pytest

from estimator import __version__
from estimator.engine.adjudication import AMOUNTS
from estimator.rulebook.model import Rulebook
from estimator.services.estimating import estimate
from estimator.services.intake.fields import DocumentRefused
from tests.builders import (
    BASE,
    TODAY,
    allowed,
    ask,
    benefit,
    cash,
    charge,
    course,
    deductible,
    item,
    program,
    routed,
    rulebook,
    treated,
    treatment,
)

MONEY = re.compile(r"-?\d+\.\d\d")


def book() -> Rulebook:
    return rulebook(
        *(BASE, item("room", code="S9480", code_type="HCPCS"), treatment(how_it_works="It helps.")),
        *(treatment("sertraline", "pill"), course(times=2, every=31, quantity="0.5")),
        *(course(item_id="room", step=2), course("sertraline", "pill", "*", every=30)),
        *(charge("infusion", 1000), cash("infusion", 700), allowed("infusion", 400)),
        *(charge("room", 50), charge("pill", 30), cash("pill", 4)),
        *(benefit("coinsurance after deductible", coinsurance_percent=20), deductible(150)),
        program("card", "patient pays at least", 5),
    )


def test_an_answer_has_the_keys_of_the_contract() -> None:
    answer = ask(book(), plan_id="gold")

    assert set(answer) == {
        *("release", "fingerprint", "engine_version", "request", "treatments", "comparison"),
        "findings",
    }
    one = treated(answer)
    assert set(one) == {
        *("treatment_id", "name", "arm", "facts", "visits", "coverage", "routes", "best_route"),
        "findings",
    }
    assert set(one["facts"]) == {
        *("time_to_effect", "how_it_works", "side_effects", "serious_side_effects", "monitoring"),
        *("evidence", "not_priced_because"),
    }
    assert set(one["coverage"]) == {"status", "criteria", "rule"}
    assert set(answer["comparison"]) == {"baseline", "rows"}
    assert set(answer["comparison"]["rows"][0]) == {
        *("treatment_id", "route", "low", "typical", "high", "per_month", "difference", "visits"),
        "share_of_income",
    }
    for finding in answer["findings"]:
        assert set(finding) >= {"severity", "code", "message", "where"}


def test_a_route_has_the_keys_of_the_contract() -> None:
    route = routed(ask(book(), plan_id="gold"))

    assert set(route) == {
        *("route", "patient_pays", "upfront", "reimbursed", "by_month", "assumes", "lines"),
    }


def test_a_line_has_every_field_of_an_adjudicated_line_and_where_it_comes_from() -> None:
    answer = ask(book(), plan_id="gold")

    for route in treated(answer)["routes"]:
        for place, line in enumerate(route["lines"]):
            assert set(line) >= {
                *("date", "visit", "item_id", "description", "code", "quantity", "network"),
                *("billed", "rule", "claim", "reason", *AMOUNTS),
            }
            assert line["claim"] == place
    infusion, room, _ = routed(answer)["lines"]
    assert (infusion["date"], infusion["visit"]) == ("2026-03-02", "2026-03-02")
    assert (infusion["quantity"], infusion["billed"]) == ("0.5", "500.00")
    assert (room["code"], room["description"]) == ("S9480", "the room")


def test_an_answer_names_the_release_that_made_it() -> None:
    answer = estimate({}, book(), today=TODAY, release=3, fingerprint="abc")

    assert (answer["release"], answer["fingerprint"]) == (3, "abc")
    assert answer["engine_version"] == __version__


def amounts(part: Any, path: str = "") -> Any:
    """Yield every value that is money, by its key."""
    names = {*AMOUNTS, "billed", "low", "typical", "high", "per_month", "difference", "upfront"}
    names |= {"reimbursed", "deductible_met", "oop_met"}
    if isinstance(part, dict):
        for name, value in part.items():
            if name in names and not isinstance(value, dict) and path != "visits":
                yield value
            yield from amounts(value, name)
    elif isinstance(part, list):
        for value in part:
            if path == "by_month":
                yield value
            yield from amounts(value, path)


def test_every_amount_is_a_decimal_string_with_two_decimals() -> None:
    answer = ask(book(), plan_id="gold")

    found = [each for each in amounts(answer) if each is not None]
    assert len(found) > 100
    assert all(isinstance(each, str) and MONEY.fullmatch(each) for each in found)


def test_a_summary_is_the_answer_without_lines() -> None:
    full = ask(book(), plan_id="gold")
    summary = ask(book(), plan_id="gold", detail="summary")

    assert all("lines" not in route for each in summary["treatments"] for route in each["routes"])
    for each in full["treatments"]:
        for route in each["routes"]:
            del route["lines"]
    full["request"]["detail"] = "summary"
    assert summary == full


def test_a_fact_that_nobody_wrote_is_not_there() -> None:
    answer = ask(book(), treatments=["ketamine", "sertraline", "ketamine+sertraline"])

    assert treated(answer)["facts"]["how_it_works"] == "It helps."
    assert treated(answer, "sertraline")["facts"]["how_it_works"] is None
    both = treated(answer, "ketamine+sertraline")
    assert both["facts"]["how_it_works"] == "Ketamine: It helps."
    assert both["facts"]["evidence"] is None
    assert both["name"] == "Ketamine with Sertraline"


def test_the_months_add_up_to_what_the_patient_pays() -> None:
    route = routed(ask(book(), plan_id="gold"))

    # 200 allowed and 50 on 03-02: 150 deductible + 10 + 10; on 04-02: 40.
    assert route["by_month"] == ["170.00", "40.00", *["0.00"] * 10]
    assert route["patient_pays"]["typical"] == "210.00"


def test_the_parts_of_a_self_paid_line_are_its_cash_price() -> None:
    line = routed(ask(book()), "self_pay")["lines"][0]

    assert (line["reason"], line["cash"], line["patient_pays"]) == ("self_pay", "350.00", "350.00")
    assert line["rule"]["sheet"] == "Prices"
    assert line["rule"]["words"] == "cash"


def test_the_gravest_finding_comes_first() -> None:
    rules = rulebook(BASE, treatment(), course(), course(item_id="fee", step=2), cash("fee", 1))

    severities = [each["severity"] for each in treated(ask(rules))["findings"]]

    assert severities == sorted(severities, key=["stop", "decide", "note"].index)
    assert severities[0] == "stop"


def test_who_changes_an_answer_changes_no_other() -> None:
    rules = book()
    before = ask(rules, plan_id="gold")
    changed = ask(rules, plan_id="gold")

    for route in treated(changed)["routes"]:
        route["lines"][0]["patient_pays"] = "0.01"
        route["patient_pays"]["typical"] = "0.01"
        route["by_month"].clear()
        del route["lines"][-1], route["upfront"]

    assert ask(rules, plan_id="gold") == before


def test_names_that_are_not_there_are_told_beside_fields_that_cannot_be_read() -> None:
    document = {
        "clinic_id": "nowhere",
        "plan_id": "golt",
        "months": 99,
        "treatments": ["ketamin"],
        "secondary": {"plan_id": 7},
    }

    with pytest.raises(DocumentRefused) as refused:
        estimate(document, book(), today=TODAY)

    assert {(each.field, each.code) for each in refused.value.findings} == {
        ("months", "field-not-readable"),
        ("secondary.plan_id", "field-not-readable"),
        ("clinic_id", "unknown-clinic"),
        ("plan_id", "unknown-plan"),
        ("treatments[0]", "unknown-treatment"),
    }


def test_a_field_that_cannot_be_read_is_not_told_to_be_missing_too() -> None:
    with pytest.raises(DocumentRefused) as refused:
        estimate({"clinic_id": 7, "months": 99}, book(), today=TODAY)

    assert {each.field for each in refused.value.findings} == {"clinic_id", "months"}
