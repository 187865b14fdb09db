"""Which estimates a changed row can take part in: those alone have to be made again.

A row's key says for which clinics, plans and items it is; through the courses, for which
treatments. What is returned may be more than what changes, never less: tests hold it against
making every estimate anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from estimator.rulebook.columns import ANY
from estimator.rulebook.difference import Change, RowChange
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME


class Cell(NamedTuple):
    """What is estimated, whoever the patient is; without a plan there is no insurance."""

    clinic_id: str
    plan_id: str | None
    treatment_id: str


_ABOUT = frozenset({"source", "checked_on", "note"})
_IDLE: Mapping[str, frozenset[str]] = {
    "Payers": frozenset({"name", "aliases", "phone_or_portal"}),
    "Plans": frozenset({"name", "plan_type", "hsa_eligible", "aliases"}),
    "Items": frozenset({"description", "code", "code_type", "unit"}),
    "Benefits": frozenset({"rule_id"}),
    "Policies": frozenset({"policy_id", "other_criteria", "policy_number"}),
    "Treatments": frozenset(
        {
            *("name", "arm", "compared", "time_to_effect", "how_it_works", "side_effects"),
            *("serious_side_effects", "monitoring", "evidence"),
        }
    ),
    "Courses": frozenset({"phase"}),
    "Assistance": frozenset({"name"}),
}
"""Columns that change no dollar of the estimates compared here. Any other column may."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The cells of every combination of these."""

    clinics: Iterable[str]
    plans: Iterable[str | None]
    treatments: Iterable[str]

    def cells(self) -> Iterator[Cell]:
        """Yield the cells."""
        return (Cell(*each) for each in product(self.clinics, self.plans, self.treatments))


def _sets() -> dict[str, set[str]]:
    return defaultdict(set)


@dataclass(slots=True)
class World:
    """What there is in either of two rulebooks, and how it hangs together."""

    clinics: dict[str, None] = field(default_factory=dict)
    plans: dict[str | None, None] = field(default_factory=lambda: {None: None})
    treatments: dict[str, None] = field(default_factory=dict)
    payers: dict[str, set[str]] = field(default_factory=_sets)
    """The plans of a payer; the others name the treatments of an item, and so on."""
    items: dict[str, set[str]] = field(default_factory=_sets)
    categories: dict[str, set[str]] = field(default_factory=_sets)
    policies: dict[str, set[str]] = field(default_factory=_sets)
    programs: dict[str, set[str]] = field(default_factory=_sets)

    @classmethod
    def of(cls, *rulebooks: Rulebook) -> World:
        """Return the world of some rulebooks."""
        world = cls()
        for rulebook in rulebooks:
            world._take(rulebook)
        return world

    def _take(self, rulebook: Rulebook) -> None:
        self.clinics.update(dict.fromkeys(rulebook.clinics))
        self.plans.update(dict.fromkeys(rulebook.plans))
        self.treatments.update(dict.fromkeys(rulebook.treatments))
        for plan in rulebook.plans.values():
            self.payers[plan.payer_id].add(plan.plan_id)
        for treatment in rulebook.treatments.values():
            steps = rulebook.courses.get(treatment.treatment_id, ())
            for item_id in {*(step.item_id for step in steps), treatment.main_item}:
                self._take_item(rulebook, item_id or "", treatment.treatment_id)
        for program_id, rows in rulebook.programs.items():
            named = {row.treatment_id for row in rows}
            self.programs[program_id] |= set(self.treatments) if ANY in named else named

    def _take_item(self, rulebook: Rulebook, item_id: str, treatment_id: str) -> None:
        item = rulebook.items.get(item_id)
        if item is not None:
            self.items[item_id].add(treatment_id)
            self.categories[item.category].add(treatment_id)
            self.policies[item.policy_of or ""].add(treatment_id)

    def at(self, clinic_id: str) -> Iterable[str]:
        """Return the clinics that a row is for."""
        return self.clinics if clinic_id == ANY else (clinic_id,)

    def under(self, payer_id: str, plan_id: str) -> Iterable[str | None]:
        """Return the plans that a row is for."""
        if plan_id != ANY:
            return (plan_id,)
        return self.plans if payer_id == ANY else self.payers[payer_id]

    def reach(self, sheet: str, row: Any) -> Reach | None:
        """Return what a row of a sheet can take part in; ``None``: nothing that is estimated."""
        found = _REACH.get(sheet)
        return found(self, row) if found else None


def _of_plan(world: World, row: Any) -> Reach:
    return Reach(world.clinics, (row.plan_id,), world.treatments)


def _of_payer(world: World, row: Any) -> Reach:
    return Reach(world.clinics, world.payers[row.payer_id], world.treatments)


def _of_network(world: World, row: Any) -> Reach:
    plans = world.under(row.payer_id, row.plan_id)
    return Reach(world.at(row.clinic_id), plans, world.treatments)


def _of_item(world: World, row: Any) -> Reach:
    return Reach(world.clinics, world.plans, world.items[row.item_id])


def _of_price(world: World, row: Any) -> Reach:
    plans = world.under(row.payer_id, row.plan_id)
    return Reach(world.at(row.clinic_id), plans, world.items[row.item_id])


def _of_benefit(world: World, row: Any) -> Reach:
    treatments: Iterable[str] = world.treatments
    if row.item_id != ANY:
        treatments = world.items[row.item_id]
    elif row.category != ANY:
        treatments = world.categories[row.category]
    return Reach(world.clinics, world.under(row.payer_id, row.plan_id), treatments)


def _of_policy(world: World, row: Any) -> Reach:
    plans = world.under(row.payer_id, row.plan_id)
    return Reach(world.clinics, plans, world.policies[row.item_id])


def _of_treatment(world: World, row: Any) -> Reach:
    return Reach(world.clinics, world.plans, (row.treatment_id,))


def _of_program(world: World, row: Any) -> Reach:
    """Rows of one program share their terms, so that one changes the others."""
    return Reach(world.clinics, world.plans, world.programs[row.program_id])


_REACH: Mapping[str, Callable[[World, Any], Reach]] = {
    "Payers": _of_payer,
    "Plans": _of_plan,
    "Limits": _of_plan,
    "Networks": _of_network,
    "Items": _of_item,
    "Prices": _of_price,
    "Benefits": _of_benefit,
    "Policies": _of_policy,
    "Treatments": _of_treatment,
    "Courses": _of_treatment,
    "Assistance": _of_program,
}
"""The others take part in none: no second payer and no income is asked about here."""


def moves_dollars(change: RowChange) -> bool:
    """Whether anything changed that can change a dollar."""
    if change.change is not Change.CHANGED:
        return True
    names = {column.header: column.name for column in SHEET_BY_NAME[change.sheet].columns}
    changed = {names[cell.header] for cell in change.cells}
    return not changed <= _ABOUT | _IDLE.get(change.sheet, frozenset())
