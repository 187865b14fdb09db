"""Numbers by place, span and scenario, and how a block's rows find theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimator.services.batches.days import Array
from estimator.services.batches.schedule import THREE, Block

Amount = Any
"""Cents: an int where they are the same for all rows, else an array."""


class Table:
    """Numbers by place and span, or by place, span and scenario."""

    def __init__(self, places: int, spans: int, *, by_scenario: bool, fill: int = 0) -> None:
        self.spans = spans
        self.by_scenario = by_scenario
        shape = (places, spans, THREE) if by_scenario else (places, spans)
        self.values = np.full(shape, fill, dtype=np.int64)

    def of(self, block: Block, spans: Array | int) -> Array:
        """Return the number of each row of a block."""
        where = block.place * self.spans + spans
        if self.by_scenario:
            where = where * THREE + block.scenario
        found: Array = self.values.reshape(-1)[where]
        return found


class Gathered:
    """Numbers of a block, each gathered once where the whole block is in one span."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._kept: dict[tuple[int, int], Amount] = {}

    def of(self, table: Table, spans: Array | int) -> Amount:
        """Return the numbers of a table: one number where all rows share it."""
        if not isinstance(spans, int):
            return table.of(self.block, spans)
        key = (id(table), spans)
        if key not in self._kept:
            self._kept[key] = _one_if_same(table.of(self.block, spans))
        return self._kept[key]


def _one_if_same(values: Array) -> Amount:
    first = values[0]
    return int(first) if (values == first).all() else values
