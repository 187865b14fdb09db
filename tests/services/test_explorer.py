"""The explanation names the row that an estimate would use, and what became of the others."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest

from estimator import shipped
from estimator.rulebook.columns import ANY
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services import explorer
from estimator.services.explanation import as_document, as_text
from estimator.services.explorer import Explanation, Ladder, Standing
from estimator.services.intake.fields import DocumentRefused
from tests.builders import BASE, benefit, deductible, network, oop_max
from tests.builders import rulebook as small_rulebook

DAY = date(2026, 12, 1)
HOLDS = (Standing.WON, Standing.ALSO)
KINDS = {"deductible": "deductible", "oop_max": "out-of-pocket max"}


@cache
def rules() -> Rulebook:
    return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)


def explain(
    plan_id: str, item_id: str, rulebook: Rulebook | None = None, **more: Any
) -> Explanation:
    question = {"plan_id": plan_id, "item_id": item_id, "date": DAY, **more}
    return explorer.explain(rulebook or rules(), explorer.read_question(question))


def named(ladder: Ladder) -> str:
    """Its sheet, and of Prices and Limits the kind it asks for."""
    key = ladder.rungs[0].key
    return " ".join(filter(None, (ladder.sheet, key.get("Price kind", key.get("Kind")))))


def ladder_of(explained: Explanation, name: str) -> Ladder:
    (found,) = [each for each in explained.ladders if named(each) == name]
    return found


def row_of(ladder: Ladder) -> int | None:
    return ladder.winner.row if ladder.winner else None


def test_it_names_the_rows_that_an_estimate_asks_for() -> None:
    """For every plan and item of the shipped rules, at a clinic and out of its network."""
    clinic_id = next(iter(rules().clinics))
    for plan, item in product(rules().plans.values(), rules().items.values()):
        who = (plan.payer_id, plan.plan_id)
        asked = {
            "Networks": rules().network(clinic_id, *who, DAY),
            "Prices charge": rules().price("charge", clinic_id, item.item_id, DAY),
            "Prices cash": rules().price("cash", clinic_id, item.item_id, DAY),
            "Prices allowed": rules().allowed(clinic_id, *who, item.item_id, "out", DAY),
            "Benefits": rules().benefit(*who, item, "out", DAY),
            "Policies": rules().policy(*who, item.policy_of or "", DAY),
        }
        found = explain(plan.plan_id, item.item_id, clinic_id=clinic_id, network="out")
        for ladder in found.ladders:
            if ladder.sheet != "Limits":
                expected = asked[named(ladder)]
                assert row_of(ladder) == (expected.row if expected else None)
        assert any(each.sheet == "Policies" for each in found.ladders) == bool(item.policy_of)


def test_the_limits_are_those_that_constrain_the_line() -> None:
    """For every plan and item of the shipped rules that a plan is asked about."""
    billed = [item for item in rules().items.values() if item.billed_to_plan]
    for plan, item in product(rules().plans.values(), billed):
        found = {
            tuple(rung.key.values())
            for ladder in explain(plan.plan_id, item.item_id, network="in").ladders
            for rung in ladder.rungs
            if ladder.sheet == "Limits" and rung.standing in HOLDS
        }
        in_force = [each.limit for each in rules().limits(plan.plan_id) if each.holds_on(DAY)]
        assert found == {
            (plan.plan_id, KINDS[limit.kind], limit.class_, limit.network)
            for limit in in_force
            if limit.class_ in (item.class_, "all") and limit.network in ("in", "all")
        }


def test_of_two_maximums_on_one_line_both_hold() -> None:
    maximums = (oop_max(900), oop_max(100, class_="medical"))
    rulebook = small_rulebook(*BASE, network(), deductible(0), *maximums)
    explained = explain("gold", "infusion", rulebook)
    standings = [rung.standing for rung in ladder_of(explained, "Limits out-of-pocket max").rungs]
    assert standings == [Standing.ABSENT, Standing.WON, Standing.ABSENT, Standing.ALSO]
    assert "  > row 3    gold, out-of-pocket max, all, all      holds too" in as_text(explained)


def test_every_rung_has_its_standing() -> None:
    rulebook = rules()
    row = next(b for b in rulebook.rows["Benefits"] if b.plan_id != ANY and b.network == "in")
    item = next(i for i in rulebook.items.values() if i.category == row.category)
    asked = {"network": "in", "date": row.effective_from}
    ladder = ladder_of(explain(row.plan_id, item.item_id, **asked), "Benefits")
    standings = [rung.standing for rung in ladder.rungs]
    assert standings.count(Standing.WON) == 1
    assert Standing.LESS_SPECIFIC not in standings[: standings.index(Standing.WON)]
    assert ladder.winner
    assert ladder.winner.row == row.row
    assert ladder.winner.key["Plan ID"] == row.plan_id


def test_before_any_row_holds_none_wins() -> None:
    early = explain("aetna-fl-ppo-1500", "iv-infusion", date=date(2020, 1, 1), network="in")
    ladder = ladder_of(early, "Benefits")
    assert ladder.winner is None
    assert {rung.standing for rung in ladder.rungs} == {Standing.ABSENT, Standing.NOT_IN_FORCE}
    assert "not in force: holds from 2026-01-01 on" in as_text(early)
    assert ladder.otherwise in as_text(early)


def test_of_rows_that_do_not_hold_the_nearest_is_shown() -> None:
    def row(first: str, last: str) -> Any:
        return benefit("copay", copay=15, effective_from=first, effective_to=last)

    rows = (row("2020-01-01", "2020-12-31"), row("2024-01-01", "2026-11-30"))
    rulebook = small_rulebook(*BASE, network(), deductible(0), *rows)
    ladder = ladder_of(explain("gold", "infusion", rulebook), "Benefits")
    (rung,) = [each for each in ladder.rungs if each.standing is Standing.NOT_IN_FORCE]
    assert rung.holds == (date(2024, 1, 1), date(2026, 11, 30))


def test_a_clinic_without_a_network_row_is_out() -> None:
    explained = explain("bcbsma-archetype-ppo", "iv-infusion")
    assert ladder_of(explained, "Networks").winner is None
    assert explained.network == "out"
    assert "out of the network" in ladder_of(explained, "Benefits").question


def test_what_a_pharmacy_gives_is_in_the_network() -> None:
    explained = explain("bcbsma-archetype-ppo", "sertraline-30")
    assert "in the network" in ladder_of(explained, "Benefits").question
    assert "Networks" not in {each.sheet for each in explained.ladders}
    assert "it counts as in the network" in explained.remarks[0]


def test_no_plan_is_asked_about_a_fee_outside_insurance() -> None:
    explained = explain("bcbsma-archetype-ppo", "therapist-support")
    assert [named(each) for each in explained.ladders] == ["Prices charge", "Prices cash"]
    assert "a fee outside insurance" in explained.remarks[0]
    assert explained.remarks[0] in as_text(explained)


def test_the_only_clinic_is_meant_where_none_is_named() -> None:
    rulebook = small_rulebook(*BASE, deductible(0), benefit("copay", copay=15))
    ladder = ladder_of(explain("gold", "infusion", rulebook), "Networks")
    assert ladder.rungs[0].key["Clinic ID"] == "main"


def test_as_text_and_as_json_it_says_the_same() -> None:
    explained = explain("aetna-fl-ppo-1500", "iv-infusion", clinic_id="boston-sample")
    document = json.loads(json.dumps(as_document(explained)))
    text = as_text(explained)
    assert [each["winner"] for each in document["ladders"]] == list(map(row_of, explained.ladders))
    for ladder in document["ladders"]:
        assert ladder["question"] in text
        assert ladder["winner"] is None or f"> row {ladder['winner']} " in text
        for rung in ladder["rungs"]:
            assert rung["standing"] in {each.value for each in Standing}


@pytest.mark.parametrize(
    ("plan", "item", "more", "codes"),
    [
        ("bcbsma-archetype-pp", "iv-infusion", {}, ["unknown-plan"]),
        (
            "bcbsma-archetype-ppo",
            "iv-infusio",
            {"clinic_id": "bostn"},
            ["unknown-item", "unknown-clinic"],
        ),
        ("a\0b", "iv-infusion", {"date": "2026-02-30"}, ["field-not-readable"] * 2),
        ("bcbsma-archetype-ppo", "iv-infusion", {"network": "inside"}, ["not-in-list"]),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(
    plan: str, item: str, more: dict[str, str], codes: list[str]
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        explain(plan, item, **more)
    assert [finding.code for finding in refused.value.findings] == codes
    assert all(finding.advice for finding in refused.value.findings)
