"""What a clinic pastes into its site, by how much the site lets it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup

from estimator.services.widget.settings import WidgetSettings
from estimator.web.widget import files
from estimator.web.widget.rendering import address

RESERVED = "display:block;min-height:45rem"
"""Kept free while the widget loads, so that nothing below it jumps."""
LINKS = {"en": "Estimate what treatment would cost you", "es": "Calcule cuánto le costaría"}
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-modals"

_SCRIPT = Markup('<script async src="{src}"></script>')
_PINNED = Markup(
    '<script async src="{src}"\n        integrity="{integrity}"\n'
    '        crossorigin="anonymous"></script>'
)
_ELEMENT = Markup(
    '<ketamine-cost-estimator clinic="{clinic}" lang="{lang}" style="{style}">\n'
    '  <a href="{page}">{link}</a>\n'
    "</ketamine-cost-estimator>"
)
_FRAME = Markup(
    '<iframe src="{frame}" title="{link}" width="100%" height="900"\n'
    '        sandbox="{sandbox}"\n'
    '        loading="lazy" referrerpolicy="no-referrer" style="border:0"></iframe>'
)


class Snippets(NamedTuple):
    """Everything to paste, and what a site with a policy of its own has to allow."""

    element: str
    pinned: str
    frame: str
    page: str
    csp: tuple[str, ...]


def snippets(settings: WidgetSettings) -> Snippets:
    """Return what to paste for one clinic, in the first of its languages."""
    clinic, language = settings.clinic_id, settings.languages[0] if settings.languages else "en"
    page = address("page", clinic_id=clinic, lang=language, _external=True)
    frame = address("frame", clinic_id=clinic, lang=language, _external=True)
    pinned = address("loader", name=f"v{files.NEWEST}", _external=True)
    evergreen = address("loader", name=files.SERIES, _external=True)
    link = LINKS[language]
    element = _ELEMENT.format(clinic=clinic, lang=language, style=RESERVED, page=page, link=link)
    held = _PINNED.format(src=pinned, integrity=files.LOADERS[files.NEWEST])
    parts = urlsplit(page)
    own = f"{parts.scheme}://{parts.netloc}"
    return Snippets(
        element=f"{_SCRIPT.format(src=evergreen)}\n{element}",
        pinned=f"{held}\n{element}",
        frame=str(_FRAME.format(frame=frame, link=link, sandbox=SANDBOX)),
        page=page,
        csp=(f"script-src {own}", f"frame-src {own}"),
    )
