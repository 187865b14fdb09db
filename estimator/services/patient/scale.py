"""One scale for the bars of all treatments, in percent of their room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from estimator.engine.comparison import Range

_LEAST_WIDTH = 0.8
"""So that a range without width, or a small cost beside a large one, can still be seen."""


class Bar(NamedTuple):
    """A bar from low to high with a mark at typical, in percent."""

    start: str
    width: str
    mark: str


class Scale(NamedTuple):
    """From nothing to the highest amount, in cents."""

    top: int

    @classmethod
    def of(cls, ranges: Iterable[Range]) -> Scale:
        """Return the scale on which all *ranges* fit."""
        return cls(max((max(each) for each in ranges), default=0))

    def bar(self, pays: Range) -> Bar:
        """Return the bar of one range."""
        low, high = min(pays), max(pays)
        width = max(self._percent(high - low), _LEAST_WIDTH)
        start = min(self._percent(low), 100 - width)
        mark = min(max(self._percent(pays.typical), start), start + width)
        return Bar(f"{start:.2f}%", f"{width:.2f}%", f"{mark:.2f}%")

    def _percent(self, cents: int) -> float:
        return 100 * cents / self.top if self.top else 0.0
