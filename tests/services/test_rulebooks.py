"""Rulebooks from a file to use: checked, opened, published, served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from estimator import __version__, shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.rulebook.snapshot import fingerprint
from estimator.rulebook.template import write_workbook
from estimator.services import rulebooks
from estimator.services.estimating import estimate
from estimator.services.rulebooks import (
    DatabaseUnavailable,
    NoPublishedRulebook,
    RulebookRefused,
)
from estimator.sheets.workbook import read_workbook
from estimator.storage import releases
from estimator.storage.database import Database
from tests.builders import (
    BASE,
    TODAY,
    a_test,
    cash,
    course,
    deductible,
    limit,
    sheets,
    treatment,
)

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
ROWS = (BASE, treatment(), course(), cash("infusion", 80), deductible(0))


def workbook(*rows: Any) -> bytes:
    return write_workbook(sheets(ROWS, rows))


def publish(database: Database, data: bytes, now: datetime = NOW) -> None:
    new = rulebooks.new_release(data, now, "Robin", "New prices")
    with database.writing() as session:
        releases.publish(session, new)


def test_a_workbook_without_a_stop_is_publishable_and_can_be_used() -> None:
    checked = rulebooks.check(workbook(a_test("self-pay", 80)), TODAY)

    assert checked.publishable
    assert checked.rulebook is not None
    assert checked.fingerprint == fingerprint(checked.loaded.rows)
    assert estimate({}, checked.rulebook, today=TODAY)["treatments"][0]["best_route"] == "self_pay"


def test_findings_that_do_not_stop_do_not_stand_in_the_way() -> None:
    checked = rulebooks.check(workbook(), TODAY)

    assert {each.severity for each in checked.findings} <= {"decide", "note"}
    assert checked.findings
    assert checked.publishable


def test_a_failing_test_stops_and_comes_first() -> None:
    checked = rulebooks.check(workbook(a_test("self-pay", 81)), TODAY)

    assert (checked.publishable, checked.rulebook) == (False, None)
    assert checked.findings[0].code == "failing-test"
    assert checked.fingerprint is not None


def test_a_rule_that_cannot_be_read_stops_before_the_tests_are_run() -> None:
    checked = rulebooks.check(
        workbook(limit("deductible", 1, "silver"), a_test("self-pay", 81)), TODAY
    )

    assert not checked.publishable
    assert "unknown-id" in {each.code for each in checked.findings}
    assert "failing-test" not in {each.code for each in checked.findings}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 no workbook", b"\x00" * 100, b"PK\x03\x04"])
def test_a_file_that_is_no_workbook_has_no_fingerprint(data: bytes) -> None:
    checked = rulebooks.check(data, TODAY)

    assert not checked.loaded.readable
    assert not checked.publishable
    assert (checked.rulebook, checked.fingerprint) == (None, None)


def test_a_workbook_is_opened_without_being_published() -> None:
    data = workbook()

    rules, print_ = rulebooks.open_workbook(data, TODAY)

    assert set(rules.clinics) == {"main"}
    assert print_ == rulebooks.check(data, TODAY).fingerprint


@pytest.mark.parametrize("data", [b"", workbook(a_test("self-pay", 81))])
def test_a_workbook_with_a_stop_is_not_opened(data: bytes) -> None:
    with pytest.raises(RulebookRefused) as refused:
        rulebooks.open_workbook(data, TODAY)

    assert any(each.severity == "stop" for each in refused.value.findings)


def test_a_workbook_with_a_stop_is_not_published() -> None:
    with pytest.raises(RulebookRefused):
        rulebooks.new_release(workbook(a_test("self-pay", 81)), NOW, "Robin", "New prices")


def test_a_release_keeps_the_file_what_it_says_and_who_published_it() -> None:
    data = workbook()
    boston = timezone(timedelta(hours=-5))

    new = rulebooks.new_release(data, NOW.astimezone(boston), "Robin", "New prices")

    assert new.workbook == data
    assert new.fingerprint == rulebooks.check(data, TODAY).fingerprint
    assert (new.published_by, new.reason, new.engine_version) == (
        "Robin",
        "New prices",
        __version__,
    )
    assert new.published_at == NOW
    assert new.published_at.utcoffset() == timedelta(0)


def test_the_last_release_published_is_live(database: Database) -> None:
    publish(database, workbook())
    first = rulebooks.live(database)
    publish(database, workbook(cash("fee", 5)))
    second = rulebooks.live(database)

    assert (first.number, second.number) == (1, 2)
    assert first.fingerprint != second.fingerprint
    assert second.rulebook.price("cash", "main", "fee", TODAY) is not None
    assert (second.published_at, second.engine_version) == (NOW, __version__)
    assert rulebooks.live(database) is second


def test_a_live_release_answers_as_its_workbook_does(database: Database) -> None:
    rulebooks.prepare(database, NOW)
    live = rulebooks.live(database)
    rules = Rulebook(load_workbook_bytes(shipped.workbook().read_bytes(), read_workbook).rows)
    clinic_id, plan_id = min(rules.clinics), min(rules.plans)
    request = {"clinic_id": clinic_id, "plan_id": plan_id, "months": 1}

    assert estimate(request, live.rulebook, today=TODAY) == estimate(request, rules, today=TODAY)
    assert live.fingerprint == fingerprint(rules.rows)


def test_without_a_release_nothing_is_live(database: Database) -> None:
    with pytest.raises(NoPublishedRulebook):
        rulebooks.live(database)


def test_an_empty_database_gets_the_shipped_workbook_once(database: Database) -> None:
    rulebooks.prepare(database, NOW)
    rulebooks.prepare(database, NOW)

    assert rulebooks.live(database).number == 1
    with database.session() as session:
        release = releases.load(session, 1)
    assert release is not None
    assert release.workbook == shipped.workbook().read_bytes()
    assert release.published_by == "estimator"


def test_a_database_with_a_release_is_left_as_it_is(database: Database) -> None:
    publish(database, workbook())

    rulebooks.prepare(database, NOW)

    assert set(rulebooks.live(database).rulebook.clinics) == {"main"}


def test_a_database_is_prepared_and_closed_again(database_url: str) -> None:
    first = rulebooks.prepared(database_url, NOW)
    second = rulebooks.prepared(database_url, NOW)

    assert (first.number, second.number) == (1, 1)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@h/d", "sqlite:////dev/null/x.db"])
def test_a_database_that_cannot_be_opened_is_told_apart_from_a_fault(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as error:
        rulebooks.prepared(url, NOW)

    assert str(error.value)
    assert "secret" not in str(error.value)


def test_a_file_that_is_no_database_is_told_apart_from_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        rulebooks.prepared(f"sqlite:///{tmp_path}/x.db", NOW)
