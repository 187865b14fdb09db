"""What is typed on the pages about accounts, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, render_template

from estimator.findings import Finding
from estimator.services.accounts.codes import AccountRefused, finding
from estimator.services.accounts.passwords import password_findings
from estimator.web.bodies import form_body
from estimator.web.form.errors import Error


class Typed:
    """The fields of a posted form, each as it was typed: blanks may belong to a password."""

    def __init__(self) -> None:
        self._values = form_body()

    def __call__(self, name: str) -> str:
        """Return the value of a field, blank where it was not posted."""
        return self._values.get(name, [""])[0]

    def differs(self) -> list[Finding]:
        """Return what is wrong where a new password was not typed the same twice."""
        same = self("password") == self("again")
        return [] if same else [finding("passwords-differ", "again")]

    def new_password(self, name: str) -> str:
        """Return the new password for an account; raises ``AccountRefused``."""
        refuse_all(password_findings(self("password"), name) + self.differs())
        return self("password")


def refuse_all(findings: list[Finding]) -> None:
    """Raise ``AccountRefused`` where something was found."""
    if findings:
        raise AccountRefused(findings)


def errors(findings: Iterable[Finding], labels: Mapping[str, str] | None = None) -> list[Error]:
    """Return findings as the page says them, each at its field."""
    named = labels or {}
    return [
        Error(named.get(each.field, each.field), f"{each.message} {each.advice}")
        for each in findings
    ]


def page(template: str, wrong: Iterable[Error] = (), **values: Any) -> Response:
    """Return a page about accounts, with what is wrong on top and beside the fields."""
    found = list(wrong)
    beside: dict[str, str] = {}
    for field, words in found:
        beside[field] = f"{beside.get(field, '')} {words}".strip()
    form = {"errors": found, "focus": True}
    return Response(render_template(f"estimator/{template}", form=form, wrong=beside, **values))
