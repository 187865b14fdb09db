"""What a Note says the workbook cannot say: that its row over- or understates what a patient pays.

What no column holds is left out, and its row's Note says which way the figure is then off. The
word is what counts: "overstates", "is understated", "may be over- or understated".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from estimator.findings import Finding
from estimator.rulebook.problems import finding, runs
from estimator.rulebook.schema import SHEETS
from estimator.rulebook.seen import Entry, Seen

_OVER = re.compile(r"\bover(?:state|- or understate)", re.IGNORECASE)
_UNDER = re.compile(r"\bunderstate", re.IGNORECASE)


class Way(StrEnum):
    """Which way a figure is off."""

    OVER = "overstated"
    UNDER = "understated"
    EITHER = "over- or understated"


_CODES = {
    Way.OVER: "note-overstates",
    Way.UNDER: "note-understates",
    Way.EITHER: "note-either-way",
}


@lru_cache(maxsize=4096)
def misstatement(note: str | None) -> Way | None:
    """Return which way a Note says its row's figures are off, ``None`` where it says nothing.

    >>> misstatement("The cap of 5% of income is not entered: this overstates.")
    <Way.OVER: 'overstated'>
    """
    over, under = bool(_OVER.search(note or "")), bool(_UNDER.search(note or ""))
    if over and under:
        return Way.EITHER
    return Way.OVER if over else Way.UNDER if under else None


def notes_that_misstate(seen: Seen) -> Iterator[Finding]:
    """What the workbook cannot say is told with its direction, once a sheet."""
    for sheet in SHEETS:
        found: dict[Way, list[Entry]] = defaultdict(list)
        for entry in seen.entries(sheet.name):
            way = misstatement(entry.values.get("note"))
            if way:
                found[way].append(entry)
        for way, entries in found.items():
            yield _told(seen, way, sorted(entries, key=lambda entry: entry.row))


def _told(seen: Seen, way: Way, entries: Sequence[Entry]) -> Finding:
    first = entries[0]
    place = seen.place(first.sheet, first.row, "note", first.values["note"])
    what = f"that what the patient pays is {way}"
    if len(entries) == 1:
        return finding(_CODES[way], place, f"says {what}.")
    rows = runs(entry.row for entry in entries)
    return finding(_CODES[way], place, f"and {len(entries) - 1} more say {what}: rows {rows}.")
