"""What could lower a cost, and what to ask a plan. Nothing here says which treatment to take."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.services.estimating.answer import Answer, TreatmentAnswer
from estimator.services.estimating.routes import Route
from estimator.services.estimating.situation import Situation
from estimator.services.patient.met import nothing_met
from estimator.services.patient.words import Said, Words, money

BY_STATUS = {
    "prior_authorization": "cheaper.authorize",
    "unknown": "cheaper.ask_plan",
    "criteria_not_met": "cheaper.criteria",
    "not_covered": "cheaper.exception",
    "denied": "cheaper.appeal",
}
ASKED_ARMS = ("ketamine", "esketamine")
"""What a plan has to be asked about."""


def cheaper(
    each: TreatmentAnswer, best: Route | None, situation: Situation, words: Words
) -> Iterator[Said]:
    """Yield what could bring the cost of a treatment down."""
    if best is None:
        return
    yield from _programs(each, best, situation, words)
    insured = situation.insurer is not None
    if insured and each.coverage.status in BY_STATUS:
        yield words(BY_STATUS[each.coverage.status])
    if _with_insurance(best, situation):
        yield from _with_plan(best, situation, words)
    elif _at_clinic(best):
        yield words("cheaper.discount")
    if not _at_clinic_only(best):
        yield words("cheaper.pharmacy")


def _programs(
    each: TreatmentAnswer, best: Route, situation: Situation, words: Words
) -> Iterator[Said]:
    for route in each.routes:
        lower = route.cost.patient_pays.typical < best.cost.patient_pays.typical
        doubts = {notice.code for notice in route.notices}
        if route.cost.route.startswith("assistance:") and lower and not route.cost.eligible:
            program = route.cost.route.partition(":")[2]
            name = words.workbook(situation.rulebook.programs[program][0].name)
            amount = money(route.cost.patient_pays.typical)
            if "income-not-known" in doubts:
                step = words("about.title")
                yield words("cheaper.program", program=name, amount=amount, step=step)
            else:
                yield words("cheaper.plan_program", program=name, amount=amount)


def _with_plan(best: Route, situation: Situation, words: Words) -> Iterator[Said]:
    if any(line.line.network == "out" for line in best.lines):
        yield words("cheaper.network")
    if nothing_met(situation, [each.line for each in best.lines]):
        yield words("cheaper.met", step=words("stand.title"))


def _with_insurance(best: Route, situation: Situation) -> bool:
    """Whether the plan pays its part: by itself, or beside a program."""
    _, _, program = best.cost.route.partition("assistance:")
    if program:
        return situation.rulebook.programs[program][0].applies_to == "insured"
    return best.cost.route == "insured"


def _at_clinic(best: Route) -> bool:
    return any(line.line.item.setting == "clinic" for line in best.lines)


def _at_clinic_only(best: Route) -> bool:
    return all(line.line.item.setting != "pharmacy" for line in best.lines)


def questions(answer: Answer, words: Words) -> Iterator[Said]:
    """Yield what to ask a plan; nobody without insurance has one to ask."""
    situation = answer.situation
    if situation.insurance == "none":
        return
    for each in answer.treatments:
        if each.rows[0].arm in ASKED_ARMS and each.course is not None:
            yield _covers(each, words)
    yield words("ask.authorization")
    yield words("ask.network", clinic=words.workbook(situation.clinic.name))
    yield words("ask.met")
    yield words("ask.allowed")
    yield words("ask.back")


def _covers(each: TreatmentAnswer, words: Words) -> Said:
    name = words.workbook(each.name)
    lines = each.course.lines["typical"] if each.course else ()
    billed = (line.item for line in lines if line.item.billed_to_plan)
    codes = dict.fromkeys(item.code for item in billed if item.code)
    if not codes:
        return words("ask.cover_no_codes", treatment=name)
    return words("ask.cover", treatment=name, codes=", ".join(codes))
