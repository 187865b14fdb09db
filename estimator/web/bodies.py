"""What comes in with a request: its kind and its size are checked before it is read."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from estimator.services.intake.reading import read_json

LARGEST_BODY = 1_000_000


def json_body() -> Any:
    """Return the JSON document of the request."""
    return read_json(_body("application/json"))


def form_body() -> dict[str, list[str]]:
    """Return the fields of a posted form."""
    _body("application/x-www-form-urlencoded")
    return request.form.to_dict(flat=False)


def _body(media_type: str) -> bytes:
    """Return the body; refuse another kind, and one that is, or turns out to be, too large."""
    if request.mimetype != media_type:
        raise UnsupportedMediaType
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge
    with suppress(AttributeError):  # Flask before 3.1 reads on, up to the host's own limit
        request.max_content_length = LARGEST_BODY + 1  # reading stops there, saying nothing
    body = request.get_data()
    if len(body) > LARGEST_BODY:
        raise RequestEntityTooLarge
    return body
