"""The peers' rule in OpenFisca-Core: a formula for each line and amount met, over all patients."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
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


def openfisca(task: Task) -> Answer:
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


def _variable(name: str, person: Any, formula: Formula | None) -> type[Variable]:
    about: dict[str, Any] = {
        "value_type": int,
        "entity": person,
        "definition_period": DateUnit.YEAR,
        "label": name,
    }
    if formula is not None:
        about["formula"] = lambda patient, period, _parameters: formula(patient, period)
    return type(name, (Variable,), about)


if __name__ == "__main__":
    answer({"openfisca": openfisca})
