"""Checks of ladders: rows that cross without a third to decide, and rows that never win."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, combinations, islice

from estimator.findings import Finding
from estimator.rulebook import scopes
from estimator.rulebook.columns import ANY
from estimator.rulebook.problems import finding
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.rulebook.scopes import LADDERED, Group, Laddered, Placed, Scope
from estimator.rulebook.seen import Seen, listed

MOST_CROSSINGS = 10_000
"""With more crossing pairs in one group, these are told, and that there are more."""

_NOT_OUTCOME = {
    "rule_id",
    "name",
    "effective_from",
    "effective_to",
    "source",
    "checked_on",
    "note",
}


def crossing_rows(seen: Seen) -> Iterator[Finding]:
    """Two rows that cross and differ have a third that decides what both cover."""
    for laddered in LADDERED:
        if seen.all_read(laddered.sheet, "Items"):
            for group in scopes.groups(seen, laddered):
                yield from _crossings(seen, laddered, group)


def rows_that_never_win(seen: Seen) -> Iterator[Finding]:
    """Every row is the most specific one for some case on some day."""
    for laddered in LADDERED:
        if laddered.has_network and seen.all_read(laddered.sheet, "Items"):
            for group in scopes.groups(seen, laddered):
                for row in chain.from_iterable(group.values()):
                    hiding = _hiding(seen, laddered, row, group)
                    if hiding:
                        yield _never_wins(seen, laddered, row, hiding)


def _crossings(seen: Seen, laddered: Laddered, group: Group) -> Iterator[Finding]:
    columns = SHEET_BY_NAME[laddered.sheet].columns
    outcome = [c.name for c in columns if not c.key and c.name not in _NOT_OUTCOME]
    found: dict[int, list[tuple[Placed, Placed]]] = defaultdict(list)
    crossing = _crossing_pairs(group)
    for one, other in islice(crossing, MOST_CROSSINGS):
        same = scopes.same_outcome((one.span.row, other.span.row), outcome)
        if not same and not _resolved(laddered, one, other, group):
            winner, loser = sorted((one, other), key=lambda each: each.rank, reverse=True)
            found[max(one.span.row.row, other.span.row.row)].append((winner, loser))
    cut = " Not all rows that cross are told here: there are too many." if any(crossing) else ""
    for row, pairs in found.items():
        told = _crossing(seen, laddered, row, pairs)
        yield replace(told, message=told.message + cut)


def _crossing_pairs(group: Group) -> Iterator[tuple[Placed, Placed]]:
    """Return the pairs that cross on some day.

    Rows of two ranks cross where each rank is the longer one somewhere; they share a case
    where their paths are the same as far as both go.
    """
    by_rank: dict[tuple[int, ...], list[Placed]] = defaultdict(list)
    for placed in chain.from_iterable(group.values()):
        by_rank[placed.rank].append(placed)
    for rank, other_rank in combinations(by_rank, 2):
        if {1, -1} <= {(a > b) - (a < b) for a, b in zip(rank, other_rank, strict=True)}:
            shared = tuple(map(min, rank, other_rank))
            others = defaultdict(list)
            for other in by_rank[other_rank]:
                others[_cut(other.scope, shared)].append(other)
            for one in by_rank[rank]:
                alike = others[_cut(one.scope, shared)]
                yield from ((one, other) for other in alike if _share_days(one, other))


def _cut(scope: Scope, lengths: tuple[int, ...]) -> Scope:
    return tuple(path[:length] for path, length in zip(scope, lengths, strict=True))


def _share_days(one: Placed, other: Placed) -> bool:
    return one.span.first <= other.span.last and other.span.first <= one.span.last


def _resolved(laddered: Laddered, one: Placed, other: Placed, group: Group) -> bool:
    """Whether on every day that both hold, rows for what both cover decide it."""
    both = scopes.meet(one.scope, other.scope)
    first = max(one.span.first, other.span.first)
    last = min(one.span.last, other.span.last)
    return all(
        scopes.hold_throughout(
            [p.span for scope in {both, case} for p in group.get(scope, ())], first, last
        )
        for case in scopes.split_networks(both, laddered)
    )


def _crossing(
    seen: Seen, laddered: Laddered, row: int, pairs: list[tuple[Placed, Placed]]
) -> Finding:
    winner, loser = pairs[0]
    used, other = winner.span.row, loser.span.row
    numbers = {placed.span.row.row for pair in pairs for placed in pair} - {row}
    both = scopes.key_of(laddered, used, scopes.meet(winner.scope, loser.scope))
    value = getattr(used if used.row == row else other, laddered.first)
    return finding(
        "crossing-rows",
        seen.place(laddered.sheet, row, laddered.first, value),
        f"crosses {_rows(numbers)}: rows {used.row} and {other.row} both cover "
        f"{' + '.join(both.values())}, and differ. Row {used.row} would be used.",
        f"Add a row with {_key(laddered, both)}, or accept that row {used.row} is used.",
        subject=f"Row {row} of {laddered.sheet}",
    )


def _hiding(seen: Seen, laddered: Laddered, row: Placed, group: Group) -> list[Placed]:
    """Return the rows that together win every case of *row*, or nothing where it wins one."""
    hiding: list[Placed] = []
    for case in _cases(seen, laddered, row.scope):
        over = [
            placed
            for scope in scopes.around(case)
            for placed in group.get(scope, ())
            if placed.rank > row.rank and _share_days(placed, row)
        ]
        if not scopes.hold_throughout([p.span for p in over], row.span.first, row.span.last):
            return []
        hiding += over
    return hiding


def _cases(seen: Seen, laddered: Laddered, scope: Scope) -> Iterator[Scope]:
    """Return the single cases of a scope: each item, each network."""
    inner = [scope]
    if laddered.sheet == "Benefits" and len(scope[1]) < 2:
        paths = [(item.category, item.item_id) for item in seen.sheet("Items")]
        inner = [(scope[0], p, scope[2]) for p in paths if p[: len(scope[1])] == scope[1]]
    for each in inner:
        yield from scopes.split_networks(each, laddered)


def _never_wins(seen: Seen, laddered: Laddered, row: Placed, hiding: list[Placed]) -> Finding:
    number = row.span.row.row
    value = getattr(row.span.row, laddered.first)
    return finding(
        "never-wins",
        seen.place(laddered.sheet, number, laddered.first, value),
        f"is never used: {_rows({p.span.row.row for p in hiding})} would win.",
        subject=f"Row {number} of {laddered.sheet}",
    )


def _rows(numbers: Iterable[int]) -> str:
    in_order = [str(number) for number in sorted(numbers)]
    return f"{'row' if len(in_order) == 1 else 'rows'} {listed(in_order)}"


def _key(laddered: Laddered, cells: Mapping[str, str]) -> str:
    """Return the key of a row to add, cell by cell: "Payer ID acme, Plan ID *, ..."."""
    key = SHEET_BY_NAME[laddered.sheet].key
    wide = {column.name: "all" if "all" in column.words else ANY for column in key}
    return ", ".join(f"{c.header} {cells.get(c.name, wide[c.name])}" for c in key)
