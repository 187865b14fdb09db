"""What a rulebook has to choose from."""

from __future__ import annotations

import json
from datetime import date

from estimator.services import catalogue
from tests.builders import (
    BASE,
    TODAY,
    clinic,
    deductible,
    oop_max,
    payer,
    plan,
    rulebook,
    treatment,
)

RULES = rulebook(
    *(BASE, clinic("uptown", phone="555-0100"), payer("cms", "medicare", aliases=("CMS", "HHS"))),
    *(plan("original", "cms", year_starts="07-01", aliases=("Red card",)), treatment()),
    treatment("rest", None, compared=False, not_priced_because="Nobody sells it."),
    *(deductible(100, family=250), oop_max(900, class_="drug", network="in")),
    *(
        deductible(5, effective_from="2027-01-01"),
        deductible(9, "original", effective_to="2025-12-31"),
    ),
)


def test_clinics_can_be_chosen() -> None:
    assert catalogue.clinics(RULES) == [
        {
            "clinic_id": "main",
            "name": "Clinic main",
            "address": None,
            "phone": None,
            "website": None,
        },
        {
            "clinic_id": "uptown",
            "name": "Clinic uptown",
            "address": None,
            "phone": "555-0100",
            "website": None,
        },
    ]


def test_payers_can_be_found_by_other_names() -> None:
    assert catalogue.payers(RULES)[1] == {
        "payer_id": "cms",
        "name": "Cms",
        "payer_type": "medicare",
        "aliases": ["CMS", "HHS"],
        "phone_or_portal": None,
    }


def test_a_plan_says_which_limits_to_ask_for_on_a_day() -> None:
    gold, original = catalogue.plans(RULES, TODAY)

    assert gold["limits"] == [
        {
            "kind": "deductible",
            "class": "all",
            "network": "all",
            "individual": "100.00",
            "family": "250.00",
            "family_basis": "embedded",
            "carryover_months": 0,
        },
        {
            "kind": "oop_max",
            "class": "drug",
            "network": "in",
            "individual": "900.00",
            "family": None,
            "family_basis": "embedded",
            "carryover_months": 0,
        },
    ]
    assert original["limits"] == []
    later, _ = catalogue.plans(RULES, date(2027, 1, 1))
    assert later["limits"][0]["individual"] == "5.00"


def test_a_plan_is_shown_with_its_payer() -> None:
    gold, original = catalogue.plans(RULES, TODAY)

    assert (gold["payer_name"], gold["plan_year_start"], gold["aliases"]) == ("Acme", "01-01", [])
    assert (original["plan_year_start"], original["aliases"]) == (
        *("07-01", ["Red card", "CMS", "HHS"]),
    )
    assert (original["payer_id"], original["plan_type"], original["hsa_eligible"]) == (
        *("cms", "PPO", None),
    )


def test_treatments_come_with_what_stands_beside_the_money() -> None:
    ketamine, rest = catalogue.treatments(RULES)

    assert (ketamine["treatment_id"], ketamine["arm"], ketamine["compared"]) == (
        *("ketamine", "ketamine", True),
    )
    assert rest["compared"] is False
    assert rest["facts"]["not_priced_because"] == "Nobody sells it."


def test_everything_can_be_sent_as_json() -> None:
    parts = [
        *(catalogue.clinics(RULES), catalogue.payers(RULES), catalogue.plans(RULES, TODAY)),
        catalogue.treatments(RULES),
    ]

    assert json.loads(json.dumps(parts)) == parts
