"""Colors that can be read: whatever a clinic picks is moved until it stands out enough.

WCAG 2.2 asks 4.5:1 between text and what it stands on. A color that fails keeps its hue and is
mixed with black or white until it passes; both ends are tried, so there is always an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

TEXT_CONTRAST = 4.5
"""What text needs against its background."""
EDGE_CONTRAST = 3.0
"""What borders of fields and the ring of the focus need."""
_HEX = re.compile(r"#[0-9a-f]{6}")
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_STEPS = 64

Color = tuple[int, int, int]


class Palette(NamedTuple):
    """The colors of one theme, each fit to stand where it stands."""

    page: str
    ink: str
    soft: str
    """Text that matters less, still readable."""
    line: str
    edge: str
    accent: str
    """As text and lines on the page."""
    on_accent: str
    """Text on the accent."""
    panel: str


DARK_PAGE, DARK_INK = "#121a1e", "#e7eef1"


def is_color(text: str) -> bool:
    """Whether *text* is a color as we keep it.

    >>> is_color("#0b6e6e"), is_color("teal"), is_color("#0b6e6e;")
    (True, False, False)
    """
    return _HEX.fullmatch(text) is not None


def light(accent: str, background: str, text: str) -> Palette:
    """Return the palette of the clinic's own colors."""
    return _palette(_rgb(accent), _rgb(background), _rgb(text))


def dark(accent: str) -> Palette:
    """Return the palette for people who asked for dark colors: the accent, on a dark page."""
    return _palette(_rgb(accent), _rgb(DARK_PAGE), _rgb(DARK_INK))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors as WCAG reckons it.

    >>> round(contrast("#000000", "#ffffff"), 1), contrast("#777777", "#777777")
    (21.0, 1.0)
    """
    return _contrast(_rgb(one), _rgb(other))


def fit(color: str, grounds: tuple[str, ...]) -> str:
    """Return *color*, fit for text on every one of *grounds*.

    >>> fit("#ffffff", ("#ffffff",))
    '#747474'
    """
    return _hex(_readable_on(_rgb(color), tuple(map(_rgb, grounds)), TEXT_CONTRAST))


def _palette(accent: Color, page: Color, ink: Color) -> Palette:
    panel = _panel(page, _readable_on(ink, (page,), TEXT_CONTRAST))
    both = (page, panel)
    ink = _readable_on(ink, both, TEXT_CONTRAST)
    accent = _readable_on(accent, both, TEXT_CONTRAST)
    return Palette(
        page=_hex(page),
        ink=_hex(ink),
        soft=_hex(_readable_on(_mixed(ink, page, 0.3), both, TEXT_CONTRAST)),
        line=_hex(_mixed(ink, page, 0.8)),
        edge=_hex(_readable_on(_mixed(ink, page, 0.5), both, EDGE_CONTRAST)),
        accent=_hex(accent),
        on_accent=_hex(_readable_on(page, (accent,), TEXT_CONTRAST)),
        panel=_hex(panel),
    )


def _panel(page: Color, ink: Color) -> Color:
    """Return the page a shade nearer to its text; a gray that leaves no room stays as it is."""
    shade = _mixed(page, ink, 0.05)
    room = max(min(_contrast(end, page), _contrast(end, shade)) for end in (_BLACK, _WHITE))
    return shade if room >= TEXT_CONTRAST else page


def _readable_on(color: Color, grounds: tuple[Color, ...], wanted: float) -> Color:
    """Return *color*, moved no further than needed to stand out from every ground."""

    def enough(tried: Color) -> bool:
        return all(_contrast(tried, ground) >= wanted for ground in grounds)

    if enough(color):
        return color
    found = [_toward(color, end, enough) for end in (_BLACK, _WHITE)]
    steps = [each for each in found if each is not None]
    if steps:
        return min(steps)[1]
    return max((_BLACK, _WHITE), key=lambda end: min(_contrast(end, each) for each in grounds))


def _toward(color: Color, end: Color, enough: Callable[[Color], bool]) -> tuple[int, Color] | None:
    for step in range(1, _STEPS + 1):
        tried = _mixed(color, end, step / _STEPS)
        if enough(tried):
            return step, tried
    return None


def _mixed(color: Color, other: Color, share: float) -> Color:
    mixed = [round(a + (b - a) * share) for a, b in zip(color, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _rgb(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
