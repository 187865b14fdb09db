"""Kills the worker and the server in mid-run again and again: is anything lost, doubled, stuck?

``python -m benchmarks.batch_kills [--database sqlite|postgresql] [--trials 100] [--seed 1]``. Every
trial sends a file to ``estimator serve``, which works on it by itself, and from then on kills with
signal 9, at random moments of reading, estimating and writing, one of these in turn:

- the worker, which the server's keeper must start anew;
- the server's first process, whose others must end by themselves and leave the port;
- the server with everything it started, as a power cut would.

On PostgreSQL a worker of its own (``estimator worker``) helps, and is killed in turn too. Two kills
a trial; then the file must come to its end without a hand, with every row once, and the same
figures as a file before that nobody disturbed. Databases flush to the disk as in use.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.served import Program, Server, free_port, wait_for
from tests.support import postgres

ROWS = 60_000
KILLS = 2
SETTINGS = {"ESTIMATOR_LEASE_SECONDS": "2", "ESTIMATOR_SECRET_KEY": "k" * 43}
STATES = ("reading", "running", "writing")
LONGEST = 3.0
"""Seconds that a kill waits at most, mostly less, once the file is in the state it is meant for."""


class Trials:
    """A server that is killed and started again, and what became of the files it was sent."""

    def __init__(self, url: str, folder: Path, helped: bool, chance: random.Random) -> None:
        self.url = url
        self.chance = chance
        self.port = free_port()
        self.file = folder / "patients.csv"
        lines = (
            f"{number:06},boston-sample,sertraline;iv-ketamine;esketamine\n"
            for number in range(ROWS)
        )
        self.file.write_text("patient_ref,clinic_id,treatments\n" + "".join(lines))
        self.whole: bytes | None = None
        self.killed: Counter[str] = Counter()
        self.helper = self._help() if helped else None
        self.victims = ["worker", "server alone", "server with all"] + ["helper"] * helped
        self.server = self._serve()

    def _help(self) -> Program:
        return Program(self.url, "worker", "--jobs", "1", **SETTINGS)

    def _serve(self) -> Server:
        server = Server(self.url, self.port, "--workers", "1", **SETTINGS)
        server.wait()
        return server

    def stop(self) -> None:
        self.server.stop()
        if self.helper is not None:
            self.helper.stop()

    def trial(self, number: int) -> None:
        """Send a file and kill; the first file is left alone."""
        name = self.server.send(self.file)
        for turn in range(KILLS if number else 0):
            state = self._moment(name)
            if state == "done":
                break
            victim = self.victims[(KILLS * number + turn) % len(self.victims)]
            self._kill(victim)
            self.killed[f"{victim} while {state}"] += 1
        wait_for(lambda: self.server.status(name)["state"] not in STATES)
        self._look(name)

    def _moment(self, name: str) -> str:
        """Wait for a random moment of a random state; return the state it then is."""
        (wanted,) = self.chance.choices(STATES, (1, 4, 1))
        order = (*STATES, "done")
        wait_for(lambda: order.index(self._state(name)) >= order.index(wanted))
        time.sleep(LONGEST * self.chance.random() ** 3)
        return self._state(name)

    def _state(self, name: str) -> str:
        state: str = self.server.status(name)["state"]
        assert state not in ("failed", "cancelled", "mapping"), self.server.status(name)
        return state

    def _kill(self, victim: str) -> None:
        if victim == "worker":
            wait_for(self.server.kill_worker)
        elif victim == "helper" and self.helper is not None:
            self.helper.kill()
            self.helper = self._help()
        else:
            if victim == "server alone":
                self.server.kill_first()
            else:
                self.server.kill()
            self.server = self._serve()

    def _look(self, name: str) -> None:
        found = self.server.status(name)
        assert (found["state"], found["rows"], found["done"]) == ("done", ROWS, ROWS), found
        address = f"{self.server.address}/api/v1/batches/{name}/results"
        answer = requests.get(f"{address}.csv", timeout=60).content
        refs = [line.split(b",")[0] for line in answer.splitlines()[1:]]
        assert refs == [b"%06d" % number for number in range(ROWS)], "rows are lost or doubled"
        self.whole = self.whole or answer
        assert answer == self.whole, "the figures are others"
        for kind in ("xlsx", "parquet"):
            assert len(requests.get(f"{address}.{kind}", timeout=60).content) > ROWS
        requests.post(f"{self.server.address}/batches/{name}/delete", timeout=60)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/it.sqlite3"
        return
    with postgres.server("") as server, server.database() as url:
        yield url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name, database(given.database, Path(name)) as url:
        helped = given.database == "postgresql"
        trials = Trials(url, Path(name), helped, random.Random(given.seed))
        try:
            for number in range(given.trials + 1):
                trials.trial(number)
                said = f"trial {number}: whole, {time.monotonic() - begin:.0f} s"
                print(said, file=sys.stderr, flush=True)
        finally:
            trials.stop()
    for what, many in sorted(trials.killed.items()):
        print(f"killed the {what}: {many}")
    print(f"{given.trials} files, {trials.killed.total()} kills: nothing lost, doubled or stuck")


if __name__ == "__main__":
    main()
