"""Rows as text, every column of the contract filled at random: as their requests, to the cent.

The requests are made here from the words of the contract, by none of the code that reads rows.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator import shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services.batches.columns import COLUMNS
from estimator.services.batches.local import Rules, run_file
from estimator.services.estimating import estimate
from estimator.services.estimating.situation import rulebook_plan
from tests.services.batches.test_population import BOOKS, opened

pytestmark = pytest.mark.no_cover  # what runs here is asked for in many other tests

TODAY = date(2026, 3, 2)
AMOUNTS = ("0", "0.01", "123.45", "900", "4000.00", "15000.5")
MET = {
    "": (("medical", "all"), ("in", "all")),
    "out_": (("medical", "all"), ("out",)),
    "drug_": (("drug",), ("in", "all")),
}
"""Of which limits a column tells, by the word before it: classes and networks."""


def random_row(book: Rulebook, chance: random.Random) -> dict[str, str]:
    """Return a row as somebody types it; most columns are blank now and then."""
    names = [each for each in book.treatments if not book.treatments[each].not_priced_because]
    asked = chance.sample(names, min(3, len(names)))
    start = TODAY + timedelta(days=chance.randrange(-100, 500))
    word = chance.choice(["approved", "denied", "unknown"])
    row = {
        "plan_id": chance.choice([*book.plans]),
        "coverage": chance.choice(["self", "Family"]),
        "start_date": start.isoformat(),
        "months": str(chance.randrange(1, 37)),
        "as_of": (start + timedelta(days=chance.choice([-300, -20, 0, 60]))).isoformat(),
        "age": str(chance.randrange(5, 90)),
        "diagnosis": chance.choice(["F33.2", "f32.1", "Z00.0"]),
        "failed_trials": str(chance.randrange(6)),
        "prior_authorization": chance.choice([word, f"{asked[0]}: {word}; {names[0]}: approved"]),
        "household_size": str(chance.randrange(1, 7)),
        "annual_income": chance.choice(["0", "15000", "61000.00", "250000.5"]),
        "treatments": ";".join([*asked, "+".join(asked[:2])] if len(asked) > 1 else asked),
        **{name: chance.choice(AMOUNTS) for name in COLUMNS if name.endswith("_met")},
    }
    kept = {name: text if chance.random() < 0.7 else "" for name, text in row.items()}
    return {**kept, "patient_ref": "a", "clinic_id": chance.choice([*book.clinics])}


def request(book: Rulebook, row: dict[str, str]) -> dict[str, Any]:
    """Return the request that a row is, by the contract."""
    plain = ("clinic_id", "plan_id", "start_date", "as_of")
    whole = ("age", "failed_trials", "household_size")
    made: dict[str, Any] = {name: row[name] for name in plain if row[name]}
    if row["months"]:
        made["months"] = int(row["months"])
    if row["coverage"]:
        made["coverage"] = row["coverage"].lower()
    if row["treatments"]:
        made["treatments"] = row["treatments"].split(";")
    if row["plan_id"]:
        made["accumulators"] = list(met(book, row))
    patient: dict[str, Any] = {name: int(row[name]) for name in whole if row[name]}
    patient |= {name: row[name] for name in ("diagnosis", "annual_income") if row[name]}
    said = row["prior_authorization"]
    if ":" in said:
        patient["prior_authorization"] = dict(part.split(": ") for part in said.split("; "))
    elif said:
        patient["prior_authorization"] = said
    return {**made, "patient": patient}


def met(book: Rulebook, row: dict[str, str]) -> list[dict[str, str]]:
    found = {}
    for key in {each.limit.key for each in rulebook_plan(book, row["plan_id"]).limits}:
        kind = "oop" if key.kind == "oop_max" else "deductible"
        for word, (classes, networks) in MET.items():
            if key.class_ not in classes or key.network not in networks:
                continue
            own, family = row[f"{word}{kind}_met"], row[f"{word}family_{kind}_met"]
            given = {"individual": own, "family": family}
            limit = {"kind": key.kind, "class": key.class_, "network": key.network}
            if own or family:
                found[key] = {**limit, **{name: text for name, text in given.items() if text}}
    return list(found.values())


def answered(book: Rulebook, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of a .csv of answers."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    source, target = BytesIO(text.getvalue().encode()), BytesIO()
    run_file((source, ".csv"), (target, ".csv"), Rules(book, 7, TODAY), 1, lambda *_: None)
    return list(csv.DictReader(io.StringIO(target.getvalue().decode())))


def assert_same(found: dict[str, str], answer: dict[str, Any]) -> None:
    costs = {row["treatment_id"]: row for row in answer["comparison"]["rows"]}
    assert found["status"] == "ok"
    assert found["baseline"] == (answer["comparison"]["baseline"] or "")
    told = {name.removesuffix(" route") for name in found if name.endswith(" route")}
    assert {each["treatment_id"] for each in answer["treatments"]} <= told
    for each in answer["treatments"]:
        name = each["treatment_id"]
        assert found[f"{name} coverage"] == each["coverage"]["status"]
        assert found[f"{name} route"] == (each["best_route"] or "")
        for scenario in ("low", "typical", "high"):
            assert found[f"{name} {scenario}"] == costs.get(name, {}).get(scenario, "")


@pytest.fixture(scope="module", params=["a", "b", "c", "shipped"])
def book(request: pytest.FixtureRequest) -> Rulebook:
    if request.param == "shipped":
        return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)
    return opened(BOOKS / f"book-{request.param}.xlsx")


@settings(deadline=None, max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_a_row_of_text_comes_out_as_its_request(book: Rulebook, seed: int) -> None:
    chance = random.Random(seed)
    rows = [random_row(book, chance) for _ in range(12)]

    for row, found in zip(rows, answered(book, rows), strict=True):
        assert_same(found, estimate(request(book, row), book, today=TODAY))
