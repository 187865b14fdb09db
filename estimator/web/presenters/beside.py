"""What a patient reads beside the money, on paper: treatments of which the same holds, together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from estimator.web.presenters import words
from estimator.web.presenters.treatment import FACTS

ON_PAPER = ("time_to_effect", "side_effects", "serious_side_effects", "evidence")


class BesideShown(NamedTuple):
    """A row of the printed table."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    facts: tuple[str, ...]


def beside(treatments: Iterable[dict[str, Any]]) -> tuple[BesideShown, ...]:
    """Return the rows, in the order of the treatments."""
    together: dict[tuple[str, ...], list[str]] = {}
    for each in treatments:
        facts = tuple(each["facts"].get(key) or words.UNKNOWN for key in ON_PAPER)
        together.setdefault(facts, []).append(each["name"])
    titles = dict(FACTS)
    shown = tuple(titles[key] for key in ON_PAPER)
    return tuple(BesideShown(tuple(names), shown, facts) for facts, names in together.items())
