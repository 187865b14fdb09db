"""Which rows estimates rest on is counted, without holding an estimate up."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from estimator.services.estimating import answer_to
from estimator.services.row_uses import RowUses
from estimator.storage import row_uses
from estimator.storage.database import Database
from estimator.storage.row_uses import Count
from tests import builders as b
from tests.support import stored

TODAY = date(2026, 3, 31)
RULES = b.rulebook(
    b.clinic(), b.payer(), b.plan(), b.network(),
    b.item("infusion", policy_of="infusion"), b.item("pill"), b.item("fee"),
    b.deductible("500"), b.oop_max("2000", network="out"),
    b.deductible(9, effective_from=date(2027, 1, 1)),
    b.charge("infusion", 600), b.cash("infusion", 475), b.allowed("infusion", 300),
    b.charge("pill", 12), b.charge("fee", 20),
    b.benefit("copay", "infusion", copay=40), b.benefit("copay", "generic", copay=5),
    b.policy("covered"),
    b.treatment(), b.course(times=3, every=7), b.course(item_id="fee", step=2),
    b.treatment("sertraline", "pill"), b.course("sertraline", "pill", 2, every=30),
)  # fmt: skip


def ask(release: int | None = 1, **request: Any) -> Any:
    return answer_to({"clinic_id": "main", **request}, RULES, today=TODAY, release=release)


def written(database: Database) -> dict[tuple[str, int], Count]:
    with database.session() as session:
        return {
            (sheet, row): count
            for _, sheet, row, count in row_uses.since(session, TODAY.replace(day=1))
        }


@pytest.fixture
def published(database: Database) -> Database:
    stored.publish(database, RULES.rows)
    return database


def test_every_row_behind_a_line_is_counted_with_what_the_line_is_billed(
    published: Database,
) -> None:
    uses = RowUses(lambda: published, seconds=3600)
    uses.add(ask(plan_id="gold"), TODAY)
    uses.flush()
    infusions, pills = Count(3, 180_000), Count(2, 2_400)
    assert written(published) == {
        ("Courses", 2): infusions,
        ("Courses", 3): Count(1, 2_000),
        ("Courses", 4): pills,
        ("Items", 2): infusions,
        ("Items", 3): pills,
        ("Items", 4): Count(1, 2_000),
        ("Limits", 2): Count(5, 182_400),
        ("Networks", 2): infusions,
        ("Prices", 2): infusions,
        ("Prices", 3): infusions,
        ("Prices", 4): infusions,
        ("Prices", 5): pills,
        ("Prices", 6): Count(1, 2_000),
        ("Benefits", 2): infusions,
        ("Benefits", 3): pills,
        ("Policies", 2): infusions,
    }


def test_estimates_add_up_and_what_is_written_is_not_written_again(published: Database) -> None:
    uses = RowUses(lambda: published, seconds=3600)
    for _ in range(3):
        uses.add(ask(treatments=["sertraline"]), TODAY)
    uses.flush()
    uses.flush()
    uses.add(ask(treatments=["sertraline"]), TODAY)
    uses.flush()
    eight = Count(8, 9_600)
    assert written(published) == {("Courses", 4): eight, ("Items", 3): eight, ("Prices", 5): eight}


def test_the_row_of_a_program_counts_where_it_helps_and_so_does_the_poverty_level(
    database: Database,
) -> None:
    rules = b.rulebook(
        *(row for rows in RULES.rows.values() for row in rows),
        b.program(
            "half", "percent off", 50, "ketamine", item_id="infusion", income_limit_percent=300
        ),
        b.parameter("fpl_first_person", 15_000),
        b.parameter("fpl_each_further_person", 5_000),
        b.parameter("gfe_dispute_threshold", 400),
    )
    stored.publish(database, rules.rows)
    uses = RowUses(lambda: database, seconds=3600)
    patient = {"household_size": 1, "annual_income": "20000"}
    asked = {"clinic_id": "main", "treatments": ["ketamine"]}

    for more in ({"patient": patient}, {}, {"patient": {**patient, "annual_income": "90000"}}):
        uses.add(answer_to({**asked, **more}, rules, today=TODAY, release=1), TODAY)
    uses.flush()

    helped = {spot: count for spot, count in written(database).items() if spot[0] > "Assis"}
    assert helped["Assistance", 2] == Count(6, 360_000)
    assert helped["Parameters", 2] == helped["Parameters", 3] == Count(3, 180_000)
    assert ("Parameters", 4) not in helped


def test_a_rulebook_that_is_not_published_counts_nothing(published: Database) -> None:
    uses = RowUses(lambda: published, seconds=3600)
    uses.add(ask(release=None), TODAY)
    uses.flush()
    assert written(published) == {}


def test_what_is_counted_is_written_by_itself(published: Database) -> None:
    uses = RowUses(lambda: published, seconds=0.01)
    uses.add(ask(), TODAY)
    for _ in range(1_000):
        if written(published):
            break
        time.sleep(0.02)
    assert ("Prices", 2) in written(published)


def test_a_database_that_is_away_loses_nothing_and_fails_nobody(
    published: Database, caplog: pytest.LogCaptureFixture
) -> None:
    away = [True]

    def database() -> Database:
        if away[0]:
            raise ConnectionError("secret words")
        return published

    uses = RowUses(database, seconds=3600)
    uses.add(ask(treatments=["sertraline"]), TODAY)
    uses.flush()
    assert caplog.messages == ["uses of rows were not written: ConnectionError"]
    away[0] = False
    uses.add(ask(treatments=["sertraline"]), TODAY)
    uses.flush()
    assert written(published)["Prices", 5] == Count(4, 4_800)
