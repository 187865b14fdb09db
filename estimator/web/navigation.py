"""The head of every page: where somebody may go from here, and who they are.

To link a page from there, name its endpoint in ``LINKS``; its role stands in ``access.NEEDS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import g, request

from estimator.services.accounts.roles import Identity, Role
from estimator.services.accounts.sign_ins import SignedIn
from estimator.web.access import LOCAL, NEEDS, OURS, signed_in

LINKS = (
    ("pages.form", "Estimate"),
    ("batches.batches", "Many patients"),
    ("estimates.everyone", "Kept"),
    ("rules.explorer", "Rules"),
    ("rulebook.releases", "Rulebook"),
    ("forward.rows", "Rolling forward"),
    ("accounts.everyone", "Accounts"),
    ("widget_admin.widgets", "Widget"),
    ("audit.entries", "Audit"),
)
PART_OF = {"difference": "rulebook"}
"""Blueprints without a link of their own, and the one whose link leads to them."""
ROLES = {
    Role.VIEWER: "viewer",
    Role.STAFF: "staff",
    Role.EDITOR: "rule editor",
    Role.APPROVER: "approver",
    Role.ADMIN: "admin",
}
"""The roles as people read them."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that whoever is asking may open."""

    words: str
    address: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page."""

    links: tuple[Link, ...]
    name: str
    """Who is asking; blank: nobody in particular."""
    role: str
    leave: dict[str, str]
    """The addresses for leaving and staying; empty where nobody signed in here."""
    seconds_left: int = 0


def frame(address: Callable[[str], str]) -> Frame:
    """Return what stands around the page at hand."""
    found: Identity | None = g.get("estimator_identity")
    known = signed_in()
    links = tuple(
        Link(words, address(endpoint), _is_here(endpoint))
        for endpoint, words in LINKS
        if found is not None and _opens(endpoint, found, known)
    )
    named = found is not None and found != LOCAL
    return Frame(
        links,
        found.name if found and named else "",
        ROLES[found.role] if found and named else "",
        _leave(address) if known else {},
        g.get("estimator_seconds_left", 0),
    )


def _opens(endpoint: str, found: Identity, known: SignedIn | None) -> bool:
    """Whether the role suffices; accounts are a host's own matter where it says who is asking."""
    needed = NEEDS[endpoint]
    kept_here = known is not None or found == LOCAL
    return (needed is None or found.role.includes(needed)) and (
        kept_here or not endpoint.startswith(OURS)
    )


def _is_here(endpoint: str) -> bool:
    """Whether the page at hand belongs to that of an endpoint: they share a blueprint."""
    here = (request.endpoint or "").split(".")
    return len(here) > 1 and PART_OF.get(here[-2], here[-2]) == endpoint.partition(".")[0]


def _leave(address: Callable[[str], str]) -> dict[str, str]:
    names = ("account", "sign_out", "sign_in", "left")
    return {name: address(f"accounts.{name}") for name in names}
