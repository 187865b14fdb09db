"""An empty file of patients: every column explained, dropdowns of what the rulebook has."""

from __future__ import annotations

from datetime import date

from estimator.rulebook.model import Rulebook
from estimator.services.batches.columns import COLUMNS, REQUIRED
from estimator.sheets.writer import Book, Choices, Column, Sheet, write_book

HELP = {
    "patient_ref": "Your own reference, so that you know the row again. It is not used otherwise.",
    "clinic_id": "The clinic. Blank where the rulebook has only one.",
    "plan_id": "The patient's plan. Blank: without insurance.",
    "coverage": "Whom the plan covers: self or family. Blank: self.",
    "start_date": "YYYY-MM-DD. Blank: the day the file is sent.",
    "months": "1 to 36. Blank: 12.",
    "as_of": "The day on which what is met was read. Blank: the start.",
    "age": "Years.",
    "diagnosis": "ICD-10-CM, such as F33.2.",
    "failed_trials": "Antidepressants tried without success.",
    "prior_authorization": "approved, denied or unknown. By treatment: iv-ketamine: approved; ...",
    "household_size": "People in the household.",
    "annual_income": "Dollars a year, such as 61000.00.",
    "treatments": "Treatment IDs separated by ; and + for two together. Blank: those compared.",
}
_MET = "Dollars met of this limit in the plan year, such as 900.00."
_TEXT = ("patient_ref", "clinic_id", "plan_id", "diagnosis", "treatments")
_DATES = ("start_date", "as_of")

README = (
    "Patients to estimate",
    "One row of the sheet Patients is one patient. Only patient_ref is required.",
    "Columns of your own may stand beside these; they come back as they are.",
    "Send the file on the page Many patients, or: estimator batch THIS.xlsx RESULTS.xlsx",
)


def template(rulebook: Rulebook, today: date) -> bytes:
    """Return the workbook to fill in, with the names of *rulebook*."""
    lists = (
        Choices(header="Clinics", name="clinics", words=tuple(rulebook.clinics)),
        Choices(header="Plans", name="plans", words=tuple(rulebook.plans)),
        Choices(header="Treatments", name="treatments", words=tuple(rulebook.treatments)),
        Choices(header="Coverage", name="coverages", words=("self", "family")),
        Choices(header="Authorization", name="pa", words=("approved", "denied", "unknown")),
    )
    example = (f"Made on {today.isoformat()} for the rules in force on that day.",)
    sheet = Sheet(name="Patients", columns=tuple(map(_column, COLUMNS)))
    return write_book(Book(readme=(*README, *example), sheets=(sheet,), lists=lists))


_CHOICES = {
    "clinic_id": "clinics",
    "plan_id": "plans",
    "treatments": "treatments",
    "coverage": "coverages",
    "prior_authorization": "pa",
}


def _column(name: str) -> Column:
    number_format = "@" if name in _TEXT else "yyyy-mm-dd" if name in _DATES else "General"
    return Column(
        header=name,
        help=HELP.get(name, _MET),
        required=name in REQUIRED,
        width=max(len(name) + 2, 12),
        number_format=number_format,
        choices=_CHOICES.get(name, ""),
        only_choices=name in ("clinic_id", "plan_id", "coverage"),
    )
