"""The command that works on batches: takes pieces from the database, has them done, goes on.

Pieces are done by processes of this machine, or by a Dask cluster; both take them through the
interface of concurrent.futures. What a worker has taken is its own while it says so: one that is
killed says nothing more, and its pieces are another's.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import click

from estimator.commands import settings, task
from estimator.storage import batches
from estimator.storage.database import Database, DatabaseFault, open_database

ON_SQLITE = (
    "A Dask cluster needs PostgreSQL: several machines cannot share a SQLite file. Set "
    "ESTIMATOR_DATABASE_URL to a PostgreSQL address, or leave ESTIMATOR_DASK_SCHEDULER out."
)
LEASE = timedelta(seconds=float(os.environ.get("ESTIMATOR_LEASE_SECONDS", "30")))
_IDLE = 60.0
_POLL = 0.25
_BETWEEN_CLEANINGS = 3600.0
MOST_ATTEMPTS = 12
"""Times that a piece is begun before its batch is given up."""

Key = tuple[str, int]


@dataclass(slots=True)
class Crew:
    """Those who do the pieces."""

    slots: int
    start: Callable[[], Executor]
    executor: Executor | None = None

    def submit(self, batch: str, number: int) -> Future[None]:
        """Have a piece done."""
        if self.executor is None:
            self.executor = self.start()
        return self.executor.submit(task.do, batch, number)

    def rest(self) -> None:
        """Let them go until there is work again."""
        if self.executor is not None:
            self.executor.shutdown(wait=False, cancel_futures=True)
            self.executor = None


def processes(many: int) -> Crew:
    """Return processes of this machine."""
    context = multiprocessing.get_context("spawn")
    parent = os.getpid()
    return Crew(many, lambda: ProcessPoolExecutor(many, context, task.begin, (parent,)))


def cluster(address: str) -> Crew:
    """Return a Dask cluster, through the same interface."""
    import distributed  # noqa: PLC0415 - an extra

    client: Any = getattr(distributed, "Client")(address)  # noqa: B009 - it has no annotations
    threads = sum(client.nthreads().values())
    return Crew(max(threads, 1), lambda: client.get_executor(pure=False))


@dataclass(slots=True)
class Worker:
    """Takes pieces and keeps them while they are done."""

    database: Database
    crew: Crew
    clean: Callable[[datetime], Any]
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}-{token_hex(8)}")
    under_way: dict[Key, Future[None]] = field(default_factory=dict)
    renewed: float = 0.0
    cleaned: float = 0.0
    busy_at: float = field(default_factory=time.monotonic)
    stopping: bool = False

    def run(self, until_empty: bool = False) -> None:
        """Work until told to stop (or until nothing is left to do)."""
        while not self.stopping:
            try:
                took = self._turn()
            except DatabaseFault as error:
                _say(f"The database does not answer ({type(error).__name__}); trying again.")
                time.sleep(2)
                continue
            if not took and not self.under_way:
                if until_empty:
                    break
                time.sleep(_POLL * 2)
            elif not took:
                time.sleep(_POLL / 5)
        self._give_back()

    def stop(self, *_: object) -> None:
        """Stop after this turn."""
        self.stopping = True

    def _turn(self) -> bool:
        now, clock = datetime.now(UTC), time.monotonic()
        self._look_at_done()
        if clock - self.renewed > LEASE.total_seconds() / 3:
            self._renew(now)
            self.renewed = clock
        if clock - self.cleaned > _BETWEEN_CLEANINGS:
            self.clean(now)
            self.cleaned = clock
        took = len(self.under_way) < self.crew.slots and self._take(now)
        if took or self.under_way:
            self.busy_at = clock
        elif clock - self.busy_at > _IDLE:
            self.crew.rest()
        return took

    def _take(self, now: datetime) -> bool:
        with self.database.session() as session:
            if not batches.any_work(session, now):
                return False
        with self.database.writing() as session:
            taken = batches.take(session, self.name, now, now + LEASE)
        if taken is None:
            return False
        if taken.attempts > MOST_ATTEMPTS:
            from estimator.services.batches.work import give_up  # noqa: PLC0415 - loads slowly

            give_up(self.database, taken.batch, now)
            return True
        key = (taken.batch, taken.number)
        try:
            self.under_way[key] = self.crew.submit(*key)
        except BrokenExecutor:
            self.crew.rest()
            self._release([key])
        return True

    def _look_at_done(self) -> None:
        for key, future in list(self.under_way.items()):
            if not future.done():
                continue
            del self.under_way[key]
            error = future.exception()
            if error is None:
                continue
            _say(f"A piece was not done ({type(error).__name__}); it is begun again.")
            if isinstance(error, BrokenExecutor):
                self.crew.rest()
            self._release([key])

    def _renew(self, now: datetime) -> None:
        if self.under_way:
            with self.database.writing() as session:
                batches.renew(session, list(self.under_way), self.name, now + LEASE)

    def _release(self, keys: list[Key]) -> None:
        with self.database.writing() as session:
            batches.release(session, keys, self.name)

    def _give_back(self) -> None:
        """End: what is not begun goes back at once, what is under way when its lease ends."""
        self.crew.rest()
        if self.under_way:
            self._release(list(self.under_way))


def _say(words: str) -> None:
    click.echo(words, err=True)


@click.command()
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes; default: one a core.")
@click.option("--until-empty", is_flag=True, help="End when nothing is left to do.")
@click.option("--parent", type=int, hidden=True, help="End when this process does.")
def worker(jobs: int | None, until_empty: bool, parent: int | None) -> None:
    """Work on the batches of the database, beside those that serve already does.

    With ESTIMATOR_DASK_SCHEDULER the work is done by that Dask cluster, and the database must
    be PostgreSQL.
    """
    scheduler = os.environ.get("ESTIMATOR_DASK_SCHEDULER", "")
    try:
        days = settings.batch_days()
        database = open_database(settings.database_url())
    except (ValueError, OSError, DatabaseFault) as error:
        _say(str(error))
        sys.exit(2)
    if scheduler and database.engine.dialect.name == "sqlite":
        _say(ON_SQLITE)
        sys.exit(2)
    _prepare(database)
    crew = cluster(scheduler) if scheduler else processes(jobs or os.cpu_count() or 1)
    working = Worker(database, crew, lambda now: _forget(database, days, now))
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, working.stop)
    if parent is not None:
        task.begin(parent)
    working.run(until_empty)


def _prepare(database: Database) -> None:
    from estimator.services import rulebooks  # noqa: PLC0415 - loads slowly

    rulebooks.prepare(database, datetime.now(UTC))


def _forget(database: Database, days: int, now: datetime) -> None:
    from estimator.services.audit import Audit  # noqa: PLC0415 - loads slowly
    from estimator.services.batches.jobs import forget_old  # noqa: PLC0415
    from estimator.storage.secret import NoSecretKey  # noqa: PLC0415

    try:
        audit = Audit.of(database, settings.secret_key() or None)
    except NoSecretKey as error:
        _say(f"Old batches are kept: {error}")
        return
    forget_old(database, audit, days, now)
