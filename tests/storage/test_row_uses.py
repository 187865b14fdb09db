"""Counts of used rows add up, whoever writes them, on both databases."""

from __future__ import annotations

from datetime import date

from estimator.storage import row_uses
from estimator.storage.database import Database
from estimator.storage.row_uses import Count, Key
from tests.support.publishing import at_once, first

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def add(database: Database, **counts: Count) -> None:
    with database.writing() as session:
        row_uses.add(session, {Key(1, MARCH, sheet, 2): count for sheet, count in counts.items()})


def found(database: Database, month: date = MARCH) -> dict[tuple[int, str, int], Count]:
    with database.session() as session:
        return {(*key, row): count for *key, row, count in row_uses.since(session, month)}


def test_counts_are_added_to_those_that_are_there(database: Database) -> None:
    first(database)
    add(database, Prices=Count(2, 100), Limits=Count(1, 50))
    add(database, Prices=Count(3, 11))
    assert found(database) == {(1, "Prices", 2): Count(5, 111), (1, "Limits", 2): Count(1, 50)}


def test_months_are_summed_from_one_on(database: Database) -> None:
    first(database)
    with database.writing() as session:
        row_uses.add(session, {Key(1, month, "Prices", 2): Count(1, 7) for month in (MARCH, APRIL)})
    assert found(database) == {(1, "Prices", 2): Count(2, 14)}
    assert found(database, APRIL) == {(1, "Prices", 2): Count(1, 7)}
    assert found(database, date(2026, 5, 1)) == {}


def test_thousands_are_added_at_once(database: Database) -> None:
    first(database)
    with database.writing() as session:
        row_uses.add(session, {Key(1, MARCH, "Prices", row): Count(1, 1) for row in range(2_500)})
    assert len(found(database)) == 2_500


def ten_times(database: Database) -> None:
    for turn in range(10):
        keys = [Key(1, MARCH, "Prices", row) for row in range(20)]
        with database.writing() as session:
            row_uses.add(session, dict.fromkeys(keys if turn % 2 else keys[::-1], Count(1, 10)))


def test_processes_that_write_at_once_lose_nothing(database: Database, database_url: str) -> None:
    first(database)
    at_once(ten_times, database_url)
    assert set(found(database).values()) == {Count(40, 400)}
