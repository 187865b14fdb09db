"""Every reason for which a step of a release's life is refused, and what to do then.

docs/findings.md is rendered from here; a refusal with a code that is not here cannot be made.
"""

from __future__ import annotations

from estimator.findings import Finding, Severity
from estimator.sheets.codes import Code


def _stop(meaning: str, mend: str) -> Code:
    return Code(Severity.STOP, meaning, mend)


PUBLISHING_CODES: dict[str, Code] = {
    "file-missing": _stop("No file was chosen.", "Choose the workbook of rules."),
    "reason-missing": _stop(
        "No reason is given.", "Say why in a sentence that a colleague understands in a year."
    ),
    "reason-not-readable": _stop(
        "The reason is longer than 2,000 characters, or holds signs that cannot be shown.",
        "Shorten it, or type it again.",
    ),
    "draft-closed": _stop(
        "The draft is not open any more.", "Upload the workbook again to begin another."
    ),
    "not-to-decide": _stop(
        "The draft has no such finding to decide on.", "Look at its findings as they are now."
    ),
    "draft-has-stops": _stop(
        "Something in the workbook stops it.", "Mend it in the workbook and upload that."
    ),
    "finding-not-accepted": _stop(
        "A finding to decide on is neither mended nor accepted.",
        "Mend it in the workbook, or accept it with a reason.",
    ),
    "live-release-moved": _stop(
        "Another release went live meanwhile.",
        "Look at what changes against the live release, confirm that, and publish again.",
    ),
    "needs-another-person": _stop(
        "Whoever uploaded a workbook does not approve it.",
        "Ask another person who may approve.",
    ),
    "already-live": _stop("The release is live already.", "Choose an earlier one."),
    "release-has-stops": _stop(
        "An earlier release is stopped by what the program looks at today.",
        "Download its workbook, mend it, and upload that.",
    ),
}


class NotThere(Exception):  # noqa: N818 - an answer to a person, not a fault
    """There is no draft or release of a number."""


def refusal(code: str, message: str = "", advice: str = "", *, field: str = "") -> Finding:
    """Return the finding of a refusal; without words it says what its code means."""
    known = PUBLISHING_CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=message or known.meaning,
        advice=advice or known.mend,
        field=field,
    )
