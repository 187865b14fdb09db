"""Why a plan pays what it pays: each ladder rung by rung, the row that wins and those that do not.

The questions are those that an estimate asks, of the same rulebook, through the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from estimator.findings import Finding, Severity, did_you_mean
from estimator.rulebook import rows as r
from estimator.rulebook import rungs
from estimator.rulebook.columns import ANY
from estimator.rulebook.ladder import Span
from estimator.rulebook.model import Rulebook
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.rulebook.seen import show_whole
from estimator.services.intake.codes import DOCUMENT_CODES
from estimator.services.intake.fields import DocumentRefused

_ABOUT = ("effective_from", "effective_to", "source", "checked_on", "note")


class Standing(StrEnum):
    """What became of a rung."""

    WON = "won"
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


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: IDs as they stand in the rulebook."""

    plan_id: str
    item_id: str
    day: date
    network: str | None = None
    """in or out; ``None``: as Networks say for the clinic."""
    clinic_id: str | None = None
    """``None``: the rulebook's only clinic, else any."""


def explain(rulebook: Rulebook, asked: Question) -> tuple[Ladder, ...]:
    """Return the ladders of network, prices, benefit and policy; raises ``DocumentRefused``."""
    _refuse_unknown(rulebook, asked)
    plan, item = rulebook.plans[asked.plan_id], rulebook.items[asked.item_id]
    clinic = asked.clinic_id or _only(rulebook.clinics)
    found = [_network(rulebook, plan, clinic, asked.day)]
    where = asked.network or _where(item, found[0])
    found += _prices(rulebook, plan, item, (clinic, where), asked.day)
    keys = rungs.benefit(plan.payer_id, plan.plan_id, item, where)
    what = f"what the patient pays for {item.item_id}, {_words(where)}"
    unpaid = "The plan pays nothing; the patient pays it all."
    found.append(_ladder(rulebook, "Benefits", what, keys, asked.day, unpaid))
    return (*found, *_policy(rulebook, plan, item, asked.day))


def as_document(asked: Question, ladders: Iterable[Ladder]) -> dict[str, Any]:
    """Return an explanation as plain JSON."""
    return {
        "plan_id": asked.plan_id,
        "item_id": asked.item_id,
        "date": asked.day.isoformat(),
        "ladders": [
            {
                "sheet": ladder.sheet,
                "question": ladder.question,
                "winner": ladder.winner.row if ladder.winner else None,
                "otherwise": None if ladder.winner else ladder.otherwise,
                "rungs": [_rung_document(rung) for rung in ladder.rungs],
            }
            for ladder in ladders
        ],
    }


def as_text(asked: Question, ladders: Iterable[Ladder]) -> str:
    """Return an explanation to read: every rung on a line, the one that wins marked."""
    lines = [f"{asked.plan_id}, {asked.item_id}, on {asked.day}"]
    for ladder in ladders:
        lines += ["", f"{ladder.sheet}: {ladder.question}"]
        width = max(len(", ".join(rung.key.values())) for rung in ladder.rungs)
        lines += [_line(rung, width) for rung in ladder.rungs]
        if ladder.winner is None:
            lines.append(f"  {ladder.otherwise}")
        elif ladder.winner.source:
            lines.append(f"    Source: {ladder.winner.source}")
    return "\n".join(lines)


def _refuse_unknown(rulebook: Rulebook, asked: Question) -> None:
    given: tuple[tuple[str, str | None, Iterable[str]], ...] = (
        ("plan", asked.plan_id, rulebook.plans),
        ("item", asked.item_id, rulebook.items),
        ("clinic", asked.clinic_id, rulebook.clinics),
    )
    unknown = [
        Finding(
            severity=Severity.STOP,
            code=f"unknown-{name}",
            message=f"The rulebook has no {name} {value}.{did_you_mean(value, known)}",
            advice=DOCUMENT_CODES[f"unknown-{name}"].mend,
            field=f"{name}_id",
            shown=value,
        )
        for name, value, known in given
        if value is not None and value not in known
    ]
    if unknown:
        raise DocumentRefused(unknown)


def _only(clinics: Iterable[str]) -> str:
    names = list(clinics)
    return names[0] if len(names) == 1 else ANY


def _where(item: r.ItemRow, network: Ladder) -> str:
    """Return the network of an item: the clinic's for what is given there, else in."""
    if item.setting != "clinic":
        return "in"
    return (network.winner.says or {}).get("Network", "out") if network.winner else "out"


def _network(rulebook: Rulebook, plan: r.PlanRow, clinic: str, day: date) -> Ladder:
    keys = rungs.network(clinic, plan.payer_id, plan.plan_id)
    who = "any clinic" if clinic == ANY else clinic
    what = f"is {who} in the network of {plan.name}"
    return _ladder(rulebook, "Networks", what, keys, day, "Out of the network, with a notice.")


def _prices(
    rulebook: Rulebook, plan: r.PlanRow, item: r.ItemRow, place: tuple[str, str], day: date
) -> Iterator[Ladder]:
    clinic, where = place
    for kind, what in (("charge", "what is billed for"), ("cash", "the price in cash of")):
        keys = rungs.price(kind, clinic, item.item_id)
        question, otherwise = f"{what} {item.item_id}", f"There is no {kind} price."
        yield _ladder(rulebook, "Prices", question, keys, day, otherwise)
    if item.billed_to_plan:
        keys = rungs.allowed(clinic, plan.payer_id, plan.plan_id, item.item_id, where)
        question = f"what {plan.name} allows for {item.item_id}, {_words(where)}"
        yield _ladder(rulebook, "Prices", question, keys, day, "The allowed amount is not known.")


def _policy(rulebook: Rulebook, plan: r.PlanRow, item: r.ItemRow, day: date) -> Iterator[Ladder]:
    if item.policy_of:
        keys = rungs.policy(plan.payer_id, plan.plan_id, item.policy_of)
        what = f"the policy of {plan.payer_id} on {item.policy_of}"
        yield _ladder(rulebook, "Policies", what, keys, day, "The payer's policy is silent.")


def _ladder(  # noqa: PLR0913, PLR0917 - what every ladder consists of
    rulebook: Rulebook,
    sheet: str,
    question: str,
    keys: rungs.Rungs,
    day: date,
    otherwise: str,
) -> Ladder:
    found: list[Rung] = []
    for key in dict.fromkeys(keys):
        won = any(rung.standing is Standing.WON for rung in found)
        found.append(_rung(sheet, key, rulebook.spans_of(sheet, key), day, won=won))
    return Ladder(sheet, question, tuple(found), otherwise)


def _rung(sheet: str, key: rungs.Key, held: Iterable[Span[Any]], day: date, *, won: bool) -> Rung:
    """Return a rung: its row in force, else the nearest one that is not, else none."""
    headers = [column.header for column in SHEET_BY_NAME[sheet].key]
    named = dict(zip(headers, key, strict=True))
    in_order = sorted(held, key=lambda span: abs((span.first - day).days))
    if not in_order:
        return Rung(Standing.ABSENT, named)
    in_force = [span for span in in_order if span.first <= day <= span.last]
    span = in_force[0] if in_force else in_order[0]
    standing = Standing.LESS_SPECIFIC if won else Standing.WON
    last = None if span.last == date.max else span.last
    return Rung(
        standing if in_force else Standing.NOT_IN_FORCE,
        named,
        span.row.row,
        _says(sheet, span.row),
        (span.first, last),
        span.row.source,
    )


def _says(sheet: str, row: Any) -> dict[str, str]:
    values = {
        column.header: show_whole(column, getattr(row, column.name))
        for column in SHEET_BY_NAME[sheet].columns
        if not column.key and column.name not in _ABOUT
    }
    return {header: value for header, value in values.items() if value}


def _words(network: str) -> str:
    return "in the network" if network == "in" else "out of the network"


def _rung_document(rung: Rung) -> dict[str, Any]:
    first, last = rung.holds or (None, None)
    return {
        "standing": rung.standing.value,
        "key": rung.key,
        "row": rung.row,
        "says": rung.says,
        "effective_from": first.isoformat() if first else None,
        "effective_to": last.isoformat() if last else None,
        "source": rung.source,
    }


def _line(rung: Rung, width: int) -> str:
    mark = ">" if rung.standing is Standing.WON else " "
    row = f"row {rung.row}" if rung.row else "-"
    line = f"  {mark} {row:<9}{', '.join(rung.key.values()):<{width}}  {rung.standing.value}"
    if rung.holds and rung.standing is Standing.NOT_IN_FORCE:
        first, last = rung.holds
        line += f": {first} to {last}" if last else f" before {first}"
    if rung.standing is Standing.WON:
        said = (f"{header} {value}" for header, value in (rung.says or {}).items())
        line += "\n" + " " * 13 + "; ".join(said)
    return line
