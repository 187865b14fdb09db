"""A first look at an upload, in a process of its own: can it be read at all?

``python -m estimator.services.batches.look ENDING`` reads the file that is its standard input as
far as the first patient and answers findings as JSON. A hostile file harms nobody but it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from estimator.findings import Finding
from estimator.services.batches.columns import map_columns
from estimator.services.batches.opening import (
    BatchRefused,
    opened,
    restored_findings,
    stored_findings,
)
from estimator.sheets import codes
from estimator.sheets.child import limit

MEMORY = 3 * 1024**3
CPU_SECONDS = 20
PATIENCE = 30.0


def look(file: IO[bytes], ending: str) -> tuple[Finding, ...]:
    """Return why a file cannot be read as patients; nothing where it may."""
    file.flush()
    file.seek(0)
    command = [sys.executable, "-P", "-m", "estimator.services.batches.look", ending]
    search = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file is only its input
            command,
            stdin=file,
            capture_output=True,
            timeout=PATIENCE,
            env={"PYTHONPATH": search},
            check=False,
        )
        if done.returncode:
            return (codes.finding("unreadable-table"),)
        return restored_findings(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return (codes.finding("unreadable-table"),)


def _found(ending: str) -> list[dict[str, Any]]:
    try:
        with opened(sys.stdin.buffer, ending) as table:
            found = map_columns(table.header).findings
    except BatchRefused as refused:
        found = refused.findings
    stopping = [each for each in found if each.severity == "stop"]
    return stored_findings(each for each in stopping if each.code != "column-missing")


if __name__ == "__main__":
    limit(MEMORY, CPU_SECONDS)
    sys.stdout.write(json.dumps(_found(sys.argv[1])))
