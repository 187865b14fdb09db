"""The columns of a file of patients: which of its own are taken for which of ours.

Names forgive case, spaces and signs, and a few other names are known. Nothing is guessed from
what stands below them, and what was taken for what is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from estimator.findings import Finding
from estimator.services.batches.names import MET_NAMES
from estimator.sheets import codes

REQUIRED = ("patient_ref",)
COLUMNS = (
    "patient_ref",
    "clinic_id",
    "plan_id",
    "coverage",
    "start_date",
    "months",
    "as_of",
    "age",
    "diagnosis",
    "failed_trials",
    "prior_authorization",
    "household_size",
    "annual_income",
    "treatments",
    *MET_NAMES,
)
"""The columns of the contract of estimates, "Doors"."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "patient_ref": ("patient", "patient_id", "patient_reference", "patient_number", "mrn", "ref"),
    "clinic_id": ("clinic", "site", "location", "clinic_name"),
    "plan_id": ("plan", "insurance_plan", "plan_name", "health_plan"),
    "coverage": ("coverage_type", "tier", "coverage_tier"),
    "start_date": ("start", "first_day", "date_of_start", "treatment_start"),
    "months": ("duration_months", "number_of_months", "months_of_treatment"),
    "as_of": ("as_of_date", "accumulators_as_of", "met_as_of"),
    "age": ("patient_age", "age_years"),
    "diagnosis": ("diagnosis_code", "icd_10", "icd10", "icd_10_cm", "dx"),
    "failed_trials": ("trials_failed", "failed_antidepressants"),
    "prior_authorization": ("prior_auth", "authorization", "pa", "pa_status"),
    "household_size": ("household", "people_in_household", "family_size"),
    "annual_income": ("income", "yearly_income", "household_income"),
    "treatments": ("treatment", "treatment_id", "treatment_ids"),
    "deductible_met": ("deductible_met_to_date", "ded_met", "individual_deductible_met"),
    "family_deductible_met": ("family_ded_met",),
    "oop_met": ("out_of_pocket_met", "oop_max_met", "oopm_met", "individual_oop_met"),
    "family_oop_met": ("family_out_of_pocket_met",),
}

_SIGNS = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """Return a name as it is compared.

    >>> folded(" Prior  Authorization* ")
    'prior_authorization'
    """
    return _SIGNS.sub("_", name.casefold()).strip("_")


_KNOWN = {folded(word): name for name in COLUMNS for word in (name, *SYNONYMS.get(name, ()))}
KNOWN_NAMES = tuple(name.replace("_", " ") for name in _KNOWN) + tuple(_KNOWN)


def is_known(name: str) -> bool:
    """Whether a name is one of ours, or taken for one."""
    return folded(name) in _KNOWN


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which of the file's columns are ours: the place of each by our name."""

    places: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The required columns that no column was taken for."""
        return tuple(name for name in REQUIRED if name not in self.places)


def map_columns(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> Mapped:
    """Return which columns are ours; *chosen* names the file's own for some of ours."""
    places: dict[str, int] = {}
    findings: list[Finding] = []
    wanted = {ours: theirs for ours, theirs in (chosen or {}).items() if ours in COLUMNS}
    for ours, theirs in wanted.items():
        if theirs in header:
            places[ours] = list(header).index(theirs)
    likest = _likest(header)
    for at, name in enumerate(header):
        ours = _KNOWN.get(folded(name), "")
        if not ours or ours in wanted or _likeness(name) < likest[ours]:
            continue
        if ours in places:
            findings.append(_twice(header[places[ours]], name, ours))
            continue
        places[ours] = at
        if name != ours:
            says = f"The column {name} was taken for {ours}."
            findings.append(codes.finding("column-taken", says))
    findings.extend(
        codes.finding("column-missing", f"No column is {name}, which is required.")
        for name in REQUIRED
        if name not in places
    )
    return Mapped(places, tuple(findings))


def _likeness(name: str) -> int:
    """Return how like a name is to ours: itself, but for case and signs, or another name."""
    return 2 if name in COLUMNS else int(folded(name) in COLUMNS)


def _likest(header: Sequence[str]) -> dict[str, int]:
    """Return for each of our names how like the likest of the file's is."""
    found: dict[str, int] = {}
    for name in header:
        ours = _KNOWN.get(folded(name), "")
        found[ours] = max(found.get(ours, 0), _likeness(name))
    return found


def _twice(one: str, other: str, ours: str) -> Finding:
    says = f"Two columns, {one} and {other}, are taken for {ours}."
    return codes.finding("column-twice", says)


STATUS, MESSAGE, BASELINE, RELEASE = "status", "message", "baseline", "release"
_SET_APART = "estimate "
"""What stands before a name of ours that the file has already."""
PER_TREATMENT = ("route", "coverage", "low", "typical", "high")


def result_names(header: Iterable[str], treatments: Iterable[str]) -> list[str]:
    """Return the names of our columns; the file's own of one name keeps it."""
    taken = set(header)
    names = [
        STATUS,
        MESSAGE,
        *(f"{treatment} {each}" for treatment in treatments for each in PER_TREATMENT),
        BASELINE,
        RELEASE,
    ]
    return [f"{_SET_APART}{name}" if name in taken else name for name in names]


def earlier_answers(header: Sequence[str]) -> list[int]:
    """Return the places of columns that an earlier answer of ours added, whole and in order."""
    names = [name.removeprefix(_SET_APART) for name in header]
    found: list[int] = []
    at = 0
    while at < len(names):
        many = _answer_at(names, at)
        found.extend(range(at, at + many))
        at += many or 1
    return found


def _answer_at(names: Sequence[str], at: int) -> int:
    """Return how many columns the answer has that begins at a place; none: 0."""
    if tuple(names[at : at + 2]) != (STATUS, MESSAGE):
        return 0
    end, step = at + 2, len(PER_TREATMENT)
    while end < len(names):
        treatment = names[end].removesuffix(f" {PER_TREATMENT[0]}")
        if names[end : end + step] != [f"{treatment} {each}" for each in PER_TREATMENT]:
            break
        end += step
    whole = end > at + 2 and tuple(names[end : end + 2]) == (BASELINE, RELEASE)
    return end + 2 - at if whole else 0
