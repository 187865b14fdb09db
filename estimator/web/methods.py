"""Wrong methods on our addresses get our answer, in the host's application too.

Flask hands an address that exists, asked with another method, to the host's error
handlers; so each address of ours has a second rule that takes every other method.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"})
FALLBACK = "not_here"
"""How the endpoints begin that only refuse."""


View = Callable[..., Any]


def add_page(blueprint: Blueprint, path: str, **views: tuple[str, View]) -> None:
    """Serve *path* by one view for each method, given with its endpoint; refuse the others."""
    for method, (endpoint, view) in views.items():
        blueprint.add_url_rule(
            path, endpoint, view, methods=[method], provide_automatic_options=False
        )
    refuse_other_methods(blueprint, path, f"{FALLBACK}{re.sub(r'[^a-z]', '_', path)}", *views)


def refuse_other_methods(blueprint: Blueprint, path: str, endpoint: str, *taken: str) -> None:
    """Refuse at *path* every method but those *taken*, and say which these are."""
    served = {*taken, "HEAD"} if "GET" in taken else set(taken)
    allowed = sorted(served | {"OPTIONS"})

    def view(**_path: str) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(allowed)})
        raise MethodNotAllowed(valid_methods=allowed)

    blueprint.add_url_rule(
        path,
        endpoint,
        view,
        methods=sorted(METHODS - served),
        provide_automatic_options=False,
    )
