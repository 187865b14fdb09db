"""Files of patients: ours end to end, its parts, and what people would do instead.

``python -m benchmarks.batch [--rows 100000] [--rounds 3] [--only PART] [--peers PYTHON]``. Every
measurement is a process of its own, on nothing that the one before left; medians of the rounds, in
which all take turns, count. Memory is that of all processes of a command together, at worst. PYTHON
is an interpreter that has pandas and openpyxl, for the same task in them.

Parts: ``commands`` (whole files), ``parts`` (reading, kernel, writing alone, and a loop of single
estimates), ``pandas``, ``sizes`` (1,000 rows to a million).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.patients import ALL, THREE, make
from benchmarks.processes import Ran, ran
from estimator import shipped

RULES = ("--rulebook", str(shipped.workbook()))
CORES = os.cpu_count() or 1
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SHEETS_UP_TO = 100_000
"""Rows up to which a workbook is measured too."""
MEGABYTES = 700
TARGETS = {
    "csv → csv, all treatments": 30,
    "xlsx → xlsx, all treatments": 60,
    "csv → csv, three treatments": 10,
    "xlsx → xlsx, three treatments": 25,
}
"""Seconds for 100,000 patients."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median of seconds, or how many ``times`` as long one thing takes as another.

    Steps of one process have no processor time and memory of their own.
    """

    what: str
    value: float
    unit: str
    cpu: float = 0
    megabytes: float = 0
    target: float | None = None

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        if self.unit == "times":
            return self.value >= self.target
        return self.value <= self.target and self.megabytes < MEGABYTES


Round = Iterator[tuple[str, Ran]]


def command(source: Path, target: Path, processes: int = CORES) -> Ran:
    """The whole command, as a person runs it."""
    target.unlink(missing_ok=True)
    run = (sys.executable, "-m", "estimator", "batch", str(source), str(target))
    return ran([*run, *RULES, "--jobs", str(processes)])


def steps(part: str, source: Path) -> Round:
    """The steps of a part, in one process: the seconds of each are its own."""
    whole = ran((sys.executable, "-m", "benchmarks.batch_parts", part, str(source)))
    for name, seconds in json.loads(whole.said).items():
        yield name, Ran(seconds, 0, 0, "")


PANDAS = """
import sys, time, pandas
begin = time.perf_counter()
frame = pandas.read_excel(sys.argv[1], engine="openpyxl", dtype=str)
results = frame[["patient_ref"] * int(sys.argv[3])]
pandas.concat([frame, results], axis=1).to_excel(sys.argv[2], engine="openpyxl", index=False)
print(time.perf_counter() - begin)
"""
"""Reading and writing alone: as many columns as ours, nothing estimated."""
RESULT_COLUMNS = 2 + 11 * 5 + 2


class Files:
    """The files of a run, each made when it is first asked for."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder = folder
        self.rows = rows

    def of(self, ending: str, treatments: str = ALL, rows: int | None = None) -> Path:
        many = self.rows if rows is None else rows
        name = f"{many} {'three' if treatments else 'all'}.{ending}"
        path = self.folder / name
        return path if path.exists() else make(path, many, treatments)

    def out(self, ending: str) -> Path:
        return self.folder / f"out.{ending}"


def commands(files: Files, _peers: str | None) -> Round:
    for name in TARGETS:
        ending = name.split()[0]
        source = files.of(ending, THREE if "three" in name else ALL)
        yield name, command(source, files.out(ending))


def parts(files: Files, _peers: str | None) -> Round:
    text, sheet = files.of("csv"), files.of("xlsx")
    yield "csv → csv, all treatments", command(text, files.out("csv"))
    yield "csv → csv, one process", command(text, files.out("csv"), 1)
    yield from steps("way", text)
    yield from steps("reading", sheet)
    yield from steps("loop", text)


def pandas(files: Files, peers: str | None) -> Round:
    if peers is None:
        return
    sheet, out = files.of("xlsx"), files.out("xlsx")
    yield "xlsx → xlsx, all treatments", command(sheet, out)
    whole = ran([peers, "-c", PANDAS, str(sheet), str(out), str(RESULT_COLUMNS)])
    yield (
        "pandas with openpyxl",
        Ran(float(whole.said), whole.cpu, whole.megabytes, ""),
    )


def sizes(files: Files, _peers: str | None) -> Round:
    for rows in SIZES:
        for ending in ("csv", "xlsx", "parquet"):
            if ending == "xlsx" and rows > SHEETS_UP_TO:
                continue
            source = files.of(ending, rows=rows)
            yield f"{rows:,} rows, {ending} → {ending}", command(source, files.out(ending))


PARTS: dict[str, Callable[[Files, str | None], Round]] = {
    "commands": commands,
    "parts": parts,
    "pandas": pandas,
    "sizes": sizes,
}
RATIOS = (
    ("a loop of single estimates", "csv → csv, all treatments", 50),
    ("a loop of single estimates", "the kernel, one process", 50),
    ("pandas with openpyxl", "xlsx → xlsx, all treatments", 5),
)
"""What must take how many times as long as what."""


def figures(found: dict[str, list[Ran]], rows: int) -> Iterator[Figure]:
    """Yield the medians, then how many times as quick what is beside what."""
    seconds = {}
    for name, many in found.items():
        target = TARGETS.get(name) if rows == 100_000 else None
        seconds[name] = median(each.seconds for each in many)
        cpu, memory = (median(getattr(each, of) for each in many) for of in ("cpu", "megabytes"))
        yield Figure(name, seconds[name], "s", cpu, memory, target)
    for slow, quick, target in RATIOS:
        if slow in seconds and quick in seconds:
            times = seconds[slow] / seconds[quick]
            yield Figure(f"{slow} beside {quick}", times, "times", target=target)


def table(measured: list[Figure]) -> Iterator[str]:
    for each in measured:
        line = f"{each.what:<60} {each.value:>8.1f} {each.unit:<6}"
        if each.megabytes:
            line += f"{each.megabytes:>6.0f} MB {each.cpu:>7.1f} s of the processors"
        if each.target is not None:
            sign = "≥" if each.unit == "times" else "≤"
            line += f"  {sign} {each.target} {'met' if each.met else 'MISSED'}"
        yield line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: dict[str, list[Ran]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = Files(Path(folder), given.rows)
        for _ in range(given.rounds):
            for name in given.only or PARTS:
                for what, each in PARTS[name](files, given.peers):
                    found.setdefault(what, []).append(each)
                    print(f"{what}: {each.seconds:.2f} s, {each.megabytes:.0f} MB", flush=True)
    measured = list(figures(found, given.rows))
    print(*table(measured), sep="\n")
    if given.json:
        document = [asdict(each) for each in measured]
        given.json.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
