"""Requests that change something come from our own pages, not from another site's.

A browser says where a request comes from, in ``Sec-Fetch-Site`` and in ``Origin``; another
site's page can neither leave these out nor change them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({"same-origin", "none"})
"""From a page of ours, or from the person alone, as by sending a form anew."""


def refuse_other_sites() -> None:
    """Raise ``Forbidden`` where another site's page, or who knows, makes a browser act."""
    if request.method not in SAFE and not _is_own():
        raise Forbidden


def _is_own() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OWN
    origin = request.headers.get("Origin")
    if origin is not None:
        # A proxy may take TLS off on the way to us, so that the scheme says nothing
        return urlsplit(origin).netloc == request.host
    # A program, which has no cookies of somebody else's to misuse
    return not request.cookies
