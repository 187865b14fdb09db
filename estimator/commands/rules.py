"""Which rules a command answers by: a workbook it is given, or the published release."""

from __future__ import annotations

import sys
from typing import NamedTuple

import click

from estimator.commands.terminal import bytes_of, database_url, fail, now, say, today
from estimator.rulebook.model import Rulebook
from estimator.services import rulebooks
from estimator.services.rulebooks import DatabaseUnavailable, RulebookRefused

rulebook_option = click.option(
    "--rulebook", metavar="FILE.xlsx", help="Use this workbook, not the published release."
)


class Rules(NamedTuple):
    """A rulebook with the number of its release, where it has one, and its fingerprint."""

    rulebook: Rulebook
    release: int | None
    fingerprint: str


def rules_of(workbook: str | None) -> Rules:
    """Return the rules of a workbook, or the live release; end where they cannot be used."""
    if workbook is None:
        try:
            live = rulebooks.prepared(database_url(), now())
        except DatabaseUnavailable as error:
            fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
        return Rules(live.rulebook, live.number, live.fingerprint)
    try:
        rules, fingerprint = rulebooks.open_workbook(bytes_of(workbook), today())
    except RulebookRefused as refused:
        say(finding for finding in refused.findings if finding.severity == "stop")
        sys.exit(1)
    return Rules(rules, None, fingerprint)
