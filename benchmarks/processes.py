"""Runs a command and looks at all of its processes: time, processor time, memory together.

Memory is the sum of what every process of the command holds at one moment, the worst such moment
counting; pages that several share are counted once (PSS). It is looked at ten times a second.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LOOK = 0.1
_SESSION = 3
"""The place of a process's session in its stat, counted after its name."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took: seconds by the clock, of the processors, and megabytes at worst."""

    seconds: float
    cpu: float
    megabytes: float
    said: str


def ran(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command to its end."""
    before = os.times()
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    )
    memory = Memory(process.pid)
    said, _ = process.communicate()
    seconds = time.perf_counter() - begin
    worst = memory.stop()
    after = os.times()
    assert process.returncode == 0, f"{' '.join(command)} ended with {process.returncode}"
    used = after.children_user + after.children_system
    return Ran(seconds, used - before.children_user - before.children_system, worst, said)


class Memory:
    """Watches the memory of a session's processes from another thread."""

    def __init__(self, session: int) -> None:
        self.worst = 0.0
        self._session = session
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the most there was, in megabytes."""
        self._ended.set()
        self._thread.join()
        return self.worst

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            self.worst = max(self.worst, sum(map(megabytes, processes_of(self._session))))


def processes_of(session: int) -> Iterator[int]:
    """Yield the processes of a session that have not ended."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[_SESSION]) == session and after_name[0] != "Z":
                yield int(entry.name)


def megabytes(process: int) -> float:
    """Return what a process holds, its part of what it shares with others."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
