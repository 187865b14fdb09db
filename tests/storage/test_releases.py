"""Releases on both databases: numbered in order, kept as they were, never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import chain

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from estimator.storage import releases
from estimator.storage.database import Database
from tests.support.publishing import at_once, first, new_release, several

TAMPERING = {
    "update": "UPDATE estimator_releases SET reason = 'another'",
    "update of nothing but the number": "UPDATE estimator_releases SET number = 7",
    "delete": "DELETE FROM estimator_releases",
}
REPLACEMENTS = {
    "sqlite": "INSERT OR REPLACE INTO estimator_releases SELECT * FROM estimator_releases",
    "postgresql": "INSERT INTO estimator_releases SELECT * FROM estimator_releases "
    "ON CONFLICT (number) DO UPDATE SET reason = 'another'",
}


def publish(database: Database, **changes: object) -> int:
    with database.writing() as session:
        return releases.publish(session, new_release(**changes)).number


def test_releases_are_numbered_from_one(database: Database) -> None:
    numbers = [publish(database) for _ in range(3)]

    assert numbers == [1, 2, 3]
    with database.session() as session:
        assert releases.current_number(session) == 3


def test_an_empty_database_has_no_current_release(database: Database) -> None:
    with database.session() as session:
        assert releases.current_number(session) is None
        assert releases.load(session, 1) is None
        assert list(releases.history(session)) == []


def test_a_release_is_read_as_it_was_published(database: Database) -> None:
    workbook, snapshot = bytes(range(256)) * 999, '{"Item": "Ketamine “infusión”, 0.5 mg/kg"}' * 99
    findings = [{"code": "plan-without-deductible", "where": "Limits!A4", "reason": "It has none"}]
    publish(database, workbook=workbook, snapshot=snapshot, accepted=findings)

    with database.session() as session:
        release = releases.load(session, 1)

    assert release is not None
    assert (release.workbook, release.snapshot, release.accepted) == (workbook, snapshot, findings)
    assert (release.published_by, release.reason) == ("Robin", "New prices from March on")
    assert (release.fingerprint, release.engine_version) == ("a" * 64, "0.1.0")
    assert release.rollback_of is None


def test_the_moment_of_publishing_is_kept_in_utc(database: Database) -> None:
    denver = timezone(timedelta(hours=-7))
    publish(database, published_at=datetime(2026, 3, 1, 20, 0, tzinfo=denver))

    with database.session() as session:
        release = releases.load(session, 1)

    assert release is not None
    assert release.published_at == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert release.published_at.utcoffset() == timedelta(0)


def test_a_moment_without_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="says its time zone"):
        publish(database, published_at=datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake meant


def test_history_is_newest_first_and_reads_no_workbooks(database: Database) -> None:
    publish(database)
    publish(database, rollback_of=1, reason="The March prices were wrong")

    with database.session() as session:
        listed = releases.history(session)

    assert [(release.number, release.rollback_of) for release in listed] == [(2, 1), (1, None)]
    assert inspect(listed[0]).unloaded == {"workbook", "snapshot", "tests"}


def test_a_rollback_names_an_earlier_release(database: Database) -> None:
    with pytest.raises(IntegrityError):
        publish(database, rollback_of=1)


def test_publishing_if_empty_happens_once(database: Database) -> None:
    assert first(database) == 1
    assert first(database) is None


def test_a_publishing_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError):
        publish(database, fingerprint="too short")

    assert publish(database) == 1


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_the_database_refuses_to_change_a_release(database: Database, statement: str) -> None:
    publish(database)

    with pytest.raises(DBAPIError, match="never changed or removed"), database.writing() as session:
        session.execute(text(statement))


def test_the_database_refuses_to_replace_a_release(database: Database) -> None:
    publish(database)
    statement = REPLACEMENTS[database.engine.dialect.name]

    with pytest.raises(DBAPIError, match="never changed or removed"), database.writing() as session:
        session.execute(text(statement))


def test_of_processes_that_start_at_once_one_publishes_first(database_url: str) -> None:
    published = at_once(first, database_url)

    assert sorted(published, key=str) == [1, None, None, None]


def test_processes_that_publish_at_once_never_share_a_number(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    numbers = at_once(several, url)

    assert sorted(chain.from_iterable(numbers)) == list(range(1, 21))
