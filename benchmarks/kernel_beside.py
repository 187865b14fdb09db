"""The kernel beside what somebody would take instead: zen-engine, OpenFisca-Core, LibreOffice.

``python -m benchmarks.kernel_beside --peers PYTHON [--rounds 5] [--json FILE]``. PYTHON is an
interpreter that has zen-engine, openfisca-core and openpyxl; soffice is found by its name. All say
the peers' rule of ``benchmarks.kernel`` (``peers/`` holds their words for it). First every
peer's every line must equal ours to the cent; then ours and theirs take turns, each peer on as many
patients as it does in seconds, each in a process of its own; medians, by the clock. Ours is
held beside each way to say it in a peer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.courses import PEERS_LIMITS, START, Population, peers_rule
from benchmarks.kernel import Figure, on_arrays, table
from estimator.engine.arrays import ARRAYS
from estimator.engine.kernel import run

COURSES = 100_000


class Peer(NamedTuple):
    name: str
    script: str
    patients: int
    target: int
    ways: tuple[str, ...]


PEERS = (
    Peer("zen-engine", "with_zen.py", 2_000, 100, ("by_line", "by_course", "by_decision")),
    Peer("OpenFisca-Core", "with_openfisca.py", COURSES, 5, ("by_line", "by_period")),
    Peer("LibreOffice", "with_libreoffice.py", 2_000, 1_000, ("by_row",)),
)


def task_of(patients: Population, many: int) -> dict[str, Any]:
    """Return the first patients as ``peers/task.py`` says."""
    lines, year = [], START.year
    for claim in patients.claims:
        benefit = claim.benefit
        assert benefit is not None
        lines.append(
            {
                "copay": benefit.copay,
                "percent": benefit.coinsurance // 10**6,
                "applies": benefit.deductible == "applies",
                "out": claim.network == "out",
                "new_year": claim.date.year != year,
            }
        )
        year = claim.date.year
    return {
        "lines": lines,
        "limits": [(each.limit.individual, each.limit.family) for each in PEERS_LIMITS],
        "allowed": patients.allowed[:, :many].tolist(),
        "met": [individual[:many].tolist() for individual, _ in patients.met],
        "family": [family[:many].tolist() for _, family in patients.met],
    }


def every_line(patients: Population, many: int) -> list[list[int]]:
    """Return what the first patients pay of each line, by our kernel."""
    steps, account, second = patients.block(0, many)
    return [
        np.broadcast_to(line.patient_pays, (many,)).tolist()
        for line in run(steps, account, ARRAYS, second)
    ]


class Beside:
    """Asks the peers, and ourselves in turn."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python = python
        self.folder = folder
        self.patients = peers_rule(COURSES)
        for peer in PEERS:
            task = task_of(self.patients, peer.patients)
            self._task(peer).write_text(json.dumps(task))

    def _task(self, peer: Peer) -> Path:
        return self.folder / f"{peer.name}.json"

    def asked(self, way: str, peer: Peer) -> dict[str, Any]:
        answer = self.folder / "answer.json"
        script = Path(__file__).parent / "peers" / peer.script
        subprocess.run([self.python, script, way, self._task(peer), answer], check=True)
        found: dict[str, Any] = json.loads(answer.read_text())
        return found

    def check(self) -> None:
        """Stop unless every peer's every line equals ours."""
        for peer in PEERS:
            ours = every_line(self.patients, peer.patients)
            for way in peer.ways:
                assert self.asked(way, peer)["pays"] == ours, (peer.name, way)
                lines = len(ours) * peer.patients
                print(
                    f"{peer.name}, {way}: {lines:,} of {lines:,} lines equal ours to the cent",
                    flush=True,
                )

    def round(self) -> Iterator[tuple[str, float]]:
        """Yield courses a second of each way, and of ours between them."""
        yield "ours", self._ours()
        for peer in PEERS:
            for way in peer.ways:
                rate = peer.patients / self.asked(way, peer)["seconds"]
                yield f"{peer.name}, {way}", rate
            yield "ours", self._ours()
        yield "start", self.asked("start", PEERS[-1])["seconds"]

    def _ours(self) -> float:
        begin = time.perf_counter()
        on_arrays(self.patients)
        return COURSES / (time.perf_counter() - begin)


def figures(found: dict[str, list[float]]) -> Iterator[Figure]:
    medians = {name: median(many) for name, many in found.items()}
    ours = medians["ours"]
    yield Figure("ours, arrays, one process", ours, "courses/s")
    for peer in PEERS:
        for way in peer.ways:
            theirs = medians[f"{peer.name}, {way}"]
            yield Figure(f"{peer.name}, {way}", theirs, "courses/s")
            yield Figure(f"ours beside {peer.name}, {way}", ours / theirs, "times", peer.target)
    office = PEERS[-1]
    started = medians["start"]
    yield Figure("LibreOffice's start, of its time", started, "s")
    alone = office.patients / (office.patients / medians["LibreOffice, by_row"] - started)
    yield Figure("LibreOffice without its start", alone, "courses/s")
    yield Figure("ours beside LibreOffice without its start", ours / alone, "times", office.target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        beside = Beside(given.peers, Path(folder))
        beside.check()
        for _ in range(given.rounds):
            for name, rate in beside.round():
                found.setdefault(name, []).append(rate)
    measured = list(figures(found))
    print(*table(measured), sep="\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(each) for each in measured], indent=1) + "\n")


if __name__ == "__main__":
    main()
