"""kill -9 around upload and publish: nothing acknowledged lost, nothing half-published.

``python -m benchmarks.release_kills [--database sqlite|postgresql] [--trials 200] [--seed 1]``.
Each trial starts a process that uploads, publishes and rolls back one release after another, and
kills it: half of the time at any moment, half of the time within 20 ms of a moment at which it
begins or ends to write. Then the database is opened anew and held to everything that was
acknowledged, to its audit, and to an estimate from the live release. PostgreSQL runs with its own
settings, so that a commit is on the disk when it is acknowledged.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from estimator.storage import releases
from estimator.storage.database import open_database
from tests.support import postgres
from tests.support.killing import Told, problems, trial


@contextmanager
def database_url(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/kills.sqlite3"
        return
    with postgres.server("") as server, server.database() as url:
        yield url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with database_url(chosen.database) as url:
        sys.exit(run(url, chosen.trials, random.Random(chosen.seed)))


def run(url: str, trials: int, chance: random.Random) -> int:
    told, began, bad = Told(), time.monotonic(), 0
    for number in range(1, trials + 1):
        trial(url, told, chance)
        database = open_database(url)
        for problem in problems(database, told):
            bad += 1
            print(f"trial {number}: {problem}", flush=True)
        database.close()
        if number % 20 == 0:
            print(
                f"{number} kills, {len(told.drafts)} uploads and {len(told.releases)} releases "
                f"acknowledged, {bad} problems",
                flush=True,
            )
    database = open_database(url)
    with database.session() as session:
        made = releases.current_number(session) or 0
    database.close()
    said = ", ".join(f"{word} {many}" for word, many in told.moments.most_common())
    print(f"{trials} kills in {time.monotonic() - began:.0f} s; last heard: {said}")
    print(
        f"acknowledged: {len(told.drafts)} uploads, {len(told.releases)} releases of {made}; "
        f"problems: {bad}"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    main()
