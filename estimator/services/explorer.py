"""Why a plan pays what it pays: each ladder rung by rung, the row that wins and those that do not.

The questions are those that an estimate asks, of the same rulebook, through the same keys.
explanation.py writes the answer down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from estimator.findings import Finding, did_you_mean
from estimator.rulebook import rows as r
from estimator.rulebook import rungs
from estimator.rulebook.columns import ANY
from estimator.rulebook.ladder import Span
from estimator.rulebook.model import LIMIT_KINDS, Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.rulebook.seen import show_whole
from estimator.services.intake.fields import Day, Document, DocumentRefused, Text, read, refuse

_ABOUT = ("effective_from", "effective_to", "source", "checked_on", "note")


class Standing(StrEnum):
    """What became of a rung."""

    WON = "won"
    ALSO = "holds too"
    """Of Limits: a second maximum that constrains the same lines."""
    LESS_SPECIFIC = "less specific"
    NOT_IN_FORCE = "not in force"
    ABSENT = "no row"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: the key that is asked for, and the row there is, if any."""

    standing: Standing
    key: dict[str, str]
    """By header."""
    row: int | None = None
    says: dict[str, str] | None = None
    """What the row says, by header."""
    holds: tuple[date, date | None] | None = None
    """First and last day; ``None``: without an end."""
    source: str = ""
    checked_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One question and its rungs, the most specific first."""

    sheet: str
    question: str
    rungs: tuple[Rung, ...]
    otherwise: str
    """What holds where no rung has a row in force."""

    @property
    def winner(self) -> Rung | None:
        """The rung that answers."""
        return next((rung for rung in self.rungs if rung.standing is Standing.WON), None)


class Question(Document):
    """What is asked about: IDs as they stand in the rulebook."""

    plan_id: Text
    item_id: Text
    date: Day
    network: Literal["in", "out"] | None = None
    """``None``: as Networks say for the clinic."""
    clinic_id: Text | None = None
    """``None``: the rulebook's only clinic, else any."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The ladders of one question, and what has to be known to read them."""

    asked: Question
    network: str
    """in or out: where the item counts as given."""
    remarks: tuple[str, ...]
    ladders: tuple[Ladder, ...]


def read_question(document: Any) -> Question:
    """Return *document* as a question; raises ``DocumentRefused`` with every finding at once."""
    return read(Question, document)


def explain(rulebook: Rulebook, asked: Question) -> Explanation:
    """Return the ladders that an estimate would ask; raises ``DocumentRefused``."""
    _refuse_unknown(rulebook, asked)
    plan, item = rulebook.plans[asked.plan_id], rulebook.items[asked.item_id]
    clinic = asked.clinic_id or _only(rulebook.clinics)
    network = _network(rulebook, plan, clinic, asked.date)
    where = asked.network or _where(item, network)
    found = [network] if item.billed_to_plan and item.setting == "clinic" else []
    found += _prices(rulebook, item, clinic, asked.date)
    if item.billed_to_plan:
        found += _insured(rulebook, plan, item, (clinic, where), asked.date)
    return Explanation(asked, where, tuple(_remarks(asked, item)), tuple(found))


def _refuse_unknown(rulebook: Rulebook, asked: Question) -> None:
    given: tuple[tuple[str, str | None, Iterable[str]], ...] = (
        ("plan", asked.plan_id, rulebook.plans),
        ("item", asked.item_id, rulebook.items),
        ("clinic", asked.clinic_id, rulebook.clinics),
    )
    unknown = [
        _unknown(name, value, known)
        for name, value, known in given
        if value is not None and value not in known
    ]
    if unknown:
        raise DocumentRefused(unknown)


def _unknown(name: str, value: str, known: Iterable[str]) -> Finding:
    says = f"The rulebook has no {name} {value}.{did_you_mean(value, known)}"
    return refuse(f"{name}_id", f"unknown-{name}", says)


def _only(clinics: Iterable[str]) -> str:
    names = list(clinics)
    return names[0] if len(names) == 1 else ANY


def _where(item: r.ItemRow, network: Ladder) -> str:
    """Return the network of an item: the clinic's for what is given there, else in."""
    if item.setting != "clinic":
        return "in"
    return (network.winner.says or {}).get("Network", "out") if network.winner else "out"


def _remarks(asked: Question, item: r.ItemRow) -> Iterator[str]:
    if not item.billed_to_plan:
        yield (
            f"{item.item_id} is a fee outside insurance (Items row {item.row}): no plan is asked, "
            "and the patient pays it all."
        )
    elif item.setting != "clinic" and asked.network is None:
        yield (
            f"The setting of {item.item_id} is {item.setting} (Items row {item.row}): it counts "
            "as in the network, whatever the clinic is."
        )


def _network(rulebook: Rulebook, plan: r.PlanRow, clinic: str, day: date) -> Ladder:
    keys = rungs.network(clinic, plan.payer_id, plan.plan_id)
    who = "any clinic" if clinic == ANY else clinic
    what = f"is {who} in the network of {plan.name}"
    return _ladder(rulebook, "Networks", what, keys, day, "Out of the network, with a notice.")


def _prices(rulebook: Rulebook, item: r.ItemRow, clinic: str, day: date) -> Iterator[Ladder]:
    for kind, what in (("charge", "what is billed for"), ("cash", "the price in cash of")):
        keys = rungs.price(kind, clinic, item.item_id)
        question, otherwise = f"{what} {item.item_id}", f"There is no {kind} price."
        yield _ladder(rulebook, "Prices", question, keys, day, otherwise)


def _insured(
    rulebook: Rulebook, plan: r.PlanRow, item: r.ItemRow, place: tuple[str, str], day: date
) -> Iterator[Ladder]:
    """Yield what a plan is asked: what it allows, leaves to the patient, limits and covers."""
    clinic, where = place
    keys = rungs.allowed(clinic, plan.payer_id, plan.plan_id, item.item_id, where)
    what = f"what {plan.name} allows for {item.item_id}, {_words(where)}"
    unknown = "The allowed amount is not known."
    yield _ladder(rulebook, "Prices", what, keys, day, unknown)
    keys = rungs.benefit(plan.payer_id, plan.plan_id, item, where)
    what = f"what the patient pays for {item.item_id}, {_words(where)}"
    unpaid = "The plan pays nothing; the patient pays it all."
    yield _ladder(rulebook, "Benefits", what, keys, day, unpaid)
    yield from _limits(rulebook, plan, item, where, day)
    if item.policy_of:
        keys = rungs.policy(plan.payer_id, plan.plan_id, item.policy_of)
        what = f"the policy of {plan.payer_id} on {item.policy_of}"
        silent = "The payer's policy is silent."
        yield _ladder(rulebook, "Policies", what, keys, day, silent)


def _limits(
    rulebook: Rulebook, plan: r.PlanRow, item: r.ItemRow, where: str, day: date
) -> Iterator[Ladder]:
    """Yield the limits of each kind; unlike rungs of a ladder, all that are in force constrain."""
    for kind in LIMIT_KINDS:
        keys = rungs.limit(plan.plan_id, kind, item.class_, where)
        what = f"the {kind} that {item.class_} lines meet, {_words(where)}"
        yield _ladder(rulebook, "Limits", what, keys, day, f"No {kind} constrains it.")


def _ladder(  # noqa: PLR0913, PLR0917 - what every ladder consists of
    rulebook: Rulebook,
    sheet: str,
    question: str,
    keys: rungs.Rungs,
    day: date,
    otherwise: str,
) -> Ladder:
    found: list[Rung] = []
    beside = Standing.ALSO if sheet == "Limits" else Standing.LESS_SPECIFIC
    for key in dict.fromkeys(keys):
        won = any(rung.standing is Standing.WON for rung in found)
        in_force = beside if won else Standing.WON
        found.append(_rung(sheet, key, rulebook.spans_of(sheet, key), day, in_force))
    return Ladder(sheet, question, tuple(found), otherwise)


def _rung(
    sheet: str, key: rungs.Key, held: Iterable[Span[Any]], day: date, in_force: Standing
) -> Rung:
    """Return a rung: its row in force, else the nearest one that is not, else none."""
    headers = [column.header for column in SHEET_BY_NAME[sheet].key]
    named = dict(zip(headers, key, strict=True))
    by_nearness = sorted(held, key=lambda span: _days_from(span, day))
    if not by_nearness:
        return Rung(Standing.ABSENT, named)
    span = by_nearness[0]
    return Rung(
        Standing.NOT_IN_FORCE if _days_from(span, day) else in_force,
        named,
        span.row.row,
        _says(sheet, span.row),
        (span.first, None if span.last == date.max else span.last),
        span.row.source,
        span.row.checked_on,
        span.row.note or "",
    )


def _days_from(span: Span[Any], day: date) -> int:
    """Return how many days *day* lies outside a span, 0 within it."""
    return max((span.first - day).days, (day - span.last).days, 0)


def _says(sheet: str, row: Any) -> dict[str, str]:
    values = {
        column.header: show_whole(column, getattr(row, column.name))
        for column in SHEET_BY_NAME[sheet].columns
        if not column.key and column.name not in _ABOUT
    }
    return {header: value for header, value in values.items() if value}


def _words(network: str) -> str:
    return "in the network" if network == "in" else "out of the network"
