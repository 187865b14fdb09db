"""The rows that need something, as the page shows them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from estimator.engine.money import dollars
from estimator.rulebook.model import Rulebook
from estimator.services.forward.exposure import Exposed
from estimator.services.forward.needs import MENDED_BY_CHECKING, Need
from estimator.web.presenters import words

PER_PAGE = 100
_LINK = re.compile(r"https?://[^\s;,\"<>]*[^\s;,\"<>).]")
TELLS = {
    Need.ENDED: "ended on {day}; nothing follows",
    Need.ENDS: "ends on {day}; nothing follows",
    Need.CARRIED: "of an earlier plan year than that of {day}; not checked since",
    Need.STALE: "last checked on {day}",
    Need.UNDATED: "nobody said when it was checked",
    Need.NEXT_YEAR: "no row for the plan year from {day}",
    Need.SOON_STALE: "last checked on {day}",
}
TONES = {Need.ENDED: "no", Need.ENDS: "no", Need.CARRIED: "ask", Need.STALE: "ask"}


class Asked(NamedTuple):
    """Which rows, and which part of them."""

    need: str = ""
    sheet: str = ""
    page: int = 1
    everything: bool = False

    @property
    def kept(self) -> dict[str, str]:
        """What the address says, the page aside."""
        given = {"need": self.need, "sheet": self.sheet}
        return {name: value for name, value in given.items() if value}


class NeedyShown(NamedTuple):
    """A row that needs something."""

    spot: str
    place: str
    key: str
    need: str
    tone: str
    tells: str
    billed: str
    source: str
    link: str
    can_be_checked: bool


class ForwardShown(NamedTuple):
    """What the page says."""

    counts: tuple[tuple[str, int], ...]
    sheets: tuple[str, ...]
    rows: tuple[NeedyShown, ...]
    first: int
    last: int
    many: int
    page: int
    pages: int


def forward(found: Sequence[Exposed], asked: Asked, rulebook: Rulebook) -> ForwardShown:
    """Return a page of the rows that need something."""
    counts = Counter(each.needy.need.value for each in found)
    wanted = [each for each in found if _is_asked(each, asked)]
    per_page = max(len(wanted), 1) if asked.everything else PER_PAGE
    pages = max(-(-len(wanted) // per_page), 1)
    page = min(max(asked.page, 1), pages)
    part = wanted[(page - 1) * per_page : page * per_page]
    return ForwardShown(
        counts=tuple((need.value, counts[need.value]) for need in Need if counts[need.value]),
        sheets=tuple(sheet for sheet in rulebook.rows if _has(found, sheet)),
        rows=tuple(map(_row, part)),
        first=(page - 1) * per_page + bool(part),
        last=(page - 1) * per_page + len(part),
        many=len(wanted),
        page=page,
        pages=pages,
    )


def _has(found: Sequence[Exposed], sheet: str) -> bool:
    return any(each.needy.sheet == sheet for each in found)


def _is_asked(each: Exposed, asked: Asked) -> bool:
    needy = each.needy
    return asked.need in ("", needy.need.value) and asked.sheet in ("", needy.sheet)


def _row(each: Exposed) -> NeedyShown:
    needy = each.needy
    return NeedyShown(
        spot=f"{needy.sheet}!{needy.row}",
        place=f"{needy.sheet} row {needy.row}",
        key=needy.key,
        need=needy.need.value,
        tone=TONES.get(needy.need, "plain"),
        tells=TELLS[needy.need].format(day=words.day(needy.day)),
        billed=_billed(each),
        source=needy.source,
        link=_link(needy.source),
        can_be_checked=needy.need in MENDED_BY_CHECKING,
    )


def _billed(each: Exposed) -> str:
    if each.used is None:
        return words.UNKNOWN
    return words.money(dollars(each.used.cents)) if each.used.uses else "not used"


def _link(source: str) -> str:
    found = _LINK.search(source)
    return found[0] if found else ""
