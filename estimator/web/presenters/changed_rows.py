"""Changed rows as the page shows them: sheet by sheet, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

Document = dict[str, Any]
FEW_ROWS = 40
"""So many changed rows of a sheet are shown at once; more are folded."""


class RowShown(NamedTuple):
    """A changed row, with its cells: header, before, after."""

    anchor: str
    place: str
    change: str
    key: str
    cells: tuple[tuple[str, str, str], ...]


class SheetShown(NamedTuple):
    """The changed rows of a sheet."""

    name: str
    many: str
    rows: tuple[RowShown, ...]
    is_open: bool


def sheets(rows: Sequence[Document], everything: bool = False) -> Iterator[SheetShown]:
    """Yield the changed rows, sheet by sheet."""
    placed = enumerate(rows)
    for name, changes in groupby(placed, key=lambda each: each[1]["sheet"]):
        found = tuple(_row(place, change) for place, change in changes)
        many = f"{len(found)} row{'' if len(found) == 1 else 's'}"
        yield SheetShown(name, many, found, everything or len(found) <= FEW_ROWS)


def _row(place: int, change: Document) -> RowShown:
    blank = "blank" if change["change"] == "changed" else ""
    cells = tuple(
        (cell["header"], cell["before"] or blank, cell["after"] or blank)
        for cell in change["cells"]
    )
    return RowShown(anchor(place), place_of(change), change["change"], change["key"], cells)


def anchor(place: int) -> str:
    """Return where the page shows a changed row."""
    return f"row-{place}"


def place_of(change: Document) -> str:
    """Return a changed row's number, before and after."""
    before, after = change["row_before"], change["row_after"]
    if before is None or after is None or before == after:
        return f"row {after if after is not None else before}"
    return f"row {before}, now {after}"
