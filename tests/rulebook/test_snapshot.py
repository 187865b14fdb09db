"""What a release keeps of a rulebook, and the fingerprint of what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from estimator.rulebook import rows as r
from estimator.rulebook.snapshot import decode, encode, fingerprint
from estimator.rulebook.text_form import read_folder
from tests.builders import (
    BASE,
    a_test,
    benefit,
    cash,
    course,
    deductible,
    policy,
    program,
    sheets,
    supplement,
    treatment,
)

SHIPPED = Path(__file__).parents[2] / "rules" / "us-2026"
ROWS = sheets(
    *(BASE, treatment(), course(times="*", every=7), cash("infusion", "0.333333", low="0.1")),
    *(deductible("12.50"), benefit("coinsurance", coinsurance_percent="12.5"), a_test("x", 3)),
    policy("covered", diagnoses=("F32.2", "F33")),
    program("x", "percent off", 10, payer_types=("commercial", "va")),
    supplement("gold", 0, 100, "33.3", 1),
)


def test_what_is_kept_gives_the_same_rows_again() -> None:
    assert decode(encode(ROWS)) == ROWS
    assert decode(encode(decode(encode(ROWS)))) == ROWS


def test_the_shipped_rules_are_kept_whole() -> None:
    rows = read_folder(SHIPPED).rows

    assert decode(encode(rows)) == rows


def test_no_amount_is_kept_as_a_float() -> None:
    def numbers(part: object) -> list[float]:
        if isinstance(part, dict):
            part = list(part.values())
        if isinstance(part, list):
            return [each for inner in part for each in numbers(inner)]
        return [part] if isinstance(part, float) else []

    assert numbers(json.loads(encode(ROWS))) == []


def test_the_fingerprint_is_the_same_whatever_the_order_of_rows() -> None:
    random = Random(7)
    mixed = {
        name: tuple(
            replace(row, row=place + 2) for place, row in enumerate(random.sample(rows, len(rows)))
        )
        for name, rows in ROWS.items()
    }

    assert mixed != ROWS
    assert fingerprint(mixed) == fingerprint(ROWS)


def test_the_fingerprint_is_the_same_however_a_number_is_written() -> None:
    def price(amount: str) -> dict[str, tuple[r.Row, ...]]:
        return sheets(replace(cash("infusion", 1), amount=Decimal(amount)))

    assert len({fingerprint(price(text)) for text in ("20", "20.0", "2E+1", "20.000000")}) == 1
    assert fingerprint(price("20")) != fingerprint(price("20.000001"))


def test_another_rule_has_another_fingerprint() -> None:
    before = fingerprint(ROWS)

    assert len(before) == 64
    assert fingerprint({**ROWS, "Clinics": ()}) != before
    assert fingerprint({**ROWS, "Limits": sheets(deductible("12.51"))["Limits"]}) != before


def test_what_an_older_release_does_not_have_is_blank() -> None:
    content = json.loads(encode(ROWS))
    place = content["columns"]["Clinics"].index("website")
    content["columns"]["Clinics"].pop(place)
    for values in content["rows"]["Clinics"]:
        values.pop(place + 1)
    del content["rows"]["Words"], content["columns"]["Words"]

    assert decode(json.dumps(content)) == ROWS
