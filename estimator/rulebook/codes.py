"""Every code a rulebook's findings can have: how much it stands in the way, and how to mend it.

docs/findings.md is rendered from here; a finding with a code that is not here cannot be made.
"""

from __future__ import annotations

from estimator.findings import Severity
from estimator.sheets.codes import FILE_CODES, Code


def _stop(meaning: str, mend: str) -> Code:
    return Code(Severity.STOP, meaning, mend)


def _decide(meaning: str, mend: str) -> Code:
    return Code(Severity.DECIDE, meaning, mend)


def _note(meaning: str, mend: str) -> Code:
    return Code(Severity.NOTE, meaning, mend)


SHEET_CODES: dict[str, Code] = {
    "missing-sheet": _stop(
        "A sheet of the rulebook is not there.",
        "Add the sheet, or rename the one that was meant. An empty sheet needs its headers.",
    ),
    "missing-column": _stop(
        "A column is not there.", "Type the header in row 1, or mend the one that was meant."
    ),
    "missing-header": _stop(
        "Row 1 holds none of the sheet's headers.",
        "Put the headers in row 1; delete titles and rows above them.",
    ),
    "duplicate-column": _stop(
        "Two columns have the same header.", "Delete one, or begin its header with #."
    ),
    "unknown-sheet": _note(
        "A sheet is not part of a rulebook; it is not read.", "Rename it if rules stand there."
    ),
    "unknown-column": _note(
        "A column is not part of its sheet; it is not read.",
        "Mend its header if it holds rules, or begin the header with #.",
    ),
    "hidden-row": _note(
        "A row is hidden, and still counts.", "Delete the row if it no longer holds."
    ),
}

CELL_CODES: dict[str, Code] = {
    "required-blank": _stop("A required cell is blank.", "Fill it in."),
    "merged-cells": _stop(
        "Cells are merged, so what holds for each row cannot be told.",
        "Unmerge them and fill in each cell.",
    ),
    "error-value": _stop("A cell shows an error such as #N/A.", "Type the value itself."),
    "formula-without-value": _stop(
        "A cell holds a formula whose result is not saved with it.",
        "Type the value itself, or open the file in a spreadsheet program and save it there.",
    ),
    "not-in-list": _stop("A word is not one of the column's list.", "Choose one of the list."),
    "not-yes-or-no": _stop("A cell that takes yes or no says something else.", "Type yes or no."),
    "any-not-allowed": _stop(
        "A cell says * (any), which its column does not take.", "Type which one is meant."
    ),
    "id-characters": _stop(
        "An ID has other characters than letters, digits, - and _.",
        "Use letters (a to z), digits, - and _ only; the name people read has its own column.",
    ),
    "code-characters": _stop(
        "A code has characters that codes do not have.", "Type the codes, separated by commas."
    ),
    "not-text": _stop(
        "A cell that takes text holds TRUE, FALSE or a number that is not a code.",
        "Format the cell as Text and type it again.",
    ),
    "date-in-text": _stop(
        "A date stands where text belongs: spreadsheet programs turn 1-2 or MAR1 into dates.",
        "Format the cell as Text and type it again.",
    ),
    "not-a-number": _stop("A cell that takes a number holds something else.", "Type a number."),
    "not-known-in-words": _stop(
        "N/A, none, - or the like stands where a number or date belongs.",
        "Leave the cell blank if it is not known or does not apply; type 0 if it is nothing.",
    ),
    "decimal-comma": _stop(
        "A number is written with a comma that can be read in two ways.",
        "Write cents after a point, and no commas: 1234.50.",
    ),
    "number-negative": _stop("A number is below zero.", "Type it without the minus sign."),
    "number-too-precise": _stop(
        "A number has more decimals than its column takes.", "Round it, and type it again."
    ),
    "number-too-large": _stop("A number is larger than its column takes.", "Check the digits."),
    "number-not-whole": _stop("A whole number is needed.", "Type a whole number."),
    "percent-ambiguous": _stop(
        "A percentage is below 1 and not formatted as one: 0.2 may mean 20% or 0.2%.",
        "Type 20 for 20%.",
    ),
    "percent-over-100": _stop("A percentage is above 100%.", "Type 20 for 20%."),
    "percent-for-dollars": _stop(
        "A percentage stands where another kind of number belongs.", "Type the number."
    ),
    "date-as-text": _stop(
        "A date is written as text in a form that people read in different ways.",
        "Type it as YYYY-MM-DD: 2026-07-01.",
    ),
    "date-impossible": _stop("A date is not in the calendar.", "Check day and month."),
    "number-for-date": _stop(
        "A number stands where a date belongs.", "Type it as YYYY-MM-DD: 2026-07-01."
    ),
    "month-day": _stop(
        "The start of a plan year is not a day that every year has, written MM-DD.",
        "Type it as MM-DD: 07-01.",
    ),
}

ROW_CODES: dict[str, Code] = {}

BETWEEN_CODES: dict[str, Code] = {}

CODES: dict[str, Code] = {
    **FILE_CODES,
    **SHEET_CODES,
    **CELL_CODES,
    **ROW_CODES,
    **BETWEEN_CODES,
}
