"""Every code that a document's findings can have, and how to mend it.

docs/findings.md is rendered from here; a finding with a code that is not here cannot be made.
"""

from __future__ import annotations

from estimator.findings import Severity
from estimator.sheets.codes import Code


def _stop(meaning: str, mend: str) -> Code:
    return Code(Severity.STOP, meaning, mend)


FIELD_CODES: dict[str, Code] = {
    "json-not-readable": _stop(
        "The document is not JSON in UTF-8, or a key stands twice in one object.",
        "Check quotes, commas and brackets at the place that is named.",
    ),
    "document-not-an-object": _stop(
        "The document is a list, a text or a number.", "Send one JSON object, in curly brackets."
    ),
    "unknown-key": _stop(
        "A key is not one that the document has.", "Remove it, or correct its name."
    ),
    "required-missing": _stop("A field that is needed is missing.", "Add it."),
    "not-in-list": _stop(
        "A word is not one of those that can stand there.", "Use one of the words that are named."
    ),
    "field-not-readable": _stop(
        "A field holds something else than it takes: a date, an amount, a number, a text.",
        "Correct it. Amounts and rates are text, such as 480.00 and 0.20.",
    ),
}

PLAN_CODES: dict[str, Code] = {
    "aggregate-without-family": _stop(
        "A family that meets one amount (aggregate) has no family amount.",
        "Give the family amount, or make it embedded.",
    ),
    "carryover-not-deductible": _stop(
        "A limit carries over that is no deductible.", "Leave carryover_months out."
    ),
    "limit-twice": _stop("Two limits have the same kind, class and network.", "Keep one of them."),
    "deductibles-cross": _stop(
        "Two deductibles constrain the same lines.",
        "Let one deductible constrain each class and network.",
    ),
    "benefit-twice": _stop(
        "Two benefits are for the same services and network.", "Keep one of them."
    ),
    "benefit-names-one": _stop(
        "A typed benefit names a category and an item, or neither.",
        "Give a category of Items, or one item_id.",
    ),
    "rule-id-twice": _stop(
        "Two typed benefits have one rule_id, so an accumulator could mean either.",
        "Give each benefit its own.",
    ),
    "accumulator-matches-nothing": _stop(
        "What is met, or used, belongs to no limit or benefit of the plan.",
        "Give kind, class and network as the plan's limit has them, or a rule_id it has.",
    ),
    "accumulator-twice": _stop(
        "What is met, or used, is given twice for one limit or benefit.", "Keep one of them."
    ),
    "limit-does-not-carry-over": _stop(
        "Something is given as carried over of a limit that carries nothing over.",
        "Leave the carry-over out.",
    ),
    "assistance-with-secondary": _stop(
        "A case has copay assistance beside a second payer.", "Leave one of them out."
    ),
    "supplement-with-plan": _stop(
        "A second payer that pays as a supplement has a plan.", "Leave the plan out."
    ),
}

REQUEST_CODES: dict[str, Code] = {
    "plan-twice": _stop(
        "Both plan_id and plan are given.",
        "Give the plan's ID, or the plan as typed from the card.",
    ),
    "plan-missing": _stop(
        "The patient is said to have a plan, but none is given.",
        "Give the plan, or say that there is none or that it is not known.",
    ),
    "plan-contradicts-insurance": _stop(
        "A plan is given, but insurance says none or unknown.", "Leave the plan out, or say plan."
    ),
    "plan-ambiguous": _stop("Several plans fit what was typed.", "Choose one of them."),
    "needs-a-plan": _stop(
        "What is met or a second payer is given, but no plan.", "Give the plan, or leave it out."
    ),
    "treatment-missing": _stop("No treatment is chosen.", "Choose at least one."),
    "combination-of-two": _stop(
        "A combination is not of two different treatments.", "Join two treatment IDs by +."
    ),
    "not-a-supplement": _stop(
        "The second plan is to pay as a supplement, but has no row on Supplements.",
        "Choose another method, or add the row.",
    ),
    "unknown-clinic": _stop("The rulebook has no clinic of this name.", "Use a clinic's ID."),
    "unknown-plan": _stop("The rulebook has no plan of this name.", "Use a plan's ID."),
    "unknown-payer": _stop("The rulebook has no payer of this name.", "Use a payer's ID."),
    "unknown-treatment": _stop(
        "The rulebook has no treatment of this name.", "Use a treatment's ID."
    ),
    "unknown-category": _stop(
        "No item of the rulebook has this category.", "Use a category of Items, or *."
    ),
    "unknown-item": _stop("The rulebook has no item of this name.", "Use an item's ID."),
    "unknown-program": _stop("The rulebook has no program of this name.", "Use a program's ID."),
}

DOCUMENT_CODES: dict[str, Code] = {**FIELD_CODES, **PLAN_CODES, **REQUEST_CODES}
