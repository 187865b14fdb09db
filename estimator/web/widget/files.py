"""The files of the widget: the loader in every version there ever was, styles, the script."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256, sha384
from pathlib import Path

from estimator.services.widget import colors
from estimator.services.widget.settings import WidgetSettings

FOLDER = Path(__file__).parent / "static"
LOADERS: Mapping[str, str] = {
    "1.0.0": "sha384-6ANoNJSg16sKg5kqH15Aqh0l5HkHrCDwtjBlHUJJd1PjuKa8oEh0sPR6DLotUGOW",
}
"""Every published loader with its integrity. A published file never changes: what is new is a
new version, and a test holds each file to its hash."""
SERIES = "v1"
"""The evergreen address: always the newest version that pages of its number can use."""
NEWEST = tuple(LOADERS)[-1]
_TOKENS = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})-(\d{1,2})")
LARGEST_RADIUS = 24


@cache
def version() -> str:
    """Return the version of styles and script: it changes when one of them does."""
    digest = sha256()
    for path in sorted(FOLDER.glob("widget.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def loader(name: str) -> bytes | None:
    """Return the loader called ``v1`` or ``v1.0.0``; ``None`` where there is none."""
    numbers = {SERIES: NEWEST} | {f"v{number}": number for number in LOADERS}
    return read(f"loader-{numbers[name]}.js") if name in numbers else None


@cache
def read(name: str) -> bytes:
    """Return a file."""
    return (FOLDER / name).read_bytes()


def integrity(data: bytes) -> str:
    """Return what a page writes into ``integrity`` to hold a script to these bytes.

    >>> integrity(b"")[:20]
    'sha384-OLBgp1GsljhM2'
    """
    return "sha384-" + base64.b64encode(sha384(data).digest()).decode()


def tokens(settings: WidgetSettings) -> str:
    """Return a clinic's colors as they stand in the address of its style sheet."""
    shades = (settings.accent, settings.background, settings.text)
    return "-".join([*(shade[1:] for shade in shades), str(settings.radius)])


@lru_cache(maxsize=64)
def style(asked: str) -> bytes | None:
    """Return the style sheet with a clinic's colors, made readable; ``None``: not colors."""
    match = _TOKENS.fullmatch(asked)
    if match is None or int(match[4]) > LARGEST_RADIUS:
        return None
    accent, background, text = (f"#{match[place]}" for place in (1, 2, 3))
    bright = _rules(colors.light(accent, background, text), "#a3151f", "light")
    dim = _rules(colors.dark(accent), "#ff9d9d", "dark")
    return "".join(
        (
            f":root{{--radius:{int(match[4])}px;{bright}}}",
            f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dim}}}}}",
            f":root[data-theme=dark]{{{dim}}}",
            f"@media print{{:root:root{{{_PAPER}}}}}",
            read("widget.css").decode(),
        )
    ).encode()


_PAPER = (
    "color-scheme:light;--page:#fff;--ink:#000;--soft:#333;--line:#999;--edge:#666;"
    "--accent:#000;--on-accent:#fff;--panel:#fff"
)


def _rules(palette: colors.Palette, wrong: str, scheme: str) -> str:
    shades = palette._asdict()
    shades["wrong"] = colors.fit(wrong, (palette.page, palette.panel))
    named = ";".join(f"--{name.replace('_', '-')}:{shade}" for name, shade in shades.items())
    return f"color-scheme:{scheme};{named}"


@lru_cache(maxsize=256)
def packed(data: bytes) -> bytes:
    """Return bytes that many ask for, compressed once."""
    return gzip.compress(data, 9, mtime=0)
