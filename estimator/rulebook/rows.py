"""The rows of the workbook: one class per sheet, one field per column.

Each field says its header, what its cells hold and what it means; the loader, the blank
workbook, the text form and docs/rulebook.md read it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from estimator.rulebook.columns import Kind, column

NETWORKS = ("in", "out", "all")
CLASSES = ("medical", "drug", "all")
PAYER_TYPES = (
    "commercial",
    "marketplace",
    "medicare",
    "medicare advantage",
    "medicaid",
    "tricare",
    "va",
    "program",
    "other",
)
PLAN_TYPES = (
    "PPO",
    "HMO",
    "EPO",
    "POS",
    "HDHP",
    "indemnity",
    "Original Medicare",
    "Part D",
    "Medicaid",
    "TRICARE",
    "VA",
    "supplement",
    "program",
)
COST_SHARES = (
    "no charge",
    "no charge after deductible",
    "copay",
    "copay after deductible",
    "copay, then deductible",
    "coinsurance",
    "coinsurance after deductible",
    "copay and coinsurance",
    "copay and coinsurance after deductible",
    "copay, then deductible, then coinsurance",
    "not covered",
)
ARMS = ("ketamine", "ssri", "tricyclic", "esketamine", "therapy", "other")
PARAMETERS = (
    "fpl_first_person",
    "fpl_each_further_person",
    "aca_oop_max_individual",
    "aca_oop_max_family",
    "hdhp_min_deductible_individual",
    "hdhp_min_deductible_family",
    "hdhp_oop_max_individual",
    "hdhp_oop_max_family",
    "gfe_dispute_threshold",
)
"""The parameters the program uses; others may stand on the sheet for people."""


_NOTE = (
    "Anything a colleague should know. Where the row cannot say all that holds, write that it "
    "overstates or understates: every estimate that uses it then says so."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet; ``row`` is its number there, so that every dollar finds its way back."""

    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced(Row):
    """A row that says where it comes from."""

    source: str = column(
        "Source", Kind.TEXT, "Where the row comes from: a document, page or link.", required=True
    )
    checked_on: date | None = column("Checked on", Kind.DATE, "When the source was last read.")
    note: str | None = column("Note", Kind.TEXT, _NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Row):
    """A row in force from a day to a day; the date of service chooses among rows of one key."""

    effective_from: date = column(
        "Effective from", Kind.DATE, "First day on which the row holds.", required=True
    )
    effective_to: date | None = column(
        "Effective to",
        Kind.DATE,
        "Last day on which it holds; blank: until the day before the next row with the same key.",
    )
    source: str = column(
        "Source", Kind.TEXT, "Where the row comes from: a document, page or link.", required=True
    )
    checked_on: date | None = column("Checked on", Kind.DATE, "When the source was last read.")
    note: str | None = column("Note", Kind.TEXT, _NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicRow(Sourced):
    """A clinic that gives the treatments."""

    clinic_id: str = column(
        "Clinic ID", Kind.ID, "Short name of the clinic.", required=True, key=True
    )
    name: str = column("Clinic name", Kind.TEXT, "What patients read.", required=True)
    address: str | None = column("Address", Kind.TEXT, "Street address.")
    phone: str | None = column("Phone", Kind.TEXT, "Telephone number.")
    website: str | None = column("Website", Kind.TEXT, "Web address.")
    npi: str | None = column("NPI", Kind.CODE, "National Provider Identifier.")
    tin: str | None = column("TIN", Kind.CODE, "Taxpayer identification number.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRow(Sourced):
    """An insurer or program that pays."""

    payer_id: str = column("Payer ID", Kind.ID, "Short name of the payer.", required=True, key=True)
    name: str = column("Payer name", Kind.TEXT, "What people call it.", required=True)
    payer_type: str = column(
        "Payer type", Kind.WORD, "Kind of payer.", required=True, words=PAYER_TYPES
    )
    aliases: tuple[str, ...] | None = column(
        "Aliases", Kind.TEXTS, "Other names people type, separated by ;"
    )
    phone_or_portal: str | None = column("Phone or portal", Kind.TEXT, "Where to ask.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow(Sourced):
    """A plan of a payer. A patient's plan is one row: Original Medicare with its Part D is one."""

    plan_id: str = column("Plan ID", Kind.ID, "Short name of the plan.", required=True, key=True)
    payer_id: str = column(
        "Payer ID", Kind.ID, "Whose plan it is.", required=True, references="Payers"
    )
    name: str = column("Plan name", Kind.TEXT, "The name on the card.", required=True)
    plan_type: str = column(
        "Plan type", Kind.WORD, "Kind of plan.", required=True, words=PLAN_TYPES
    )
    hsa_eligible: bool | None = column(
        "HSA eligible", Kind.YES_NO, "Whether it may go with a health savings account."
    )
    year_starts: str | None = column(
        "Plan year starts", Kind.MONTH_DAY, "When everything met starts anew; blank: 01-01."
    )
    aliases: tuple[str, ...] | None = column(
        "Aliases", Kind.TEXTS, "Other names people type, separated by ;"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow(Dated):
    """A deductible or an out-of-pocket maximum of a plan."""

    plan_id: str = column(
        "Plan ID", Kind.ID, "The plan.", required=True, key=True, references="Plans"
    )
    kind: str = column(
        "Kind",
        Kind.WORD,
        "Which limit. A plan without a deductible says so with a deductible of 0.",
        required=True,
        key=True,
        words=("deductible", "out-of-pocket max"),
    )
    class_: str = column(
        "Class", Kind.WORD, "The lines it constrains.", required=True, key=True, words=CLASSES
    )
    network: str = column(
        "Network", Kind.WORD, "The lines it constrains.", required=True, key=True, words=NETWORKS
    )
    credited_by: str | None = column(
        "Credited by",
        Kind.WORD,
        "The lines whose spending counts towards it; blank: as Network.",
        words=NETWORKS,
    )
    individual_cents: int = column("Individual $", Kind.MONEY, "For one person.", required=True)
    family_cents: int | None = column("Family $", Kind.MONEY, "For the family; blank: none stated.")
    family_basis: str | None = column(
        "Family basis",
        Kind.WORD,
        "embedded: each person also has their own; aggregate: the family meets one amount. "
        "Blank: embedded.",
        words=("embedded", "aggregate"),
    )
    carryover_months: int | None = column(
        "Carry-over months",
        Kind.COUNT,
        "What is credited in the last so many months of a plan year is also met at the start "
        "of the next; deductibles only.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow(Dated):
    """Whether a clinic is in the network of a payer or plan. No row: out, with a finding."""

    clinic_id: str = column(
        "Clinic ID",
        Kind.ID,
        "The clinic, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Clinics",
    )
    payer_id: str = column(
        "Payer ID", Kind.ID, "The payer.", required=True, key=True, references="Payers"
    )
    plan_id: str = column(
        "Plan ID",
        Kind.ID,
        "The plan, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Plans",
    )
    network: str = column("Network", Kind.WORD, "in or out.", required=True, words=("in", "out"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow(Sourced):
    """A service, a drug or a fee: everything that can stand on a bill or be filled."""

    item_id: str = column("Item ID", Kind.ID, "Short name of the item.", required=True, key=True)
    description: str = column("Description", Kind.TEXT, "In your own words.", required=True)
    code: str | None = column("Code", Kind.CODE, "The code billed.")
    code_type: str | None = column(
        "Code type", Kind.WORD, "Kind of code.", words=("CPT", "HCPCS", "NDC", "local")
    )
    category: str = column(
        "Category", Kind.TEXT, "Your own word for the kind of service.", required=True
    )
    class_: str = column(
        "Class",
        Kind.WORD,
        "Which limits it meets.",
        required=True,
        words=("medical", "drug"),
    )
    setting: str = column(
        "Setting",
        Kind.WORD,
        "Where it is given: at the clinic, at a pharmacy, or elsewhere.",
        required=True,
        words=("clinic", "pharmacy", "elsewhere"),
    )
    unit: str = column("Unit", Kind.TEXT, "What quantity 1 is.", required=True)
    billed_to_plan: bool = column(
        "Billed to the plan",
        Kind.YES_NO,
        "no: a fee outside insurance, never adjudicated.",
        required=True,
    )
    policy_of: str | None = column(
        "Policy of",
        Kind.ID,
        "The item whose policy decides this one: its own where the payer must have one, another's "
        "where it follows (a drug its infusion). Blank: Benefits alone decide.",
        references="Items",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow(Dated):
    """What one unit of an item costs: as billed, in cash, or as a plan allows."""

    kind: str = column(
        "Price kind",
        Kind.WORD,
        "charge: what is billed; cash: what a patient without insurance pays; allowed: what the "
        "plan recognises.",
        required=True,
        key=True,
        words=("charge", "cash", "allowed"),
    )
    clinic_id: str = column(
        "Clinic ID",
        Kind.ID,
        "The clinic, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Clinics",
    )
    payer_id: str = column(
        "Payer ID",
        Kind.ID,
        "The payer, or *; charge and cash rows have *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Payers",
    )
    plan_id: str = column(
        "Plan ID",
        Kind.ID,
        "The plan, or *; charge and cash rows have *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Plans",
    )
    item_id: str = column(
        "Item ID", Kind.ID, "The item.", required=True, key=True, references="Items"
    )
    network: str = column(
        "Network",
        Kind.WORD,
        "in, out or all; charge and cash rows have all.",
        required=True,
        key=True,
        words=NETWORKS,
    )
    basis: str = column(
        "Basis",
        Kind.WORD,
        "What Amount, Low and High are.",
        required=True,
        words=("dollars", "percent of charge"),
    )
    amount: Decimal = column("Amount", Kind.UNIT_PRICE, "Per unit, typical.", required=True)
    low: Decimal | None = column("Low", Kind.UNIT_PRICE, "Per unit, low; blank: Amount.")
    high: Decimal | None = column("High", Kind.UNIT_PRICE, "Per unit, high; blank: Amount.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRow(Dated):
    """What a plan leaves the patient to pay for a kind of service."""

    rule_id: str | None = column("Rule ID", Kind.ID, "A name for the row, to refer to it.")
    payer_id: str = column(
        "Payer ID", Kind.ID, "The payer.", required=True, key=True, references="Payers"
    )
    plan_id: str = column(
        "Plan ID",
        Kind.ID,
        "The plan, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Plans",
    )
    category: str = column(
        "Category",
        Kind.TEXT,
        "A category of Items, or *.",
        required=True,
        key=True,
        any_allowed=True,
    )
    item_id: str = column(
        "Item ID",
        Kind.ID,
        "One item, or *; a row for one item has * as its Category.",
        required=True,
        key=True,
        any_allowed=True,
        references="Items",
    )
    network: str = column(
        "Network", Kind.WORD, "in, out or all.", required=True, key=True, words=NETWORKS
    )
    cost_share: str = column(
        "Cost share",
        Kind.WORD,
        "The phrase of the plan's summary. A Copay or Coinsurance that it names is required, one "
        "that it does not name is refused.",
        required=True,
        words=COST_SHARES,
    )
    copay_cents: int | None = column("Copay $", Kind.MONEY, "Fixed amount.")
    copay_per: str | None = column(
        "Copay per",
        Kind.WORD,
        "How often the copay is owed; blank: line at a pharmacy, else visit.",
        words=("visit", "day", "line"),
    )
    coinsurance_percent: Decimal | None = column(
        "Coinsurance %", Kind.PERCENT, "The patient's share; 20 means 20%."
    )
    coinsurance_min_cents: int | None = column(
        "Coinsurance min $", Kind.MONEY, "Least coinsurance of a line."
    )
    coinsurance_max_cents: int | None = column(
        "Coinsurance max $", Kind.MONEY, "Most coinsurance of a line."
    )
    coinsurance_on: str | None = column(
        "Coinsurance on",
        Kind.WORD,
        "What the rate multiplies: what is left after deductible and copay (blank), or the whole "
        "allowed amount.",
        words=("remainder", "allowed"),
    )
    counts_toward_oop_max: bool | None = column(
        "Counts to out-of-pocket max", Kind.YES_NO, "Blank: yes."
    )
    visit_limit: int | None = column("Visit limit", Kind.COUNT, "Visits covered in a plan year.")
    deductible_waived_visits: int | None = column(
        "Visits before deductible",
        Kind.COUNT,
        "The first so many visits of a plan year skip the deductible.",
    )
    waived_visits_copay_cents: int | None = column(
        "Copay of those visits $", Kind.MONEY, "Owed on those visits in place of everything else."
    )
    visit_group: str | None = column(
        "Visit group", Kind.TEXT, "Rows with the same group count their visits together."
    )
    balance_bill: bool | None = column(
        "Balance bill",
        Kind.YES_NO,
        "no: the patient never owes what is billed above the allowed amount. Blank: yes.",
    )
    plan_pays_max_cents: int | None = column(
        "Plan pays at most $", Kind.MONEY, "The most the plan pays for this in a plan year."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow(Dated):
    """A payer's medical policy on one item."""

    policy_id: str | None = column("Policy ID", Kind.ID, "A name for the row, to refer to it.")
    payer_id: str = column(
        "Payer ID", Kind.ID, "The payer.", required=True, key=True, references="Payers"
    )
    plan_id: str = column(
        "Plan ID",
        Kind.ID,
        "The plan, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Plans",
    )
    item_id: str = column(
        "Item ID",
        Kind.ID,
        "The item the policy is on.",
        required=True,
        key=True,
        references="Items",
    )
    coverage: str = column(
        "Coverage",
        Kind.WORD,
        "What the policy says; silent where it says nothing.",
        required=True,
        words=("covered", "prior authorization", "not covered", "silent"),
    )
    minimum_age: int | None = column("Minimum age", Kind.COUNT, "Years.")
    failed_trials: int | None = column(
        "Failed trials", Kind.COUNT, "Antidepressants tried without success."
    )
    diagnoses: tuple[str, ...] | None = column(
        "Diagnoses", Kind.CODES, "ICD-10-CM beginnings, separated by , (F32.2, F33)."
    )
    other_criteria: str | None = column(
        "Other criteria", Kind.TEXT, "What else the payer asks, in words."
    )
    policy_number: str | None = column("Policy number", Kind.TEXT, "The payer's own number.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentRow(Sourced):
    """A treatment people compare, with what stands beside the money."""

    treatment_id: str = column(
        "Treatment ID", Kind.ID, "Short name of the treatment.", required=True, key=True
    )
    name: str = column("Treatment name", Kind.TEXT, "What patients read.", required=True)
    arm: str = column("Arm", Kind.WORD, "Its group.", required=True, words=ARMS)
    main_item: str | None = column(
        "Main item",
        Kind.ID,
        "The item that decides coverage; required unless Not priced because is given.",
        references="Items",
    )
    compared: bool = column(
        "Compared",
        Kind.YES_NO,
        "Whether it is compared when nobody asks for others.",
        required=True,
    )
    time_to_effect: str | None = column("Time to effect", Kind.TEXT, "When it may begin to work.")
    how_it_works: str | None = column("How it works", Kind.TEXT, "One neutral sentence.")
    side_effects: str | None = column("Common side effects", Kind.TEXT, "The common ones.")
    serious_side_effects: str | None = column(
        "Serious side effects", Kind.TEXT, "The serious ones, however rare."
    )
    monitoring: str | None = column("Monitoring", Kind.TEXT, "What is watched.")
    evidence: str | None = column(
        "Evidence and approval", Kind.TEXT, "What is known, and FDA approval."
    )
    not_priced_because: str | None = column(
        "Not priced because", Kind.TEXT, "Why no price can be given."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow(Sourced):
    """One step of a treatment's course: an item, how often and when."""

    treatment_id: str = column(
        "Treatment ID", Kind.ID, "The treatment.", required=True, key=True, references="Treatments"
    )
    step: int = column("Step", Kind.COUNT, "Orders the lines of one day.", required=True, key=True)
    phase: str = column(
        "Phase",
        Kind.WORD,
        "Part of the course.",
        required=True,
        words=("evaluation", "induction", "maintenance", "continuation", "follow-up"),
    )
    item_id: str = column("Item ID", Kind.ID, "What is given.", required=True, references="Items")
    quantity: Decimal = column(
        "Quantity", Kind.UNIT_PRICE, "How many units each time.", required=True
    )
    first_day: int = column(
        "First day", Kind.COUNT, "Days after the start; 0 is the start.", required=True
    )
    every_days: int | None = column(
        "Every (days)", Kind.COUNT, "Days between; required when a Times is over 1 or *."
    )
    times_low: int | str = column(
        "Times low",
        Kind.COUNT_OR_ANY,
        "How often, low; *: as often as the months hold.",
        required=True,
    )
    times_typical: int | str = column(
        "Times typical", Kind.COUNT_OR_ANY, "How often, typical.", required=True
    )
    times_high: int | str = column(
        "Times high", Kind.COUNT_OR_ANY, "How often, high.", required=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceRow(Dated):
    """A program that helps to pay."""

    program_id: str = column(
        "Program ID", Kind.ID, "Short name of the program.", required=True, key=True
    )
    name: str = column("Program name", Kind.TEXT, "What patients read.", required=True)
    treatment_id: str = column(
        "Treatment ID",
        Kind.ID,
        "The treatment, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Treatments",
    )
    item_id: str = column(
        "Item ID",
        Kind.ID,
        "The item, or *.",
        required=True,
        key=True,
        any_allowed=True,
        references="Items",
    )
    applies_to: str = column(
        "Applies to",
        Kind.WORD,
        "Whom it helps.",
        required=True,
        words=("self-pay", "insured"),
    )
    payer_types: tuple[str, ...] | None = column(
        "Payer types",
        Kind.WORDS,
        "Insured programs only: payer types it goes with, separated by ;. Blank: any.",
        words=PAYER_TYPES,
    )
    kind: str = column(
        "Kind",
        Kind.WORD,
        "Self-pay programs: percent off, or price per unit. Insured ones: patient pays at least.",
        required=True,
        words=("percent off", "price per unit", "patient pays at least"),
    )
    value: Decimal = column("Value", Kind.UNIT_PRICE, "Percent or dollars, by Kind.", required=True)
    annual_max_cents: int | None = column(
        "Maximum per year $", Kind.MONEY, "The most the program gives in a calendar year."
    )
    income_limit_percent: Decimal | None = column(
        "Income limit % FPL",
        Kind.NUMBER,
        "Highest income, in percent of the federal poverty level.",
    )
    counts_to_limits: bool | None = column(
        "Counts to limits", Kind.YES_NO, "Whether what it pays counts to deductible and maximum."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRow(Dated):
    """A plan that pays what another leaves (Medigap)."""

    plan_id: str = column(
        "Plan ID", Kind.ID, "The supplement plan.", required=True, key=True, references="Plans"
    )
    covers_deductible: Decimal = column(
        "Covers deductible %", Kind.PERCENT, "Share of the deductible it pays.", required=True
    )
    covers_copay: Decimal = column(
        "Covers copay %", Kind.PERCENT, "Share of copays it pays.", required=True
    )
    covers_coinsurance: Decimal = column(
        "Covers coinsurance %", Kind.PERCENT, "Share of coinsurance it pays.", required=True
    )
    covers_balance_bill: Decimal = column(
        "Covers balance bill %", Kind.PERCENT, "Share of a balance bill it pays.", required=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRow(Row):
    """A text that patients read, in Spanish."""

    english: str = column(
        "English", Kind.TEXT, "The text as it stands in the workbook.", required=True, key=True
    )
    spanish: str = column("Spanish", Kind.TEXT, "Its Spanish.", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow(Dated):
    """A published number, such as a federal maximum."""

    parameter: str = column("Parameter", Kind.TEXT, "Its name.", required=True, key=True)
    value: Decimal = column("Value", Kind.UNIT_PRICE, "The number.", required=True)
    unit: str = column(
        "Unit", Kind.WORD, "What it counts.", required=True, words=("$", "%", "count")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow(Sourced):
    """An estimate with the answer it must give, worked out by a person."""

    test_id: str = column("Test ID", Kind.ID, "Short name of the test.", required=True, key=True)
    checks: str = column("What it checks", Kind.TEXT, "In one sentence.", required=True)
    clinic_id: str = column(
        "Clinic ID", Kind.ID, "The clinic.", required=True, references="Clinics"
    )
    plan_id: str | None = column(
        "Plan ID", Kind.ID, "The plan; blank: no insurance.", references="Plans"
    )
    treatment_id: str = column(
        "Treatment ID", Kind.ID, "The treatment.", required=True, references="Treatments"
    )
    route: str = column("Route", Kind.TEXT, "insured, self-pay, or a Program ID.", required=True)
    start_date: date = column("Start date", Kind.DATE, "First day of the course.", required=True)
    months: int = column("Months", Kind.COUNT, "1 to 36.", required=True)
    coverage: str | None = column("Coverage", Kind.WORD, "Blank: self.", words=("self", "family"))
    deductible_met_cents: int | None = column(
        "Deductible met $", Kind.MONEY, "Of the deductible that constrains the main item."
    )
    oop_met_cents: int | None = column(
        "Out-of-pocket met $", Kind.MONEY, "Of the maximum that constrains the main item."
    )
    prior_authorization: str | None = column(
        "Prior authorization",
        Kind.WORD,
        "Blank: unknown.",
        words=("approved", "denied", "unknown"),
    )
    expect_cents: int = column(
        "Expect patient pays $",
        Kind.MONEY,
        "The typical figure, worked out by a person.",
        required=True,
    )
