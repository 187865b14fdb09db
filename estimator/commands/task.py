"""The piece of work that a process of the pool, or a Dask worker, is given: a batch and a number.

The process finds the database by its own environment, so neither rows nor passwords travel.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime
from functools import cache

from estimator.commands.settings import database_url
from estimator.storage.database import Database, open_database

_LOOK = 1.0
_GRACE = 5.0


@cache
def _database(_process: int) -> Database:
    return open_database(database_url())


def do(batch: str, number: int) -> None:
    """Do a piece of a batch."""
    from estimator.services.batches.work import perform  # noqa: PLC0415 - loads slowly

    perform(_database(os.getpid()), batch, number, _now)


def begin(parent: int) -> None:
    """Make a process of the pool polite to the web's, and end it with the one that started it."""
    os.nice(10)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)  # the worker puts away what it has; a pool's process ends
    time.sleep(_GRACE)
    os._exit(1)


def _now() -> datetime:
    return datetime.now(UTC)
