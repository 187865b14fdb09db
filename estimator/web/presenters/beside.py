"""What a patient reads beside the money, on paper: each fact once, with the treatments it is of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from estimator.services.intake.requests import JOIN
from estimator.web.presenters import words
from estimator.web.presenters.treatment import FACTS

ON_PAPER = ("time_to_effect", "side_effects", "serious_side_effects", "evidence")


class BesideShown(NamedTuple):
    """One kind of fact: its texts, each with the treatments of which it holds."""

    title: str
    texts: tuple[tuple[str, str], ...]


def beside(treatments: Iterable[dict[str, Any]]) -> tuple[BesideShown, ...]:
    """Return the facts, in the order of the treatments; two together add nothing to each alone."""
    treatments = list(treatments)
    alone = {each["treatment_id"] for each in treatments}
    treatments = [each for each in treatments if not _told(each["treatment_id"], alone)]
    titles = dict(FACTS)
    shown = (BesideShown(titles[key], _texts(treatments, key)) for key in ON_PAPER)
    return tuple(each for each in shown if each.texts)


def _told(treatment_id: str, alone: set[str]) -> bool:
    """Whether each of two treatments together is there for itself as well."""
    parts = treatment_id.split(JOIN)
    return len(parts) > 1 and alone.issuperset(parts)


def _texts(treatments: Iterable[dict[str, Any]], key: str) -> tuple[tuple[str, str], ...]:
    together: dict[str, list[str]] = {}
    for each in treatments:
        if each["facts"].get(key):
            together.setdefault(each["facts"][key], []).append(words.short(each["name"]))
    return tuple((", ".join(names), text) for text, names in together.items())
