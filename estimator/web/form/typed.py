"""What people type into a form, as documents write it; what cannot be read stays as typed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_MONEY = re.compile(r"\$?\s*((?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{0,2})?)\s*(?:USD)?", re.I)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%?")
_US_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")


def amount(text: str) -> str:
    """Return an amount without its dollar sign and commas.

    >>> amount("$1,500.00"), amount(" 30 "), amount("thirty")
    ('1500.00', '30', 'thirty')
    """
    match = _MONEY.fullmatch(text.strip())
    return match[1].replace(",", "").removesuffix(".") if match else text


def share(text: str) -> str:
    """Return a percentage as a share.

    >>> share("20"), share("12.5 %"), share("a fifth")
    ('0.2', '0.125', 'a fifth')
    """
    match = _PERCENT.fullmatch(text.strip())
    if not match:
        return text
    value = format(Decimal(match[1]).scaleb(-2), "f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def day(text: str) -> str:
    """Return a date as written in the US in ISO form.

    >>> day("3/2/2026"), day("2026-03-02"), day("02/31/2026"), day("soon")
    ('2026-03-02', '2026-03-02', '2026-02-31', 'soon')
    """
    match = _US_DATE.fullmatch(text.strip())
    if not match:
        return text.strip()
    month, of_month, year = (int(part) for part in match.groups())
    return f"{year + 2000 if year < 100 else year:04}-{month:02}-{of_month:02}"


def us_date(value: date) -> str:
    """Return a date as written in the US.

    >>> us_date(date(2026, 3, 2))
    '03/02/2026'
    """
    return value.strftime("%m/%d/%Y")


def whole(text: str) -> str:
    """Return a whole number without commas.

    >>> whole("1,200"), whole("two")
    ('1200', 'two')
    """
    bare = text.strip().replace(",", "")
    return bare if bare.isascii() and bare.isdigit() else text
