"""Of which limits nothing is counted as met."""

from __future__ import annotations

from collections.abc import Iterable

from estimator.services.estimating.lines import PricedLine
from estimator.services.estimating.situation import Situation

NOTHING_MET = "nothing-met"


def nothing_met(situation: Situation, lines: Iterable[PricedLine]) -> list[str]:
    """Return the limits of which nothing is counted as met, as notices name them.

    What is met out of network matters to nobody whose *lines* are all in network.
    """
    out = any(line.network == "out" for line in lines)
    return [
        notice.about
        for notice in situation.notices
        if notice.code == NOTHING_MET and (out or "out of network" not in notice.about)
    ]
