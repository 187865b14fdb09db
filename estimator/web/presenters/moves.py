"""The chart of a difference: what the largest changes were, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.web.presenters import words
from estimator.web.presenters.chart import Tick, axis

MOST = 10


class Move(NamedTuple):
    """A bar from what it was to what it becomes, with a mark at the latter."""

    name: str
    start: str
    width: str
    mark: str
    rises: bool


class Moves(NamedTuple):
    """Bars on one scale, with the words that say the same."""

    bars: tuple[Move, ...]
    ticks: tuple[Tick, ...]
    description: str


def moves(changes: Sequence[dict[str, Any]], what: Callable[[Any], str]) -> Moves | None:
    """Return the chart of the largest changes whose figures are known on both sides.

    Of one plan and treatment, the patient with the largest change stands for the others.
    """
    first: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change["change"] is not None and Decimal(change["change"]):
            first.setdefault(what(change), change)
    shown = list(first.items())[:MOST]
    if not shown:
        return None
    amounts = [_amounts(change) for _, change in shown]
    scale = axis(max(max(pair) for pair in amounts))
    named = [name for name, _ in shown]
    return Moves(
        bars=tuple(
            Move(
                name=f"{_told(before, after)}  {name}",
                start=scale.at(min(before, after)),
                width=scale.at(max(abs(after - before), scale.end / 200)),
                mark=scale.at(after),
                rises=after > before,
            )
            for name, (before, after) in zip(named, amounts, strict=True)
        ),
        ticks=scale.ticks,
        description=" ".join(
            f"{name}: {_told(*pair)}." for name, pair in zip(named, amounts, strict=True)
        ),
    )


def _amounts(change: dict[str, Any]) -> tuple[Decimal, Decimal]:
    before, after = (change[side]["patient_pays"]["typical"] for side in ("before", "after"))
    return Decimal(before), Decimal(after)


def _told(before: Decimal, after: Decimal) -> str:
    return f"{words.about(str(before))} → {words.about(str(after))}"
