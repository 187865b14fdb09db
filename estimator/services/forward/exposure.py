"""The dollars that rest on each row: what recent estimates were billed at where it was used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from estimator.engine.plan import months_later
from estimator.rulebook import snapshot
from estimator.rulebook.model import Rulebook
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.services.estimating.behind import Spot
from estimator.services.estimating.programs import POVERTY_LEVEL
from estimator.services.forward.needs import Need, Needy, needs
from estimator.storage import releases, row_uses
from estimator.storage.database import Database
from estimator.storage.row_uses import Count

MONTHS = 3
"""How many months count as recent, this one included."""
COUNTED = frozenset(
    {
        *("Items", "Courses", "Prices", "Benefits", "Policies", "Networks", "Limits"),
        *("Assistance", "Parameters"),
    }
)
"""Sheets whose uses are counted; of the others it is not known."""
_GRAVITY = tuple(Need)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A row that needs something, with its recent uses; ``None`` where they are not known."""

    needy: Needy
    used: Count | None


def ranked(
    rulebook: Rulebook, today: date, uses: Mapping[Spot, Count] | None = None
) -> list[Exposed]:
    """Return the rows that need something, those on which most dollars rest first."""
    found = [Exposed(each, _used(each, uses)) for each in needs(rulebook, today)]
    return sorted(found, key=_rank)


def recent_uses(
    database: Database, number: int, rulebook: Rulebook, today: date
) -> dict[Spot, Count]:
    """Return the recent uses of the rows of release *number*, those of the same rows of others.

    A row is the same where its key is, and the day on which it begins.
    """
    since = months_later(today.replace(day=1), 1 - MONTHS)
    here = {name: spot for spot, name in _names(rulebook.rows).items()}
    found: dict[Spot, Count] = {}
    for release, counts in _by_release(database, since).items():
        there = {} if release == number else _names(_rows(database, release))
        for spot, count in counts.items():
            place = spot if release == number else here.get(there.get(spot, ()))
            if place is not None:
                known = found.get(place, Count(0, 0))
                found[place] = Count(known.uses + count.uses, known.cents + count.cents)
    return found


def _used(each: Needy, uses: Mapping[Spot, Count] | None) -> Count | None:
    if uses is None or each.sheet not in COUNTED:
        return None
    used = uses.get((each.sheet, each.row))
    if used is None and each.sheet == "Parameters" and not each.key.startswith(POVERTY_LEVEL):
        return None
    return used or Count(0, 0)


def _rank(each: Exposed) -> tuple[int, int, int, str, int]:
    cents = -1 if each.used is None else each.used.cents
    uses = 0 if each.used is None else each.used.uses
    needy = each.needy
    return (-cents, -uses, _GRAVITY.index(needy.need), needy.sheet, needy.row)


def _by_release(database: Database, since: date) -> dict[int, dict[Spot, Count]]:
    found: dict[int, dict[Spot, Count]] = {}
    with database.session() as session:
        for release, sheet, row, count in row_uses.since(session, since):
            found.setdefault(release, {})[sheet, row] = count
    return found


def _rows(database: Database, number: int) -> Mapping[str, Sequence[Row]]:
    with database.session() as session:
        release = releases.load(session, number)
    return snapshot.decode(release.snapshot) if release else {}


Name = tuple[str, ...]


def _names(rows: Mapping[str, Sequence[Row]]) -> dict[Spot, Name]:
    """Return what names each row that is counted: its sheet, key and first day."""
    return {
        (sheet, row.row): name for sheet in sorted(COUNTED) for row, name in _named(sheet, rows)
    }


def _named(sheet: str, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[Row, Name]]:
    columns = SHEET_BY_NAME[sheet].columns
    named = [column for column in columns if column.key or column.name == "effective_from"]
    for row in rows.get(sheet, ()):
        values = (str(column.encode(getattr(row, column.name))) for column in named)
        yield row, (sheet, *values)
