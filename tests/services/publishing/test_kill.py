"""kill -9 around upload and publish; benchmarks/release_kills.py does it two hundred times."""

from __future__ import annotations

import random

from estimator.storage.database import migrate, open_database
from tests.support.killing import Told, problems, trial

TRIALS = 4


def test_a_kill_loses_nothing_acknowledged_and_leaves_nothing_half_done(database_url: str) -> None:
    chance, told = random.Random(7), Told()
    for _ in range(TRIALS):
        trial(database_url, told, chance)
        database = open_database(database_url)
        found = list(problems(database, told))
        database.close()
        assert found == []

    assert told.drafts


def test_a_release_that_is_lost_is_noticed(database_url: str) -> None:
    database = open_database(database_url)
    migrate(database)

    found = list(problems(database, Told(drafts={1: "a" * 64}, releases={1: "1"})))
    database.close()

    assert [each.split(":")[0] for each in found] == ["drafts lost or changed", "releases lost"]
