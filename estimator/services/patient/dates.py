"""Days as people write them in each language."""

from __future__ import annotations

from datetime import date

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}


def day(value: date, language: str) -> str:
    """Return a day in a language.

    >>> day(date(2026, 3, 2), "en"), day(date(2026, 3, 2), "es")
    ('March 2, 2026', '2 de marzo de 2026')
    """
    month = _MONTHS[language][value.month - 1]
    if language == "es":
        return f"{value.day} de {month} de {value.year}"
    return f"{month} {value.day}, {value.year}"
