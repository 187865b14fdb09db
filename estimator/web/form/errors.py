"""What is wrong with a form, beside the field where it stands, in the field's own name."""

from __future__ import annotations

from typing import NamedTuple

from estimator.findings import Finding
from estimator.services.intake.fields import CORRECT, WRITE_AMOUNT, WRITE_SHARE
from estimator.web.form.fields import FIELDS
from estimator.web.form.posted import Reading


class Error(NamedTuple):
    """One thing to mend: the field's name (blank: the form) and what to say there."""

    field: str
    words: str


def errors(reading: Reading) -> list[Error]:
    """Return what the form itself found wrong, then what the service did elsewhere."""
    own = [Error(finding.field, _words(finding)) for finding in reading.findings]
    told = {error.field for error in own}
    theirs = [_from_service(finding, reading) for finding in reading.refused]
    return list(dict.fromkeys((*own, *(error for error in theirs if error.field not in told))))


def _from_service(finding: Finding, reading: Reading) -> Error:
    name = _field(finding.field, reading)
    words = _words(finding)
    if name and finding.field:
        label = reading.labels.get(name) or FIELDS[name].label
        words = words.replace(finding.field, label)
    return Error(name, words)


def _field(place: str, reading: Reading) -> str:
    """Return the field that the longest known beginning of *place* came from."""
    fits = [known for known in reading.places if _begins(place, known)]
    return reading.places[max(fits, key=len)] if fits else ""


def _begins(place: str, known: str) -> bool:
    return place == known or place.startswith((f"{known}.", f"{known}["))


FORM_WORDS = (
    ("YYYY-MM-DD", "MM/DD/YYYY"),
    ("between 0 and 1.", "between 0 and 100."),
    (WRITE_AMOUNT, "Type an amount such as 480 or 1,500.00."),
    (WRITE_SHARE, "Type the share in percent, such as 20."),
    (f" {CORRECT}", ""),
)
"""How a form says what a document's findings say of the way a value is written."""


def _words(finding: Finding) -> str:
    words = f"{finding.message} {finding.advice}".strip()
    for written, typed in FORM_WORDS:
        words = words.replace(written, typed)
    return words
