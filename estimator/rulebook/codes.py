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
        "A column is not part of its sheet, or has no header; it is not read.",
        "Mend its header if it holds rules, or begin the header with #. In a CSV file, put a text "
        "that holds a comma in quotes.",
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

ROW_CODES: dict[str, Code] = {
    "dates-reversed": _stop("A row ends before it begins.", "Check the two dates."),
    "amount-missing": _stop(
        "The Cost share names an amount that is blank.",
        "Fill in the amount (0 if it is nothing), or choose another Cost share.",
    ),
    "amount-unused": _stop(
        "An amount is filled in that the Cost share does not name.",
        "Clear it, or choose a Cost share that names it.",
    ),
    "item-row-category": _stop(
        "A row for one item also names a category.", "Type * as the category."
    ),
    "minimum-over-maximum": _stop(
        "The least coinsurance is above the most.", "Check the two amounts."
    ),
    "price-not-for-all": _stop(
        "A charge or cash price names a payer, plan or network.",
        "Type * as payer and plan and all as network, or choose allowed as Price kind.",
    ),
    "charge-in-percent": _stop(
        "A charge is given in percent of itself.", "Choose dollars, and type the charge."
    ),
    "price-range": _stop("Low, Amount and High do not rise.", "Check the three amounts."),
    "carryover-not-deductible": _stop(
        "Carry-over months stand on a limit that is no deductible.", "Clear the cell."
    ),
    "family-missing": _stop(
        "A family that meets one amount (aggregate) has no Family $.", "Type the family's amount."
    ),
    "family-below-individual": _decide(
        "A family's limit is below one person's.", "Check the two amounts."
    ),
    "code-lost-zeros": _stop(
        "A code or number has too few digits: its leading zeros are lost.",
        "Format the cell as Text and type it again with its zeros.",
    ),
    "code-length": _stop(
        "A code or number has not the length of its type.", "Check it, or choose its Code type."
    ),
    "main-item-missing": _stop(
        "A treatment has no Main item, and no reason why it is not priced.",
        "Type the item that decides its coverage, or say why it has no price.",
    ),
    "every-missing": _stop(
        "Something that happens more than once has no days between.",
        "Type how many days lie between two times.",
    ),
    "times-order": _decide(
        "Times low, typical and high do not rise, so low may cost more than high.",
        "Check the three counts.",
    ),
    "program-kind": _stop(
        "The kind of a program does not go with whom it applies to.",
        "Insured programs take patient pays at least; self-pay programs the other two.",
    ),
    "payer-types-unused": _note(
        "A self-pay program names payer types, which narrow insured programs only.",
        "Clear the cell.",
    ),
    "parameter-unit": _stop(
        "A number that the program uses is in another unit.", "Choose $ and type dollars."
    ),
    "months-range": _stop("A test has not 1 to 36 months.", "Type a number from 1 to 36."),
}

_KNOWN = (
    "Estimates that use the row say so. When the row says all that the plan does, take the words "
    "out of the Note."
)

BETWEEN_CODES: dict[str, Code] = {
    "failing-test": _stop(
        "A test expects another amount than the rules give.",
        "Work the sum out again; mend the rule that is wrong, or what the test expects.",
    ),
    "unknown-id": _stop(
        "An ID does not stand on its own sheet.", "Mend the ID, or add its row there."
    ),
    "unknown-category": _stop(
        "A benefit is for a category that no item has.",
        "Mend the category, or give it to the items that are meant.",
    ),
    "unknown-route": _stop(
        "A test's route is not insured, self-pay or a program.", "Mend the route."
    ),
    "plan-of-other-payer": _stop(
        "A row names a payer, and a plan of another payer.", "Mend the payer or the plan."
    ),
    "same-key": _stop(
        "Two rows with the same key hold on one day, so it is not known which counts.",
        "Delete one, or change its dates or key.",
    ),
    "deductibles-at-odds": _stop(
        "Two deductibles of a plan constrain the same lines.",
        "Keep one of them, or change Class or Network so that they do not meet.",
    ),
    "rule-id-twice": _stop(
        "One Rule ID names two different rules.", "Give each rule its own ID, or clear it."
    ),
    "program-rows-differ": _stop(
        "Rows of one program differ in whom it helps, its maximum or its income limit.",
        "Make them the same, or give one another Program ID.",
    ),
    "date-hole": _decide(
        "Between two rows of one key there are days without a row.",
        "Clear Effective to (the row then holds until the next begins), or add a row.",
    ),
    "crossing-rows": _decide(
        "Two rows cross: each is the more specific in another column, and they differ.",
        "Add a row for what both cover, or accept the one that is used.",
    ),
    "plan-without-deductible": _decide(
        "A plan has no deductible row.", "Add one on Limits; 0 says that it has no deductible."
    ),
    "beyond-federal-limits": _decide(
        "A plan's limit is beyond what federal law allows.",
        "Check the amount; accept it where the plan is exempt.",
    ),
    "deductible-over-maximum": _decide(
        "A deductible is above the out-of-pocket max of the same plan, class and network.",
        "Check the two amounts.",
    ),
    "assistance-federal": _decide(
        "A program for insured patients goes with Medicare, Medicaid, TRICARE or VA, whose "
        "patients may not take what a manufacturer gives.",
        "Name the other payer types only; accept it where the program is a charity's.",
    ),
    "mental-health-worse": _note(
        "A plan asks more for mental health visits than for medical ones, which federal law on "
        "parity seldom allows.",
        "Read the plan's summary again; what it says for specialists may be meant.",
    ),
    "ended-row": _note(
        "The last row of a key has ended, or ends within a month.",
        "Add a row for what holds from then on, or clear Effective to.",
    ),
    "setup-not-moved": _note(
        "The page Set up your clinic has answers that the sheets do not have yet.",
        "Type: estimator setup THIS-FILE.xlsx NEW-FILE.xlsx. The new file has them.",
    ),
    "never-wins": _note(
        "A row is never used, because others are more specific.", "Delete it if it is not needed."
    ),
    "not-checked-for-a-year": _note(
        "A row's source was last read more than a year ago.",
        "Read the source again, and type today's date.",
    ),
    "item-without-price": _note(
        "A course uses an item that has no price, so it cannot be estimated.",
        "Add its price on Prices.",
    ),
    "item-without-benefit": _note(
        "A course uses an item for which a payer has no benefit, so the patient pays it all.",
        "Add a row on Benefits for the item, its category or *.",
    ),
    "item-without-policy": _note(
        "A course uses an item on which a payer's policy is not known.",
        "Add a row on Policies; silent says that the payer has none.",
    ),
    "note-overstates": _note(
        "A row's Note says that what the patient pays is overstated, because no column can say "
        "more.",
        _KNOWN,
    ),
    "note-understates": _note(
        "A row's Note says that what the patient pays is understated, because no column can say "
        "more.",
        _KNOWN,
    ),
    "note-either-way": _note(
        "A row's Note says that what the patient pays is over- or understated.", _KNOWN
    ),
    "text-without-spanish": _note(
        "A text that patients read has no Spanish; it is shown in English.",
        "Add the text and its Spanish on Words.",
    ),
}

CODES: dict[str, Code] = {
    **FILE_CODES,
    **SHEET_CODES,
    **CELL_CODES,
    **ROW_CODES,
    **BETWEEN_CODES,
}
