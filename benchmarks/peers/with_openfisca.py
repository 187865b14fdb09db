"""The peers' rule in OpenFisca-Core, over all patients at once: the quicker of two ways counts.

``by_period`` is how its laws are written: each concept has one formula, a line of the course is a
day, and what was met comes from the day before. ``by_line`` is written out by a program: a formula
for each concept and line of this very course, which knows at that place whether the line is in
network and has a deductible, so that next to nothing but arithmetic is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from task import Answer, Line, Task, answer, networks

PERIOD = "2026"
FAMILY = 4
"""The place of the first limit's family amount among what was met."""

Formula = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Formulas:
    """The formulas of one line. ``before``: what was credited to each limit, by its variable."""

    task: Task
    at: int
    line: Line
    before: dict[int, str]
    opening: bool
    """Whether what was met at the start still counts: no plan year has begun since."""

    def room(self, limit: int) -> Formula:
        most, family_most = self.task["limits"][limit]

        def formula(patient: Any, period: Any) -> Any:
            one: Any = most
            all_: Any = family_most
            if self.opening:
                one = one - patient(f"met_{limit}", period)
                all_ = all_ - patient(f"met_{limit + FAMILY}", period)
            left = np.minimum(one, all_)
            if limit in self.before:
                left = left - patient(self.before[limit], period)
            return np.maximum(0, left)

        return formula

    def owed(self, patient: Any, period: Any) -> Any:
        amount = patient(f"allowed_{self.at}", period)
        if not self.line["applies"]:
            return amount * 0
        return np.minimum(amount, self.room(networks(self.line)[0])(patient, period))

    def deductible(self, patient: Any, period: Any) -> Any:
        left = patient(f"room_{self.at}", period)
        return np.minimum(patient(f"owed_{self.at}", period), left)

    def pays(self, patient: Any, period: Any) -> Any:
        owed = patient(f"owed_{self.at}", period)
        rest = patient(f"allowed_{self.at}", period) - owed
        copay = np.minimum(self.line["copay"], rest)
        coinsurance = ((rest - copay) * self.line["percent"] + 50) // 100
        deductible = patient(f"deductible_{self.at}", period)
        return np.minimum(deductible + copay + coinsurance, patient(f"room_{self.at}", period))

    def credited(self, limit: int, added: str) -> Formula:
        def formula(patient: Any, period: Any) -> Any:
            amount = patient(added, period)
            before = self.before.get(limit)
            return amount if before is None else patient(before, period) + amount

        return formula

    def all(self) -> dict[str, Formula | None]:
        d, m = networks(self.line)
        at = self.at
        return {
            f"allowed_{at}": None,
            f"room_{at}": self.room(m),
            f"owed_{at}": self.owed,
            f"deductible_{at}": self.deductible,
            f"pays_{at}": self.pays,
            f"credited_{d}_{at}": self.credited(d, f"deductible_{at}"),
            f"credited_{m}_{at}": self.credited(m, f"pays_{at}"),
        }


def by_line(task: Task) -> Answer:
    person = build_entity("person", "persons", "A patient", is_person=True)
    system = TaxBenefitSystem([person])
    formulas: dict[str, Formula | None] = {f"met_{limit}": None for limit in range(2 * FAMILY)}
    credited: dict[int, str] = {}
    opening = True
    for at, line in enumerate(task["lines"]):
        if line["new_year"]:
            credited, opening = {}, False
        formulas |= Formulas(task, at, line, dict(credited), opening).all()
        credited |= {limit: f"credited_{limit}_{at}" for limit in networks(line)}
    for name, formula in formulas.items():
        system.add_variable(_variable(name, person, formula))
    simulation = SimulationBuilder().build_default_simulation(system, len(task["allowed"][0]))
    given = {"allowed": task["allowed"], "met": [*task["met"], *task["family"]]}
    for name, many in given.items():
        for at, each in enumerate(many):
            simulation.set_input(f"{name}_{at}", PERIOD, np.array(each, dtype=np.int32))
    begin = time.perf_counter()
    pays = [simulation.calculate(f"pays_{at}", PERIOD) for at in range(len(task["lines"]))]
    return Answer(time.perf_counter() - begin, [each.tolist() for each in pays])


def by_period(task: Task) -> Answer:
    person = build_entity("person", "persons", "A patient", is_person=True)
    system = TaxBenefitSystem([person])
    names = ("allowed", "copay", "percent", "applies", "out", "new_year")
    formulas: dict[str, Formula | None] = dict.fromkeys(names)
    met = _Met(task)
    formulas |= {
        f"{word}met_{limit}": met.of(f"{word}met_{limit}", limit)
        for limit in range(FAMILY)
        for word in ("", "family_")
    }
    formulas |= {"room_0": met.room(0), "room_2": met.room(2)}
    formulas |= {"owed": _owed, "deductible": _deductible, "pays": _pays}
    for name, formula in formulas.items():
        system.add_variable(_variable(name, person, formula, DateUnit.DAY))
    many = len(task["allowed"][0])
    simulation = SimulationBuilder().build_default_simulation(system, many)
    simulation.max_spiral_loops = 10
    days = [period(f"day:2026-01-{day:02}") for day in range(1, 32)]
    days += [period(f"day:2026-02-{day:02}") for day in range(1, 29)]
    days = days[: len(task["lines"]) + 1]
    for limit in range(FAMILY):
        for word, given in (("", "met"), ("family_", "family")):
            _give(simulation, f"{word}met_{limit}", days[0], task[given][limit])
    for day, line, allowed in zip(days[1:], task["lines"], task["allowed"], strict=True):
        for name in names[1:]:
            _give(simulation, name, day, [int(line[name])] * many)
        _give(simulation, "allowed", day, allowed)
    for name in ("pays", "deductible", "out"):
        _give(simulation, name, days[0], [0] * many)
    begin = time.perf_counter()
    pays = [simulation.calculate("pays", day) for day in days[1:]]
    return Answer(time.perf_counter() - begin, [each.tolist() for each in pays])


def _give(simulation: Any, name: str, day: Any, amounts: list[int]) -> None:
    simulation.set_input(name, day, np.array(amounts, dtype=np.int32))


@dataclass(frozen=True)
class _Met:
    """What is met of a limit on a day: what was the day before, and what that day's line added."""

    task: Task

    def of(self, name: str, limit: int) -> Formula:
        credited = "deductible" if limit < 2 else "pays"

        def formula(patient: Any, day: Any) -> Any:
            before = day.offset(-1)
            mine = patient("out", before) == limit % 2
            met = patient(name, before) + np.where(mine, patient(credited, before), 0)
            return np.where(patient("new_year", day), 0, met)

        return formula

    def room(self, limit: int) -> Formula:
        """Return the room in a deductible or a maximum, in network or out of it."""

        def formula(patient: Any, day: Any) -> Any:
            def left(place: int) -> Any:
                most, family_most = self.task["limits"][place]
                one = most - patient(f"met_{place}", day)
                return np.minimum(one, family_most - patient(f"family_met_{place}", day))

            return np.maximum(0, np.where(patient("out", day), left(limit + 1), left(limit)))

        return formula


def _owed(patient: Any, day: Any) -> Any:
    owed = np.minimum(patient("allowed", day), patient("room_0", day))
    return np.where(patient("applies", day), owed, 0)


def _deductible(patient: Any, day: Any) -> Any:
    return np.minimum(patient("owed", day), patient("room_2", day))


def _pays(patient: Any, day: Any) -> Any:
    rest = patient("allowed", day) - patient("owed", day)
    copay = np.minimum(patient("copay", day), rest)
    coinsurance = ((rest - copay) * patient("percent", day) + 50) // 100
    return np.minimum(patient("deductible", day) + copay + coinsurance, patient("room_2", day))


def _variable(
    name: str, person: Any, formula: Formula | None, unit: DateUnit = DateUnit.YEAR
) -> type[Variable]:
    about: dict[str, Any] = {
        "value_type": int,
        "entity": person,
        "definition_period": unit,
        "label": name,
    }
    if formula is not None:
        about["formula"] = lambda patient, period, _parameters: formula(patient, period)
    return type(name, (Variable,), about)


if __name__ == "__main__":
    answer({"by_line": by_line, "by_period": by_period})
