"""What the number of a cell means by its style: a date, a moment, a code with zeros before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from estimator.sheets.grids.piece import Kind

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""The numbers of the built-in formats that display dates and times."""
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS = re.compile("0{2,}")
_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?")
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no time zones
_LEAP_BUG = 60
_FROM_1904 = 1462
LAST_SERIAL = 2_958_465


@dataclass(frozen=True, slots=True)
class Style:
    """How a number is displayed."""

    is_date: bool = False
    zeros: int = 0
    """Digits that are always displayed, zeros before the number filling them up."""
    shift: int = 0


class CellStyles:
    """The styles of a workbook's cells, by number."""

    def __init__(self, formats: list[tuple[int, str]], from_1904: bool) -> None:
        shift = _FROM_1904 if from_1904 else 0
        self._styles = {
            str(at): _style(number, text, shift) for at, (number, text) in enumerate(formats)
        }

    def of(self, number: str) -> Style:
        """Return the style with a number."""
        return self._styles.get(number, _PLAIN)


_PLAIN = Style()


def _style(number: int, text: str, shift: int) -> Style:
    if _ZEROS.fullmatch(text):
        return Style(zeros=len(text))
    bare = _NOT_FORMAT.sub("", text).split(";")[0].lower()
    is_date = number in _DATES or any(sign in bare for sign in "dmyhs")
    return Style(is_date and bare != "general", 0, shift)


@lru_cache(maxsize=65_536)
def number_text(raw: str, style: Style) -> tuple[str, Kind]:
    """Return a number as its text and kind."""
    if style.zeros and raw.isdigit():
        return raw.zfill(style.zeros), Kind.TEXT
    if not _NUMBER.fullmatch(raw):
        return raw, Kind.TEXT
    if not style.is_date:
        return raw, Kind.NUMBER
    serial = float(raw) + style.shift
    if not 0 <= serial <= LAST_SERIAL:
        return raw, Kind.NUMBER
    return _moment(serial)


def _moment(serial: float) -> tuple[str, Kind]:
    days = serial + 1 if serial < _LEAP_BUG else serial  # 1900 was no leap year, Excel says
    moment = _FIRST + timedelta(seconds=round(days * 86_400))
    if serial < 1:
        return moment.time().isoformat(), Kind.TEXT
    if moment.time() == datetime.min.time():
        return date.isoformat(moment), Kind.DATE
    return moment.isoformat(sep=" "), Kind.MOMENT
