"""Publishing to several server processes: how soon each of them serves a release.

``python -m benchmarks.every_process [--database sqlite|postgresql] [--releases 10]
[--processes 4]``. Each process is a server with a port of its own over one database, so that it is
known which one answers, and has a client that asks without pause. A process of its own publishes
releases that differ in one price. Of every release and process: the time from the moment at which
publishing was acknowledged to the end of the first answer of that release, and whether anything
that was asked after that moment was of the release before. All run on the same cores.
"""

from __future__ import annotations

import argparse
import threading
import time
from contextlib import ExitStack
from statistics import median
from typing import Any

from benchmarks.publishing import ASKED, Client, expected, first, ms, published
from benchmarks.release_kills import database_url
from tests.support.asking_while import served


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--releases", type=int, default=10)
    parser.add_argument("--processes", type=int, default=4)
    chosen = parser.parse_args()
    with database_url(chosen.database) as url:
        clients, steps = run(url, chosen)
    wrong = [each for client in clients for each in client.wrong]
    for each in wrong[:10]:
        print(each)
    print(f"answers {sum(len(client.answers) for client in clients)}, wrong {len(wrong)}")
    print("process   median ms   slowest ms   of the release before")
    for number, client in enumerate(clients, 1):
        took = [ms(max(0, first_answer(client, made) - at)) for at, made, *_ in steps]
        late = sum(
            began > at and of < made for at, made, *_ in steps for began, _, of in client.answers
        )
        print(f"{number:>7}{median(took):>12.1f}{max(took):>13.1f}{late:>24}")


def run(url: str, chosen: Any) -> tuple[list[Client], list[tuple[float, ...]]]:
    first(url)
    known = {number: expected(number, ASKED) for number in range(1, chosen.releases + 2)}
    stopped = threading.Event()
    with ExitStack() as servers:
        ports = [servers.enter_context(served(url, workers=1))[0] for _ in range(chosen.processes)]
        clients = [Client(port, known, stopped) for port in ports]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        while not all(client.answers for client in clients):
            time.sleep(0.1)
        steps = published(url, chosen.releases)
        time.sleep(1)
        stopped.set()
        for thread in threads:
            thread.join()
    return clients, steps


def first_answer(client: Client, release: float) -> float:
    """Return when a process had first answered of a release; the clock is the machine's."""
    return next(began + took for began, took, of in client.answers if of == release)


if __name__ == "__main__":
    main()
