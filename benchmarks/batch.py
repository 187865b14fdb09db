"""Files of patients: ours end to end, its parts, and what people would do instead.

``python -m benchmarks.batch [--rows 100000] [--rounds 3] [--peers PYTHON] [--json FILE]``. Every
measurement is a process of its own, so that its peak memory is its own (children included); the
medians of the rounds count, and what is compared runs in turn. PYTHON is an interpreter that has
pandas and openpyxl, for the same task in them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from estimator import shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook

TODAY = date(2026, 12, 1)
HEADER = (
    *("patient_ref", "clinic_id", "plan_id", "coverage", "start_date", "months", "age"),
    *("diagnosis", "failed_trials", "prior_authorization", "household_size", "annual_income"),
    *("treatments", "deductible_met", "oop_met", "drug_deductible_met"),
    *("chart", "doctor", "phone", "note"),
)
THREE = "iv-ketamine;esketamine;sertraline"
LOOP = 100
"""Rows of the loop of single estimates: it takes the same for each."""


def rules() -> Rulebook:
    return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)


def patients(rows: int, treatments: str) -> Iterator[list[Any]]:
    """Yield made-up patients of every plan, starting within three months."""
    chance, book = random.Random(1), rules()
    plans, clinics = [*book.plans, ""], list(book.clinics)
    yield list(HEADER)
    for number in range(rows):
        yield [
            f"{number:07}",
            chance.choice(clinics),
            chance.choice(plans),
            chance.choice(("self", "family")),
            (TODAY + timedelta(chance.randrange(90))).isoformat(),
            12,
            chance.randrange(18, 80),
            chance.choice(("F33.2", "F32.1", "F33.1")),
            chance.randrange(6),
            chance.choice(("unknown", "approved", "denied")),
            chance.randrange(1, 6),
            f"{chance.randrange(12_000, 150_000)}.00",
            treatments,
            f"{chance.randrange(200_000) / 100:.2f}",
            f"{chance.randrange(500_000) / 100:.2f}",
            "",
            f"{chance.randrange(10**8):08}",
            f"Dr. {chance.randrange(30)}",
            f"+1 617 555 01{chance.randrange(100):02}",
            "x",
        ]


def make(path: Path, rows: int, treatments: str) -> None:
    """Write the patients as CSV or as a workbook."""
    if path.suffix == ".csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(patients(rows, treatments))
        return
    import xlsxwriter  # noqa: PLC0415 - one of two kinds

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet("Patients")
    for number, row in enumerate(patients(rows, treatments)):
        for at, value in enumerate(row):
            page.write(number, at, value) if isinstance(value, int) else page.write_string(
                number, at, value
            )
    book.close()


def command(source: Path, target: Path, processes: int) -> None:
    """The whole command, as a person runs it."""
    rulebook = ["--rulebook", str(shipped.workbook()), "--jobs", str(processes)]
    target.unlink(missing_ok=True)
    run = [sys.executable, "-m", "estimator", "batch", str(source), str(target), *rulebook]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)


def kernel(source: Path, _target: Path, _processes: int) -> float:
    """The adjudication alone, in one process: what it takes of its time."""
    return _parts(source)["kernel"]


def reading(source: Path, _target: Path, _processes: int) -> float:
    return _parts(source)["reading"]


def _parts(source: Path) -> dict[str, float]:
    from estimator.services.batches import local  # noqa: PLC0415 - measured with its imports done
    from estimator.services.batches.population import estimate_all  # noqa: PLC0415
    from estimator.services.batches.rows import RowReader  # noqa: PLC0415
    from estimator.services.batches.sites import Sites  # noqa: PLC0415

    book = rules()
    with source.open("rb") as file, tempfile.TemporaryFile() as spool:
        begin = time.perf_counter()
        given = local.Rules(book, 1, TODAY)
        spooled = local.spool_file(file, source.suffix, given, spool)
        read = time.perf_counter() - begin
        reader, sites = RowReader(book, spooled.mapped.places, TODAY), Sites(book)
        begin = time.perf_counter()
        for at, length, _ in spooled.pieces:
            spool.seek(at)
            piece = local.Piece.decode(spool.read(length))
            estimate_all(sites, reader.read(piece).people, spooled.treatments)
        return {"reading": read, "kernel": time.perf_counter() - begin}


def loop(source: Path, _target: Path, _processes: int) -> float:
    """A loop of single estimates: seconds for all rows, from the first hundred."""
    from estimator.services.batches import local  # noqa: PLC0415
    from estimator.services.batches.recheck import request_of  # noqa: PLC0415
    from estimator.services.batches.rows import RowReader  # noqa: PLC0415
    from estimator.services.estimating import estimate  # noqa: PLC0415

    book = rules()
    with source.open("rb") as file, local.opened(file, source.suffix) as table:
        places = local.map_columns(table.header).places
        people = RowReader(book, places, TODAY).read(next(table.pieces)).people
    requests = [request_of(book, people, at) for at in range(min(LOOP, len(people)))]
    begin = time.perf_counter()
    for request in requests:
        estimate(request, book, today=TODAY)
    with source.open("rb") as file:
        rows = sum(1 for _ in file) - 1
    return (time.perf_counter() - begin) / len(requests) * rows


PEER = """
import sys, time, pandas
begin = time.perf_counter()
frame = pandas.read_excel(sys.argv[1], engine="openpyxl", dtype=str)
results = frame[["patient_ref"] * int(sys.argv[3])]
pandas.concat([frame, results], axis=1).to_excel(sys.argv[2], engine="openpyxl", index=False)
print(time.perf_counter() - begin)
"""
"""Reading and writing alone: as many columns as ours, nothing computed."""

MEASURES: dict[str, Callable[[Path, Path, int], float | None]] = {
    "command": command,
    "kernel": kernel,
    "reading": reading,
    "loop": loop,
}


def measure(name: str, source: Path, target: Path, processes: int) -> dict[str, float]:
    """Run a measurement in a process of its own."""
    run = [sys.executable, "-m", "benchmarks.batch", "--measure", name, str(source), str(target)]
    done = subprocess.run([*run, str(processes)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(name: str, source: str, target: str, processes: str) -> None:
    begin = time.perf_counter()
    told = MEASURES[name](Path(source), Path(target), int(processes))
    seconds = time.perf_counter() - begin if told is None else told
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    memory = max(each.ru_maxrss for each in used) / 1024
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": memory}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        _measured(*given.measure)
        return
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = _files(Path(folder), given.rows)
        for _ in range(given.rounds):
            for name, each in _round(Path(folder), files, given.peers):
                found.setdefault(name, []).append(each)
                print(f"{name}: {each['seconds']:.1f} s, {each['memory']:.0f} MB", flush=True)
    medians = {
        name: {key: statistics.median(each[key] for each in many) for key in many[0]}
        for name, many in found.items()
    }
    print(json.dumps(medians, indent=1))
    if given.json:
        given.json.write_text(json.dumps(medians, indent=1))


def _files(folder: Path, rows: int) -> dict[str, Path]:
    files = {}
    for name, treatments in (("all", ""), ("three", THREE)):
        for ending in ("csv", "xlsx"):
            files[f"{name} {ending}"] = path = folder / f"{name}.{ending}"
            make(path, rows, treatments)
    return files


def _round(
    folder: Path, files: dict[str, Path], peers: str | None
) -> Iterator[tuple[str, dict[str, float]]]:
    cores = os.cpu_count() or 1
    for name, path in files.items():
        yield name, measure("command", path, folder / f"out{path.suffix}", cores)
    csv_file, sheet = files["all csv"], files["all xlsx"]
    yield "all csv, one process", measure("command", csv_file, folder / "one.csv", 1)
    yield "kernel, one process", measure("kernel", csv_file, folder / "x", 1)
    yield "reading csv", measure("reading", csv_file, folder / "x", 1)
    yield "reading xlsx", measure("reading", sheet, folder / "x", 1)
    yield "a loop of single estimates", measure("loop", csv_file, folder / "x", 1)
    if peers:
        run = [peers, "-c", PEER, str(sheet), str(folder / "peer.xlsx"), "58"]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
        yield "pandas with openpyxl", {"seconds": float(done.stdout), "cpu": 0.0, "memory": 0.0}


if __name__ == "__main__":
    main()
