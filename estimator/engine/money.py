"""Cents and rates: the only rounding in the program.

Money is an ``int`` of US cents. A rate (a share of an amount) is an ``int`` of parts
per ``RATE_ONE``, so that "cents times rate" stays exact, in plain integers as in 64-bit
arrays: the largest amount accepted times the largest rate is below 2**63.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

RATE_ONE = 10**8
"""A rate of 100%."""

_HALF = RATE_ONE // 2

LARGEST_CENTS = 10**10
"""Amounts are below $100,000,000.00, which keeps arrays within 64 bits."""

CENT = Decimal("0.01")


def nothing(amount: Any) -> bool:
    """Whether an amount is zero for everybody: an array may be zero for some.

    >>> nothing(0), nothing(5)
    (True, False)
    """
    return isinstance(amount, int) and not amount


def share(cents: Any, rate: int) -> Any:
    """Return *rate* of *cents* (an int or an int64 array), rounded half-up to the cent.

    >>> share(18733, rate("0.20"))
    3747
    """
    return (cents * rate + _HALF) // RATE_ONE


def round_to_cents(dollars: Decimal) -> int:
    """Return exact *dollars* as cents, rounded half-up.

    >>> round_to_cents(Decimal("10.005"))
    1001
    """
    return int(dollars.quantize(CENT, rounding=ROUND_HALF_UP).scaleb(2))


def cents(dollars: str | Decimal) -> int:
    """Return *dollars* as cents.

    Raises ``ValueError`` where it is not a plain decimal number of at most two places
    from 0 up to ``LARGEST_CENTS``.

    >>> cents("480.00")
    48000
    """
    value = _plain(dollars)
    scaled = value.scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError("has more than two decimal places")
    if value < 0:
        raise ValueError("is below zero")
    if scaled >= LARGEST_CENTS:
        raise ValueError("is 100 million dollars or more")
    return int(scaled)


def rate(text: str | Decimal) -> int:
    """Return a rate such as "0.20" in parts per ``RATE_ONE``.

    Raises ``ValueError`` where it is not a decimal number of at most eight places from 0 to 1.

    >>> rate("0.20")
    20000000
    """
    value = _plain(text)
    scaled = value * RATE_ONE
    if scaled != scaled.to_integral_value():
        raise ValueError("has more than eight decimal places")
    if not 0 <= value <= 1:
        raise ValueError("is not between 0 and 1")
    return int(scaled)


def percent(value: Decimal) -> int:
    """Return a percentage (20 means 20%) in parts per ``RATE_ONE``."""
    return rate(value.scaleb(-2))


@lru_cache(maxsize=16_384)
def dollars(amount: int) -> str:
    """Return cents as a decimal string.

    >>> dollars(-48005)
    '-480.05'
    """
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{whole}.{rest:02d}"


def rate_text(value: int) -> str:
    """Return a rate as a decimal string.

    >>> rate_text(12_500_000)
    '0.125'
    """
    text = format(Decimal(value) / RATE_ONE, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def half_up(numerator: int, denominator: int) -> int:
    """Return *numerator* / *denominator* (above zero) to the nearest whole, halves up.

    A half below zero goes away from zero, as a person would round a difference.

    >>> half_up(5, 2), half_up(-5, 2)
    (3, -3)
    """
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def _plain(value: str | Decimal) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("is not a number") from error
    if not number.is_finite():
        raise ValueError("is not a number")
    return number
