"""The whole answer as a patient reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from estimator.engine.comparison import Compared, baseline, compare
from estimator.services.estimating.answer import Answer, TreatmentAnswer
from estimator.services.patient.advice import questions
from estimator.services.patient.dates import day
from estimator.services.patient.facts import FactShown, facts
from estimator.services.patient.met import NOTHING_MET, nothing_met
from estimator.services.patient.scale import Scale
from estimator.services.patient.treatment import Beside, TreatmentShown, treatment_shown
from estimator.services.patient.words import Said, Words, money

OTHER_ARMS = frozenset({"ssri", "tricyclic"})
"""Of these the one others are compared with is shown whole, the rest shortly."""
SILENT = frozenset(
    {
        "price-missing",
        "not-priced",
        "no-course",
        "second-nothing-met",
        "second-nothing-used",
        "second-more-met-than-limit",
    }
)
"""Findings that a treatment without a figure says itself, or of what patients are not asked."""
KINDS = {"deductible": "deductible", "oop_max": "out-of-pocket maximum"}
"""The kinds of limits, as notices name them."""


class PatientAnswer(NamedTuple):
    """Everything the page says about an answer."""

    lead: Said
    main: tuple[TreatmentShown, ...]
    others: tuple[TreatmentShown, ...]
    others_title: Said
    assumes: tuple[Said, ...]
    facts: tuple[FactShown, ...]
    questions: tuple[Said, ...]
    dispute: Said | None
    made_from: Said


def patient_answer(answer: Answer, words: Words) -> PatientAnswer:
    """Return an answer in plain words; its figures are the answer's own, to the cent."""
    shown = tuple(_treatments(answer, words))
    base = _baseline(answer.treatments)
    rest = tuple(each for each in shown if each.arm in OTHER_ARMS and each.treatment_id != base)
    others = rest if len(rest) < len(shown) else ()
    apart = {each.treatment_id for each in others}
    beside = [each for each in answer.treatments if each.treatment not in apart]
    return PatientAnswer(
        lead=words("answer.lead", months=answer.situation.request.months),
        main=tuple(each for each in shown if each not in others),
        others=others,
        others_title=_others_title(len(others), words),
        assumes=tuple(_assumes(answer, words)),
        facts=facts(beside, answer.situation.request.months, words),
        questions=tuple(questions(answer, words)),
        dispute=_dispute(answer, words),
        made_from=_made_from(answer, words),
    )


def _treatments(answer: Answer, words: Words) -> Iterator[TreatmentShown]:
    request = answer.situation.request
    compared = [each.compared for each in answer.treatments if each.compared is not None]
    rows = {
        row.treatment_id: row
        for row in compare(compared, request.months, request.patient.annual_income)
    }
    scale = Scale.of([each.best.patient_pays for each in compared])
    base = baseline(compared)
    for each in answer.treatments:
        beside = Beside(rows.get(each.treatment), _name_of(base, answer.treatments), scale)
        yield treatment_shown(each, answer.situation, beside, words)


def _baseline(treatments: Iterable[TreatmentAnswer]) -> str | None:
    found = baseline([each.compared for each in treatments if each.compared is not None])
    return None if found is None else found.treatment_id


def _name_of(base: Compared | None, treatments: Sequence[TreatmentAnswer]) -> str:
    names = {each.treatment: each.name for each in treatments}
    return "" if base is None else names[base.treatment_id]


def _others_title(count: int, words: Words) -> Said:
    return words("answer.others_one") if count == 1 else words("answer.others", count=count)


def _assumes(answer: Answer, words: Words) -> Iterator[Said]:
    """Yield what all figures assume: notices of the whole situation, each once."""
    yield from _nothing_met(answer, words)
    codes = [notice.code for notice in answer.situation.notices]
    if answer.situation.insurance == "unknown":
        codes.append("insurance-not-known")
    for code in dict.fromkeys(codes):
        if code not in SILENT and code != NOTHING_MET:
            yield words(f"assume.{code}")


def _nothing_met(answer: Answer, words: Words) -> Iterator[Said]:
    """Yield of which kinds of limits nothing is counted as met."""
    courses = [each.course for each in answer.treatments if each.course]
    lines = [line for course in courses for line in course.lines["typical"]]
    about = nothing_met(answer.situation, lines)
    kinds = [kind for kind, name in KINDS.items() if any(name in each for each in about)]
    if len(kinds) == len(KINDS):
        yield words(f"assume.{NOTHING_MET}")
    else:
        yield from (words(f"stand.nothing_{kind}") for kind in kinds)


def _dispute(answer: Answer, words: Words) -> Said | None:
    situation = answer.situation
    threshold = situation.rulebook.parameter("gfe_dispute_threshold", situation.start)
    if threshold is None:
        return None
    return words("gfe.dispute", amount=money(int(threshold * 100)))


def _made_from(answer: Answer, words: Words) -> Said:
    start = day(answer.situation.start, words.language)
    return words("answer.made_from", release=str(answer.release or "—"), date=start)
