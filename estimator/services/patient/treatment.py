"""One treatment as a patient reads it: what it costs, why, and what could lower that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from estimator.engine.comparison import ComparisonRow, Range
from estimator.services.estimating.answer import TreatmentAnswer
from estimator.services.estimating.coverage import Criterion
from estimator.services.estimating.routes import Route
from estimator.services.estimating.situation import Situation
from estimator.services.patient.advice import cheaper
from estimator.services.patient.dates import day
from estimator.services.patient.facts import FactShown, facts
from estimator.services.patient.scale import Bar, Scale
from estimator.services.patient.words import Said, Words, money, rounded

SPLIT = (
    "deductible",
    "copay",
    "coinsurance",
    "over_benefit_maximum",
    "not_covered",
    "balance_bill",
    "cash",
)
MET = {True: "criterion.met", False: "criterion.not_met", None: "criterion.open"}
PROGRAM = "assistance:"


class Beside(NamedTuple):
    """What a treatment is set beside: its row of the comparison, the baseline, the scale."""

    row: ComparisonRow | None
    baseline: str
    scale: Scale


class Pays(NamedTuple):
    """An amount in three scenarios, in words."""

    about: Said
    range: Said | None
    month: Said
    bar: Bar


class TreatmentShown(NamedTuple):
    """Everything the page says about one treatment."""

    treatment_id: str
    arm: str
    name: Said
    pays: Pays | None
    how: Said
    is_baseline: bool
    compared: Said | None
    income: Said | None
    why: tuple[Said, ...]
    agreed: Pays | None
    agreed_is_higher: bool
    criteria: tuple[tuple[Said, Said], ...]
    made_of: tuple[tuple[Said, str], ...]
    split: tuple[tuple[Said, str], ...]
    upfront: Said | None
    assumes: tuple[Said, ...]
    cheaper: tuple[Said, ...]
    not_estimated: Said | None
    facts: tuple[FactShown, ...]


def treatment_shown(
    each: TreatmentAnswer, situation: Situation, beside: Beside, words: Words
) -> TreatmentShown:
    """Return a treatment; without a best route it has no figure, and says why."""
    best = best_of(each)
    months = situation.request.months
    agreed = _agreed(each)
    is_baseline = beside.baseline == each.name
    return TreatmentShown(
        treatment_id=each.treatment,
        arm=each.rows[0].arm,
        name=words.workbook(each.name),
        pays=None if best is None else _pays(best.cost.patient_pays, months, beside, words),
        how=() if best is None else _how(best, situation, words),
        is_baseline=is_baseline,
        compared=_compared(is_baseline, beside, words),
        income=_income(beside.row, words),
        why=() if best is None else tuple(_why(each, best, situation, words)),
        agreed=None if agreed is None else _pays(agreed, months, beside, words),
        agreed_is_higher=_is_higher(agreed, best),
        criteria=tuple(_criterion(one, words) for one in each.coverage.criteria),
        made_of=() if best is None else tuple(_made_of(best, words)),
        split=() if best is None else tuple(_split(best, words)),
        upfront=None if best is None else _upfront(best, words),
        assumes=() if best is None else tuple(_assumes(each, best, words)),
        cheaper=tuple(cheaper(each, best, situation, words)),
        not_estimated=None if best is not None else _not_estimated(each, words),
        facts=facts([each], months, words),
    )


def best_of(each: TreatmentAnswer) -> Route | None:
    """Return the route behind a treatment's figure."""
    return next((route for route in each.routes if route.cost is each.best), None)


def _agreed(each: TreatmentAnswer) -> Range | None:
    """Return what it would be with insurance where only the plan can say whether it agrees."""
    if each.coverage.status != "unknown":
        return None
    insured = (route.cost.patient_pays for route in each.routes if route.cost.route == "insured")
    return next(insured, None)


def _is_higher(agreed: Range | None, best: Route | None) -> bool:
    """Whether a plan that agrees would leave more to pay than the figure above, as far as we know.

    So it is where nothing is known of what the plan pays.
    """
    return bool(agreed and best and agreed.typical > best.cost.patient_pays.typical)


def _pays(pays: Range, months: int, beside: Beside, words: Words) -> Pays:
    low, high = min(pays), max(pays)
    month = (pays.typical * 2 + months) // (2 * months)
    return Pays(
        about=words("answer.about", amount=money(pays.typical)),
        range=None if low == high else words("answer.range", low=money(low), high=money(high)),
        month=words("answer.month", amount=rounded(month)),
        bar=beside.scale.bar(pays),
    )


def _how(best: Route, situation: Situation, words: Words) -> Said:
    route = best.cost.route
    if route.startswith(PROGRAM):
        return words("route.program", program=program_name(route, situation, words))
    return words(f"route.{route}")


def program_name(route: str, situation: Situation, words: Words) -> Said:
    """Return what a program's route is called."""
    return words.workbook(situation.rulebook.programs[route.removeprefix(PROGRAM)][0].name)


def _compared(is_baseline: bool, beside: Beside, words: Words) -> Said | None:
    row = beside.row
    if row is None or row.difference is None or is_baseline:
        return None
    name = words.workbook(beside.baseline)
    if row.difference == 0:
        return words("answer.same", treatment=name)
    key = "answer.more" if row.difference > 0 else "answer.less"
    return words(key, amount=money(abs(row.difference)), treatment=name)


def _income(row: ComparisonRow | None, words: Words) -> Said | None:
    if row is None or row.share_of_income is None:
        return None
    tenths = (row.share_of_income + 5) // 10
    return words("answer.income", percent=f"{tenths // 10}.{tenths % 10}%")


def _why(each: TreatmentAnswer, best: Route, situation: Situation, words: Words) -> Iterator[Said]:
    status = each.coverage.status
    if situation.insurance == "unknown":
        status = "insurance_unknown"
    yield words(f"why.{status}")
    covered = status in ("covered", "prior_authorization")
    if covered and best.cost.route == "self_pay":
        yield words("why.cash_lower")
    if best.cost.route.startswith(PROGRAM):
        yield words("why.program_lower")
    yield from _new_years(best, situation, words)


def _new_years(best: Route, situation: Situation, words: Words) -> Iterator[Said]:
    """Yield when the deductible starts over, where it is paid in more than one plan year."""
    if situation.insurer is None:
        return
    year = situation.insurer.year
    paid = {year.start(each.line.date) for each in best.lines if each.amounts.deductible}
    for start in sorted(paid)[1:]:
        yield words("why.new_year", date=day(start, words.language))


def _criterion(each: Criterion, words: Words) -> tuple[Said, Said]:
    required = (
        words.workbook(each.required) if each.criterion == "other" else words.number(each.required)
    )
    return words(f"criterion.{each.criterion}", required=required), words(MET[each.met])


def _made_of(best: Route, words: Words) -> Iterator[tuple[Said, str]]:
    """Yield the items of the typical course: how often each, and what the patient pays for it."""
    times: dict[str, int] = {}
    paid: dict[str, int] = {}
    for each in best.lines:
        item = each.line.item.description
        times[item] = times.get(item, 0) + 1
        paid[item] = paid.get(item, 0) + each.amounts.patient_pays
    for item, count in times.items():
        amount = money(paid[item]) if paid[item] else words.plain("answer.nothing_extra")
        yield words("answer.times", count=count, item=words.workbook(item)), amount


def _split(best: Route, words: Words) -> Iterator[tuple[Said, str]]:
    """Yield the parts of what the patient pays; a single part would only repeat the sum."""
    sums = {part: sum(getattr(each.amounts, part) for each in best.lines) for part in SPLIT}
    parts = {part: cents for part, cents in sums.items() if cents}
    if best.cost.route != "self_pay" and not best.cost.route.startswith(PROGRAM):
        for part, cents in parts.items():
            yield words(f"split.{part}"), money(cents)


def _upfront(best: Route, words: Words) -> Said | None:
    back = best.reimbursed
    if not back:
        return None
    first = best.cost.patient_pays.typical + back
    return words("answer.upfront", upfront=money(first), reimbursed=money(back))


def _assumes(each: TreatmentAnswer, best: Route, words: Words) -> Iterator[Said]:
    notices = (*(each.course.notices if each.course else ()), *best.notices)
    for code in dict.fromkeys(notice.code for notice in notices):
        yield words(f"assume.{code}")


def _not_estimated(each: TreatmentAnswer, words: Words) -> Said:
    because = [row.not_priced_because for row in each.rows if row.not_priced_because]
    return words.workbook(because[0]) if because else words("answer.no_price")
