"""Workers as processes: killed, resumed; a real Dask cluster over a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from estimator.commands.worker import ON_SQLITE
from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.storage import batches
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.tables import BatchPiece

PATIENCE = 240
ROWS = 40_000
MANY = "patient_ref,clinic_id,treatments\n" + "".join(
    f"{number:06},boston-sample,sertraline\n" for number in range(ROWS)
)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[tuple[str, Database]]:
    database = open_database(postgres_url)
    migrate(database)
    rulebooks.prepare(database, datetime.now(UTC))
    yield postgres_url, database
    database.close()


def sent(database: Database) -> str:
    upload = jobs.Upload(
        file=BytesIO(MANY.encode()), file_name="m.csv", ending=".csv", made_by="Robin"
    )
    day = date(2026, 12, 1)
    return jobs.accept(database, Audit(b"k" * 32), upload, 1, day, datetime.now(UTC)).name


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of ours with all its processes until the end of the block."""
    folder = environment.pop("folder", None)
    paths = {"PYTHONPATH": str(Path(__file__).parents[2])}
    started = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **paths, "ESTIMATOR_LEASE_SECONDS": "2", **environment},
        cwd=folder,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        kill(started)


def kill(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def wait_for(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def status(database: Database, name: str) -> jobs.Status:
    found = jobs.status(database, name, datetime.now(UTC))
    assert found is not None
    return found


def assert_whole(database: Database, name: str) -> None:
    found = status(database, name)
    assert (found.batch.state, found.rows, found.done) == ("done", ROWS, ROWS)
    with database.session() as session:
        lines = b"".join(batches.parts(session, name, "csv")).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [f"{at:06}" for at in range(ROWS)]


def test_a_worker_killed_in_mid_run_loses_and_doubles_nothing(
    postgres: tuple[str, Database],
) -> None:
    url, database = postgres
    name = sent(database)
    for wanted in ("reading", "running"):
        with running("estimator", "worker", "--jobs", "2", ESTIMATOR_DATABASE_URL=url) as worker:
            wait_for(lambda state=wanted: leased(database, name, state))
            kill(worker)

    with running("estimator", "worker", "--jobs", "2", ESTIMATOR_DATABASE_URL=url):
        wait_for(lambda: status(database, name).ended)

    assert_whole(database, name)


def leased(database: Database, name: str, state: str) -> bool:
    """Whether a piece is under way in that state (or the batch is past it)."""
    order = ("reading", "running", "writing", "done")
    now = status(database, name).batch.state
    if now != state:
        return order.index(now) > order.index(state)
    with database.session() as session:
        pieces = select(BatchPiece).where(BatchPiece.batch == name, BatchPiece.state == "leased")
        return session.scalars(pieces).first() is not None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_dask_cluster_works_on_a_batch_though_one_of_its_workers_is_killed(
    postgres: tuple[str, Database], tmp_path: Path
) -> None:
    url, database = postgres
    name, address = sent(database), f"tcp://127.0.0.1:{free_port()}"
    scheduler = ("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard")
    member = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard")
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    known = {"ESTIMATOR_DATABASE_URL": url}
    with (
        running(*scheduler),
        running(*member, folder=str(folders[0]), **known) as first,
        running(*member, folder=str(folders[1]), **known),
        running("estimator", "worker", ESTIMATOR_DASK_SCHEDULER=address, **known),
    ):
        wait_for(lambda: leased(database, name, "running"))
        kill(first)
        wait_for(lambda: status(database, name).ended)

    assert_whole(database, name)


def test_a_cluster_on_sqlite_is_refused_in_so_many_words(sqlite_url: str) -> None:
    environment = {
        **os.environ,
        "ESTIMATOR_DATABASE_URL": sqlite_url,
        "ESTIMATOR_DASK_SCHEDULER": "tcp://127.0.0.1:1",
    }
    command = [sys.executable, "-m", "estimator", "worker"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.strip() == ON_SQLITE
