"""Reasons that people give: read before anything is kept under them."""

from __future__ import annotations

from estimator.services.checking import RulebookRefused
from estimator.services.publishing.codes import refusal

LONGEST = 2_000


def reason(text: str) -> str:
    r"""Return a reason as it is kept; raises ``RulebookRefused``.

    >>> reason("  Prices of\r\nMarch ")
    'Prices of\nMarch'
    """
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise RulebookRefused((refusal("reason-missing", field="why"),))
    shown = kept.replace("\n", "").replace("\t", "")
    if len(kept) > LONGEST or not shown.isprintable():
        raise RulebookRefused((refusal("reason-not-readable", field="why"),))
    return kept
