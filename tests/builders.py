"""Rows of small made-up rulebooks, by what a test cares about; the rest is filled in.

Money and percents are written as in the workbook: ``"12.50"``, ``20``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.engine.money import cents
from estimator.rulebook import rows as r
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEETS
from estimator.services.estimating import estimate

TODAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
SOURCE = "made up"
FIRST_ROW = 2
SHEET_OF = {sheet.row_class: sheet.name for sheet in SHEETS}


Rows = Any
"""A row, or rows in rows."""


def rulebook(*rows: Rows) -> Rulebook:
    """Return a rulebook of the rows, numbered in each sheet as given."""
    return Rulebook(sheets(*rows))


def sheets(*rows: Rows) -> dict[str, tuple[r.Row, ...]]:
    """Return the rows by sheet, numbered as given."""
    found: dict[str, list[r.Row]] = {sheet.name: [] for sheet in SHEETS}
    for row in _flat(rows):
        same = found[SHEET_OF[type(row)]]
        same.append(replace(row, row=len(same) + FIRST_ROW))
    return {name: tuple(same) for name, same in found.items()}


def _flat(rows: Rows) -> Iterator[r.Row]:
    if isinstance(rows, r.Row):
        yield rows
        return
    for each in rows:
        yield from _flat(each)


def _made(row_class: Any, given: dict[str, Any], **defaults: Any) -> Any:
    """Return a row; names with ``_cents`` take money as text, names without too."""
    values = {"row": FIRST_ROW, **_standard(row_class), **defaults}
    for name, value in given.items():
        values.update(_value(row_class, name, value))
    return row_class(**values)


def _standard(row_class: Any) -> dict[str, Any]:
    if issubclass(row_class, r.Dated):
        return {"effective_from": LONG_AGO, "source": SOURCE}
    return {"source": SOURCE} if issubclass(row_class, r.Sourced) else {}


def _value(row_class: Any, name: str, value: Any) -> dict[str, Any]:
    fields = row_class.__dataclass_fields__
    if f"{name}_cents" in fields:
        return {f"{name}_cents": None if value is None else cents(str(value))}
    if value is not None and "Decimal" in str(fields[name].type):
        return {name: Decimal(str(value))}
    if name in ("effective_from", "effective_to", "start_date") and isinstance(value, str):
        return {name: date.fromisoformat(value)}
    return {name: value}


def clinic(clinic_id: str = "main", **given: Any) -> r.ClinicRow:
    return _made(r.ClinicRow, given, clinic_id=clinic_id, name=f"Clinic {clinic_id}")


def payer(payer_id: str = "acme", payer_type: str = "commercial", **given: Any) -> r.PayerRow:
    names = {"payer_id": payer_id, "name": payer_id.title(), "payer_type": payer_type}
    return _made(r.PayerRow, given, **names)


def plan(plan_id: str = "gold", payer_id: str = "acme", **given: Any) -> r.PlanRow:
    names = {"plan_id": plan_id, "payer_id": payer_id, "name": plan_id.title()}
    return _made(r.PlanRow, given, **names, plan_type="PPO")


def limit(kind: str, individual: Any, plan_id: str = "gold", **given: Any) -> r.LimitRow:
    """A limit; *kind* is deductible or out-of-pocket max."""
    named = {"individual": individual, **given}
    scope = {"class_": "all", "network": "all"}
    return _made(r.LimitRow, named, plan_id=plan_id, kind=kind, **scope)


def deductible(individual: Any, plan_id: str = "gold", **given: Any) -> r.LimitRow:
    return limit("deductible", individual, plan_id, **given)


def oop_max(individual: Any, plan_id: str = "gold", **given: Any) -> r.LimitRow:
    return limit("out-of-pocket max", individual, plan_id, **given)


def network(
    network: str = "in", clinic_id: str = "*", plan_id: str = "*", **given: Any
) -> r.NetworkRow:
    names = {"clinic_id": clinic_id, "plan_id": plan_id, "network": network, "payer_id": "acme"}
    return _made(r.NetworkRow, given, **names)


def item(item_id: str, **given: Any) -> r.ItemRow:
    """An item; ``infusion``, ``pill``, ``fee`` and ``lab`` are what their names say."""
    kinds: dict[str, dict[str, Any]] = {
        "pill": {"category": "generic", "class_": "drug", "setting": "pharmacy"},
        "fee": {"billed_to_plan": False},
        "lab": {"setting": "elsewhere"},
    }
    usual = {"category": item_id, "class_": "medical", "setting": "clinic", "billed_to_plan": True}
    defaults = {**usual, **kinds.get(item_id, {}), "description": f"the {item_id}", "unit": "each"}
    return _made(r.ItemRow, given, item_id=item_id, **defaults)


def price(kind: str, item_id: str, amount: Any, **given: Any) -> r.PriceRow:
    scope = {"clinic_id": "*", "payer_id": "*", "plan_id": "*", "network": "all"}
    names = {"kind": kind, "item_id": item_id, "basis": "dollars", **scope}
    return _made(r.PriceRow, {"amount": amount, **given}, **names)


def charge(item_id: str, amount: Any, **given: Any) -> r.PriceRow:
    return price("charge", item_id, amount, **given)


def cash(item_id: str, amount: Any, **given: Any) -> r.PriceRow:
    return price("cash", item_id, amount, **given)


def allowed(item_id: str, amount: Any, **given: Any) -> r.PriceRow:
    return price("allowed", item_id, amount, **{"payer_id": "acme", **given})


def benefit(
    cost_share: str, category: str = "*", plan_id: str = "gold", **given: Any
) -> r.BenefitRow:
    scope = {"payer_id": "acme", "plan_id": plan_id, "item_id": "*", "network": "all"}
    return _made(r.BenefitRow, given, **scope, category=category, cost_share=cost_share)


def policy(coverage: str, item_id: str = "infusion", **given: Any) -> r.PolicyRow:
    names = {"payer_id": "acme", "plan_id": "*", "item_id": item_id, "coverage": coverage}
    return _made(r.PolicyRow, given, **names)


def treatment(
    treatment_id: str = "ketamine", main_item: str | None = "infusion", **given: Any
) -> r.TreatmentRow:
    """A treatment, compared unless said otherwise; its arm is ketamine, a pill's is ssri."""
    arm = "ssri" if main_item == "pill" else "ketamine"
    names = {"treatment_id": treatment_id, "name": treatment_id.title(), "main_item": main_item}
    return _made(r.TreatmentRow, given, **names, arm=arm, compared=True)


def course(
    treatment_id: str = "ketamine",
    item_id: str = "infusion",
    times: int | str = 1,
    *,
    every: int | None = None,
    low: int | str | None = None,
    high: int | str | None = None,
    **given: Any,
) -> r.CourseRow:
    times_by = {
        "times_low": times if low is None else low,
        "times_typical": times,
        "times_high": times if high is None else high,
    }
    usual = {"step": 1, "phase": "induction", "quantity": Decimal(1), "first_day": 0}
    names = {"treatment_id": treatment_id, "item_id": item_id, "every_days": every}
    return _made(r.CourseRow, given, **usual, **names, **times_by)


def program(
    program_id: str, kind: str, value: Any, treatment_id: str = "*", **given: Any
) -> r.AssistanceRow:
    """A program; insured where its kind is patient pays at least."""
    applies_to = "insured" if kind == "patient pays at least" else "self-pay"
    names = {"program_id": program_id, "name": f"Program {program_id}", "kind": kind}
    scope = {"treatment_id": treatment_id, "item_id": "*", "applies_to": applies_to}
    return _made(r.AssistanceRow, {"value": value, **given}, **names, **scope)


def supplement(plan_id: str, *percents: Any, **given: Any) -> r.SupplementRow:
    """A supplement: percents of deductible, copay, coinsurance and balance bill."""
    parts = ("covers_deductible", "covers_copay", "covers_coinsurance", "covers_balance_bill")
    named = dict(zip(parts, percents, strict=True))
    return _made(r.SupplementRow, {**named, **given}, plan_id=plan_id)


def parameter(name: str, value: Any, **given: Any) -> r.ParameterRow:
    return _made(r.ParameterRow, {"value": value, **given}, parameter=name, unit="$")


def words(english: str, spanish: str) -> r.WordRow:
    return _made(r.WordRow, {}, english=english, spanish=spanish)


def a_test(route: str, expect: Any, **given: Any) -> r.TestRow:
    """A row of Tests: one infusion course at the clinic from 2026-03-02, for a month."""
    usual = {"test_id": "t1", "checks": "what it costs", "clinic_id": "main", "months": 1}
    names = {"treatment_id": "ketamine", "route": route, "start_date": TODAY}
    return _made(r.TestRow, {"expect": expect, **given}, **usual, **names)


BASE = (clinic(), payer(), plan(), network(), item("infusion"), item("pill"), item("fee"))
"""One clinic in the network of one payer with one plan, and three items."""


def ask(rules: Rulebook, **request: Any) -> dict[str, Any]:
    """Return the estimate; the course starts on 2026-03-02 unless the request says otherwise."""
    return estimate(request, rules, today=TODAY)


def treated(answer: dict[str, Any], treatment_id: str = "ketamine") -> dict[str, Any]:
    """Return one treatment of an answer."""
    (found,) = [each for each in answer["treatments"] if each["treatment_id"] == treatment_id]
    return dict(found)


def routed(
    answer: dict[str, Any], route: str = "insured", treatment_id: str = "ketamine"
) -> dict[str, Any]:
    """Return one route of a treatment of an answer."""
    routes = treated(answer, treatment_id)["routes"]
    (found,) = [each for each in routes if each["route"] == route]
    return dict(found)


def pays(answer: dict[str, Any], route: str = "insured", treatment_id: str = "ketamine") -> str:
    """Return what the patient pays by a route: typical."""
    return str(routed(answer, route, treatment_id)["patient_pays"]["typical"])


def line_pays(
    answer: dict[str, Any], route: str = "insured", treatment_id: str = "ketamine"
) -> list[str]:
    """Return what the patient pays of each line of a route."""
    return [line["patient_pays"] for line in routed(answer, route, treatment_id)["lines"]]


def codes(part: dict[str, Any]) -> set[str]:
    """Return the codes of the findings of an answer, or of one treatment of it."""
    return {finding["code"] for finding in part["findings"]}
