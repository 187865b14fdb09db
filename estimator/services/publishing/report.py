"""What is found in an uploaded workbook, as it is kept; here, or by a process of its own.

Checking runs every test of the workbook. A server that did that itself would answer others
slowly meanwhile, and keep the memory that the courses of a draft take.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from estimator.findings import Finding, stops
from estimator.rulebook import snapshot
from estimator.services.checking import Checked, Reader, check
from estimator.services.publishing import kept
from estimator.sheets import codes
from estimator.sheets.apart import read_apart, search_path
from estimator.sheets.codes import FILE_CODES

PATIENCE = 180.0
"""Seconds by the clock on the wall, of which the reader may take a third."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a workbook says and what is wrong with it."""

    findings: tuple[Finding, ...]
    fingerprint: str | None = None
    snapshot: str | None = None
    """What it says; both are there where nothing but a failing test stops it."""
    tests: tuple[dict[str, Any], ...] = ()

    @property
    def readable(self) -> bool:
        """Whether the file could be opened as a workbook at all."""
        return not any(each.code in FILE_CODES for each in self.findings)


def report(data: bytes, today: date, read: Reader = read_apart) -> Report:
    """Return what is found in a workbook, by this process; read by one of its own."""
    checked = check(data, today, read)
    said = _said(checked)
    fingerprint = checked.fingerprint if said else None
    return Report(checked.findings, fingerprint, said, tuple(map(asdict, checked.tests)))


def report_apart(data: bytes, today: date, patience: float = PATIENCE) -> Report:
    """Return what is found in a workbook, by a process that ends with it."""
    command = [sys.executable, "-B", "-P", "-m", "estimator.services.publishing.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, no words of the user's
            [*command, today.isoformat()],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            env={"PYTHONPATH": search_path()},
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        return Report((codes.finding("reading-stopped", detail=type(error).__name__),))
    return _decoded(done.stdout)


def encoded(found: Report) -> bytes:
    """Return a report as JSON."""
    return json.dumps(asdict(found) | {"findings": kept.documents(found.findings)}).encode()


def _decoded(told: bytes) -> Report:
    content = json.loads(told)
    found = {"findings": kept.findings(content["findings"]), "tests": tuple(content["tests"])}
    return Report(**{**content, **found})


def _said(checked: Checked) -> str | None:
    others = (each for each in checked.findings if each.code != "failing-test")
    return None if stops(others) else snapshot.encode(checked.loaded.rows)
