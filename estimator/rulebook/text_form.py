"""The rulebook as a folder of text: one CSV file per sheet, with the workbook's headers.

What a workbook says and what its folder says are the same, so a change to a rule can be
read as a change of lines. Formatting and columns that begin with # stay in the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from estimator.findings import Finding, stops
from estimator.rulebook.loader import CHANGES, LoadedRulebook, load_tables, load_workbook_bytes
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.template import CHANGES_HEADERS, write_workbook
from estimator.rulebook.written import cell_text
from estimator.sheets.apart import read_apart
from estimator.sheets.text_table import read_csv, write_csv


def read_folder(path: Path) -> LoadedRulebook:
    """Return what the folder's CSV files say, with findings as for a workbook."""
    files = sorted(path.glob("*.csv"))
    return load_tables(read_csv(file.stem, file.read_bytes()) for file in files)


def write_folder(
    rows: Mapping[str, Sequence[Row]], path: Path, changes: Sequence[Sequence[str]] = ()
) -> None:
    """Write every sheet as a CSV file of the folder, and the staff's log as Changes.csv."""
    path.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        header = [column.header for column in sheet.columns]
        lines = (
            [cell_text(sheet, column, row) for column in sheet.columns]
            for row in rows.get(sheet.name, ())
        )
        (path / f"{sheet.name}.csv").write_bytes(write_csv([header, *lines]))
    (path / f"{CHANGES}.csv").write_bytes(write_csv(changes or [CHANGES_HEADERS]))


def pack(folder: Path, workbook: Path) -> tuple[Finding, ...]:
    """Write the workbook of a folder, unless a cell could not be read; return the findings."""
    loaded = read_folder(folder)
    if not stops(loaded.findings):
        workbook.write_bytes(write_workbook(loaded.rows, changes=loaded.changes))
    return loaded.findings


def unpack(workbook: Path, folder: Path) -> tuple[Finding, ...]:
    """Write the folder of a workbook, unless a cell could not be read; return the findings."""
    loaded = load_workbook_bytes(workbook.read_bytes(), read_apart)
    if not stops(loaded.findings):
        write_folder(loaded.rows, folder, loaded.changes)
    return loaded.findings
