"""Opens a file of patients, whoever reads on: the command, a worker, or a first look at an upload.

Kept small: a look at an upload loads this and little more, while somebody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from estimator.findings import Finding, Severity
from estimator.services.batches.columns import KNOWN_NAMES, earlier_answers, is_known
from estimator.sheets import codes
from estimator.sheets.grids.reading import LongTable, open_table
from estimator.sheets.refusal import RefusedError


class BatchRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A file that cannot be estimated; ``findings`` say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("the file cannot be used")
        self.findings = tuple(findings)


@contextmanager
def opened(file: IO[bytes], ending: str) -> Iterator[LongTable]:
    """Give a file's table; raises ``BatchRefused``.

    A file that is an answer of ours, mended and sent again, has none of our columns in it.
    """
    try:
        with open_table(file, ending, is_known, KNOWN_NAMES) as table:
            earlier = earlier_answers(table.header)
            if earlier:
                _leave_out(table, earlier)
            yield table
    except RefusedError as refusal:
        raise BatchRefused([finding_of(refusal)]) from None


def _leave_out(table: LongTable, earlier: Sequence[int]) -> None:
    header = table.header
    names = f"{header[earlier[0]]} to {header[earlier[-1]]}"
    says = f"{len(earlier)} columns, {names}, are an earlier answer. They are left out, made anew."
    table.notes.append(codes.finding("earlier-answers", says))
    own = [at for at in range(len(header)) if at not in set(earlier)]
    table.header = [header[at] for at in own]
    table.pieces = (piece.select(own) for piece in table.pieces)


def finding_of(refusal: RefusedError) -> Finding:
    """Return the finding of a refusal."""
    advice = refusal.advice or codes.PATIENTS_MENDS.get(refusal.code, "")
    return codes.finding(refusal.code, refusal.says, advice, detail=refusal.shown)


def stored_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as they are kept and passed on."""
    return [
        {
            "severity": each.severity.value,
            "code": each.code,
            "message": each.message,
            "advice": each.advice,
        }
        for each in findings
    ]


def restored_findings(stored: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings that ``stored_findings`` was given."""
    return tuple(Finding(**{**each, "severity": Severity(each["severity"])}) for each in stored)
