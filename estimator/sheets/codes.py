"""The findings about a file as a whole, before any of its rules is read."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Code:
    """What a finding's code stands for, and how to mend what it found."""

    severity: Severity
    meaning: str
    mend: str


def _stop(meaning: str, mend: str) -> Code:
    return Code(Severity.STOP, meaning, mend)


_SAVE_AS = "Open it in Excel, LibreOffice or Google Sheets and save it as .xlsx."
_COPY = "Copy the rules into a new workbook (estimator new) and save that."

FILE_CODES: dict[str, Code] = {
    "empty-file": _stop("The file is empty.", "Choose the workbook again."),
    "not-a-workbook": _stop("The file is not an .xlsx workbook.", _SAVE_AS),
    "locked-or-old-workbook": _stop(
        "The file is protected with a password to open it, or in the format before 2007 (.xls).",
        "Remove the password (File, Info, Protect), or save it as .xlsx.",
    ),
    "unreadable-workbook": _stop("The file is damaged.", _SAVE_AS),
    "reading-stopped": _stop(
        "Reading the file takes more time or memory than a rulebook needs, so it was stopped.",
        _COPY,
    ),
    "file-too-large": _stop(
        "The file is larger than 10 MB.", "Remove pictures and sheets that are not rules."
    ),
    "unpacks-too-large": _stop(
        "What the file holds is too large once unpacked, or has too many parts.", _COPY
    ),
    "too-many-cells": _stop(
        "A sheet has more rows, columns or cells than a rulebook can have (20,000 rows, 200 "
        "columns).",
        "Delete the rows and columns outside the table, or " + _COPY[0].lower() + _COPY[1:],
    ),
    "too-much-merged": _stop(
        "Merged ranges, links or comments cover more cells than a rulebook can have.",
        "Unmerge all cells and clear the links.",
    ),
    "too-many-definitions": _stop(
        "The file has more styles, names, formulas or rules of its own than a rulebook can have.",
        _COPY,
    ),
    "unsafe-file": _stop(
        "The file is built in a way that no spreadsheet program builds one (entities, parts that "
        "overlap, repeat, point outside or are locked).",
        _COPY,
    ),
    "active-content": _stop(
        "The file holds macros, links to other files, or embedded files.",
        "Save it as .xlsx without macros; replace links to other files by their values.",
    ),
}


def finding(code: str, message: str = "", advice: str = "", *, detail: str = "") -> Finding:
    """Return the finding of a file code; without a message its meaning says what was seen."""
    known = FILE_CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=message or known.meaning,
        advice=advice or known.mend,
        shown=detail,
    )
