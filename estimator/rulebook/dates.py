"""Dates as people type them: date cells and YYYY-MM-DD are read, other forms are asked."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from estimator.rulebook.numbers import is_not_known
from estimator.rulebook.problems import UnreadableError
from estimator.sheets.table import Cell
from estimator.sheets.text import clean_word

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ISO_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00)?")
_NUMERIC = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_SERIAL_START = date(1899, 12, 30)


def read_date(cell: Cell) -> date:
    """Return the date of a date cell or of a text such as 2026-07-01."""
    value = cell.value
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _from_text(clean_word(value))
    if isinstance(value, bool):
        raise UnreadableError("date-as-text", f"is {cell.shown}, where a date belongs.")
    raise UnreadableError("number-for-date", f"is the number {cell.shown}{_as_serial(value)}.")


def read_month_day(cell: Cell) -> str:
    """Return MM-DD from such a text, or from a date cell, which is what typing 07-01 gives."""
    value = cell.value
    text = f"{value:%m-%d}" if isinstance(value, date) else clean_word(cell.shown)
    match = _MONTH_DAY.fullmatch(text)
    if not match:
        raise UnreadableError("month-day", f'is "{text}", not a month and a day as in 07-01.')
    if text == "02-29" or not _calendar(2024, int(match[1]), int(match[2])):
        raise UnreadableError("month-day", f"is {text}, a day that not every year has.")
    return text


def _from_text(text: str) -> date:
    text = _ISO_TIME.sub(r"\1", text)
    match = _ISO.fullmatch(text)
    if match:
        day = _calendar(int(match[1]), int(match[2]), int(match[3]))
        if day is None:
            raise UnreadableError("date-impossible", f"is {text}, which is not in the calendar.")
        return day
    if is_not_known(text):
        raise UnreadableError("not-known-in-words", f'is "{text}", where a date belongs.')
    readings = _readings(text)
    if not readings:
        raise UnreadableError("date-as-text", f'is "{text}", where a date belongs.')
    either = " or ".join(day.isoformat() for day in readings)
    raise UnreadableError(
        "date-as-text", f'is the text "{text}", which could be {either}.', _type(readings)
    )


def _type(readings: list[date]) -> str:
    return "Type " + " or ".join(day.isoformat() for day in readings) + "."


def _readings(text: str) -> list[date]:
    """Return what a date of three numbers can mean: month, day, year in any usual order."""
    match = _NUMERIC.fullmatch(text)
    if not match:
        return []
    first, second, third = (int(part) for part in match.groups())
    if len(match[1]) > 2:
        orders = [(first, second, third)]
    else:
        year = third + 2000 if third < 100 else third
        orders = [(year, first, second), (year, second, first)]
    found = {_calendar(*order) for order in orders}
    return sorted(day for day in found if day)


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _as_serial(number: Decimal) -> str:
    """Say which day a spreadsheet program means by a number that lost its date format."""
    if not 20_000 <= number < 110_000:
        return ", where a date belongs"
    return f", which spreadsheet programs count as {_SERIAL_START + timedelta(days=int(number))}"
