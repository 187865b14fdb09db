"""A release is served by every process from the moment its publishing is acknowledged.

Each server here has one process and a port of its own, so that it is known which one answers.
"""

from __future__ import annotations

from contextlib import ExitStack

from estimator.services.publishing.drafts import upload
from estimator.services.publishing.releasing import publish, roll_back
from estimator.storage.database import Database
from tests.support.asking_while import asked, served, told, workbook
from tests.support.rulebooks import act, approval, published, sent

PROCESSES = 3


def answers(ports: list[int]) -> list[tuple[int, str]]:
    """Return of which release each process answers, and what it says to pay."""
    found = []
    for port in ports:
        status, body = asked(port)
        assert status == 200
        release, _, pays = told(body)
        found.append((release, pays))
    return found


def test_no_process_answers_of_the_release_before(database: Database, database_url: str) -> None:
    published(database, workbook(100))
    with ExitStack() as servers:
        ports = [
            servers.enter_context(served(database_url, workers=1))[0] for _ in range(PROCESSES)
        ]
        assert answers(ports) == [(1, "200.00")] * PROCESSES

        draft = upload(database, act("robin"), sent(workbook(120)))
        publish(database, act("kim"), draft, approval(1))
        assert answers(ports) == [(2, "240.00")] * PROCESSES

        roll_back(database, act("kim"), 1, approval(2))
        assert answers(ports) == [(3, "200.00")] * PROCESSES
