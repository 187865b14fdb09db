"""Reading and checking workbooks of rules: ours, and what peers make of the same rows.

``python -m benchmarks.workbook [--rounds N] [--peers PYTHON] [--json FILE]``. Every measurement is
a process of its own, so that its peak memory is its own; the median of the rounds counts. The
peers run in an interpreter of their own that has frictionless, pandera, pandas and openpyxl.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

from estimator import shipped
from estimator.rulebook import snapshot
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import load_tables, load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.template import write_workbook
from estimator.services import rulebooks
from estimator.sheets.apart import read_apart
from estimator.sheets.guard import guard
from estimator.sheets.workbook import read_workbook
from tests.sheets.hostile import HOSTILE

SIZES = (1000, 5000)
TODAY = date(2026, 12, 1)
PEERS = Path(__file__).with_name("workbook_peers.py")
ROUNDS = 5
KILOBYTES = 1024

Rows = dict[str, Any]


def grown(size: int) -> Rows:
    """Return the shipped rules with copies of their plans until there are *size* rows."""
    rows = {name: list(same) for name, same in shipped_rows().items()}
    plans = list(rows["Plans"])
    number = 0
    while sum(map(len, rows.values())) < size:
        number, plan = number + 1, plans[number % len(plans)]
        for name in ("Plans", "Limits", "Networks", "Prices", "Benefits", "Policies"):
            rows[name] += [
                _copy(row, number)
                for row in shipped_rows()[name]
                if getattr(row, "plan_id", None) == plan.plan_id
            ]
    return rows


@cache
def shipped_rows() -> Any:
    return load_workbook_bytes(shipped.workbook().read_bytes()).rows


def _copy(row: Any, number: int) -> Any:
    named = {"plan_id": f"{row.plan_id}-{number}"}
    if getattr(row, "rule_id", None):
        named["rule_id"] = f"{row.rule_id}-{number}"
    return replace(row, **named)


def _with_ghosts() -> bytes:
    book = openpyxl.load_workbook(shipped.workbook())
    for ws in book.worksheets:
        ws.cell(1_048_000, 1).font = Font(bold=True)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# One measurement, in a process of its own: name → (what is made ready, what is timed).


def _guarded(data: bytes) -> None:
    assert guard(data) == ()


def _loaded(data: bytes) -> None:
    loaded = load_workbook_bytes(data)
    assert loaded.readable
    all_findings(loaded, TODAY)


def _checked(data: bytes) -> None:
    assert rulebooks.check(data, TODAY).publishable


def _released(data: bytes) -> None:
    Rulebook(snapshot.decode(data.decode()))


MEASURES: dict[str, Callable[[bytes], None]] = {
    "guard": _guarded,
    "read": lambda data: _nothing(read_workbook(data)),
    "read apart": lambda data: _nothing(read_apart(data)),
    "cells to findings": _guarded,  # its tables are read before; see measure
    "load and check": _loaded,
    "check with tests, apart": _checked,
    "stored release": _released,
}


def _nothing(_: object) -> None:
    """Keep a result no longer than it takes to make it."""


def measure(name: str, file: Path) -> dict[str, float]:
    """Time one thing once; a second time, warm, where it is a matter of milliseconds."""
    data = file.read_bytes()
    timed = MEASURES[name]
    if name == "stored release":
        timed(data)
    if name == "cells to findings":
        tables = read_workbook(data).tables
        timed = lambda _: _nothing(all_findings(load_tables(tables), TODAY))  # noqa: E731
    began = time.perf_counter()
    timed(data)
    return {"seconds": time.perf_counter() - began, "megabytes": _peak()}


def _peak() -> float:
    """Return the most memory that this process or a child of it had, in megabytes.

    What the system counts for a process begins with its parent's; what it says of the memory
    itself does not.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / KILOBYTES


def refusals(folder: Path) -> dict[str, float]:
    """Refuse every file of a folder; the slowest of them, and what all took of memory."""
    before, slowest = _peak(), 0.0
    for file in folder.iterdir():
        data = file.read_bytes()
        began = time.process_time()
        assert guard(data)
        slowest = max(slowest, time.process_time() - began)
    return {"seconds": slowest, "megabytes": _peak() - before}


# The whole, from files made once.


def prepare(folder: Path) -> dict[str, Path]:
    files = {}
    for size in SIZES:
        rows = grown(size)
        files[f"{size} rows"] = folder / f"{size}.xlsx"
        files[f"{size} rows"].write_bytes(write_workbook(rows))
        files[f"{size} rows, stored"] = folder / f"{size}.json"
        files[f"{size} rows, stored"].write_text(snapshot.encode(rows), encoding="utf-8")
    files["shipped"] = folder / "shipped.xlsx"
    files["shipped"].write_bytes(shipped.workbook().read_bytes())
    files["shipped, stored"] = folder / "shipped.json"
    files["shipped, stored"].write_text(snapshot.encode(shipped_rows()), encoding="utf-8")
    files["ghost rows"] = folder / "ghosts.xlsx"
    files["ghost rows"].write_bytes(_with_ghosts())
    files["hostile"] = folder / "hostile"
    files["hostile"].mkdir()
    for number, hostile in enumerate(HOSTILE):
        (files["hostile"] / f"{number}.xlsx").write_bytes(hostile.data)
    (folder / "schema.json").write_text(json.dumps(_schema()), encoding="utf-8")
    return files


def _schema() -> dict[str, Any]:
    """Return what every column takes, for validators of cells."""
    return {
        sheet.name: [
            {
                "header": column.header,
                "kind": column.kind.name,
                "required": column.required,
                "words": list(column.words),
            }
            for column in sheet.columns
        ]
        for sheet in SHEETS
    }


def _run(command: list[Any], rounds: int) -> dict[str, float]:
    results = []
    for _ in range(rounds):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        results.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: statistics.median(each[key] for each in results) for key in results[0]}


def figures(folder: Path, rounds: int, peers: str | None) -> Iterator[tuple[str, str, Any]]:
    """Yield (file, what is done, figures)."""
    files = prepare(folder)
    ours = [sys.executable, "-m", "benchmarks.workbook", "--one"]
    whole = ("guard", "read", "read apart", "cells to findings", "load and check")
    for name in ("shipped", *(f"{size} rows" for size in SIZES)):
        for what in (*whole, "check with tests, apart"):
            yield name, what, _run([*ours, what, files[name]], rounds)
        yield (
            name,
            "stored release",
            _run([*ours, "stored release", files[f"{name}, stored"]], rounds),
        )
        for peer in ("frictionless", "pandera") if peers else ():
            command = [peers, PEERS, peer, files[name], folder / "schema.json"]
            yield name, f"{peer}, cells only", _run(command, rounds)
    yield "ghost rows", "read", _run([*ours, "read", files["ghost rows"]], rounds)
    yield (
        f"{len(HOSTILE)} hostile",
        "guard, slowest",
        _run([*ours, "refusals", files["hostile"]], rounds),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--peers", help="an interpreter that has frictionless and pandera")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "FILE"))
    given = parser.parse_args()
    if given.one:
        what, file = given.one
        print(json.dumps(refusals(Path(file)) if what == "refusals" else measure(what, Path(file))))
        return
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, what, got in figures(Path(folder), given.rounds, given.peers):
            found.append({"file": name, "what": what, **got})
            print(
                f"{name:<16}{what:<28}{got['seconds']:>9.3f} s{got['megabytes']:>8.0f} MB",
                flush=True,
            )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
