"""oEmbed: somebody pastes the address of the hosted page, and their site shows the widget.

WordPress keeps of the answer a blockquote and a frame, which it puts into a sandbox of its own;
so the frame works without forms, without an origin and without cookies.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

WIDTH, HEIGHT = 640, 640
LEAST = 200

_HTML = Markup(
    '<blockquote><a href="{page}">{title}</a></blockquote>'
    '<iframe src="{frame}" title="{title}" width="{width}" height="{height}" frameborder="0">'
    "</iframe>"
)


def path_of(url: str, root: str) -> str | None:
    """Return the path under *root* that *url* names; ``None`` where it is not ours.

    >>> path_of("https://costs.example.org/cost/boston?lang=es", "https://costs.example.org/")
    'cost/boston?lang=es'
    """
    try:
        asked, ours = urlsplit(url), urlsplit(root)
    except ValueError:  # a bracket that nothing closes
        return None
    if asked.scheme not in ("http", "https") or asked.netloc.lower() != ours.netloc.lower():
        return None
    if not asked.path.startswith(ours.path):
        return None
    path = asked.path.removeprefix(ours.path)
    return f"{path}?{asked.query}" if asked.query else path


def size(asked: str, usual: int) -> int:
    """Return a side of the frame: the usual one, or less where less is asked for.

    >>> size("300", 640), size("", 640), size("9999", 640)
    (300, 640, 640)
    """
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else usual
    return max(LEAST, min(wanted, usual))


def document(page: str, frame: str, title: str, provider: str, sides: tuple[int, int]) -> Any:
    """Return the answer of type rich."""
    width, height = sides
    html = _HTML.format(page=page, frame=frame, title=title, width=width, height=height)
    return {
        "version": "1.0",
        "type": "rich",
        "provider_name": provider,
        "title": title,
        "width": width,
        "height": height,
        "html": str(html),
        "cache_age": 3600,
    }
