"""What an estimate says of itself: its assumptions, in words a biller understands.

Each is a finding with its own code; ``decide`` marks what can move dollars and what somebody
could find out. Repeats of one assumption are said once, for all the items it meets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from estimator.engine.plan import LimitKey
from estimator.findings import Finding, Severity
from estimator.rulebook.misstatements import Way, misstatement
from estimator.sheets.codes import Code


class Notice(NamedTuple):
    """One assumption about one thing (an item, a plan): the finding names all such things."""

    code: str
    about: str = ""


class _Wording(NamedTuple):
    severity: Severity
    message: str
    advice: str
    where: str


_S, _D, _N = Severity.STOP, Severity.DECIDE, Severity.NOTE

WORDINGS: dict[str, _Wording] = {
    "price-missing": _Wording(
        _S,
        "No price is known for {about}, so the treatment cannot be estimated.",
        "Add a charge, cash or allowed row to Prices for it.",
        "Prices",
    ),
    "not-priced": _Wording(_S, "No price is given for {about}", "", "Treatments"),
    "no-course": _Wording(
        _S,
        "The rulebook has no course for {about}, so it cannot be estimated.",
        "Add its steps to Courses.",
        "Courses",
    ),
    "no-charge": _Wording(
        _N,
        "No charge is known for {about}; the higher of cash and allowed price is used.",
        "Add a charge row to Prices.",
        "Prices",
    ),
    "no-cash-price": _Wording(
        _D,
        "No cash price is known for {about}; the charge is used.",
        "Add a cash row to Prices.",
        "Prices",
    ),
    "no-allowed-in-network": _Wording(
        _D,
        "What the plan allows for {about} is not known; the charge is used.",
        "Add an allowed row to Prices, or ask the plan.",
        "Prices",
    ),
    "no-allowed-out-of-network": _Wording(
        _D,
        "What the plan allows out of network for {about} is not known; the plan is counted as "
        "paying nothing.",
        "Ask the plan for its out-of-network allowed amount and add it to Prices.",
        "Prices",
    ),
    "network-not-known": _Wording(
        _D,
        "No row says whether the clinic is in the network of {about}; out of network is assumed.",
        "Add a row to Networks, or ask the plan.",
        "Networks",
    ),
    "course-ends-early": _Wording(
        _N,
        "The course of {about} ends before the months asked for do; nothing is counted after it.",
        "",
        "Courses",
    ),
    "item-dropped": _Wording(
        _N,
        "{about} is counted once on a day when both treatments have it.",
        "",
        "Courses",
    ),
    "nothing-met": _Wording(
        _D,
        "Nothing is counted as met of {about} this plan year.",
        "Ask the plan, or read the patient's portal, and type what is met.",
        "accumulators",
    ),
    "nothing-used": _Wording(
        _D,
        "The plan limits the visits, or what it pays, for {about}; nothing of that is counted as "
        "used this plan year.",
        "Ask the plan, and type what is used.",
        "accumulators",
    ),
    "more-met-than-limit": _Wording(
        _D,
        "More is given as met than the limit is: {about}. The limit is counted as met.",
        "Check the amount, and that the plan is the right one.",
        "accumulators",
    ),
    "second-nothing-met": _Wording(
        _D,
        "Nothing is counted as met of {about} of the second plan this plan year.",
        "Ask the second plan, and type what is met.",
        "secondary.accumulators",
    ),
    "second-nothing-used": _Wording(
        _D,
        "The second plan limits the visits, or what it pays, for {about}; nothing of that is "
        "counted as used this plan year.",
        "Ask the second plan, and type what is used.",
        "secondary.accumulators",
    ),
    "second-more-met-than-limit": _Wording(
        _D,
        "More is given as met than the limit of the second plan is: {about}. The limit is counted "
        "as met.",
        "Check the amount, and that the second plan is the right one.",
        "secondary.accumulators",
    ),
    "prior-authorization-assumed": _Wording(
        _D,
        "The plan asks for prior authorization of {about}; it is assumed to be given.",
        "Request it, and estimate again with approved or denied.",
        "patient.prior_authorization",
    ),
    "criteria-not-answered": _Wording(
        _D,
        "The policy on {about} has criteria that are not answered; they are assumed to be met.",
        "Give age, diagnosis and failed trials, and check what else the policy asks.",
        "patient",
    ),
    "policy-silent": _Wording(
        _D,
        "No policy says whether the plan covers {about}; an insured figure holds only if it "
        "agrees.",
        "Call the plan before relying on it.",
        "Policies",
    ),
    "insurance-not-known": _Wording(
        _D,
        "The insurance is not known, so only prices without insurance are shown.",
        "For an insured figure, give the plan, or its deductible, out-of-pocket maximum, copays "
        "and coinsurance from the card or the plan's summary.",
        "insurance",
    ),
    "payer-not-known": _Wording(
        _D,
        "The payer of the typed plan is not given, so its policies and allowed amounts are not "
        "known.",
        "Choose the payer.",
        "plan.payer_id",
    ),
    "no-benefit": _Wording(
        _D,
        "No benefit of the plan is known for {about}; it is counted as not covered.",
        "Add a row to Benefits, or ask the plan.",
        "Benefits",
    ),
    "income-not-known": _Wording(
        _N,
        "Whether the income fits {about} is not known.",
        "Give household size and yearly income.",
        "patient.annual_income",
    ),
    "poverty-level-not-known": _Wording(
        _D,
        "Whether the income fits {about} is not known: the rulebook has no poverty level on the "
        "start date.",
        "Add fpl_first_person and fpl_each_further_person to Parameters.",
        "Parameters",
    ),
    "payer-type-not-known": _Wording(
        _N,
        "Whether the plan is of a kind that goes with {about} is not known.",
        "Choose the payer of the plan.",
        "plan.payer_id",
    ),
    "note-overstates": _Wording(
        _D,
        "What the patient pays may be overstated: the rulebook cannot say all that the plan does "
        "(see the note of {about}).",
        "Ask the plan, or type its own figures.",
        "Note",
    ),
    "note-understates": _Wording(
        _D,
        "What the patient pays may be understated: the rulebook cannot say all that the plan does "
        "(see the note of {about}).",
        "Ask the plan, or type its own figures.",
        "Note",
    ),
    "note-either-way": _Wording(
        _D,
        "What the patient pays may be over- or understated: the rulebook does not have all "
        "figures of the plan (see the note of {about}).",
        "Ask the plan, or type its own figures.",
        "Note",
    ),
    "limit-not-in-force": _Wording(
        _D,
        "What {about} is on some dates of the course is not known; there it limits nothing.",
        "Add rows to Limits for those dates.",
        "Limits",
    ),
    "carried-forward": _Wording(
        _N,
        "Dates of a later plan year are estimated by rows of an earlier one, which nobody has "
        "checked since: {about}.",
        "Read the plan's new documents. Add rows for the new year, or date these under Checked on.",
        "Checked on",
    ),
}
"""Every assumption an estimate can make, by code."""
ESTIMATE_CODES = {
    code: Code(wording.severity, wording.message.format(about="…"), wording.advice)
    for code, wording in WORDINGS.items()
}
"""The same without what each is about; docs/findings.md is rendered from here."""


_MISSTATED = {
    Way.OVER: "note-overstates",
    Way.UNDER: "note-understates",
    Way.EITHER: "note-either-way",
}


def of_notes(rows: Iterable[tuple[str, int, str | None]]) -> Iterator[Notice]:
    """Yield what the Notes of rows (sheet, row, Note) say of their figures."""
    for sheet, row, note in rows:
        way = misstatement(note)
        if way:
            yield Notice(_MISSTATED[way], f"{sheet} row {row}")


def findings(notices: Iterable[Notice]) -> tuple[Finding, ...]:
    """Return the notices as findings, those about one thing together, the gravest first."""
    grouped: dict[str, list[str]] = {}
    for notice in notices:
        about = grouped.setdefault(notice.code, [])
        if notice.about and notice.about not in about:
            about.append(notice.about)
    found = [_finding(code, about) for code, about in grouped.items()]
    return tuple(sorted(found, key=lambda finding: _GRAVITY[finding.severity]))


_GRAVITY = {Severity.STOP: 0, Severity.DECIDE: 1, Severity.NOTE: 2}


def _finding(code: str, about: list[str]) -> Finding:
    wording = WORDINGS[code]
    return Finding(
        severity=wording.severity,
        code=code,
        message=wording.message.format(about=_listed(about)),
        advice=wording.advice,
        field=wording.where,
    )


def of_second(notice: Notice) -> Notice:
    """Return a notice about what is met or used of the patient's plan, said of the second plan."""
    return notice._replace(code=f"second-{notice.code}")


def limit_words(key: LimitKey) -> str:
    """Return a limit as staff say it: "the deductible (medical, in network)"."""
    kind = {"deductible": "the deductible", "oop_max": "the out-of-pocket maximum"}[key.kind]
    details = []
    if key.class_ != "all":
        details.append(key.class_)
    if key.network != "all":
        details.append(f"{key.network} of network" if key.network == "out" else "in network")
    return f"{kind} ({', '.join(details)})" if details else kind


def _listed(names: list[str]) -> str:
    """Return names as one says them; within quotes where commas would run them together."""
    if len(names) <= 1:
        return "".join(names)
    if any(", " in name for name in names):
        names = [f"“{name}”" for name in names]
    return f"{', '.join(names[:-1])} and {names[-1]}"
