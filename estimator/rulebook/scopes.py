"""What a row is for, as a set: the cases its key covers, in every dimension of its ladder.

In each dimension a row stands at a path from "any" inwards: () is any plan, ("acme",) any of
Acme's, ("acme", "gold") one plan. A path that begins another holds it. From this follows
which of two rows is more specific, which cross, and what both cover.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from estimator.rulebook.columns import ANY
from estimator.rulebook.ladder import ONE_DAY, Span, spans
from estimator.rulebook.seen import Seen

Path = tuple[str, ...]
Scope = tuple[Path, ...]
"""One path for each rung of the ladder, the one that decides first in front."""

_BOTH_NETWORKS = ("in", "out")


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with the days on which it holds and the cases it covers."""

    span: Span[Any]
    scope: Scope

    @property
    def rank(self) -> tuple[int, ...]:
        """What the ladder compares: the more specific in the first dimension wins."""
        return tuple(len(path) for path in self.scope)


@dataclass(frozen=True, slots=True)
class Laddered:
    """A sheet with a ladder: what groups its rows, and their scope within the group."""

    sheet: str
    group: tuple[str, ...]
    scope: Callable[[Any, Mapping[str, str]], Scope]
    first: str
    """The field of the cell at which a row is named."""
    fields: tuple[tuple[str, ...], ...]
    """The key's columns along each path."""
    has_network: bool = False
    """Whether the last path is a network."""


def _any_or(value: str, wide: str = ANY) -> Path:
    return () if value == wide else (value,)


def _service(row: Any, categories: Mapping[str, str]) -> Path:
    """A category holds its items, so an item's path leads through it."""
    if row.item_id != ANY:
        return (categories.get(row.item_id, ""), row.item_id)
    return _any_or(row.category)


LADDERED = (
    Laddered(
        "Networks",
        ("payer_id",),
        lambda row, _: (_any_or(row.clinic_id), _any_or(row.plan_id)),
        "clinic_id",
        (("clinic_id",), ("plan_id",)),
    ),
    Laddered(
        "Prices",
        ("kind", "item_id"),
        lambda row, _: (
            _any_or(row.clinic_id),
            (*_any_or(row.payer_id), *_any_or(row.plan_id)),
            _any_or(row.network, "all"),
        ),
        "clinic_id",
        (("clinic_id",), ("payer_id", "plan_id"), ("network",)),
        has_network=True,
    ),
    Laddered(
        "Benefits",
        ("payer_id",),
        lambda row, categories: (
            _any_or(row.plan_id),
            _service(row, categories),
            _any_or(row.network, "all"),
        ),
        "plan_id",
        (("plan_id",), ("category", "item_id"), ("network",)),
        has_network=True,
    ),
    Laddered(
        "Assistance",
        ("program_id",),
        lambda row, _: (_any_or(row.treatment_id), _any_or(row.item_id)),
        "treatment_id",
        (("treatment_id",), ("item_id",)),
    ),
)


Group = Mapping[Scope, Sequence[Placed]]
"""The rows among which a ladder chooses, by what they cover."""


def groups(seen: Seen, laddered: Laddered) -> Iterator[Group]:
    """Return the rows of a sheet in the groups within which a ladder chooses."""
    categories = {row.item_id: row.category for row in seen.sheet("Items")}
    found: dict[tuple[Any, ...], dict[Scope, list[Any]]] = {}
    for row in seen.sheet(laddered.sheet):
        group = found.setdefault(tuple(getattr(row, name) for name in laddered.group), {})
        group.setdefault(laddered.scope(row, categories), []).append(row)
    for group in found.values():
        yield {scope: _placed(rows, scope) for scope, rows in group.items()}


def _placed(rows: Iterable[Any], scope: Scope) -> list[Placed]:
    return [Placed(span, scope) for span in spans(rows) if span.first <= span.last]


def meet(one: Scope, other: Scope) -> Scope:
    """Return what two scopes that share a case both cover."""
    return tuple(max(pair, key=len) for pair in zip(one, other, strict=True))


def key_of(laddered: Laddered, row: Any, scope: Scope) -> dict[str, str]:
    """Return the cells of a row for *scope*, in the group of *row*, that are not wide open."""
    cells = {name: str(getattr(row, name)) for name in laddered.group}
    for names, path in zip(laddered.fields, scope, strict=True):
        cells.update(zip(names, path, strict=False))
    if "item_id" in cells:  # a row for one item is for it whatever its category
        cells.pop("category", None)
    return cells


def around(scope: Scope) -> Iterator[Scope]:
    """Return every scope that holds *scope*, itself included."""
    return product(*([path[:end] for end in range(len(path) + 1)] for path in scope))


def split_networks(scope: Scope, laddered: Laddered) -> Iterator[Scope]:
    """Return a scope as one for each network, where it is for both."""
    if not laddered.has_network or scope[-1]:
        yield scope
        return
    for network in _BOTH_NETWORKS:
        yield (*scope[:-1], (network,))


def hold_throughout(held: Iterable[Span[Any]], first: date, last: date) -> bool:
    """Whether on every day from *first* to *last* one of the spans holds."""
    day = first
    for span in sorted(held, key=lambda each: each[:2]):
        if span.first > day:
            return False
        if span.last >= last:
            return True
        day = max(day, span.last + ONE_DAY)
    return False


def same_outcome(rows: Sequence[Any], fields: Iterable[str]) -> bool:
    """Whether the rows say the same, whatever they are for."""
    return all(getattr(rows[0], name) == getattr(row, name) for name in fields for row in rows)
