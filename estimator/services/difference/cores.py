"""A list of work over several processor cores, each share in a copy of this process.

The copies are forks, so that what is worked on need not be sent to them, only what comes of it.
Where a system cannot fork, and for little work, everything is done here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

FEWEST = 10
"""Pieces of work for which another process pays."""
MOST = 4
"""Each copy takes memory, and prices anew what its neighbors price."""


def available() -> int:
    """Return how many cores to use: those of this process, up to four; one where it cannot fork."""
    if "fork" not in get_all_start_methods() or not hasattr(os, "sched_getaffinity"):
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


def spread(
    work: Callable[[Piece], Iterable[Result]], pieces: Sequence[Piece], cores: int
) -> Iterator[Result]:
    """Yield what comes of each piece, in the order of the pieces.

    Neighbors stay together: what is priced for one serves the next. Raises ``EOFError`` where
    another process ends before it has answered.
    """
    first, *others = _shares(pieces, cores if len(pieces) >= FEWEST else 1)
    waiting = [_begin(work, share) for share in others]
    for piece in first:
        yield from work(piece)
    for receiver in waiting:
        yield from receiver.recv()


def _begin(work: Callable[[Piece], Iterable[Result]], share: Sequence[Piece]) -> Connection:
    context, parent = get_context("fork"), os.getpid()
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        # Whoever waits for the parent's output does not wait for a copy that outlives it, and
        # such a copy stops by itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        needed = (piece for piece in share if os.getppid() == parent)
        sender.send([result for piece in needed for result in work(piece)])

    context.Process(target=run, daemon=True).start()
    sender.close()
    return receiver


def _shares(pieces: Sequence[Piece], cores: int) -> list[Sequence[Piece]]:
    ends = [len(pieces) * number // cores for number in range(cores + 1)]
    return [pieces[begin:end] for begin, end in pairwise(ends)]
