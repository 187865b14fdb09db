"""What ships with the program: the workbook of payer rules and an example patient.

People edit them in rules/; in an installed package they stand beside this file.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def workbook() -> Path:
    """Return where the shipped workbook stands."""
    return _find("us-2026.xlsx")


def example_patient() -> Path:
    """Return where the request of the worked example stands."""
    return _find("example-patient.json")


def _find(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.exists() else _PACKAGE.parent / "rules" / name
