"""A workbook's bytes → what it says and everything that is wrong with it, its Tests included.

It knows no database, so that a process that only checks is started quickly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from estimator.findings import Finding, stops
from estimator.rulebook import snapshot
from estimator.rulebook.checks import all_findings
from estimator.rulebook.loader import LoadedRulebook, load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.rulebook.problems import in_order
from estimator.rulebook.seen import Seen
from estimator.services.clinic_workbook import not_moved
from estimator.services.rulebook_tests import Outcome, failing, run_tests
from estimator.sheets.apart import read_apart
from estimator.sheets.workbook import Book


class RulebookRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A file that cannot be published or used; ``findings`` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the rulebook cannot be used")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is worth: its rulebook, as far as it can be used, and every finding."""

    loaded: LoadedRulebook
    findings: tuple[Finding, ...]
    rulebook: Rulebook | None
    """``None`` where a finding stops."""
    fingerprint: str | None
    tests: tuple[Outcome, ...] = ()
    """What its Tests gave; they are not run where something else stops."""

    @property
    def publishable(self) -> bool:
        """Whether nothing stops it from being published."""
        return not stops(self.findings)


Reader = Callable[[bytes], Book]


def check(data: bytes, today: date, read: Reader = read_apart) -> Checked:
    """Read a workbook's bytes and return everything that is wrong with it, its Tests included.

    It is read in a process of its own unless it comes from ourselves.
    """
    loaded = load_workbook_bytes(data, read)
    findings = in_order((*all_findings(loaded, today), *not_moved(loaded, today)))
    if not loaded.readable:
        return Checked(loaded, findings, None, None)
    fingerprint = snapshot.fingerprint(loaded.rows)
    if stops(findings):
        return Checked(loaded, findings, None, fingerprint)
    rulebook = Rulebook(loaded.rows)
    outcomes = run_tests(rulebook)
    problems = tuple(failing(rulebook, outcomes, Seen.of(loaded)))
    usable = None if problems else rulebook
    return Checked(loaded, in_order((*findings, *problems)), usable, fingerprint, outcomes)
