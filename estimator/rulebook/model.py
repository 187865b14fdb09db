"""A rulebook in memory: the rows of a workbook and the questions one asks of them.

It is built from typed rows, never changes, and knows which row answered. The keys that each
question asks for, from the most specific down, are written in rungs.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from estimator.engine.plan import Limit, LimitPeriod
from estimator.rulebook import rows as r
from estimator.rulebook import rungs
from estimator.rulebook.columns import ANY
from estimator.rulebook.ladder import Ladder, Span

T = TypeVar("T")

LIMIT_KINDS = {"deductible": "deductible", "out-of-pocket max": "oop_max"}
"""The engine's word for each kind of limit."""


class Rulebook:
    """The rows of one workbook, indexed."""

    def __init__(self, rows: Mapping[str, Sequence[r.Row]]) -> None:
        self.rows = rows
        self.clinics = {row.clinic_id: row for row in self._sheet("Clinics", r.ClinicRow)}
        self.payers = {row.payer_id: row for row in self._sheet("Payers", r.PayerRow)}
        self.plans = {row.plan_id: row for row in self._sheet("Plans", r.PlanRow)}
        self.items = {row.item_id: row for row in self._sheet("Items", r.ItemRow)}
        self.treatments = {
            row.treatment_id: row for row in self._sheet("Treatments", r.TreatmentRow)
        }
        self.courses = _by(self._sheet("Courses", r.CourseRow), lambda row: row.treatment_id)
        self.programs = _by(self._sheet("Assistance", r.AssistanceRow), lambda row: row.program_id)
        self.spanish = {row.english: row.spanish for row in self._sheet("Words", r.WordRow)}
        self.tests = self._sheet("Tests", r.TestRow)
        self._limit_rows = Ladder(self._sheet("Limits", r.LimitRow), _limit_key)
        self._limits = _by(self._limit_rows, lambda span: span.row.plan_id)
        self._networks = Ladder(
            self._sheet("Networks", r.NetworkRow),
            lambda row: (row.clinic_id, row.payer_id, row.plan_id),
        )
        self._prices = Ladder(self._sheet("Prices", r.PriceRow), _price_key)
        self._benefits = Ladder(self._sheet("Benefits", r.BenefitRow), benefit_key)
        self._policies = Ladder(
            self._sheet("Policies", r.PolicyRow),
            lambda row: (row.payer_id, row.plan_id, row.item_id),
        )
        self._assistance = Ladder(
            self._sheet("Assistance", r.AssistanceRow),
            lambda row: (row.program_id, row.treatment_id, row.item_id),
        )
        self._supplements = Ladder(
            self._sheet("Supplements", r.SupplementRow), lambda row: row.plan_id
        )
        self.supplement_plans = frozenset(
            row.plan_id for row in self._sheet("Supplements", r.SupplementRow)
        )
        self._parameters = Ladder(
            self._sheet("Parameters", r.ParameterRow), lambda row: row.parameter
        )

    def _sheet(self, name: str, _row_class: type[T]) -> tuple[T, ...]:
        return cast("tuple[T, ...]", tuple(self.rows.get(name, ())))

    def limits(self, plan_id: str) -> tuple[LimitPeriod, ...]:
        """Return the plan's limits with the days on which each is in force."""
        spans = self._limits.get(plan_id, ())
        return tuple(LimitPeriod(limit_of(row), first, last) for first, last, row in spans)

    def limit_rows(self, plan_id: str, day: date) -> list[r.LimitRow]:
        """Return the plan's rows of Limits that are in force on a day."""
        spans = self._limits.get(plan_id, ())
        return [span.row for span in spans if span.first <= day <= span.last]

    def network(
        self, clinic_id: str, payer_id: str, plan_id: str, day: date
    ) -> r.NetworkRow | None:
        """Return the row that says whether the clinic is in the network."""
        return self._networks.find(rungs.network(clinic_id, payer_id, plan_id), day)

    def price(self, kind: str, clinic_id: str, item_id: str, day: date) -> r.PriceRow | None:
        """Return the charge or cash row of an item."""
        return self._prices.find(rungs.price(kind, clinic_id, item_id), day)

    def allowed(  # noqa: PLR0913, PLR0917 - one for each column of the ladder
        self, clinic_id: str, payer_id: str, plan_id: str, item_id: str, network: str, day: date
    ) -> r.PriceRow | None:
        """Return the row of what a plan recognises for an item."""
        return self._prices.find(rungs.allowed(clinic_id, payer_id, plan_id, item_id, network), day)

    def benefit(
        self, payer_id: str, plan_id: str, item: r.ItemRow, network: str, day: date
    ) -> r.BenefitRow | None:
        """Return the row of what a plan leaves the patient to pay for an item."""
        return self._benefits.find(rungs.benefit(payer_id, plan_id, item, network), day)

    def policy(self, payer_id: str, plan_id: str, item_id: str, day: date) -> r.PolicyRow | None:
        """Return the payer's policy on an item."""
        return self._policies.find(rungs.policy(payer_id, plan_id, item_id), day)

    def assistance(
        self, program_id: str, treatment_id: str, item_id: str, day: date
    ) -> r.AssistanceRow | None:
        """Return a program's row for an item of a treatment."""
        return self._assistance.find(rungs.assistance(program_id, treatment_id, item_id), day)

    def spans_of(self, sheet: str, key: rungs.Key) -> Sequence[Span[Any]]:
        """Return the rows of one key of a sheet's ladder, with the days on which each holds."""
        ladders: dict[str, Ladder[Any]] = {
            "Limits": self._limit_rows,
            "Networks": self._networks,
            "Prices": self._prices,
            "Benefits": self._benefits,
            "Policies": self._policies,
            "Assistance": self._assistance,
        }
        return ladders[sheet].spans(key)

    def supplement(self, plan_id: str, day: date) -> r.SupplementRow | None:
        """Return what a supplement plan pays of what another leaves."""
        return self._supplements.find((plan_id,), day)

    def parameter(self, name: str, day: date) -> Decimal | None:
        """Return a published number on a day, ``None`` where the rulebook has none."""
        row = self.parameter_row(name, day)
        return None if row is None else row.value

    def parameter_row(self, name: str, day: date) -> r.ParameterRow | None:
        """Return the row that says a published number on a day."""
        return self._parameters.find((name,), day)

    def benefits_with_rule_id(self, payer_id: str, plan_id: str) -> dict[str, r.BenefitRow]:
        """Return the benefits a plan's accumulators may name, by rule ID."""
        return {
            row.rule_id: row
            for row in self._sheet("Benefits", r.BenefitRow)
            if row.rule_id and row.payer_id == payer_id and row.plan_id in (plan_id, ANY)
        }


def _by(rows: Iterable[T], key: Any) -> dict[str, tuple[T, ...]]:
    grouped: dict[str, list[T]] = {}
    for row in rows:
        grouped.setdefault(key(row), []).append(row)
    return {name: tuple(same) for name, same in grouped.items()}


def _price_key(row: r.PriceRow) -> tuple[str, ...]:
    return (row.kind, row.clinic_id, row.payer_id, row.plan_id, row.item_id, row.network)


def benefit_key(row: r.BenefitRow) -> tuple[str, ...]:
    """Return what names a benefit: rows of one key share copays, visits and maximum."""
    return (row.payer_id, row.plan_id, row.category, row.item_id, row.network)


def _limit_key(row: r.LimitRow) -> tuple[str, ...]:
    return (row.plan_id, row.kind, row.class_, row.network)


def limit_of(row: r.LimitRow) -> Limit:
    """Return a row of Limits as the engine's limit."""
    return Limit(
        kind=cast("Any", LIMIT_KINDS[row.kind]),
        class_=row.class_,
        network=row.network,
        credited_by=row.credited_by or row.network,
        individual=row.individual_cents,
        family=row.family_cents,
        aggregate=row.family_basis == "aggregate",
        carryover_months=row.carryover_months or 0,
    )
