"""What signing in costs: the work of one guess, the look-up of each request, a worker's memory.

``python -m benchmarks.accounts``; processor time, so that what else the machine does matters
little, and the clock on the wall beside it.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from estimator.services.accounts import sign_ins, signing_in, users
from estimator.services.accounts.passwords import Passwords
from estimator.services.accounts.registry import Act, Limits, Registry
from estimator.services.accounts.signing_in import Entered
from estimator.storage.database import migrate, open_database
from tests.support.serving import serving

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
PASSWORD = "a quiet green lamp"  # noqa: S105 - of nobody
COSTS = (Passwords(2, 19_456), Passwords(), Passwords(3, 46_080), Passwords(3, 65_536))
ROUNDS = 15


def main() -> None:
    print("| what | processor | wall |\n| --- | --- | --- |")
    for costs in COSTS:
        kept = costs.hashed(PASSWORD)
        told = f"one guess, m={costs.memory_kib // 1024} MiB t={costs.rounds} p=1"
        row(told, lambda costs=costs, kept=kept: costs.fits(kept, PASSWORD))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/it.sqlite3"
        token = services(url)
        memory(Path(folder), url)
    assert token


def services(url: str) -> str:
    database = open_database(url)
    migrate(database)
    registry = Registry(database, b"s" * 32)
    users.add(registry, Act("bench", NOW), "robin", "admin", PASSWORD)
    row("a whole sign-in (SQLite)", lambda: entered(registry, NOW))
    now = datetime.now(UTC)
    token = entered(registry, now)
    row("the look-up of a request", lambda: sign_ins.who(database, Limits(), token, now), 500)
    minutes = (now + number * sign_ins.SEEN_EVERY for number in range(1, 1000))
    row(
        "… that is noted, once a minute",
        lambda: sign_ins.who(database, Limits(timedelta(1), timedelta(1)), token, next(minutes)),
    )
    database.close()
    return token


def entered(registry: Registry, now: datetime) -> str:
    outcome = signing_in.with_password(registry, now, "robin", PASSWORD)
    assert isinstance(outcome, Entered)
    return outcome.token


def row(told: str, work: Callable[[], object], rounds: int = ROUNDS) -> None:
    work()
    processor, wall = [], []
    for _ in range(rounds):
        at, began = time.process_time(), time.perf_counter()
        work()
        processor.append(time.process_time() - at)
        wall.append(time.perf_counter() - began)
    figures = (1000 * statistics.median(each) for each in (processor, wall))
    print(f"| {told} | " + " | ".join(f"{figure:.2f} ms" for figure in figures) + " |")


def memory(folder: Path, url: str) -> None:
    """Print what a worker of the real server holds, before and while people sign in."""
    with serving(folder, url) as served:
        at = served.address()
        requests.get(f"{at}/readyz", timeout=60)
        requests.get(f"{at}/sign-in", timeout=60)
        worker = newest_child(served.port)
        before = megabytes(worker, "VmRSS")
        session = requests.Session()
        form = {"name": "robin", "password": PASSWORD}
        session.post(f"{at}/sign-in", data=form, timeout=60)
        with ThreadPoolExecutor(8) as pool:
            many = [pool.submit(requests.post, f"{at}/sign-in", data=form) for _ in range(24)]
        answers = sorted({each.result().status_code for each in many})
        session.get(f"{at}/account/second-factor", timeout=60)
        print(
            f"\nA worker: {before:.0f} MB before anybody signs in, {megabytes(worker, 'VmRSS'):.0f}"
            f" MB after eight at a time did, {megabytes(worker, 'VmHWM'):.0f} MB at most;"
            f" answers {answers}."
        )


def newest_child(port: int) -> int:
    """Return the process that serves: the master's only child."""
    found = subprocess.run(
        ["pgrep", "-f", f"gunicorn.*:{port}"], capture_output=True, text=True, check=True
    )
    return max(int(each) for each in found.stdout.split())


def megabytes(process: int, name: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    (kilobytes,) = re.findall(rf"{name}:\s+(\d+) kB", status)
    return int(kilobytes) / 1000


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    main()
