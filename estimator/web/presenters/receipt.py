"""The receipt of a route: line by line, who pays which cent, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from estimator.web.presenters import words
from estimator.web.presenters.names import Names, RuleShown

COLUMNS = (
    ("patient_pays", "Patient pays"),
    ("billed", "Billed"),
    ("allowed", "Allowed"),
    ("deductible", "Deductible"),
    ("copay", "Copay"),
    ("coinsurance", "Coinsurance"),
    ("over_benefit_maximum", "Over benefit maximum"),
    ("not_covered", "Not covered"),
    ("balance_bill", "Balance bill"),
    ("cash", "Cash"),
    ("plan_pays", "Plan pays"),
    ("secondary_pays", "Second plan pays"),
    ("assistance", "Assistance"),
)
RUNNING = (
    ("deductible_met", "Deductible met so far"),
    ("oop_met", "Out-of-pocket met so far"),
)
ALWAYS = frozenset({"billed", "patient_pays"})


class LineShown(NamedTuple):
    """One line: its cells in the order of the columns, its rule beneath."""

    day: str
    item: str
    code: str
    note: str
    cells: tuple[str, ...]
    rule: RuleShown | None
    source: int
    prices: str
    program: RuleShown | None
    second: RuleShown | None


class Receipt(NamedTuple):
    """A table of lines; columns in which every line has nothing are left out."""

    columns: tuple[str, ...]
    lines: tuple[LineShown, ...]
    sources: tuple[RuleShown, ...]


def receipt(lines: Iterable[dict[str, Any]], names: Names) -> Receipt:
    """Return the receipt of a route's lines."""
    lines = list(lines)
    keys = [key for key, _ in COLUMNS if key in ALWAYS or _tells(lines, key)]
    running = [key for key, _ in RUNNING if any(line.get(key) is not None for line in lines)]
    titles = dict((*COLUMNS, *RUNNING))
    sources: dict[RuleShown, int] = {}
    shown = tuple(_line(line, (*keys, *running), names, sources) for line in lines)
    return Receipt(tuple(titles[key] for key in (*keys, *running)), shown, tuple(sources))


def _prices(line: dict[str, Any]) -> str:
    """Return the rows that the line's amounts come from, its own rule aside.

    >>> _prices({"price_rules": [{"sheet": "Prices", "row": 8, "words": "charge"},
    ...                          {"sheet": "Prices", "row": 9, "words": "allowed"}]})
    'Prices row 8 (charge), 9 (allowed)'
    """
    rule = line.get("rule") or {}
    own = (rule.get("sheet"), rule.get("row"))
    rows = [each for each in line["price_rules"] if (each["sheet"], each["row"]) != own]
    told = ", ".join(f"{each['row']} ({each['words']})" for each in rows)
    return f"Prices row {told}" if told else ""


def _tells(lines: Iterable[dict[str, Any]], key: str) -> bool:
    return any(not words.is_zero(line.get(key, "0")) for line in lines)


def _line(
    line: dict[str, Any], keys: tuple[str, ...], names: Names, sources: dict[RuleShown, int]
) -> LineShown:
    rule = names.rule(line.get("rule"))
    number = sources.setdefault(rule, len(sources) + 1) if rule else 0
    quantity = line.get("quantity", "1")
    times = "" if quantity == "1" else f" × {quantity}"
    return LineShown(
        day=words.day(line["date"]),
        item=f"{line['description']}{times}",
        code=line.get("code") or "",
        note=words.REASONS.get(line.get("reason", ""), ""),
        cells=tuple(words.money(line.get(key)) for key in keys),
        rule=rule,
        source=number,
        prices=_prices(line),
        program=names.rule(line.get("program_rule")),
        second=names.rule(line.get("secondary_rule")),
    )
