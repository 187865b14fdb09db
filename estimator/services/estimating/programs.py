"""Programs that help to pay: which fit a patient, and what they take off.

Rule: the contract of estimates, "Computing", 5, and the Assistance sheet of the rulebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from estimator.engine.coordination import Assistance
from estimator.engine.course import Scenario
from estimator.engine.money import round_to_cents
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.services.estimating.insurers import Insurer
from estimator.services.estimating.lines import PricedCourse, PricedLine, percent_of
from estimator.services.estimating.notices import Notice, of_notes
from estimator.services.estimating.situation import Situation

POVERTY_LEVEL = ("fpl_first_person", "fpl_each_further_person")
"""The parameters from which the poverty level of a household is worked out."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is offered; ``known_to_fit`` where nothing about it is assumed."""

    program_id: str
    name: str
    insured: bool
    annual_max: int | None
    known_to_fit: bool
    notices: tuple[Notice, ...] = ()


def offered(situation: Situation, course: PricedCourse) -> Iterator[Program]:
    """Yield the programs that fit a line and, as far as is known, the patient, by ID."""
    for program_id, rows in sorted(situation.rulebook.programs.items()):
        row = rows[0]  # rows of one program share what is asked here
        insured = row.applies_to == "insured"
        if insured and (situation.insurer is None or _has_second(situation)):
            continue
        used = [each for each in rows_for(situation, program_id, course, "typical") if each]
        doubts = _doubts(row, used, situation)
        if used and doubts is not None:
            notices = (
                *(Notice(code, row.name) for code in doubts),
                *of_notes(("Assistance", each.row, each.note) for each in dict.fromkeys(used)),
            )
            yield Program(program_id, row.name, insured, row.annual_max_cents, not doubts, notices)


def _doubts(
    row: r.AssistanceRow, used: Iterable[r.AssistanceRow], situation: Situation
) -> list[str] | None:
    """Return what is not known of a program's conditions; ``None`` where one does not fit."""
    doubts = []
    fits = _income_fits(row, situation)
    if fits is False:
        return None
    if fits is None:
        doubts.append(_income_doubt(situation))
    if any(payer_fits(each, situation.insurer) is None for each in used):
        doubts.append("payer-type-not-known")
    return doubts


def _income_doubt(situation: Situation) -> str:
    patient = situation.request.patient
    if patient.annual_income is None or patient.household_size is None:
        return "income-not-known"
    return "poverty-level-not-known"


def _has_second(situation: Situation) -> bool:
    return situation.second is not None or situation.supplement is not None


def payer_fits(row: r.AssistanceRow, insurer: Insurer | None) -> bool | None:
    """Payer types narrow insured programs only; ``None`` where the payer is not known."""
    if row.applies_to != "insured" or not row.payer_types or insurer is None:
        return True
    payer_type = insurer.payer_type
    return None if payer_type is None else payer_type in row.payer_types


def _income_fits(row: r.AssistanceRow, situation: Situation) -> bool | None:
    """Whether income in percent of the poverty level is at most the limit; ``None``: unknown."""
    if row.income_limit_percent is None:
        return True
    patient = situation.request.patient
    if patient.annual_income is None or patient.household_size is None:
        return None
    level = poverty_level(situation.rulebook, patient.household_size, situation.start)
    if level is None:
        return None
    return patient.annual_income <= row.income_limit_percent * level


def poverty_level(rulebook: Rulebook, household_size: int, day: date) -> Decimal | None:
    """Return the federal poverty level in dollars, ``None`` where the rulebook lacks it.

    Compared with cents, a percentage times it needs no further factor of 100.
    """
    first, further = (rulebook.parameter(name, day) for name in POVERTY_LEVEL)
    if first is None or further is None:
        return None
    return first + further * (household_size - 1)


def rows_for(
    situation: Situation, program_id: str, course: PricedCourse, scenario: Scenario
) -> tuple[r.AssistanceRow | None, ...]:
    """Return the program's row for each line of a scenario, the same for every patient.

    A row for payers of another type helps with nothing, and no other takes its place.
    """
    key = ("program", program_id, scenario)
    if key not in course.memo:
        found = (
            situation.rulebook.assistance(
                program_id, line.treatment_id, line.item.item_id, line.date
            )
            for line in course.lines[scenario]
        )
        course.memo[key] = tuple(
            None if row is None or payer_fits(row, situation.insurer) is False else row
            for row in found
        )
    rows: tuple[r.AssistanceRow | None, ...] = course.memo[key]
    return rows


def insured_terms(row: r.AssistanceRow, program: Program) -> Assistance:
    """Return what an insured program pays towards a line, as the engine's assistance."""
    return Assistance(
        pool=program.program_id,
        floor=round_to_cents(row.value),
        annual_max=program.annual_max,
        counts_toward_limits=row.counts_to_limits is not False,
    )


class Reductions:
    """What a self-pay program takes off line by line, up to its maximum per calendar year."""

    def __init__(self, situation: Situation, program: Program) -> None:
        self.program = program
        already = situation.request.assistance_used.get(program.program_id, 0)
        self.used: dict[int, int] = {situation.as_of.year: already}

    def off(self, line: PricedLine, row: r.AssistanceRow | None) -> int:
        """Return what the program's *row* takes off the line's cash price."""
        if row is None:
            return 0
        reduction = reduction_of(row, line)
        if self.program.annual_max is not None:
            left = self.program.annual_max - self.used.get(line.date.year, 0)
            reduction = min(reduction, max(left, 0))
        self.used[line.date.year] = self.used.get(line.date.year, 0) + reduction
        return reduction


def reduction_of(row: r.AssistanceRow, line: PricedLine) -> int:
    """Return what a row takes off a line's cash price, a yearly maximum aside."""
    return min(max(KINDS[row.kind](row, line), 0), line.cash)


def _percent_off(row: r.AssistanceRow, line: PricedLine) -> int:
    return percent_of(line.cash, row.value)


def _price_per_unit(row: r.AssistanceRow, line: PricedLine) -> int:
    return round_to_cents(Decimal(line.cash) / 100 - row.value * line.quantity)


KINDS: Mapping[str, Callable[[r.AssistanceRow, PricedLine], int]] = {
    "percent off": _percent_off,
    "price per unit": _price_per_unit,
}
"""How much of a cash price each kind of self-pay program takes off, in cents."""
