"""Wrong tries are counted by network, by all processes together, on both databases."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from estimator.services.accounts import tries
from estimator.services.accounts.registry import Registry
from estimator.services.accounts.tries import Allowed
from estimator.storage.database import Database
from estimator.storage.tables import WrongTries
from tests.support.accounts import NOW
from tests.support.publishing import at_once

THREE = Allowed(3, timedelta(minutes=15))
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"
SECRET = b"s" * 32


def count(registry: Registry, *networks: str, now: datetime = NOW) -> None:
    for network in networks:
        tries.count(registry, THREE, network, now)


def waits(registry: Registry, network: str, now: datetime = NOW) -> bool:
    return tries.too_many(registry, THREE, network, now)


def rows(database: Database) -> list[WrongTries]:
    with database.session() as session:
        return list(session.scalars(select(WrongTries)))


def count_ten(database: Database) -> bool:
    registry = Registry(database, SECRET)
    count(registry, *[HERE] * 10)
    return waits(registry, HERE)


def test_a_network_waits_after_as_many_as_it_may_send(registry: Registry) -> None:
    count(registry, HERE, HERE, THERE)
    assert not waits(registry, HERE)

    count(registry, HERE)

    assert waits(registry, HERE)
    assert not waits(registry, THERE)


def test_it_waits_until_the_time_is_over_that_began_with_the_first(registry: Registry) -> None:
    count(registry, HERE)
    count(registry, HERE, HERE, now=NOW + timedelta(minutes=14))

    assert waits(registry, HERE, NOW + timedelta(minutes=15) - timedelta(seconds=1))
    assert not waits(registry, HERE, NOW + timedelta(minutes=15))


def test_what_counts_no_more_is_forgotten_and_no_address_is_kept(registry: Registry) -> None:
    count(registry, HERE, HERE, HERE)
    later = NOW + timedelta(minutes=15)
    count(registry, THERE, now=later)
    count(registry, HERE, now=later)

    kept = rows(registry.database)
    assert [row.times for row in kept] == [1, 1]
    assert all(re.fullmatch("[0-9a-f]{64}", row.network) for row in kept)


def test_processes_that_count_at_once_lose_nothing(database: Database, database_url: str) -> None:
    assert at_once(count_ten, database_url) == [True] * 4

    (row,) = rows(database)
    assert row.times == 40
