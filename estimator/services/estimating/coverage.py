"""Whether a plan covers an item on a date, as far as its policies and the patient's answers say.

Rule: the contract of estimates, "Computing", 4. The first status that holds wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from estimator.rulebook import rows as r
from estimator.services.estimating.insurers import Insurer, Rule, rule_of
from estimator.services.estimating.notices import Notice
from estimator.services.intake.requests import PatientDocument

REFUSING = frozenset({"not_covered", "denied", "criteria_not_met"})
"""Statuses under which a line is adjudicated as not covered."""
INSURED_CAN_BE_BEST = frozenset({"covered", "prior_authorization"})


class Criterion(NamedTuple):
    """One thing a policy asks, and whether the patient's answer meets it (``None``: unknown)."""

    criterion: str
    required: str
    given: str | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """A coverage status with the criteria and the rule it rests on.

    ``approved``: the plan has said yes, so nothing is assumed of the criteria.
    """

    status: str
    criteria: tuple[Criterion, ...] = ()
    rule: Rule | None = None
    approved: bool = False


COVERED = Coverage("covered")


def authorization(patient: PatientDocument, treatment_id: str) -> str:
    """Return what the request says of prior authorization for a treatment."""
    given = patient.prior_authorization
    return given if isinstance(given, str) else given.get(treatment_id, "unknown")


def coverage_of(
    policy: r.PolicyRow | None, patient: PatientDocument, treatment_id: str
) -> Coverage:
    """Return the coverage of an item whose payer must have a policy; no policy is silent."""
    says = "silent" if policy is None else policy.coverage
    criteria = () if policy is None else tuple(_criteria(policy, patient))
    rule = None if policy is None else rule_of("Policies", policy, policy.policy_id, says)
    authorized = authorization(patient, treatment_id)
    status = _status(says, criteria, authorized)
    approved = status == "covered" and says != "covered"
    return Coverage(status, criteria, rule, approved)


def benefit_refuses(
    insurer: Insurer, clinic_id: str, item: r.ItemRow, day: date
) -> tuple[bool, Rule | None]:
    """Return whether the plan has no benefit that covers the item, with the rule that says so."""
    network = "in"
    if item.setting == "clinic":
        network, _ = insurer.network(clinic_id, day)
    served = insurer.benefit(item, network, day)
    covered = served.benefit is not None and served.benefit.covered
    return not (item.billed_to_plan and covered), served.rule


def _status(says: str, criteria: tuple[Criterion, ...], authorized: str) -> str:
    if says == "not covered":
        return "not_covered"
    if says != "covered" and authorized in ("approved", "denied"):
        return "covered" if authorized == "approved" else "denied"
    if any(criterion.met is False for criterion in criteria):
        return "criteria_not_met"
    return {"silent": "unknown", "prior authorization": "prior_authorization"}.get(says, "covered")


def _criteria(policy: r.PolicyRow, patient: PatientDocument) -> Iterator[Criterion]:
    if policy.minimum_age is not None:
        yield _at_least("minimum_age", policy.minimum_age, patient.age)
    if policy.failed_trials is not None:
        yield _at_least("failed_trials", policy.failed_trials, patient.failed_trials)
    if policy.diagnoses:
        given = patient.diagnosis
        met = None if given is None else diagnosis_fits(given, policy.diagnoses)
        yield Criterion("diagnosis", ", ".join(policy.diagnoses), given, met)
    if policy.other_criteria:
        yield Criterion("other", policy.other_criteria, None, None)


def _at_least(name: str, required: int, given: int | None) -> Criterion:
    met = None if given is None else given >= required
    return Criterion(name, str(required), None if given is None else str(given), met)


def diagnosis_fits(given: str, prefixes: tuple[str, ...]) -> bool:
    """Compare ICD-10-CM codes without dots or case."""
    code = _bare(given)
    return any(code.startswith(_bare(prefix)) for prefix in prefixes)


def _bare(code: str) -> str:
    return code.replace(".", "").replace(" ", "").upper()


ASSUMES = {
    "prior_authorization": "prior-authorization-assumed",
    "unknown": "policy-silent",
}


def assumptions(coverage: Coverage, about: str) -> Iterator[Notice]:
    """Yield what an insured figure assumes of the coverage."""
    if coverage.status in ASSUMES:
        yield Notice(ASSUMES[coverage.status], about)
    open_criteria = any(criterion.met is None for criterion in coverage.criteria)
    settled = coverage.approved or coverage.status in REFUSING | {"unknown"}
    if open_criteria and not settled:
        yield Notice("criteria-not-answered", about)
