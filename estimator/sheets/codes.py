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

TABLE_CODES: dict[str, Code] = {
    "not-a-table": _stop(
        "The file is no table of patients.", "Send an .xlsx, .csv or .parquet file."
    ),
    "unreadable-table": _stop("The file is damaged.", "Save it again and send the new file."),
    "table-broken-off": _stop(
        "The table cannot be read on from a row: a quotation mark is not closed.",
        "Close the quotation mark, or save the file again from the program it comes from.",
    ),
    "table-without-rows": _stop(
        "The file has a header, but no patients.", "Add a row for each patient."
    ),
    "too-many-patients": _stop(
        "The file has more rows than a sheet can hold (1,048,575 patients).",
        "Split it into several files.",
    ),
    "too-many-columns": _stop(
        "The file has more than 250 columns.", "Delete the columns that nobody needs."
    ),
    "header-missing": _stop(
        "The first row names no column we know.",
        "Put the names of the columns in the first row; the template has them.",
    ),
    "header-not-first": _stop(
        "The header is not in the first row.", "Delete the rows above the header."
    ),
    "header-twice": _stop(
        "A second row names columns again.", "Delete it, so that each row is a patient."
    ),
    "sheet-taken": Code(
        Severity.NOTE,
        "A workbook has several sheets, none of them named Patients; the first one was read.",
        "Where the patients are on another one, name it Patients.",
    ),
    "column-twice": _stop(
        "Two columns are taken for the same one.", "Delete one of them, or give it another name."
    ),
    "column-missing": _stop(
        "A column that is required is missing.", "Add it, or say which column it is."
    ),
    "read-as-windows-1252": Code(
        Severity.NOTE,
        "The file does not say how its signs are written; it was read as Windows-1252.",
        "Where names look wrong, save it as CSV UTF-8.",
    ),
    "column-taken": Code(Severity.NOTE, "A column was taken for one of ours by its name.", ""),
    "earlier-answers": Code(
        Severity.NOTE, "Columns of an earlier answer were left out; they are made anew.", ""
    ),
    "empty-rows": Code(Severity.NOTE, "Rows that are formatted, but empty, were left out.", ""),
    "recheck-failed": _stop(
        "A row that was estimated once more on its own came out otherwise, so nothing is shown.",
        "This is a fault of the program: please report it, with the release.",
    ),
    "batch-stopped": _stop(
        "A part of the file was begun again and again, and never done.",
        "Save the file again from a spreadsheet program, and send the new one.",
    ),
    "nothing-to-correct": _stop(
        "The file has no row of those that were in error before.",
        "Send the file with the corrected rows, by the same patient_ref.",
    ),
    "not-a-batch-file": _stop(
        "The name of the file ends in none of .xlsx, .csv and .parquet.",
        "Save it as one of them.",
    ),
}
"""The findings about a file of patients as a whole."""

_NEW_TABLE = "Copy the table into a new workbook, or save it as .csv."
PATIENTS_MENDS = {
    "empty-file": "Choose the file again.",
    "file-too-large": "Split it into several files.",
    "unpacks-too-large": _NEW_TABLE,
    "too-many-definitions": _NEW_TABLE,
    "unsafe-file": _NEW_TABLE,
}
"""What mends a file of patients where a rulebook is mended otherwise."""


def finding(code: str, message: str = "", advice: str = "", *, detail: str = "") -> Finding:
    """Return the finding of a file code; without a message its meaning says what was seen."""
    known = FILE_CODES.get(code) or TABLE_CODES[code]
    return Finding(
        severity=known.severity,
        code=code,
        message=message or known.meaning,
        advice=advice or known.mend,
        shown=detail,
    )
