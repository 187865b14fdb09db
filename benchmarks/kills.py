"""Kills the worker, and everything, in mid-run again and again: is anything lost, doubled, stuck?

``python -m benchmarks.kills [--trials 100] [--rows 2000] [--database URL]``. Every trial sends a
file, lets a worker work on it for a random moment, ends it with kill -9 together with its
processes, and starts another, until the batch is done; then every row is looked for in the result.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from io import BytesIO

from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.storage import batches
from estimator.storage.database import Database, open_database

LEASE = "2"
PATIENCE = 300


def text(rows: int) -> bytes:
    lines = (f"{number:06},boston-sample,bcbsma-archetype-ppo" for number in range(rows))
    return ("patient_ref,clinic_id,plan_id\n" + "\n".join(lines) + "\n").encode()


def worker(url: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ESTIMATOR_DATABASE_URL": url, "ESTIMATOR_LEASE_SECONDS": LEASE}
    command = [sys.executable, "-m", "estimator", "worker", "--jobs", "2"]
    return subprocess.Popen(command, env=environment, start_new_session=True)


def trial(database: Database, url: str, rows: int, chance: random.Random) -> int:
    """Return how often the worker was killed before the batch was done and whole."""
    audit = Audit(b"k" * 32)
    upload = jobs.Upload(
        file=BytesIO(text(rows)), file_name="k.csv", ending=".csv", made_by="trial"
    )
    now = datetime.now(UTC)
    name = jobs.accept(database, audit, upload, 1, date(2026, 12, 1), now).name
    kills, end = 0, time.monotonic() + PATIENCE
    while True:
        running = worker(url)
        until = time.monotonic() + (chance.uniform(0.5, 9) if kills < 3 else PATIENCE)
        while time.monotonic() < until and not _ended(database, name):
            time.sleep(0.1)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        if _ended(database, name):
            break
        kills += 1
        assert time.monotonic() < end, f"stuck: {jobs.status(database, name, datetime.now(UTC))}"
    _look(database, name, rows)
    return kills


def _ended(database: Database, name: str) -> bool:
    found = jobs.status(database, name, datetime.now(UTC))
    return found is not None and found.ended


def _look(database: Database, name: str, rows: int) -> None:
    found = jobs.status(database, name, datetime.now(UTC))
    assert found is not None
    assert (found.batch.state, found.rows, found.done) == ("done", rows, rows), found
    with database.session() as session:
        lines = b"".join(batches.parts(session, name, "csv")).decode().splitlines()
    refs = [line.split(",")[0] for line in lines[1:]]
    assert refs == [f"{number:06}" for number in range(rows)], "rows are lost or doubled"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/it.sqlite3"
        database = open_database(url)
        rulebooks.prepare(database, datetime.now(UTC))
        kills = []
        for number in range(given.trials):
            kills.append(trial(database, url, given.rows, chance))
            print(f"trial {number + 1}: killed {kills[-1]} times, whole", flush=True)
        database.close()
    print(f"{given.trials} trials, {sum(kills)} kills: nothing lost, doubled or stuck")


if __name__ == "__main__":
    main()
