"""How the reading of a rulebook says what it found: a problem at a cell becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from estimator.findings import Finding, Severity
from estimator.rulebook.codes import CODES

SHOWN_EACH = 5
"""So many findings of one kind in one column are shown each; the others are named together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands: a sheet, and there a cell under a header."""

    sheet: str
    cell: str = ""
    header: str = ""
    shown: str = ""

    @property
    def words(self) -> str:
        """The place as a sentence begins with it: ``Copay $ in Benefits!H7``."""
        address = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        return f"{self.header} in {address}" if self.header else address


class UnreadableError(Exception):
    """A cell that cannot be read as its column says; caught by the reader of the row.

    ``says`` continues the sentence "Copay $ in Benefits!H7 …".
    """

    def __init__(self, code: str, says: str, advice: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.says = says
        self.advice = advice


def finding(code: str, place: Place, says: str, advice: str = "", *, subject: str = "") -> Finding:
    """Return a finding whose sentence begins with its place, or with *subject*.

    Without advice it is the code's own.
    """
    known = CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=f"{subject or place.words} {says}",
        advice=advice or known.mend,
        sheet=place.sheet,
        cell=place.cell,
        header=place.header,
        shown=place.shown,
    )


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with long repeats in one column told once, naming every row.

    A column pasted in the wrong format gives one problem in each of a thousand rows; the
    first few are shown each, and the last of these says which rows have it too.
    """
    by_column: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        by_column.setdefault((each.code, each.sheet, each.header), []).append(each)
    return tuple(each for repeats in by_column.values() for each in _told_once(repeats))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with those that stand in the way first, else as they were found."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda each: order.index(each.severity)))


def runs(numbers: Iterable[int]) -> str:
    """Return numbers of rows with runs written as one.

    >>> runs([9, 14, 12, 13])
    '9, 12-14'
    """
    found = []
    in_order = enumerate(sorted(set(numbers)))
    for _, run in groupby(in_order, key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        found.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return ", ".join(found)


def _told_once(repeats: list[Finding]) -> list[Finding]:
    if len(repeats) <= SHOWN_EACH:
        return repeats
    shown, rest = repeats[:SHOWN_EACH], repeats[SHOWN_EACH:]
    numbers = (int("".join(filter(str.isdigit, each.cell)) or 0) for each in rest)
    more = f" And {len(rest)} more in this column: rows {runs(numbers)}."
    last = replace(shown[-1], message=shown[-1].message + more, also=tuple(e.cell for e in rest))
    return [*shown[:-1], last]
