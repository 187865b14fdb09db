"""Reads the cells of one of our columns: each different text once, by the fields of a request.

So a batch row is understood, and refused, in the same words as a form or a document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from estimator.findings import Finding
from estimator.rulebook.model import Rulebook
from estimator.services.batches.days import Array, number_of
from estimator.services.batches.people import UNKNOWN
from estimator.services.estimating.situation import treatment_findings, unknown_name
from estimator.services.intake.fields import (
    CORRECT,
    WRITE_AMOUNT,
    Cents,
    Document,
    DocumentRefused,
    read,
)
from estimator.services.intake.requests import PatientDocument, RequestDocument
from estimator.sheets.text import clean_word

_SCIENTIFIC = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"-?[$€]?\s?\d{1,3}(\.?\d{3})*,\d{1,2}")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?Z?$")
_IN_WORDS = {
    "start_date": "Write it as 2026-03-31.",
    "months": "Write a whole number from 1 to 36.",
    "diagnosis": "Write one code, or leave it blank.",
    "age": "Write a whole number, or leave it blank.",
    "failed_trials": "Write a whole number, or leave it blank.",
    "household_size": "Write a whole number, or leave it blank.",
}
"""What to do about a cell, where a document says no more than that it is to be corrected."""
_AMOUNT_IN_WORDS = "Write dollars and cents without $ or commas, such as 1480.00."
_LISTED = {
    "clinic": "The template lists the clinics.",
    "plan": "The template lists the plans; a patient without insurance has none.",
    "treatment": "The template lists the treatments.",
}
MOST_DIGITS = 15
"""A spreadsheet keeps no more, so what stands behind them is no one's doing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text means, or what is wrong with it."""

    value: Any = None
    problem: str = ""


Reader = Callable[[str], Answer]


class AmountDocument(Document):
    """An amount, read as in any document."""

    amount: Cents


def number(text: str) -> str:
    """Return a number as a spreadsheet shows it: plain, without the noise of its last digits.

    >>> number("1299.9999999999998"), number("1.5E3"), number("F33.2")
    ('1300', '1500', 'F33.2')
    """
    long = sum(sign.isdigit() for sign in text) > MOST_DIGITS
    if not _SCIENTIFIC.fullmatch(text) or not (long or "e" in text.lower()):
        return text
    plain = format(Decimal(f"{float(text):.{MOST_DIGITS}g}"), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def field(model: type[Document], name: str, column: str = "") -> Reader:
    """Return the reader of a column that is a field of a document."""
    shown = column or name

    def answer(text: str) -> Answer:
        value = clean_word(text)
        try:
            return Answer(getattr(read(model, {name: value}), name))
        except DocumentRefused as refused:
            found = refused.findings[0]
            advice = _IN_WORDS.get(name, CORRECT) if found.advice == CORRECT else found.advice
            return Answer(problem=f"{found.message.replace(name, shown, 1)} {advice}")

    return answer


def amount(column: str) -> Reader:
    """Return the reader of a column of amounts."""
    plain = field(AmountDocument, "amount", column)

    def answer(text: str) -> Answer:
        if _COMMA.fullmatch(text.strip()):
            says = f"{column} is written with a decimal comma. Write it as 1480.00."
            return Answer(problem=says)
        found = plain(number(text.strip()))
        return Answer(found.value, found.problem.replace(WRITE_AMOUNT, _AMOUNT_IN_WORDS))

    return answer


def count(model: type[Document], name: str) -> Reader:
    """Return the reader of a column of whole numbers."""
    plain = field(model, name)
    return lambda text: plain(number(text.strip()))


def day(name: str) -> Reader:
    """Return the reader of a column of dates."""
    plain = field(RequestDocument, "start_date", name)

    def answer(text: str) -> Answer:
        found = plain(_MIDNIGHT.sub("", text.strip()))
        return found if found.problem else Answer(number_of(found.value))

    return answer


def word(model: type[Document], name: str) -> Reader:
    """Return the reader of a column that holds one of a few words."""
    plain = field(model, name)
    return lambda text: plain(clean_word(text).casefold())


def named(column: str, kind: str, known: Mapping[str, Any]) -> Reader:
    """Return the reader of a column of IDs of the rulebook."""
    by_folded = {name.casefold(): name for name in known}

    def answer(text: str) -> Answer:
        name = clean_word(text)
        found = name if name in known else by_folded.get(name.casefold())
        if found is None:
            return Answer(problem=_words(unknown_name(column, kind, name, known), kind))
        return Answer(found)

    return answer


def _words(finding: Finding, kind: str) -> str:
    """Return what a cell is told of a name: where the IDs stand, if there is none of it."""
    advice = _LISTED[kind] if finding.code == f"unknown-{kind}" else finding.advice
    return f"{finding.message} {advice}"


def treatments(rulebook: Rulebook) -> Reader:
    """Return the reader of the treatments that a row asks for, separated by ;."""

    def answer(text: str) -> Answer:
        names = tuple(dict.fromkeys(filter(None, map(str.strip, clean_word(text).split(";")))))
        problems = [
            _words(finding, "treatment")
            for name in names
            for finding in treatment_findings(rulebook.treatments, "treatments", name)
        ]
        if not names:
            problems.append("treatments names none. Write an ID, or leave it blank.")
        return Answer(problem=" ".join(problems)) if problems else Answer(names)

    return answer


def authorization(rulebook: Rulebook) -> Reader:
    """Return the reader of prior authorization: a word, or TREATMENT: word; and so on."""
    plain = word(PatientDocument, "prior_authorization")

    def answer(text: str) -> Answer:
        if ":" not in text:
            return plain(text)
        found: dict[str, str] = {}
        for part in filter(str.strip, text.split(";")):
            name, _, says = part.partition(":")
            treatment = named("prior_authorization", "treatment", rulebook.treatments)(name)
            read_word = plain(says)
            if treatment.problem or read_word.problem:
                return Answer(problem=treatment.problem or read_word.problem)
            found[treatment.value] = read_word.value
        return Answer(found)

    return answer


def numbers(answers: Sequence[Answer], missing: int = UNKNOWN) -> Array:
    """Return what each answer is as a number; *missing* where there is none."""
    return np.array(
        [missing if each.value is None else int(each.value) for each in answers], dtype=np.int64
    )


class Words:
    """Different values, each with its place, in the order they first came."""

    def __init__(self, known: Sequence[Any] = ()) -> None:
        self.values: list[Any] = list(known)

    def places(self, answers: Sequence[Answer], missing: int = UNKNOWN) -> Array:
        """Return the place of each answer's value."""
        return np.array(
            [missing if each.value is None else self._place(each.value) for each in answers],
            dtype=np.int64,
        )

    def _place(self, value: Any) -> int:
        if value not in self.values:
            self.values.append(value)
        return self.values.index(value)
