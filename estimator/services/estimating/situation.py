"""A request as the rulebook sees it: its clinic, its plan, what is met, who else pays.

Everything a request names is looked up here once; what is not found becomes findings that
stop the estimate, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from estimator.engine.account import Account
from estimator.engine.adjudication import Cover, open_account
from estimator.engine.coordination import Supplement
from estimator.engine.plan import Accumulators, Benefit, LimitKey
from estimator.findings import Finding, did_you_mean
from estimator.rulebook import rows as r
from estimator.rulebook.columns import ANY
from estimator.rulebook.model import Rulebook
from estimator.services.estimating.insurers import CasePlan, Insurer, RulebookPlan, TypedPlan
from estimator.services.estimating.lines import PricedCourse, Setting, price_course, supplement_of
from estimator.services.estimating.notices import Notice, limit_words, of_notes, of_second
from estimator.services.intake.cases import method_findings, second_side
from estimator.services.intake.fields import DocumentRefused, read, refuse
from estimator.services.intake.plans import BY_RULE, AccumulatorDocument, read_met
from estimator.services.intake.requests import (
    JOIN,
    RequestDocument,
    SecondaryPlanDocument,
    TypedPlanDocument,
    read_request,
)

SupplementOn = Callable[[date], Supplement]
"""What a supplement pays of what another plan leaves, by date of service."""


@dataclass(frozen=True, slots=True)
class SecondPayer:
    """The second payer's plan, with its method, its cover and the account opened on it."""

    method: str
    insurer: Insurer
    cover: Cover
    opened: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A request with everything it names found in the rulebook."""

    request: RequestDocument
    rulebook: Rulebook
    clinic: r.ClinicRow
    insurance: str
    insurer: Insurer | None
    cover: Cover | None
    opened: Account | None
    """What is met of the plan, before any line; every run of lines begins from a copy."""
    second: SecondPayer | None
    supplement: SupplementOn | None
    start: date
    as_of: date
    treatments: tuple[str, ...]
    notices: tuple[Notice, ...]
    setting: Setting

    def course(self, treatment: str) -> PricedCourse:
        """Return the priced course; between plans of the rulebook it is priced once for all."""
        known = (None, self.insurer, self.second and self.second.insurer)
        if all(plan is None or isinstance(plan, RulebookPlan) for plan in known):
            return _course(self.setting, treatment)
        return price_course(self.setting, treatment)


@lru_cache(maxsize=768)
def _course(setting: Setting, treatment: str) -> PricedCourse:
    return price_course(setting, treatment)


@lru_cache(maxsize=512)
def rulebook_plan(rulebook: Rulebook, plan_id: str) -> RulebookPlan:
    """Return a plan of the rulebook, the same object every time."""
    return RulebookPlan(rulebook, rulebook.plans[plan_id])


def read_situation(document: Any, rulebook: Rulebook, today: date) -> Situation:
    """Return the situation of a document; raises ``DocumentRefused`` with every finding at once."""
    try:
        request = read_request(document)
    except DocumentRefused as refused:
        unknown = _also_unknown(document, refused.findings, rulebook, today)
        raise DocumentRefused([*refused.findings, *unknown]) from None
    return find_situation(request, rulebook, today)


def _also_unknown(
    document: Any, findings: Iterable[Finding], rulebook: Rulebook, today: date
) -> list[Finding]:
    """Return which names the rulebook does not have, in the fields with nothing else wrong."""
    wrong = {re.split(r"[.\[]", each.field)[0] for each in findings}
    if not isinstance(document, dict):
        return []
    try:
        rest = {name: value for name, value in document.items() if name not in wrong}
        find_situation(read(RequestDocument, rest), rulebook, today)
    except DocumentRefused as more:
        return [each for each in more.findings if each.code.startswith("unknown-")]
    return []


def find_situation(request: RequestDocument, rulebook: Rulebook, today: date) -> Situation:
    """Return the situation; raises ``DocumentRefused`` where it names what is not there."""
    finding = _Finding(request, rulebook, today)
    clinic = finding.clinic()
    treatments = finding.treatments()
    finding.check_names()
    insurer = finding.insurer()
    cover = finding.cover(insurer)
    second, supplement = finding.second(insurer)
    if finding.findings or clinic is None:
        raise DocumentRefused(finding.findings)
    second_insurer = second.insurer if second else None
    return Situation(
        request=request,
        rulebook=rulebook,
        clinic=clinic,
        insurance=_insurance(request),
        insurer=insurer,
        cover=cover,
        opened=finding.opened(cover),
        second=second,
        supplement=supplement,
        start=finding.start,
        as_of=finding.as_of,
        treatments=treatments,
        notices=tuple(finding.notices),
        setting=Setting(
            rulebook, clinic.clinic_id, insurer, second_insurer, finding.start, request.months
        ),
    )


def _insurance(request: RequestDocument) -> str:
    if request.plan_id is not None or request.plan is not None:
        return "plan"
    return request.insurance or "none"


class _Finding:
    """Looks up what a request names, collecting what is not there."""

    def __init__(self, request: RequestDocument, rulebook: Rulebook, today: date) -> None:
        self.request = request
        self.rulebook = rulebook
        self.start = request.start_date or today
        self.as_of = request.as_of or self.start
        self.findings: list[Finding] = []
        self.notices: list[Notice] = []

    def clinic(self) -> r.ClinicRow | None:
        """Return the clinic: the one named, or the rulebook's only one."""
        clinics, given = self.rulebook.clinics, self.request.clinic_id
        if given is None and len(clinics) == 1:
            return next(iter(clinics.values()))
        if given is None:
            self._refuse(
                "clinic_id",
                "required-missing",
                "clinic_id is missing, and the rulebook has several clinics.",
                f"Give one of {', '.join(clinics)}.",
            )
            return None
        if given not in clinics:
            self._unknown("clinic_id", "clinic", given, clinics)
        return clinics.get(given)

    def treatments(self) -> tuple[str, ...]:
        """Return the treatments asked for, or those marked Compared."""
        known = self.rulebook.treatments
        given = self.request.treatments
        if given is None:
            return tuple(each.treatment_id for each in known.values() if each.compared)
        for index, treatment in enumerate(given):
            self.findings.extend(treatment_findings(known, f"treatments[{index}]", treatment))
        return tuple(dict.fromkeys(given))

    def check_names(self) -> None:
        """Look for the treatments and programs that answers of the request are about."""
        request, rulebook = self.request, self.rulebook
        given = request.patient.prior_authorization
        for treatment in () if isinstance(given, str) else given:
            if treatment not in rulebook.treatments:
                field = "patient.prior_authorization"
                self._unknown(field, "treatment", treatment, rulebook.treatments)
        for program in request.assistance_used:
            if program not in rulebook.programs:
                self._unknown("assistance_used", "program", program, rulebook.programs)

    def insurer(self) -> Insurer | None:
        """Return the patient's plan, of the rulebook or as typed."""
        request, plans = self.request, self.rulebook.plans
        if request.plan is not None:
            self.findings.extend(self._typed_plan_findings(request.plan))
            return TypedPlan(self.rulebook, request.plan)
        if request.plan_id is None:
            return None
        if request.plan_id not in plans:
            self._unknown("plan_id", "plan", request.plan_id, plans)
            return None
        self._look_at_notes(request.plan_id)
        return rulebook_plan(self.rulebook, request.plan_id)

    def _look_at_notes(self, plan_id: str) -> None:
        """Take up what the Notes of a plan, its limits and its supplement say of its figures."""
        rulebook, start = self.rulebook, self.start
        plan, supplement = rulebook.plans[plan_id], rulebook.supplement(plan_id, start)
        rows = [("Plans", plan.row, plan.note)]
        rows += [("Limits", row.row, row.note) for row in rulebook.limit_rows(plan_id, start)]
        rows += [("Supplements", supplement.row, supplement.note)] if supplement else []
        self.notices.extend(of_notes(rows))

    def _typed_plan_findings(self, plan: TypedPlanDocument) -> Iterator[Finding]:
        rulebook = self.rulebook
        categories = {item.category for item in rulebook.items.values()} | {ANY}
        if plan.payer_id is not None and plan.payer_id not in rulebook.payers:
            yield unknown_name("plan.payer_id", "payer", plan.payer_id, rulebook.payers)
        for index, each in enumerate(plan.benefits):
            field = f"plan.benefits[{index}]"
            if each.category is not None and each.category not in categories:
                yield unknown_name(f"{field}.category", "category", each.category, categories)
            if each.item_id is not None and each.item_id not in rulebook.items:
                yield unknown_name(f"{field}.item_id", "item", each.item_id, rulebook.items)
        if plan.payer_id is None:
            self.notices.append(Notice("payer-not-known"))

    def cover(self, insurer: Insurer | None) -> Cover | None:
        """Return the plan's limits with what is met of them."""
        if insurer is None:
            return None
        family = self.request.coverage == "family"
        met = self._met(insurer, self.request.accumulators, "accumulators")
        cover = Cover(year=insurer.year, limits=insurer.limits, family=family, met=met)
        self.notices.extend(_met_notices(cover, self.as_of))
        return cover

    def _met(self, insurer: Insurer, given: list[AccumulatorDocument], field: str) -> Accumulators:
        limits: dict[LimitKey, int] = {}
        for period in insurer.limits:
            months = period.limit.carryover_months
            limits[period.limit.key] = max(months, limits.get(period.limit.key, 0))
        names = any(each.kind in ("visits", "plan_paid") for each in given)
        benefits: dict[Hashable, Benefit] = insurer.benefit_names if names else {}
        met, findings = read_met(given, limits, benefits, BY_RULE, field)
        self.findings.extend(findings)
        return met

    def second(self, first: Insurer | None) -> tuple[SecondPayer | None, SupplementOn | None]:
        """Return the second payer, or the supplement that stands in its place."""
        given = self.request.secondary
        if given is None or first is None:
            return None, None
        if isinstance(given, SecondaryPlanDocument):
            return self._second_in_rulebook(given)
        self.findings.extend(method_findings(given))
        side = second_side(given)
        if side is None:
            terms = given.supplement()
            return None, lambda _day: terms
        self.findings.extend(side.findings)
        return self._second_payer(given.method, CasePlan(side), side.cover), None

    def _second_in_rulebook(
        self, given: SecondaryPlanDocument
    ) -> tuple[SecondPayer | None, SupplementOn | None]:
        rulebook, plan_id = self.rulebook, given.plan_id
        if plan_id not in rulebook.plans:
            self._unknown("secondary.plan_id", "plan", plan_id, rulebook.plans)
            return None, None
        self._look_at_notes(plan_id)
        is_supplement = plan_id in rulebook.supplement_plans
        method = given.method or ("supplement" if is_supplement else "standard")
        if method == "supplement":
            if is_supplement:
                return None, lambda day: supplement_of(rulebook.supplement(plan_id, day))
            self._refuse(
                "secondary.method",
                "not-a-supplement",
                f"{plan_id} has no row on Supplements.",
                "Choose another method, or add the row.",
            )
            return None, None
        insurer = rulebook_plan(rulebook, plan_id)
        met = self._met(insurer, given.accumulators, "secondary.accumulators")
        family = given.coverage == "family"
        cover = Cover(year=insurer.year, limits=insurer.limits, family=family, met=met)
        return self._second_payer(method, insurer, cover), None

    def _second_payer(self, method: str, insurer: Insurer, cover: Cover) -> SecondPayer:
        self.notices.extend(map(of_second, _met_notices(cover, self.as_of)))
        return SecondPayer(method, insurer, cover, open_account(cover, self.as_of))

    def opened(self, cover: Cover | None) -> Account | None:
        """Return the account of the patient's plan, with what programs have paid already."""
        used: dict[Hashable, int] = dict(self.request.assistance_used.items())
        return None if cover is None else open_account(cover, self.as_of, used)

    def _unknown(self, field: str, kind: str, seen: str, known: Iterable[str]) -> None:
        self.findings.append(unknown_name(field, kind, seen, known))

    def _refuse(self, field: str, code: str, message: str, advice: str) -> None:
        self.findings.append(refuse(field, code, message, advice))


def treatment_findings(
    known: Mapping[str, r.TreatmentRow], field: str, treatment: str
) -> Iterator[Finding]:
    """Yield what is wrong with the name of a treatment, or of two joined."""
    parts = treatment.split(JOIN)
    for part in parts:
        if part not in known:
            yield unknown_name(field, "treatment", part, known)
    if len(parts) > 2 or len(set(parts)) < len(parts):
        yield refuse(
            field,
            "combination-of-two",
            f"{field} joins other than two different treatments.",
            "Join two treatment IDs by +.",
        )


def unknown_name(field: str, kind: str, seen: str, known: Iterable[str]) -> Finding:
    """Return the finding that the rulebook has nothing of this name."""
    meant = did_you_mean(seen, known)
    return refuse(
        field,
        f"unknown-{kind}",
        f"{field} names a {kind} that the rulebook does not have.{meant}",
        f"Use the ID of a {kind} of the rulebook.",
    )


def _met_notices(cover: Cover, as_of: date) -> Iterator[Notice]:
    """Yield which limits nothing is counted as met of, and where more is given than the limit."""
    for period in cover.limits:
        limit = period.limit
        if not period.holds_on(as_of):
            continue
        words = limit_words(limit.key)
        given = cover.met.limits.get(limit.key)
        if given is None:
            if limit.individual or limit.family:
                yield Notice("nothing-met", words)
            continue
        over_individual = given.individual > limit.individual and not (
            cover.family and limit.aggregate
        )
        over_family = cover.family and limit.family is not None and given.family > limit.family
        if over_individual or over_family:
            yield Notice("more-met-than-limit", words)
