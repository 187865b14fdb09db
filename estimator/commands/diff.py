"""``estimator diff``: what changed between two workbooks, in rows and in dollars."""

from __future__ import annotations

import sys

import click

from estimator.commands.terminal import UNREADABLE, bytes_of, print_json, say, today
from estimator.findings import Severity
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services.difference.comparison import compare
from estimator.services.difference.cores import available
from estimator.services.difference.document import as_document
from estimator.services.difference.words import as_text
from estimator.sheets.apart import read_apart


@click.command()
@click.argument("before", metavar="A.xlsx")
@click.argument("after", metavar="B.xlsx")
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Print what changed from one workbook to another: rows, and patients' dollars.

    Exit code 0: compared; 1: one of them has something to mend first; 2: it cannot be read.
    A failing row of Tests does not stand in the way.
    """
    one, other = (_rulebook(name) for name in (before, after))
    document = as_document(compare(one, other, today(), available()), one, other)
    if as_json:
        print_json(document)
    else:
        click.echo(as_text(document))


def _rulebook(name: str) -> Rulebook:
    """Return the rulebook of a file; ends where it cannot be used."""
    loaded = load_workbook_bytes(bytes_of(name), read_apart)
    stopping = [each for each in all_findings(loaded, today()) if each.severity is Severity.STOP]
    if stopping:
        say(stopping, f"{name}: ")
        sys.exit(1 if loaded.readable else UNREADABLE)
    return Rulebook(loaded.rows)
