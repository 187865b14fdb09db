"""What a rulebook has to choose from."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from estimator.rulebook.model import Rulebook
from estimator.rulebook.rows import BenefitRow
from estimator.services import catalogue
from tests.builders import (
    BASE,
    TODAY,
    benefit,
    clinic,
    course,
    deductible,
    item,
    oop_max,
    payer,
    plan,
    program,
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


def test_what_may_be_used_up_is_asked_once_for_visits_that_are_shared() -> None:
    group = {"visit_group": "together", "visit_limit": 6}
    rules = bounded(
        benefit("copay", item_id="infusion", copay=5, rule_id="one", plan_pays_max=900, **group),
        benefit("copay", "lab", copay=5, rule_id="two", **group),
    )

    assert asked(rules) == [
        {
            "kind": "visits",
            "rule_id": "one",
            "visit_limit": 6,
            "deductible_waived_visits": None,
            "about": ["the infusion", "lab"],
        },
        {
            "kind": "plan_paid",
            "rule_id": "one",
            "plan_pays_max": "900.00",
            "about": ["the infusion"],
        },
    ]
    assert asked(rules, treatments=("rest", "nobody")) == []


def test_only_what_an_accumulator_can_name_is_asked() -> None:
    limited = {"copay": 5, "visit_limit": 6}
    refused = benefit("not covered", "infusion", rule_id="no", visit_limit=6)

    assert asked(bounded(benefit("copay", "infusion", **limited))) == []
    assert asked(bounded(refused)) == []
    assert asked(bounded(benefit("copay", "fee", rule_id="fee", **limited))) == []


def test_the_clinics_network_decides_which_benefit_is_asked_about() -> None:
    rules = bounded(
        benefit("copay", copay=5, network="in", rule_id="in", visit_limit=3),
        benefit("copay", copay=9, network="out", rule_id="out", deductible_waived_visits=2),
    )

    assert [each["rule_id"] for each in asked(rules, networks=("in",))] == ["in"]
    assert [each["rule_id"] for each in asked(rules, networks=("out",))] == ["out", "in"]
    assert asked(rules)[0]["about"] == ["any service"]
    assert catalogue.clinic_network(rules, "gold", "main", TODAY) == "in"
    assert catalogue.clinic_network(rules, "gold", "nowhere", date(2019, 1, 1)) == "out"


def test_programs_that_can_be_used_up_are_asked_about() -> None:
    rules = rulebook(
        BASE,
        program("scale", "percent off", 30, annual_max=400),
        program("endless", "percent off", 30),
        program("card", "patient pays at least", 10, annual_max=250),
    )

    assert catalogue.programs_to_ask(rules) == [
        {
            "program_id": "scale",
            "name": "Program scale",
            "insured": False,
            "annual_max": "400.00",
        },
        {"program_id": "card", "name": "Program card", "insured": True, "annual_max": "250.00"},
    ]


def bounded(*benefits: BenefitRow) -> Rulebook:
    """A rulebook whose one treatment has an infusion, a lab test and a fee."""
    steps = [
        course(item_id=name, step=step) for step, name in enumerate(("infusion", "lab", "fee"))
    ]
    return rulebook(BASE, item("lab"), treatment(), steps, benefits)


def asked(
    rules: Rulebook,
    networks: tuple[str, ...] = ("in",),
    treatments: tuple[str, ...] = ("ketamine",),
) -> list[dict[str, Any]]:
    return catalogue.uses_to_ask(rules, "gold", networks, treatments, TODAY)


def test_everything_can_be_sent_as_json() -> None:
    parts = [
        *(catalogue.clinics(RULES), catalogue.payers(RULES), catalogue.plans(RULES, TODAY)),
        catalogue.treatments(RULES),
    ]

    assert json.loads(json.dumps(parts)) == parts
