"""The static files: one version for all of them, so that browsers may keep them for good."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, send_from_directory

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Return the version of the static files: it changes when any of them does."""
    digest = sha256()
    for path in sorted(FOLDER.glob("*")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(asked: str, name: str) -> Response:
    """Return a static file; only the current version may be kept for good."""
    response = send_from_directory(FOLDER, name)
    response.headers["Cache-Control"] = FOR_GOOD if asked == version() else "no-cache"
    return response
