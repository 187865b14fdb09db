"""The contract's worked cases, each adjudicated through the same door as any document."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from estimator.services.intake.cases import adjudicate_case
from estimator.services.intake.fields import DocumentRefused

CASES = sorted((Path(__file__).parents[1] / "contract" / "cases").glob("*.json"))
NAMES = ("claim", "kind", "class", "network")


def differences(expected: dict[str, Any], got: dict[str, Any], case: dict[str, Any]) -> list[str]:
    finer = case.get("tolerance_by_field", {})
    found = []
    for name, value in expected.items():
        if name in NAMES:
            continue
        if name == "reason":
            same = value == got[name]
        else:
            tolerance = Decimal(finer.get(name, case["tolerance"]))
            same = abs(Decimal(value) - Decimal(got[name])) <= tolerance
        if not same:
            found.append(f"{name}: expected {value}, got {got[name]}")
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_worked_case_of_the_contract_comes_out_to_the_cent(path: Path) -> None:
    case = json.loads(path.read_text())
    expect = case["expect"]

    answer = adjudicate_case(case["case"])

    lines = {line["claim"]: line for line in answer["lines"]}
    limits = {(a["kind"], a["class"], a["network"]): a for a in answer["accumulators"]}
    found = differences(expect.get("totals", {}), answer["totals"], case)
    for line in expect.get("lines", []):
        found += differences(line, lines[line["claim"]], case)
    for met in expect.get("accumulators", []):
        found += differences(met, limits[(met["kind"], met["class"], met["network"])], case)
    assert found == []


def test_all_the_cases_are_here() -> None:
    assert len(CASES) == 109


PLAN = {
    "limits": [{"kind": "deductible", "individual": "500.00"}],
    "benefits": [{"category": "*", "coinsurance": "0.20"}],
}
CLAIM = {"date": "2026-03-02", "category": "mri", "billed": "100.00"}


REFUSED = [
    ({"claims": []}, "plan", "required-missing"),
    ({"plan": PLAN, "claims": [CLAIM], "colour": "red"}, "colour", "unknown-key"),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "billed": "-1"}]},
        "claims[0].billed",
        "field-not-readable",
    ),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "billed": 0.1}]},
        "claims[0].billed",
        "field-not-readable",
    ),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "billed": "ten"}]},
        "claims[0].billed",
        "field-not-readable",
    ),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "billed": "1.005"}]},
        "claims[0].billed",
        "field-not-readable",
    ),
    ({"plan": PLAN, "claims": [{**CLAIM, "cash": "0"}]}, "claims[0].cash", "field-not-readable"),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "date": "2026-02-30"}]},
        "claims[0].date",
        "field-not-readable",
    ),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "date": "3/2/2026"}]},
        "claims[0].date",
        "field-not-readable",
    ),
    (
        {"plan": PLAN, "claims": [{**CLAIM, "visit": "a\u0000b"}]},
        "claims[0].visit",
        "field-not-readable",
    ),
    ({"plan": PLAN, "claims": [{**CLAIM, "network": "inn"}]}, "claims[0].network", "not-in-list"),
    ({"plan": {**PLAN, "plan_year_start": "02-29"}}, "plan.plan_year_start", "field-not-readable"),
    ({"plan": {**PLAN, "plan_year_start": "13-01"}}, "plan.plan_year_start", "field-not-readable"),
    (
        {
            "plan": {
                "limits": [{"kind": "deductible", "individual": "1", "family_basis": "aggregate"}]
            }
        },
        "plan.limits[0].family",
        "aggregate-without-family",
    ),
    (
        {"plan": {"limits": [{"kind": "oop_max", "individual": "1", "carryover_months": 3}]}},
        "plan.limits[0].carryover_months",
        "carryover-not-deductible",
    ),
    (
        {"plan": {"limits": [{"kind": "oop_max", "individual": "1"}] * 2}},
        "plan.limits[0]",
        "limit-twice",
    ),
    (
        {
            "plan": {
                "limits": [
                    {"kind": "deductible", "individual": "1"},
                    {"kind": "deductible", "class": "drug", "individual": "1"},
                ]
            }
        },
        "plan.limits",
        "deductibles-cross",
    ),
    ({"plan": {"benefits": [{"category": "mri"}] * 2}}, "plan.benefits", "benefit-twice"),
    (
        {"plan": PLAN, "accumulators": [{"kind": "oop_max", "individual": "1"}]},
        "accumulators[0]",
        "accumulator-matches-nothing",
    ),
    (
        {"plan": PLAN, "accumulators": [{"kind": "visits", "category": "mri", "count": 1}]},
        "accumulators[0]",
        "accumulator-matches-nothing",
    ),
    (
        {"plan": PLAN, "accumulators": [{"kind": "deductible", "individual": "1"}] * 2},
        "accumulators[1]",
        "accumulator-twice",
    ),
    (
        {
            "plan": PLAN,
            "accumulators": [
                {"kind": "deductible", "individual": "9", "carryover_individual": "5"}
            ],
        },
        "accumulators[0].carryover_individual",
        "limit-does-not-carry-over",
    ),
    (
        {
            "plan": PLAN,
            "assistance": [{"category": "*", "patient_pays": "10"}],
            "secondary": {"method": "supplement"},
        },
        "assistance",
        "assistance-with-secondary",
    ),
    ({"plan": PLAN, "secondary": {"method": "standard"}}, "secondary.plan", "required-missing"),
    (
        {"plan": PLAN, "secondary": {"method": "supplement", "plan": PLAN}},
        "secondary.plan",
        "supplement-with-plan",
    ),
    ([], "", "document-not-an-object"),
]


@pytest.mark.parametrize(("document", "field", "code"), REFUSED)
def test_a_case_that_cannot_be_used_names_its_field(document: Any, field: str, code: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        adjudicate_case(document)

    assert [(finding.field, finding.code) for finding in refused.value.findings] == [(field, code)]
    assert all(finding.message.endswith(".") for finding in refused.value.findings)


def test_three_mistakes_give_three_findings_at_once() -> None:
    claim = {**CLAIM, "billed": "ten", "date": "tomorrow", "network": "inn"}

    with pytest.raises(DocumentRefused) as refused:
        adjudicate_case({"plan": PLAN, "claims": [claim]})

    assert {finding.field for finding in refused.value.findings} == {
        "claims[0].billed",
        "claims[0].date",
        "claims[0].network",
    }


def test_a_misspelt_key_is_answered_with_the_key_that_is_meant() -> None:
    with pytest.raises(DocumentRefused) as refused:
        adjudicate_case({"plan": PLAN, "claims": [{**CLAIM, "biled": "5"}]})

    (finding,) = refused.value.findings
    assert "Did you mean billed?" in finding.message


def test_a_case_without_claims_answers_what_is_met_at_the_start() -> None:
    met = {"kind": "deductible", "individual": "700.00"}

    answer = adjudicate_case({"plan": PLAN, "accumulators": [met]})

    assert answer["lines"] == []
    assert answer["accumulators"][0]["individual"] == "500.00"
