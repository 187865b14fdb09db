"""The explanation names the row that an estimate would use, and what became of the others."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import product

import pytest

from estimator import shipped
from estimator.rulebook.columns import ANY
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services.explorer import (
    Ladder,
    Question,
    Standing,
    as_document,
    as_text,
    explain,
)
from estimator.services.intake.fields import DocumentRefused
from tests.builders import BASE, benefit, deductible
from tests.builders import rulebook as small_rulebook

DAY = date(2026, 12, 1)


@cache
def rules() -> Rulebook:
    return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)


def ladders(asked: Question) -> dict[str, Ladder]:
    return {f"{each.sheet}: {each.question.split()[-1]}": each for each in explain(rules(), asked)}


def row_of(ladder: Ladder) -> int | None:
    return ladder.winner.row if ladder.winner else None


def test_it_names_the_rows_that_an_estimate_asks_for() -> None:
    """For every plan and item of the shipped rules, at a clinic and in both networks."""
    clinic_id = next(iter(rules().clinics))
    for plan, item in product(rules().plans.values(), rules().items.values()):
        asked = Question(plan.plan_id, item.item_id, DAY, "out", clinic_id)
        network, *prices, benefits, policy = _padded(explain(rules(), asked), item.policy_of)
        where = (plan.payer_id, plan.plan_id)
        expected = [
            rules().network(clinic_id, *where, DAY),
            rules().price("charge", clinic_id, item.item_id, DAY),
            rules().price("cash", clinic_id, item.item_id, DAY),
            rules().benefit(*where, item, "out", DAY),
        ]
        found = [network, prices[0], prices[1], benefits]
        assert [row_of(each) for each in found] == [row.row if row else None for row in expected]
        if item.billed_to_plan:
            allowed = rules().allowed(clinic_id, *where, item.item_id, "out", DAY)
            assert row_of(prices[2]) == (allowed.row if allowed else None)
        if item.policy_of and policy:
            decided = rules().policy(*where, item.policy_of, DAY)
            assert row_of(policy) == (decided.row if decided else None)


def _padded(found: tuple[Ladder, ...], policy_of: str | None) -> list[Ladder]:
    return list(found) if policy_of else [*found, found[-1]]


def test_every_rung_has_its_standing() -> None:
    rulebook = rules()
    row = next(b for b in rulebook.rows["Benefits"] if b.plan_id != ANY and b.network == "in")
    item = next(i for i in rulebook.items.values() if i.category == row.category)
    asked = Question(row.plan_id, item.item_id, row.effective_from, "in")
    ladder = next(each for each in explain(rulebook, asked) if each.sheet == "Benefits")
    standings = [rung.standing for rung in ladder.rungs]
    assert standings.count(Standing.WON) == 1
    assert Standing.LESS_SPECIFIC not in standings[: standings.index(Standing.WON)]
    assert ladder.winner
    assert ladder.winner.row == row.row
    assert ladder.winner.key["Plan ID"] == row.plan_id
    before = Question(row.plan_id, item.item_id, date(2020, 1, 1), "in")
    early = next(each for each in explain(rulebook, before) if each.sheet == "Benefits")
    assert early.winner is None
    assert {rung.standing for rung in early.rungs} == {Standing.ABSENT, Standing.NOT_IN_FORCE}
    assert "row " in as_text(before, [early])
    assert early.otherwise in as_text(before, [early])


def test_a_clinic_without_a_network_row_is_out() -> None:
    found = explain(rules(), Question("bcbsma-archetype-ppo", "iv-infusion", DAY))
    network = next(each for each in found if each.sheet == "Networks")
    benefits = next(each for each in found if each.sheet == "Benefits")
    assert network.winner is None
    assert "out of the network" in benefits.question


def test_what_a_pharmacy_gives_is_in_the_network() -> None:
    found = explain(rules(), Question("bcbsma-archetype-ppo", "sertraline-30", DAY))
    benefits = next(each for each in found if each.sheet == "Benefits")
    assert "in the network" in benefits.question


def test_the_only_clinic_is_meant_where_none_is_named() -> None:
    rulebook = small_rulebook(*BASE, deductible(0), benefit("copay", copay=15))
    plan, item = next(iter(rulebook.plans)), next(iter(rulebook.items))
    (network, *_) = explain(rulebook, Question(plan, item, DAY))
    assert network.rungs[0].key["Clinic ID"] == next(iter(rulebook.clinics))


def test_as_text_and_as_json_it_says_the_same() -> None:
    asked = Question("aetna-fl-ppo-1500", "iv-infusion", DAY, clinic_id="boston-sample")
    found = explain(rules(), asked)
    document = json.loads(json.dumps(as_document(asked, found)))
    text = as_text(asked, found)
    assert [ladder["winner"] for ladder in document["ladders"]] == [row_of(each) for each in found]
    for ladder in document["ladders"]:
        assert ladder["question"] in text
        assert ladder["winner"] is None or f"> row {ladder['winner']} " in text
        for rung in ladder["rungs"]:
            assert rung["standing"] in {each.value for each in Standing}


@pytest.mark.parametrize(
    ("plan", "item", "clinic_id", "codes"),
    [
        ("bcbsma-archetype-pp", "iv-infusion", None, ["unknown-plan"]),
        ("bcbsma-archetype-ppo", "iv-infusio", "bostn", ["unknown-item", "unknown-clinic"]),
    ],
)
def test_what_the_rulebook_does_not_have_is_told_at_once(
    plan: str, item: str, clinic_id: str | None, codes: list[str]
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        explain(rules(), Question(plan, item, DAY, clinic_id=clinic_id))
    assert [finding.code for finding in refused.value.findings] == codes
    assert all(finding.advice for finding in refused.value.findings)
