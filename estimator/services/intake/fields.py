"""The kinds of fields that documents are made of, and how a refused one is worded.

Every document is a pydantic model of these fields. What pydantic refuses becomes findings
that name the field and say what to do, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from estimator.engine import money
from estimator.engine.plan import PlanYear
from estimator.findings import Finding, did_you_mean
from estimator.services.intake.codes import DOCUMENT_CODES

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_DAY = re.compile(r"\d{2}-\d{2}")
_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_WHOLE = re.compile(r"\d{1,9}")
WRITE_AMOUNT = 'Write dollars and cents as text, such as "480.00".'
WRITE_SHARE = 'Write a share as text: "0.20" is 20%.'
CORRECT = "Correct it."
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Document(BaseModel):
    """A document somebody sends: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DocumentRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A document that cannot be used; ``findings`` say why, field by field."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__("the document cannot be used")
        self.findings = tuple(findings)


class _UnreadableError(ValueError):
    """What is wrong with a value, and what to do."""

    def __init__(self, wrong: str, advice: str) -> None:
        super().__init__(wrong)
        self.advice = advice


def _amount(value: Any) -> int:
    return _number(value, money.cents, WRITE_AMOUNT)


def _rate(value: Any) -> int:
    return _number(value, money.rate, WRITE_SHARE)


def _number(value: Any, read_as: Callable[[str], int], advice: str) -> int:
    if isinstance(value, float):
        raise _UnreadableError("is a bare number with a decimal point", advice)
    text = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int) or not _PLAIN.fullmatch(text):
        raise _UnreadableError("is not a plain number", advice)
    try:
        return read_as(text)
    except ValueError as error:
        raise _UnreadableError(str(error), advice) from None


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value.strip()):
        raise ValueError("is not a date written as YYYY-MM-DD")
    try:
        day = date.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError("is a day that does not exist") from error
    if not 1900 <= day.year <= 2200:
        raise ValueError("is not between the years 1900 and 2200")
    return day


def _plan_year(value: Any) -> PlanYear:
    if not isinstance(value, str) or not _MONTH_DAY.fullmatch(value.strip()):
        raise ValueError("is not a month and day written as MM-DD, such as 07-01")
    month, day = (int(part) for part in value.strip().split("-"))
    if (month, day) == (2, 29):
        raise ValueError("is 02-29, which most years lack; use 02-28 or 03-01")
    try:
        date(2025, month, day)
    except ValueError as error:
        raise ValueError("is a day that does not exist") from error
    return PlanYear(month, day)


def _count(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError("is not a whole number of 0 or more")
    return value


def _text(value: Any) -> Any:
    if isinstance(value, str) and _CONTROL.search(value):
        raise _UnreadableError("holds a character that cannot be shown", "Type it again.")
    return value


def _month_day(year: PlanYear) -> str:
    return f"{year.month:02d}-{year.day:02d}"


Cents = Annotated[int, BeforeValidator(_amount), PlainSerializer(money.dollars, return_type=str)]
Rate = Annotated[int, BeforeValidator(_rate), PlainSerializer(money.rate_text, return_type=str)]
Day = Annotated[date, BeforeValidator(_date)]
YearStart = Annotated[
    PlanYear, BeforeValidator(_plan_year), PlainSerializer(_month_day, return_type=str)
]
Count = Annotated[int, BeforeValidator(_count)]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=200)]


D = TypeVar("D", bound=Document)


def read(model: type[D], document: Any) -> D:
    """Return *document* as a *model*; raises ``DocumentRefused`` with every finding at once."""
    if not isinstance(document, dict):
        raise DocumentRefused(
            [
                refuse(
                    "",
                    "document-not-an-object",
                    "The document is not an object.",
                    "Send one JSON object, in curly brackets.",
                )
            ]
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise DocumentRefused(_finding(each, model) for each in error.errors()) from None


def refuse(field: str, code: str, message: str, advice: str = "") -> Finding:
    """Return a finding about *field*; without advice it is the code's own."""
    known = DOCUMENT_CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=message,
        advice=advice or known.mend,
        field=field,
    )


_CODES = {
    "extra_forbidden": "unknown-key",
    "missing": "required-missing",
    "literal_error": "not-in-list",
}
_OBJECT = ("is not an object", "Write it in curly brackets, each key with its value.")
_TRUTH = ("is neither true nor false", "Write true or false, without quotes.")
_WORDS: dict[str, tuple[str, str]] = {
    "extra_forbidden": ("is not a key this document has", "Remove it, or correct its name."),
    "missing": ("is missing", "Add it."),
    "literal_error": ("is not one of the words that can stand there", "Use {expected}."),
    "greater_than_equal": ("is less than {ge}, the least it can be", CORRECT),
    "less_than_equal": ("is more than {le}, the most it can be", CORRECT),
    "greater_than": ("is not above {gt}", "Correct it, or leave it out."),
    "too_long": ("is too long: {max_length} is the most", "Shorten it."),
    "too_short": ("is empty", "Give at least {min_length}, or leave it out."),
    "list_type": ("is not a list", "Write it in square brackets."),
    "string_type": ("is not text", "Write it in quotes."),
    "string_unicode": ("holds a character that cannot be shown", "Type it again."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
}
"""What is wrong and what to do, by pydantic's word for it; what it knows goes in the gaps."""


def _finding(error: Any, model: type[Document]) -> Finding:
    field, kind, known = path(error["loc"]), error["type"], error.get("ctx", {})
    code = _CODES.get(kind, "field-not-readable")
    if kind == "value_error":
        wrong, advice = str(known["error"]), getattr(known["error"], "advice", CORRECT)
    else:
        wrong, advice = _WORDS.get(kind, ("cannot be read", CORRECT))
    message = f"{field or 'The document'} {wrong.format(**known)}."
    if kind == "extra_forbidden":
        message += did_you_mean(str(error["loc"][-1]), _known_keys(model, error["loc"][:-1]))
    return refuse(field, code, message, advice.format(**known))


def _known_keys(model: type[Document], location: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the keys of the part of the document at *location*, for "did you mean"."""
    keys: list[str] = []
    pending: list[Any] = [model]
    seen: set[Any] = set()
    while pending:
        part = pending.pop()
        if part in seen or not (isinstance(part, type) and issubclass(part, Document)):
            continue
        seen.add(part)
        keys.extend(field.alias or name for name, field in part.model_fields.items())
        if location:
            pending.extend(_documents_in(part))
    return tuple(dict.fromkeys(keys))


def _documents_in(part: type[Document]) -> list[Any]:
    found: list[Any] = []
    waiting = [field.annotation for field in part.model_fields.values()]
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, Document):
            found.append(annotation)
        waiting.extend(getattr(annotation, "__args__", ()))
    return found


def path(location: Iterable[Any]) -> str:
    """Return a place in a document as people write it.

    >>> path(("claims", 0, "billed"))
    'claims[0].billed'
    """
    text = ""
    for part in location:
        if isinstance(part, str) and part.startswith(":"):
            continue  # the tag of one of several shapes, not a key of the document
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
