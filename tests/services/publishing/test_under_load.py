"""Releases published while two processes answer: at once everywhere, no answer of two releases."""

from __future__ import annotations

import threading

from estimator.services.publishing.drafts import upload
from estimator.services.publishing.releasing import publish
from estimator.storage.database import Database
from tests.support.asking_while import Asker, served, workbook
from tests.support.rulebooks import act, approval, published, sent

RELEASES, ASKERS = 5, 4


def test_every_answer_is_of_one_release_and_of_the_live_one(
    database: Database, database_url: str
) -> None:
    prices = {1: 100}
    published(database, workbook(100))
    with served(database_url) as (port, _):
        asker = Asker(port, prices, newest=1)
        threads = [threading.Thread(target=asker.run) for _ in range(ASKERS)]
        for thread in threads:
            thread.start()
        for number in range(2, RELEASES + 2):
            prices[number] = 100 + number
            draft = upload(database, act("robin"), sent(workbook(100 + number)))
            publish(database, act("kim"), draft, approval(number - 1))
            asker.newest = number
            seen = asker.answers
            while asker.answers < seen + 2 * ASKERS and not asker.wrong:
                asker.stopped.wait(0.01)
        asker.stopped.set()
        for thread in threads:
            thread.join()

    assert asker.wrong == []
    assert asker.answers >= RELEASES * ASKERS
