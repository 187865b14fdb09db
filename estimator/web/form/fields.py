"""The fields of the form: what each is called, on the page and beside its finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field: its name in the posted form, its label, and a hint."""

    name: str
    label: str
    hint: str = ""


FIELDS = {
    field.name: field
    for field in (
        Field("clinic", "Clinic"),
        Field("plan", "Insurance plan", "Payer, plan name or a short name"),
        Field("plan_id", "Which plan"),
        Field("insurance", "Insurance"),
        Field("coverage", "Coverage"),
        Field("card_payer", "Payer", "For its policies and allowed amounts; leave it if unsure"),
        Field("card_network", "Is the clinic in network?"),
        Field("card_deductible", "Deductible (individual)", "0 if the plan has none"),
        Field("card_family_deductible", "Deductible (family)"),
        Field("card_oop_max", "Out-of-pocket maximum (individual)", "Blank counts as no maximum"),
        Field("card_family_oop_max", "Out-of-pocket maximum (family)"),
        Field("card_copay", "Specialist visit copay", "Leave blank if coinsurance applies"),
        Field("card_drug_copay", "Generic drug copay", "Leave blank if coinsurance applies"),
        Field(
            "card_coinsurance", "Coinsurance after deductible", "The patient's share, such as 20"
        ),
        Field("age", "Age", "Years"),
        Field("diagnosis", "Diagnosis", "ICD-10-CM, such as F33.2"),
        Field("failed_trials", "Failed trials", "Antidepressants tried without success"),
        Field("prior_authorization", "Prior authorization"),
        Field("household_size", "Household size", "People, with the patient"),
        Field("annual_income", "Household income a year", "Before taxes"),
        Field("start_date", "Start date", "MM/DD/YYYY"),
        Field("months", "Months", "1 to 36"),
        Field("second_plan", "Second plan", "Payer, plan name or a short name"),
        Field("second_plan_id", "Which second plan"),
        Field("second_coverage", "Coverage of the second plan"),
        Field("treatments", "Treatments"),
        Field("together_first", "Two together: first"),
        Field("together_second", "Two together: second"),
        Field("item", "Item"),
        Field("network", "Network"),
        Field("date", "Date of service", "MM/DD/YYYY"),
    )
}


def met_name(limit: Mapping[str, Any], who: str) -> str:
    """Return the name of the field for what is met of a limit.

    >>> met_name({"kind": "oop_max", "class": "all", "network": "in"}, "family")
    'met_oop_max_all_in_family'
    """
    return f"met_{limit['kind']}_{limit['class']}_{limit['network']}_{who}"
