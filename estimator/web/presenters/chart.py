"""The chart of the comparison: where each bar begins and ends, in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.web.presenters.words import about

STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
MOST_TICKS = 4


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


ROW, TOP, FOOT = 46, 6, 24


def chart(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> Chart | None:
    """Return the chart of the comparison's rows; ``None`` without any."""
    if not rows:
        return None
    step = _step(max(Decimal(row["high"]) for row in rows))
    ticks = range(MOST_TICKS + 1)
    end = step * MOST_TICKS
    return Chart(
        bars=tuple(_bar(row, names, end, index) for index, row in enumerate(rows)),
        ticks=tuple(
            Tick(_percent(step * n, end), about(str(step * n)) if n else "$0") for n in ticks
        ),
        height=TOP + ROW * len(rows) + FOOT,
        description=" ".join(_sentence(row, names) for row in rows),
    )


def _bar(row: dict[str, Any], names: dict[str, str], end: Decimal, index: int) -> Bar:
    low, typical, high = (Decimal(row[key]) for key in ("low", "typical", "high"))
    return Bar(
        name=names[row["treatment_id"]],
        figure=about(row["typical"]),
        start=_percent(low, end),
        width=_percent(max(high - low, end / 200), end),
        mark=_percent(typical, end),
        top=TOP + ROW * index,
    )


def _sentence(row: dict[str, Any], names: dict[str, str]) -> str:
    low, typical, high = (about(row[key]) for key in ("low", "typical", "high"))
    return f"{names[row['treatment_id']]}: {typical}, between {low} and {high}."


def _step(highest: Decimal) -> Decimal:
    """Return a round step so that a few of them reach the highest amount.

    >>> _step(Decimal("17150.00"))
    Decimal('5000')
    """
    least = max(highest, Decimal(4)) / MOST_TICKS
    unit = Decimal(10) ** (least.adjusted())
    return next(step * unit for step in STEPS if step * unit >= least).quantize(Decimal(1))


def _percent(value: Decimal, end: Decimal) -> str:
    return f"{value / end * 100:.2f}%"
