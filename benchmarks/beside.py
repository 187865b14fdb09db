"""Answers while a file of patients is worked on by the same server, on the same cores.

``python -m benchmarks.beside [--rows 100000] [--rate 20] [--json FILE]``. Starts ``estimator
serve`` on a fresh database, asks for estimates at a steady rate over four connections, first with
nothing else to do, then from the moment a file is sent until its results are written. An answer's
time counts from when it was due to be asked for, so that none waits uncounted behind another.
Shown by what the file is in: sent, reading, running, writing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from benchmarks.api import bodies, load, plans
from benchmarks.patients import make
from benchmarks.served import Server, serving

CONNECTIONS = 4
ALONE = 20.0
TARGET_MS = 300
Taken = list[tuple[str, float]]
"""What the file was in, and seconds."""


class Asking:
    """Asks at a steady rate while anything goes on."""

    def __init__(self, port: int, requests: list[bytes], rate: float) -> None:
        self.taken: Taken = []
        self.doing = "alone"
        self._port = port
        self._requests = requests
        self._every = CONNECTIONS / rate
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(number,)) for number in range(CONNECTIONS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Content-Type": "application/json"}
        due = time.perf_counter() + self._every * number / CONNECTIONS
        while not self._ended.wait(max(due - time.perf_counter(), 0)):
            doing, body = self.doing, self._requests[number % len(self._requests)]
            connection.request("POST", "/api/v1/estimates", body, headers)
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer[:300]
            self.taken.append((doing, time.perf_counter() - due))
            due += self._every
            number += CONNECTIONS


def measure(server: Server, source: Path, rate: float) -> tuple[Taken, float]:
    """Return the times of all answers, and the seconds from sending to results."""
    port = int(server.address.rpartition(":")[2])
    asked = bodies(plans(port), "full")
    load(port, asked, 10)  # every course is priced once before
    asking = Asking(port, asked, rate)
    try:
        time.sleep(ALONE)
        asking.doing = "sending"
        begin = time.perf_counter()
        name = server.send(source)
        _follow(server, name, lambda state: setattr(asking, "doing", state))
        return asking.taken, time.perf_counter() - begin
    finally:
        asking.stop()


def _follow(server: Server, name: str, tell: Callable[[str], None]) -> None:
    while True:
        state = server.status(name)["state"]
        assert state not in ("failed", "cancelled"), state
        if state == "done":
            return
        tell(state)
        time.sleep(0.3)


def summed_up(taken: Taken) -> dict[str, dict[str, float]]:
    found: dict[str, list[float]] = {}
    for doing, seconds in taken:
        found.setdefault(doing, []).append(1000 * seconds)
        if doing != "alone":
            found.setdefault("all the while", []).append(1000 * seconds)
    made = {}
    for doing, times in found.items():
        cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
        made[doing] = {
            "answers": float(len(times)),
            "p50_ms": cuts[49],
            "p95_ms": cuts[94],
            "p99_ms": cuts[98],
            "longest_ms": max(times),
        }
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--ending", choices=("csv", "xlsx"), default="xlsx")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = make(Path(folder, f"patients.{given.ending}"), given.rows)
        with serving(f"sqlite:///{folder}/it.sqlite3") as server:
            taken, seconds = measure(server, source, given.rate)
    figures = summed_up(taken)
    what = f"{given.rows:,} rows of {given.ending}"
    print(f"{what}: {seconds:.0f} s, asked {given.rate:.0f} times a second")
    print(f"{'':<14}{'answers':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'longest':>9}")
    for doing, each in figures.items():
        print(f"{doing:<14}" + "".join(f"{value:>9.0f}" for value in each.values()))
    verdict = "met" if figures["all the while"]["p95_ms"] < TARGET_MS else "MISSED"
    print(f"p95 below {TARGET_MS} ms all the while: {verdict}")
    if given.json:
        given.json.write_text(json.dumps({"seconds": seconds, **figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
