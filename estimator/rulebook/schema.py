"""The data dictionary: every sheet of the workbook, in order, as data.

With the columns on the row classes this is the whole description of a rulebook. Adding a
column begins, and nearly ends, in rows.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from estimator.rulebook import rows
from estimator.rulebook.columns import Column, columns_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its row class, what it is for and how its rows are looked up."""

    name: str
    row_class: type[rows.Row]
    purpose: str
    ladder: str = ""
    columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", columns_of(self.row_class))

    @property
    def dated(self) -> bool:
        """Whether the date of service chooses among rows of one key."""
        return issubclass(self.row_class, rows.Dated)

    @property
    def key(self) -> tuple[Column, ...]:
        """The columns that name a row."""
        return tuple(column for column in self.columns if column.key)


SHEETS: tuple[Sheet, ...] = (
    Sheet("Clinics", rows.ClinicRow, "The clinics that give the treatments."),
    Sheet("Payers", rows.PayerRow, "Insurers and programs."),
    Sheet("Plans", rows.PlanRow, "A patient's plan is one row."),
    Sheet("Limits", rows.LimitRow, "Deductibles and out-of-pocket maximums."),
    Sheet(
        "Networks",
        rows.NetworkRow,
        "Which clinics are in which network. No row: out, with a finding.",
        "clinic, then *; in each, plan, then *",
    ),
    Sheet("Items", rows.ItemRow, "Every service, drug and fee."),
    Sheet(
        "Prices",
        rows.PriceRow,
        "What one unit is billed at, costs in cash, or is allowed at.",
        "clinic, then *; in each (payer, plan), then (payer, *), then (*, *); in each the network, "
        "then all",
    ),
    Sheet(
        "Benefits",
        rows.BenefitRow,
        "What each plan leaves the patient to pay.",
        "plan, then *; in each the item, then the category, then *; in each the network, then all",
    ),
    Sheet(
        "Policies",
        rows.PolicyRow,
        "Payers' medical policies. No row: silent.",
        "plan, then *",
    ),
    Sheet("Treatments", rows.TreatmentRow, "What is compared, and what stands beside the money."),
    Sheet("Courses", rows.CourseRow, "What a treatment consists of, and when."),
    Sheet(
        "Assistance",
        rows.AssistanceRow,
        "Programs that help to pay.",
        "treatment, then *; in each the item, then *",
    ),
    Sheet("Supplements", rows.SupplementRow, "Plans that pay what another leaves (Medigap)."),
    Sheet("Words", rows.WordRow, "Spanish for every text of the workbook that a patient reads."),
    Sheet("Parameters", rows.ParameterRow, "Federal and other published numbers."),
    Sheet("Tests", rows.TestRow, "Estimates with the answer they must give."),
)

SHEET_BY_NAME = {sheet.name: sheet for sheet in SHEETS}
SETUP_PAGE = "Set up your clinic"
NOT_RULES = ("README", "Lists", "Changes", SETUP_PAGE)
"""Sheets that are for people and are not read as rules."""
