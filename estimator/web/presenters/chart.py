"""The chart of the comparison: where each bar begins and ends, in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_UP, Decimal
from math import ceil
from typing import Any, NamedTuple

from estimator.web.presenters.words import about

STEPS = tuple(map(Decimal, ("1", "2", "2.5", "3", "4", "5", "6", "8", "10")))
MOST_STEPS = 4


class Bar(NamedTuple):
    """A treatment's bar, from low to high with a mark at typical."""

    name: str
    figure: str
    start: str
    width: str
    mark: str
    top: int


class Tick(NamedTuple):
    """A place on the axis."""

    at: str
    label: str


class Chart(NamedTuple):
    """Bars on one scale, with the words that say the same."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    description: str


class Axis(NamedTuple):
    """A scale from nothing to a round amount, with its ticks."""

    end: Decimal
    ticks: tuple[Tick, ...]

    def at(self, value: Decimal) -> str:
        """Return where an amount stands."""
        return f"{value / self.end * 100:.2f}%"


ROW, TOP, FOOT = 34, 2, 22


def chart(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> Chart | None:
    """Return the chart of the comparison's rows; ``None`` without any."""
    if not rows:
        return None
    scale = axis(max(Decimal(row[key]) for row in rows for key in ("typical", "high")))
    return Chart(
        bars=tuple(_bar(row, names, scale, index) for index, row in enumerate(rows)),
        ticks=scale.ticks,
        height=TOP + ROW * len(rows) + FOOT,
        description=" ".join(_sentence(row, names) for row in rows),
    )


def axis(highest: Decimal) -> Axis:
    """Return the scale that reaches the highest amount in a few round steps."""
    step = _step(highest)
    count = max(ceil(highest / step), 1)
    bare = Axis(step * count, ())
    ticks = (Tick(bare.at(step * n), f"${step * n:,}") for n in range(count + 1))
    return Axis(bare.end, tuple(ticks))


def _bar(row: dict[str, Any], names: dict[str, str], scale: Axis, index: int) -> Bar:
    low, typical, high = (Decimal(row[key]) for key in ("low", "typical", "high"))
    least, most = min(low, typical, high), max(low, typical, high)
    return Bar(
        name=names[row["treatment_id"]],
        figure=about(row["typical"]),
        start=scale.at(least),
        width=scale.at(max(most - least, scale.end / 200)),
        mark=scale.at(typical),
        top=TOP + ROW * index,
    )


def _sentence(row: dict[str, Any], names: dict[str, str]) -> str:
    low, typical, high = (about(row[key]) for key in ("low", "typical", "high"))
    return f"{names[row['treatment_id']]}: low {low}, typical {typical}, high {high}."


def _step(highest: Decimal) -> Decimal:
    """Return a round step of which a few reach the highest amount.

    >>> _step(Decimal("21950.00")), _step(Decimal("139"))
    (Decimal('6000'), Decimal('40'))
    """
    least = max(highest, Decimal(MOST_STEPS)) / MOST_STEPS
    unit = Decimal(10) ** least.adjusted()
    step = next(step * unit for step in STEPS if step * unit >= least)
    return step.quantize(Decimal(1), ROUND_UP)
