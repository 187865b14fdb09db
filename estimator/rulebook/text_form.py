"""The rulebook as a folder of text: one CSV file per sheet, with the workbook's headers.

What a workbook says and what its folder says are the same, so a change to a rule can be
read as a change of lines. Formatting and columns that begin with # stay in the workbook.
"""

from __future__ import annotations

from pathlib import Path

from estimator.rulebook.loader import LoadedRulebook, load_tables
from estimator.sheets.text_table import read_csv


def read_folder(path: Path) -> LoadedRulebook:
    """Return what the folder's CSV files say, with findings as for a workbook."""
    files = sorted(path.glob("*.csv"))
    return load_tables(read_csv(file.stem, file.read_bytes()) for file in files)
