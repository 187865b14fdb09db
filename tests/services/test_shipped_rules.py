"""What the shipped rulebook holds: payers, plans, policies, tests, and Spanish for patients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from estimator import shipped
from estimator.rulebook.gap_checks import READ_BY_PATIENTS
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.services.estimating import estimate

DAY = date(2026, 12, 1)
LISTS = {
    "Payers": ("payer_type",),
    "Plans": ("plan_type",),
    "Limits": ("kind",),
    "Items": ("class_", "setting"),
    "Prices": ("kind",),
    "Benefits": ("cost_share",),
    "Policies": ("coverage",),
    "Treatments": ("arm",),
    "Courses": ("phase",),
    "Assistance": ("applies_to", "kind"),
}
"""The words of lists that a patient may read; in, out, all, yes and no are told in sentences."""


@cache
def rules() -> Rulebook:
    return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)


def rows(sheet: str) -> tuple[Any, ...]:
    return tuple(rules().rows[sheet])


def column(sheet: str, name: str) -> Any:
    return next(each for each in SHEET_BY_NAME[sheet].columns if each.name == name)


def texts() -> Iterator[tuple[str, str]]:
    """Every text that a patient reads, with where it stands."""
    for sheet, names in READ_BY_PATIENTS.items():
        for name in names:
            yield from ((f"{sheet}.{name}", getattr(row, name)) for row in rows(sheet))
    for sheet, names in LISTS.items():
        for name in names:
            yield from ((f"{sheet}.{name}", word) for word in column(sheet, name).words)


def test_all_that_a_patient_reads_has_its_spanish() -> None:
    missing = [(place, text) for place, text in texts() if text and text not in rules().spanish]
    assert missing == []
    assert all(spanish.strip() for spanish in rules().spanish.values())


def test_a_name_that_describes_has_its_spanish() -> None:
    """Brands stay; what says "archetype", "variant" or "sample" is read as a sentence."""
    names = [row.name for sheet in ("Clinics", "Payers", "Plans") for row in rows(sheet)]
    words = ("archetype", "variant", "sample", "supplement", "program", "standard", "any insurer")
    described = [name for name in names if any(word in name.lower() for word in words)]
    assert len(described) > 30
    assert [name for name in described if name not in rules().spanish] == []


def test_fourteen_payers_have_policies_that_somebody_read() -> None:
    """On ketamine and on esketamine, with a source and the day it was read."""
    read = {}
    for payer_id in rules().payers:
        found = [
            rules().policy(payer_id, "*", item_id, DAY)
            for item_id in ("iv-infusion", "esketamine-session")
        ]
        decided = [row for row in found if row and row.coverage != "silent"]
        if all(row and row.checked_on and row.source for row in found) and decided:
            read[payer_id] = decided
    assert len(read) >= 14
    criteria = [row for row in rows("Policies") if row.failed_trials or row.other_criteria]
    assert len({row.payer_id for row in criteria}) >= 9
    assert len({row.policy_number for row in rows("Policies") if row.policy_number}) >= 5


def test_every_payer_says_of_both_treatments_what_its_policy_is() -> None:
    for payer_id in rules().payers:
        for item_id in ("iv-infusion", "esketamine-session"):
            assert rules().policy(payer_id, "*", item_id, DAY), (payer_id, item_id)


@pytest.mark.parametrize(
    "plan_id",
    [
        "medicare-original-part-d",
        "medigap-g",
        "medigap-n",
        "medicaid-archetype",
        "tricare-select-adfm-a",
        "va-copays",
        "archetype-ketamine-benefit",
        "archetype-hsa-ssri-first",
        "nj-oscar-silver-classic-04",
        "nj-oscar-silver-classic-05",
        "nj-oscar-silver-classic-06",
        "aetna-fl-ppo-1500",
    ],
)
def test_plans_of_every_kind_are_there(plan_id: str) -> None:
    assert len(rules().plans) >= 24
    assert plan_id in rules().plans


def test_an_hsa_plan_pays_for_ssris_before_the_deductible_and_for_nothing_else() -> None:
    plan = rules().plans["archetype-hsa-ssri-first"]
    assert (plan.hsa_eligible, plan.plan_type) == (True, "HDHP")
    for item in rules().items.values():
        row = rules().benefit(plan.payer_id, plan.plan_id, item, "in", DAY)
        ssri = item.item_id in {
            rules().treatments[name].main_item
            for name in rules().treatments
            if rules().treatments[name].arm == "ssri"
        }
        assert row
        assert ("deductible" not in row.cost_share) == ssri
        assert not ssri or "Notice 2019-45" in row.source


def test_an_employers_ketamine_benefit_counts_sessions() -> None:
    plan = rules().plans["archetype-ketamine-benefit"]
    item = rules().items["iv-infusion"]
    row = rules().benefit(plan.payer_id, plan.plan_id, item, "in", DAY)
    assert row
    assert row.visit_limit == 6
    assert row.plan_pays_max_cents == 100_000


def test_where_a_filing_has_no_cost_share_the_default_says_so() -> None:
    stand_ins = [
        row
        for row in rows("Benefits")
        if row.plan_id.startswith("nj-")
        and (row.category, row.item_id, row.network) == ("*", "*", "in")
    ]
    assert len(stand_ins) >= 24
    for row in stand_ins:
        assert row.coinsurance_percent == 0 or "stands in" in (row.note or "")


def test_programs_help_by_income_and_by_payer() -> None:
    programs = {row.program_id: row for row in rows("Assistance")}
    assert programs["sliding-scale"].income_limit_percent == Decimal(300)
    assert programs["esketamine-savings"].payer_types == ("commercial", "marketplace")


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_federal_numbers_of_three_years_are_there(year: int) -> None:
    names = [
        f"{name}_{who}"
        for name in ("aca_oop_max", "hdhp_min_deductible", "hdhp_oop_max")
        for who in ("individual", "family")
    ]
    starts = {(row.parameter, row.effective_from.year) for row in rows("Parameters")}
    assert {(name, year) for name in names} <= starts


def test_there_are_tests_worked_out_by_hand_and_from_published_examples() -> None:
    published = [row for row in rows("Tests") if row.test_id.startswith("pub-")]
    assert len(rows("Tests")) >= 40
    assert len(published) >= 10
    assert all(row.note for row in rows("Tests"))
    for row in published:
        assert row.source.startswith(("published worked example: ", "published in part: "))


@pytest.mark.parametrize(
    ("plan_id", "more", "code", "place"),
    [
        ("medicaid-archetype", {}, "note-overstates", "Limits row "),
        ("va-copays", {}, "note-overstates", "Plans row "),
        ("nj-ambetter-secure-silver-04", {}, "note-either-way", "Benefits row "),
        (
            "medicare-original-part-d",
            {"secondary": {"plan_id": "medigap-n"}},
            "note-understates",
            "Supplements row ",
        ),
        ("nj-horizon-omnia-silver-saver-hsa-04", {}, "note-understates", "Plans row "),
    ],
)
def test_what_no_column_can_say_is_told_with_its_direction(
    plan_id: str, more: dict[str, Any], code: str, place: str
) -> None:
    asked = {"clinic_id": "boston-sample", "plan_id": plan_id, "treatments": ["sertraline"], **more}
    answer = estimate(asked, rules(), today=DAY)
    findings = [*answer["findings"], *answer["treatments"][0]["findings"]]
    assert any(each["code"] == code and place in each["message"] for each in findings)
