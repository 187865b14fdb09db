"""The audit on both databases: in order, sealed, and there only if what it tells of is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from estimator.services.audit import FIRST_SEAL, Audit
from estimator.storage import audit
from estimator.storage.database import Database
from tests.support.publishing import at_once

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
AUDIT = Audit(b"k" * 32)


def record(database: Database) -> int:
    with database.writing() as session:
        return AUDIT.record(session, NOW, "Robin", "release.publish", "2", why="March").number


def test_events_are_numbered_and_sealed_with_the_one_before(database: Database) -> None:
    numbers = [record(database) for _ in range(3)]

    with database.session() as session:
        events = list(audit.all_events(session))
    assert numbers == [event.number for event in events] == [1, 2, 3]
    seals = [FIRST_SEAL, *(event.seal for event in events)]
    assert [AUDIT.seal(seals[index], event) for index, event in enumerate(events)] == seals[1:]
    assert len(set(seals)) == 4


def test_what_is_rolled_back_leaves_no_event(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            AUDIT.record(session, NOW, "Robin", "release.publish", "2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.session() as session:
        assert audit.newest(session, 5) == []


def test_processes_that_record_at_once_take_turns(database: Database, database_url: str) -> None:
    numbers = at_once(record, database_url)

    assert sorted(numbers) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "tampering", ["UPDATE estimator_audit SET actor = 'Kim'", "DELETE FROM estimator_audit"]
)
def test_an_event_is_never_changed_or_removed(database: Database, tampering: str) -> None:
    record(database)

    with pytest.raises(DBAPIError, match="never changed or removed"), database.writing() as session:
        session.execute(text(tampering))
