"""The dollar difference of two rulebooks: seconds and memory, from two snapshots to a document.

Each figure is the median of several rounds, the start of the process in which it is worked out
included: by the clock on the wall, and of processor time, which says more on a busy machine.
Usage: python -m benchmarks.difference [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from estimator import shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import encode
from estimator.services.difference import apart
from estimator.services.difference.apart import difference_apart

DAY = date(2026, 12, 1)
PLANS = 24
"""As many as the target speaks of."""
Rows = dict[str, Any]


def of_plans(rows: Rows, many: int) -> Rows:
    """Return the rules of one clinic and the first plans."""
    clinic = rows["Clinics"][0].clinic_id
    plans = {row.plan_id for row in rows["Plans"][:many]}
    kept = dict(rows)
    for sheet, held in rows.items():
        kept[sheet] = tuple(
            row
            for row in held
            if getattr(row, "plan_id", None) in {None, "*", *plans}
            and getattr(row, "clinic_id", "*") in {"*", clinic}
        )
    return kept


def everything(rows: Rows) -> Rows:
    """Change what every estimate depends on: each deductible, maximum and price."""
    limits = tuple(
        replace(row, individual_cents=row.individual_cents + 100) for row in rows["Limits"]
    )
    prices = tuple(replace(row, amount=row.amount + 1) for row in rows["Prices"])
    return {**rows, "Limits": limits, "Prices": prices}


def one_price(rows: Rows) -> Rows:
    """Change what the first item is billed at."""
    first, *others = rows["Prices"]
    return {**rows, "Prices": (replace(first, amount=first.amount + 1), *others)}


def one_plan(rows: Rows) -> Rows:
    """Change a deductible of one plan."""
    first, *others = rows["Limits"]
    changed = replace(first, individual_cents=first.individual_cents + 5_000)
    return {**rows, "Limits": (changed, *others)}


def measure(before: Rows, change: Callable[[Rows], Rows], rounds: int) -> dict[str, float]:
    one, other = encode(before), encode(change(before))
    taken, worked = [], []
    for _ in range(rounds):
        apart._made.cache_clear()
        began, before_it = time.perf_counter(), processor_seconds()
        made = difference_apart(one, other, DAY)
        taken.append(time.perf_counter() - began)
        worked.append(processor_seconds() - before_it)
    told = made["summary"]
    figures = {"seconds": median(taken), "processor": median(worked)}
    return {**figures, "compared": told["compared"], "changed": told["changed"]}


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rows = dict(load_workbook_bytes(shipped.workbook().read_bytes()).rows)
    books = {f"{PLANS} plans, 1 clinic": of_plans(rows, PLANS), "as shipped": rows}
    results = {}
    for name, before in books.items():
        for change in (everything, one_price, one_plan):
            measured = measure(before, change, chosen.rounds)
            results[f"{name}, {change.__name__.replace('_', ' ')}"] = measured
    print(f"{'':<40}{'seconds':>9}{'processor':>11}{'estimates':>11}{'changed':>9}")
    for name, each in results.items():
        print(
            f"{name:<40}{each['seconds']:>9.2f}{each['processor']:>11.2f}"
            f"{each['compared']:>11}{each['changed']:>9}"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"the most memory one took: {peak:.0f} MiB")
    if chosen.json:
        chosen.json.write_text(json.dumps({**results, "peak_mib": peak}, indent=1))


if __name__ == "__main__":
    main()
