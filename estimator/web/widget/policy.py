"""The headers of the widget: who may frame it, who may read it, how it is packed."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from flask import Response, request

from estimator.services.widget.settings import WidgetSettings
from estimator.web.headers import content_security_policy, own_headers
from estimator.web.widget.files import packed

ORIGIN = "Access-Control-Allow-Origin"
NOWHERE = "null"
"""What a sandboxed frame calls its origin."""
_WORTH_PACKING = 600


def frame_by(origins: Iterable[str]) -> None:
    """Let these sites, and no other, frame the answer to the request at hand."""
    ancestors = " ".join(origins) or "'none'"
    own_headers(
        {
            "Content-Security-Policy": content_security_policy(frame_ancestors=ancestors),
            "X-Frame-Options": None if ancestors != "'none'" else "DENY",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    )


def for_everybody(response: Response) -> Response:
    """Let every page fetch a public file, also one that checks its integrity."""
    own_headers({"Cross-Origin-Resource-Policy": "cross-origin"})
    response.headers[ORIGIN] = "*"
    return response


def for_own_frame(response: Response) -> Response:
    """Let our own sandboxed frame read the answer; it has no origin to name."""
    response.vary.add("Origin")
    if request.headers.get("Origin") == NOWHERE:
        response.headers[ORIGIN] = "*"
    return response


def for_sites(response: Response, settings: WidgetSettings) -> Response:
    """Let the pages of the clinic's own sites read the answer."""
    own_headers({"Cross-Origin-Resource-Policy": "cross-origin"})
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if settings.allows(origin):
        response.headers[ORIGIN] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def pack(response: Response) -> Response:
    """Compress what is worth it, for browsers that take it; what a visitor got is not kept."""
    response.vary.add("Accept-Encoding")
    if response.direct_passthrough or not request.accept_encodings["gzip"]:
        return response
    data = response.get_data()
    if response.status_code == 200 and len(data) >= _WORTH_PACKING:
        for_good = "immutable" in response.headers.get("Cache-Control", "")
        response.set_data(packed(data) if for_good else gzip.compress(data, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
