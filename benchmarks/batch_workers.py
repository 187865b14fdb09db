"""One process against two on the same file: on this machine's pool, and on a Dask cluster.

``python -m benchmarks.batch_workers [--rows 200000] [--rounds 3] [--json FILE]``. A file is sent to
a PostgreSQL database and worked on by ``estimator worker``, by one process and by two: of its own
pool, or of a Dask scheduler whose workers are processes in different folders. What is measured is
the adjudication: from the moment the file is read until its last row is estimated, starting of
processes included; then the batch is cancelled. All take turns; medians, by the clock. The results
of all ways must be the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.patients import TODAY, make
from benchmarks.served import Program, free_port, wait_for
from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.storage import batches
from estimator.storage.database import Database, open_database
from tests.support import postgres

TARGET = 1.5
KEY = {"ESTIMATOR_SECRET_KEY": "k" * 43}


@contextmanager
def pool(url: str, many: int, _folder: Path) -> Iterator[None]:
    """Processes of the worker's own."""
    program = Program(url, "worker", "--jobs", str(many), **KEY)
    try:
        yield
    finally:
        program.kill()


@contextmanager
def dask(url: str, many: int, folder: Path) -> Iterator[None]:
    """A scheduler and its workers, each a process in a folder of its own."""
    address = f"tcp://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        scheduler = ("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard")
        stack.enter_context(_running(scheduler, url, folder))
        for number in range(many):
            own = folder / f"worker-{number}"
            own.mkdir(exist_ok=True)
            member = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard")
            stack.enter_context(_running(member, url, own))
        wait_for(lambda: _members(address) == many)
        program = Program(url, "worker", ESTIMATOR_DASK_SCHEDULER=address, **KEY)
        stack.callback(program.kill)
        yield


@contextmanager
def _running(module: tuple[str, ...], url: str, folder: Path) -> Iterator[None]:
    started = subprocess.Popen(
        [sys.executable, "-m", *module],
        env={
            **os.environ,
            "ESTIMATOR_DATABASE_URL": url,
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def _members(address: str) -> int:
    import distributed  # noqa: PLC0415 - an extra

    try:
        with distributed.Client(address, timeout=2) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"])
    except OSError:
        return 0


WAYS = {"pool": pool, "Dask": dask}


def adjudicated(database: Database, source: Path) -> tuple[float, str]:
    """Have a file worked on; return the seconds of its rows, and a digest of what came of them."""
    with source.open("rb") as file:
        upload = jobs.Upload(file=file, file_name=source.name, ending=".csv", made_by="benchmark")
        audit = Audit(b"k" * 32)
        name = jobs.accept(database, audit, upload, 1, TODAY, datetime.now(UTC)).name

    def state() -> str:
        with database.session() as session:
            batch = batches.find(session, name)
            assert batch is not None
            assert batch.state not in ("failed", "cancelled"), batch.findings
            return batch.state

    wait_for(lambda: state() == "running")
    begin = time.perf_counter()
    wait_for(lambda: state() == "writing")
    seconds = time.perf_counter() - begin
    jobs.cancel(database, audit, name, "benchmark", datetime.now(UTC))
    digest = sha256()
    with database.session() as session:
        for number in batches.numbers_of(session, name):
            digest.update(batches.result_of(session, name, number)[1])
    jobs.delete(database, audit, name, "benchmark", datetime.now(UTC))
    return seconds, digest.hexdigest()


def measured(rows: int, rounds: int, ways: list[str]) -> dict[str, float]:
    """Return the median seconds of each way with one process and with two."""
    found: dict[str, list[float]] = {}
    digests = set()
    with (
        tempfile.TemporaryDirectory() as name,
        postgres.server("") as server,
        server.database() as url,
    ):
        folder = Path(name)
        source = make(folder / "patients.csv", rows)
        database = open_database(url)
        rulebooks.prepare(database, datetime.now(UTC))
        for way, many in product(ways * rounds, (1, 2)):
            with WAYS[way](url, many, folder):
                seconds, digest = adjudicated(database, source)
            found.setdefault(f"{way}, {many}", []).append(seconds)
            digests.add(digest)
            print(f"{way}, {many}: {seconds:.1f} s", flush=True)
        database.close()
    assert len(digests) == 1, "the ways give other results"
    return {name: median(many) for name, many in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WAYS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    ways = [given.only] if given.only else list(WAYS)
    medians = measured(given.rows, given.rounds, ways)
    for name, seconds in medians.items():
        print(f"{name:<10} {seconds:>7.1f} s {given.rows / seconds:>9,.0f} patients/s")
    for way in ways:
        times = medians[f"{way}, 1"] / medians[f"{way}, 2"]
        verdict = "met" if times >= TARGET else "MISSED"
        print(f"{way}: two are {times:.2f} times as quick as one, ≥ {TARGET} {verdict}")
    if given.json:
        given.json.write_text(json.dumps(medians, indent=1) + "\n")


if __name__ == "__main__":
    main()
