"""Reads a workbook in a process of its own, so that no file can harm the one that asks.

The guard refuses what it knows to be hostile. For what nobody has thought of yet, the reader
runs in a child with little memory, little time and nothing worth stealing; however it ends,
the answer is tables or one finding. docs/decisions/0007 says why it is a plain process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from estimator.sheets import codes, wire
from estimator.sheets.child import DAMAGED
from estimator.sheets.workbook import Book


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use."""

    memory: int = 1024 * 1024 * 1024
    """Bytes of address space."""
    cpu_seconds: int = 30
    seconds: float = 60.0
    """By the clock on the wall, after which it is ended."""


LIMITS = Limits()


def read_apart(data: bytes, limits: Limits = LIMITS) -> Book:
    """Return the tables of a workbook that has passed the guard, or the finding why not."""
    command = [sys.executable, "-B", "-P", "-m", "estimator.sheets.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, no words of the user's
            [*command, str(limits.memory), str(limits.cpu_seconds)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            env={"PYTHONPATH": search_path()},
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        return _stopped(type(error).__name__)
    if done.returncode == DAMAGED:
        return Book(findings=(codes.finding("unreadable-workbook"),))
    if done.returncode:
        return _stopped(f"exit {done.returncode}")
    try:
        return Book(tables=wire.decode(done.stdout))
    except wire.NotTablesError as error:
        return _stopped(str(error))


def _stopped(detail: str) -> Book:
    return Book(findings=(codes.finding("reading-stopped", detail=detail),))


def search_path() -> str:
    """Return where this process finds its modules, so that the child finds the same ones."""
    return os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
