"""Reads one workbook in a process of its own: bytes come in, JSON goes out.

``python -m estimator.sheets.child MEMORY CPU_SECONDS`` is started by apart.py for a file from
somebody we do not know. The limits hold before the first byte is read.
"""

from __future__ import annotations

import sys
from importlib import import_module

from estimator.sheets import wire

try:
    import resource
except ImportError:  # systems without these limits still have the deadline of apart.py
    resource = None  # type: ignore[assignment]


DAMAGED, STOPPED = 3, 4
"""Exit codes: the file is damaged; a limit was met. Any other but 0 is taken for the latter."""


def limit(memory: int, cpu_seconds: int) -> None:
    """Take from this process what reading does not need: memory, time, files, core dumps."""
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> int:
    """Answer with the tables on standard output, or with nothing and why as the exit code."""
    limit(*(int(argument) for argument in sys.argv[1:3]))
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl loads it and we need none
    reader = import_module("estimator.sheets.workbook")
    book = reader.read_workbook(sys.stdin.buffer.read())
    if book.findings:
        return DAMAGED if book.findings[0].code == "unreadable-workbook" else STOPPED
    sys.stdout.buffer.write(wire.encode(book.tables))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
