"""A page of the conversation with the addresses it names, framed or on its own."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from estimator.web import assets
from estimator.web.widget import files
from estimator.web.widget.conversation import Conversation, Turn
from estimator.web.widget.page import THEMES, Addresses, WidgetPage


def render(conversation: Conversation, turn: Turn, *, framed: bool, theme: str) -> str:
    """Return the page."""
    page = WidgetPage(
        conversation,
        turn,
        framed=framed,
        theme=theme if theme in THEMES else THEMES[0],
        addresses=_addresses(conversation, framed=framed),
    )
    return render_template("estimator/widget/page.html", page=page, words=page.words)


def address(endpoint: str, **parts: Any) -> str:
    """Return an address of the widget of this mounted estimator."""
    return url_for(f"{request.blueprints[-1]}.widget.{endpoint}", **parts)


def _addresses(conversation: Conversation, *, framed: bool) -> Addresses:
    clinic, language = conversation.settings.clinic_id, conversation.language
    page = address("page", clinic_id=clinic, lang=language, _external=True)
    kept = files.version()
    icon: dict[str, Any] = {"asked": assets.version(), "name": "icon.svg"}
    return Addresses(
        step=address("frame_step" if framed else "page_step", clinic_id=clinic),
        page=page,
        script=address("script", asked=kept),
        style=address("style", asked=kept, tokens=files.tokens(conversation.settings)),
        plans=address("plans", asked=conversation.live.fingerprint[:12], lang=language),
        oembed=address("oembed", url=page, format="json", _external=True),
        icon=url_for(f"{request.blueprints[-1]}.pages.asset", **icon),
    )
