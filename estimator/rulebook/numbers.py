"""Numbers as people type them: what can be read in one way only is read, the rest is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from estimator.engine import money
from estimator.rulebook.columns import Kind, plain
from estimator.rulebook.percents import Doubt
from estimator.rulebook.problems import UnreadableError
from estimator.sheets.table import Cell
from estimator.sheets.text import clean_word

_SIGNIFICANT = Context(prec=15)
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
_COMMA = re.compile(r"-?[\d.]*,\d*")
_NOT_KNOWN = frozenset(
    "n/a;na;n.a.;none;nil;null;-;--;?;tbd;tba;unknown;varies;not applicable;not known".split(";")  # noqa: SIM905 - as people type them
)

LARGEST_COUNT = 1_000_000
LARGEST_NUMBER = Decimal(money.LARGEST_CENTS).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a kind of number takes."""

    decimals: int
    below: Decimal
    dollars: bool = False


BOUNDS: dict[Kind, Bounds] = {
    Kind.MONEY: Bounds(2, LARGEST_NUMBER, dollars=True),
    Kind.UNIT_PRICE: Bounds(6, LARGEST_NUMBER, dollars=True),
    Kind.PERCENT: Bounds(6, LARGEST_NUMBER),
    Kind.NUMBER: Bounds(6, LARGEST_NUMBER),
    Kind.COUNT: Bounds(0, Decimal(LARGEST_COUNT)),
    Kind.COUNT_OR_ANY: Bounds(0, Decimal(LARGEST_COUNT)),
}


def is_not_known(text: str) -> bool:
    """Whether *text* is one of the ways in which people say that there is no value."""
    return clean_word(text).casefold() in _NOT_KNOWN


def read_number(cell: Cell, kind: Kind) -> Decimal:
    """Return the number of a cell that is no percentage."""
    number = _number(cell, kind)
    if cell.is_percent and isinstance(cell.value, Decimal):
        raise UnreadableError("percent-for-dollars", f"is {cell.shown}, where a {kind} belongs.")
    return _within(number, kind, cell.shown)


def read_percent(cell: Cell, doubt: Doubt) -> Decimal:
    """Return a percentage, 20 for 20%.

    A number formatted as a percentage, or a text with %, says itself what it is. Any other
    below ``doubtful_below`` could be a share (0.2 for 20%) and is refused with both readings.
    """
    said = cell.is_percent
    value = cell.value
    if isinstance(value, str) and clean_word(value).endswith("%"):
        said = True
        number = _from_text(clean_word(value)[:-1].strip(), Kind.PERCENT)
    else:
        number = _number(cell, Kind.PERCENT) * (100 if said else 1)
    number = _SIGNIFICANT.plus(number)
    if not said and 0 < number < doubt.doubtful_below:
        raise _doubtful(number)
    if number > doubt.largest:
        raise _over(number, doubt.largest)
    return _within(number, Kind.PERCENT, cell.shown)


def whole(number: Decimal, shown: str) -> int:
    """Return a number that must be whole as an ``int``."""
    if number != number.to_integral_value():
        raise UnreadableError("number-not-whole", f"is {shown}; it takes a whole number.")
    return int(number)


def _number(cell: Cell, kind: Kind) -> Decimal:
    value = cell.value
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return _from_text(clean_word(value), kind)
    if isinstance(value, bool):
        raise UnreadableError("not-a-number", f"is {cell.shown}, where a {kind} belongs.")
    raise UnreadableError(
        "not-a-number",
        f"is the date {cell.shown}, where a {kind} belongs.",
        "Format the cell as a number and type it again.",
    )


def _from_text(text: str, kind: Kind) -> Decimal:
    if is_not_known(text):
        raise UnreadableError("not-known-in-words", f'is "{text}", where a {kind} belongs.')
    bare = text
    if BOUNDS[kind].dollars:
        bare = re.sub(r"^(-?)\$\s*", r"\1", text)
    if _PLAIN.fullmatch(bare):
        return _SIGNIFICANT.create_decimal(bare)
    if _is_thousands(bare, kind, in_dollars=bare != text):
        return _SIGNIFICANT.create_decimal(bare.replace(",", ""))
    if _COMMA.fullmatch(bare):
        raise _comma(bare)
    raise UnreadableError("not-a-number", f'is "{text}", where a {kind} belongs.')


def _is_thousands(text: str, kind: Kind, *, in_dollars: bool) -> bool:
    """Whether commas can only separate thousands: 1,234.50, $1,234, or 1,234 of money."""
    if not _THOUSANDS.fullmatch(text) or text.lstrip("-").startswith("0"):
        return False
    return "." in text or text.count(",") > 1 or in_dollars or kind is Kind.MONEY


def _comma(text: str) -> UnreadableError:
    as_point = text.replace(".", "").replace(",", ".")
    readings = f"could be {as_point}"
    if _THOUSANDS.fullmatch(text):
        readings += f" or {text.replace(',', '')}"
    return UnreadableError("decimal-comma", f'is "{text}", which {readings}.')


def _within(number: Decimal, kind: Kind, shown: str) -> Decimal:
    bounds = BOUNDS[kind]
    if number < 0:
        raise UnreadableError("number-negative", f"is {shown}; it takes 0 or more.")
    if number >= bounds.below:
        raise UnreadableError(
            "number-too-large", f"is {shown}; it takes less than {bounds.below:,}."
        )
    if bounds.decimals and number != round(number, bounds.decimals):
        raise UnreadableError(
            "number-too-precise", f"is {shown}; it takes at most {bounds.decimals} decimals."
        )
    return number


def _doubtful(number: Decimal) -> UnreadableError:
    meant = plain(number * 100)
    seen = plain(number)
    return UnreadableError(
        "percent-ambiguous",
        f"is {seen}, which would be {seen}%.",
        f"If {meant}% is meant, type {meant}. If {seen}% is meant, type {seen}% with the sign.",
    )


def _over(number: Decimal, largest: int) -> UnreadableError:
    meant = plain(number / 100)
    return UnreadableError(
        "percent-over-100",
        f"is {plain(number)}%; it takes at most {largest}%.",
        f"If {meant}% is meant, type {meant}% with the sign.",
    )
