"""What comes in with a request: bounded before it is read, and never a float by accident."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from estimator.findings import Finding
from estimator.services.intake.fields import refuse

LARGEST_BODY = 1_000_000


class NotReadable(BadRequest):
    """A body that is not the document it says it is."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__()
        self.findings: tuple[Finding, ...] = (refuse("", "json-not-readable", message, advice),)


def bound_body() -> None:
    """Refuse a body that says it is too large, and stop reading one that turns out to be."""
    with suppress(AttributeError):  # Flask before 3.1 bounds by the host's setting alone
        request.max_content_length = LARGEST_BODY
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge


def json_body() -> Any:
    """Return the JSON document of the request; raises the HTTP errors that say what is wrong."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    bound_body()
    try:
        return json.loads(
            request.get_data(cache=False).decode(),
            object_pairs_hook=_once,
            parse_constant=_not_a_number,
        )
    except json.JSONDecodeError as error:
        raise NotReadable(
            f"The document is not JSON: line {error.lineno}, column {error.colno}.",
            "Check the quotes, commas and brackets there.",
        ) from None
    except UnicodeDecodeError:
        raise NotReadable("The document is not UTF-8.", "Send it in UTF-8.") from None
    except (RecursionError, ValueError):
        raise NotReadable(
            "The document holds a number or a nesting that is too large.", "Send a plain document."
        ) from None


def form_body() -> dict[str, list[str]]:
    """Return the fields of a posted form; raises the HTTP errors that say what is wrong."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType
    bound_body()
    return request.form.to_dict(flat=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise NotReadable("A key stands twice in one object.", "Keep one of them.")
    return document


def _not_a_number(_text: str) -> NoReturn:
    raise NotReadable("NaN and Infinity are not JSON.", "Send a number as text, or leave it out.")
