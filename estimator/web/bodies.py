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
    _expect("application/json")
    return read_json(request.get_data(cache=False))


def form_body() -> dict[str, list[str]]:
    """Return the fields of a posted form."""
    _expect("application/x-www-form-urlencoded")
    return request.form.to_dict(flat=False)


def _expect(media_type: str) -> None:
    """Refuse another kind of body, one that says it is too large, and one that turns out so."""
    if request.mimetype != media_type:
        raise UnsupportedMediaType
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge
    with suppress(AttributeError):  # Flask before 3.1 bounds by the host's setting alone
        request.max_content_length = LARGEST_BODY
