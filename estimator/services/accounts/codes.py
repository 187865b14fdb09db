"""Every code of what can be wrong with an account, a password or a code, and how to mend it.

docs/findings.md is rendered from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from estimator.findings import Finding, Severity
from estimator.sheets.codes import Code


def _stop(meaning: str, mend: str) -> Code:
    return Code(Severity.STOP, meaning, mend)


ACCOUNT_CODES: dict[str, Code] = {
    "name-not-usable": _stop(
        "The name is not 2 to 64 letters, digits or . _ - @ + that begin with a letter or digit, "
        "or it is one that the program uses itself.",
        "Choose another, such as robin or robin@clinic.example.",
    ),
    "name-taken": _stop("There is an account of this name.", "Choose another name."),
    "role-unknown": _stop(
        "The role is none there is.", "Choose viewer, staff, editor, approver or admin."
    ),
    "first-not-admin": _stop(
        "The first account would not be an admin, and nobody could manage accounts.",
        "Make it an admin; the others can be anything.",
    ),
    "last-admin": _stop(
        "It is the last enabled admin, and nobody could manage accounts.",
        "Make somebody else an admin first.",
    ),
    "account-unknown": _stop("There is no account of this name.", "Check how it is spelled."),
    "password-short": _stop(
        "The password has fewer than 12 characters.",
        "Use a longer one; a few words that do not belong together are easy to remember.",
    ),
    "password-long": _stop("The password has more than 200 characters.", "Use a shorter one."),
    "password-holds-name": _stop("The password holds the account's name.", "Leave the name out."),
    "password-common": _stop(
        "The password is among those that are tried first, or has fewer than five different "
        "characters.",
        "Choose one that nobody else would think of.",
    ),
    "passwords-differ": _stop("The two passwords are not the same.", "Type both again."),
    "password-wrong": _stop(
        "The password does not fit, or too many wrong ones were typed.",
        "Type the one you sign in with. After five wrong ones an account rests for a minute, "
        "then longer.",
    ),
    "code-wrong": _stop(
        "The six digits do not fit, were used before, or too many wrong ones were typed.",
        "Type those that your app shows now. If they never fit, set the clock of your phone.",
    ),
    "set-up-expired": _stop(
        "Setting up the second factor took more than fifteen minutes.", "Begin again."
    ),
}


class AccountRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """Something about an account that cannot be done; ``findings`` say why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__("this cannot be done with the account")
        self.findings = tuple(findings)


def finding(code: str, field: str) -> Finding:
    """Return the finding of a code at a field."""
    known = ACCOUNT_CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=known.meaning,
        advice=known.mend,
        field=field,
    )


def refuse(code: str, field: str) -> NoReturn:
    """Raise ``AccountRefused`` for one reason."""
    raise AccountRefused([finding(code, field)])
