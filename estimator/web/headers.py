"""Headers on every answer of ours, and of nobody else's."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, g, request


def content_security_policy(*, frame_ancestors: str = "'none'", frame_src: str = "") -> str:
    """Return the policy of a page: everything from here, nothing inline, framed by nobody."""
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"frame-ancestors {frame_ancestors}",
    ]
    return "; ".join([*rules, f"frame-src {frame_src}"] if frame_src else rules)


SECURITY = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def own_headers(changes: Mapping[str, str | None]) -> None:
    """Let the answer to the request at hand have other headers than all; ``None``: leave it out."""
    g.estimator_headers = {**g.get("estimator_headers", {}), **changes}


def secure(response: Response) -> Response:
    """Set the security headers; what has no caching rule of its own is not to be kept."""
    for name, value in (SECURITY | g.get("estimator_headers", {})).items():
        if value is not None:
            response.headers[name] = value
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    response.headers.setdefault("Cache-Control", "no-store")
    return response
