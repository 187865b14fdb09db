"""Which plan a visitor means. Browser and server tell it by the same rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json

from estimator.rulebook.model import Rulebook
from estimator.services.patient import Said, words_in
from estimator.web.form.search import words


class PlanShown(NamedTuple):
    """A plan to choose."""

    plan_id: str
    name: Said
    payer: Said
    words: tuple[str, ...]
    """What somebody may type to find it."""


@lru_cache(maxsize=8)
def plans(rulebook: Rulebook, language: str) -> tuple[PlanShown, ...]:
    """Return the plans of a rulebook, by name."""
    said = words_in(language, rulebook).workbook
    shown = []
    for row in rulebook.plans.values():
        payer = rulebook.payers[row.payer_id]
        names = (row.plan_id, row.name, *(row.aliases or ()), payer.name, *(payer.aliases or ()))
        found = words(" ".join((*names, *(piece.text for piece in said(row.name)))))
        known = tuple(dict.fromkeys(found))
        shown.append(PlanShown(row.plan_id, said(row.name), said(payer.name), known))
    return tuple(sorted(shown, key=lambda plan: plan.name[0].text.casefold()))


def fitting(text: str, offered: Sequence[PlanShown]) -> list[PlanShown]:
    """Return the plans one of whose words begins as each word of *text* does.

    Those with the most whole words of it come first: "va" is a name before it begins "value".
    """
    wanted = words(text)
    fits = [plan for plan in offered if wanted and all(_begins(each, plan) for each in wanted)]
    return sorted(fits, key=lambda plan: -sum(each in plan.words for each in wanted))


def _begins(start: str, plan: PlanShown) -> bool:
    return any(word.startswith(start) for word in plan.words)


@lru_cache(maxsize=8)
def listed(rulebook: Rulebook, language: str) -> bytes:
    """Return the list that the browser searches."""
    return to_json([_listed(plan) for plan in plans(rulebook, language)])


def _listed(plan: PlanShown) -> dict[str, Any]:
    (name,), (payer,) = plan.name, plan.payer
    return {
        "id": plan.plan_id,
        "name": name.text,
        "lang": name.language,
        "payer": payer.text,
        "payer_lang": payer.language,
        "words": plan.words,
    }
