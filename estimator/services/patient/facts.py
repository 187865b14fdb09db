"""What stands beside the money: each fact once, with the treatments of which it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from estimator.services.estimating.answer import TreatmentAnswer
from estimator.services.patient.words import Said, Words

FACTS = (
    "time_to_effect",
    "visits",
    "side_effects",
    "serious_side_effects",
    "monitoring",
    "evidence",
)


class FactOf(NamedTuple):
    """A text and the treatments it is about."""

    names: tuple[Said, ...]
    text: Said


class FactShown(NamedTuple):
    """One kind of fact, treatment beside treatment."""

    title: Said
    texts: tuple[FactOf, ...]


def facts(
    treatments: Sequence[TreatmentAnswer], months: int, words: Words
) -> tuple[FactShown, ...]:
    """Return the facts in the order of the treatments, approval last."""
    shown = (
        FactShown(words(f"fact.{name}"), tuple(_texts(treatments, name, months, words)))
        for name in FACTS
    )
    return tuple(each for each in shown if each.texts)


def _texts(
    treatments: Sequence[TreatmentAnswer], name: str, months: int, words: Words
) -> Iterator[FactOf]:
    together: dict[Said, list[Said]] = {}
    for each in treatments:
        text = _text(each, name, months, words)
        if text:
            together.setdefault(text, []).append(words.workbook(each.name))
    for text, names in together.items():
        yield FactOf(tuple(names), text)


def _text(each: TreatmentAnswer, name: str, months: int, words: Words) -> Said | None:
    if name == "visits":
        return visits(each, months, words)
    text = getattr(each.rows[0], name)
    return words.workbook(text) if text else None


def visits(each: TreatmentAnswer, months: int, words: Words) -> Said | None:
    """Return how many visits a treatment takes; ``None`` where that is not known."""
    if each.course is None:
        return None
    low, typical, high = (each.course.visits(name) for name in ("low", "typical", "high"))
    if low == high == 1:
        return words("fact.visits_one", months=months)
    if low == high:
        return words("fact.visits_same", typical=typical, months=months)
    return words("fact.visits_range", low=low, typical=typical, high=high, months=months)
