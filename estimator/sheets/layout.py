"""How a sheet lies on the screen and on paper, whatever program opens it."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

LINE = 15.0
"""Points: the height of a row of one line."""
FILLED = 0.85
"""How much of a line words fill before they wrap: addresses are long words."""


def row_height(texts: Iterable[tuple[str, float]]) -> float:
    r"""Return the height that shows *texts* whole, each wrapped at the width of its column.

    Not every program measures its rows on opening a file: what is not said is one line.

    >>> row_height([("short", 20), ("a text of two lines", 12)]), row_height([])
    (30.0, 15.0)
    >>> row_height([("two\nlines", 20)])
    30.0
    """
    return LINE * max((1, *(_lines(text, width * FILLED) for text, width in texts)))


def _lines(text: str, most: float) -> int:
    """Return how many lines a text takes that wraps after *most* signs."""
    return sum(max(ceil(len(line) / most), 1) for line in text.split("\n"))


def print_on_wide_pages(page: Any) -> None:
    """Print all columns of a sheet on the width of one page."""
    page.set_landscape()
    page.fit_to_pages(1, 0)
