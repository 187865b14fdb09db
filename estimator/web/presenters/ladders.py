"""Ladders of the rules as the page shows them: the answer first, then rung by rung."""

from __future__ import annotations

from typing import NamedTuple

from estimator.services.explorer import Explanation, Ladder, Rung, Standing
from estimator.web.presenters import words
from estimator.web.presenters.names import RuleShown, rule_shown

STANDINGS = {
    Standing.WON: ("Answers", "yes"),
    Standing.ALSO: ("Holds too", "yes"),
    Standing.LESS_SPECIFIC: ("Less specific", "plain"),
    Standing.NOT_IN_FORCE: ("Not in force", "ask"),
    Standing.ABSENT: ("No such row", ""),
}
"""What became of a rung, in words, and the tone of its sign."""


class RungShown(NamedTuple):
    """One rung: its cells in the order of the ladder's headers."""

    standing: str
    tone: str
    row: str
    key: tuple[str, ...]
    holds: str
    says: str


class LadderShown(NamedTuple):
    """One question: who answers it, and every rung, by the columns in which rungs differ."""

    anchor: str
    question: str
    sheet: str
    headers: tuple[str, ...]
    shared: str
    """What every rung has in the other columns of the key."""
    answer: RuleShown | None
    otherwise: str
    rungs: tuple[RungShown, ...]


class Explained(NamedTuple):
    """An explanation: where and when, and its ladders."""

    day: str
    network: str
    remarks: tuple[str, ...]
    ladders: tuple[LadderShown, ...]


def explained(answer: Explanation) -> Explained:
    """Return an explanation as the page shows it."""
    return Explained(
        words.day(answer.asked.date),
        "in the network" if answer.network == "in" else "out of the network",
        answer.remarks,
        tuple(_ladder(place, each) for place, each in enumerate(answer.ladders, start=1)),
    )


def _ladder(place: int, ladder: Ladder) -> LadderShown:
    winner = ladder.winner
    first = ladder.rungs[0].key
    headers = tuple(name for name in first if len({each.key[name] for each in ladder.rungs}) > 1)
    return LadderShown(
        anchor=f"ladder-{place}",
        question=ladder.question[0].upper() + ladder.question[1:],
        sheet=ladder.sheet,
        headers=headers,
        shared=", ".join(f"{name} {first[name]}" for name in first if name not in headers),
        answer=_answer(ladder.sheet, winner) if winner else None,
        otherwise=ladder.otherwise,
        rungs=tuple(_rung(each, headers) for each in ladder.rungs),
    )


def _answer(sheet: str, rung: Rung) -> RuleShown:
    said = {name: value for name, value in (rung.says or {}).items() if not name.endswith(" ID")}
    shown = rule_shown(f"{sheet} row {rung.row}", _said(said), rung.source, rung.checked_on)
    return shown._replace(note=rung.note)


def _rung(rung: Rung, headers: tuple[str, ...]) -> RungShown:
    standing, tone = STANDINGS[rung.standing]
    row = str(rung.row) if rung.row else words.UNKNOWN
    key = tuple(rung.key[name] for name in headers)
    return RungShown(standing, tone, row, key, _holds(rung), _said(rung.says or {}))


def _holds(rung: Rung) -> str:
    if rung.holds is None:
        return ""
    first, last = rung.holds
    return f"{words.day(first)} to {words.day(last)}" if last else f"from {words.day(first)}"


def _said(says: dict[str, str]) -> str:
    return "; ".join(f"{header}: {value}" for header, value in says.items())
