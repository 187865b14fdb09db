"""The peers' rule as a task: what every peer here is given, and what it answers.

A task has the lines of a course (copay, percent, whether the deductible applies, whether out of
network, whether a plan year begins before it), four limits (deductible and maximum, in and out of
network, for the person and the family), and for each patient what is allowed on each line and what
was met. An answer has the seconds of computing, without imports and without preparing what the
peer reads, and what each patient pays of each line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Task = dict[str, Any]
Line = dict[str, Any]
Pays = list[list[int]]
"""By line and patient."""


class Answer(NamedTuple):
    """How long it took, and what every patient pays of every line."""

    seconds: float
    pays: Pays


Way = Callable[[Task], Answer]


def networks(line: Line) -> tuple[int, int]:
    """Return the places of a line's deductible and maximum among the limits."""
    return (1, 3) if line["out"] else (0, 2)


def turned(table: list[list[Any]]) -> list[list[Any]]:
    """Return lines by patient for patients by line, and the other way around."""
    return [list(each) for each in zip(*table, strict=True)]


def patients(task: Task) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """Yield what is allowed on each line, what each patient met, and what the family did."""
    yield from zip(*(turned(task[name]) for name in ("allowed", "met", "family")), strict=True)


def answer(ways: Mapping[str, Way]) -> None:
    """Run the way that the command line names on its task, and write the answer."""
    way, task, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    found = ways[way](json.loads(task.read_text()))
    pays = [[int(amount) for amount in line] for line in found.pays]
    target.write_text(json.dumps({"seconds": found.seconds, "pays": pays}))
