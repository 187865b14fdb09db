"""Files of made-up patients, of any length, that the benchmarks of batches read."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
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
ALL = ""
"""Blank: all treatments that are compared."""


@cache
def rules() -> Rulebook:
    """Return the rules as shipped."""
    return Rulebook(load_workbook_bytes(shipped.workbook().read_bytes()).rows)


def patients(rows: int, treatments: str) -> Iterator[list[Any]]:
    """Yield a header, and patients of every plan who start within three months."""
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


def make(path: Path, rows: int, treatments: str = ALL) -> Path:
    """Write the patients as the path's ending says."""
    _MAKERS[path.suffix](path, patients(rows, treatments))
    return path


def _text(path: Path, rows: Iterator[list[Any]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def _workbook(path: Path, rows: Iterator[list[Any]]) -> None:
    import xlsxwriter  # noqa: PLC0415 - one of three kinds

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet("Patients")
    for number, row in enumerate(rows):
        for at, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(number, at, value)
            else:
                page.write_string(number, at, value)
    book.close()


def _parquet(path: Path, rows: Iterator[list[Any]]) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    header = next(rows)
    columns = [list(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(dict(zip(header, columns, strict=True))), path)


_MAKERS = {".csv": _text, ".xlsx": _workbook, ".parquet": _parquet}
