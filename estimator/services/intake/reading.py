"""Bytes → a JSON document, without floats, twins or surprises."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from estimator.services.intake.fields import DocumentRefused, refuse


class NotJson(DocumentRefused):
    """Bytes that are not the JSON document they should be."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__([refuse("", "json-not-readable", message, advice)])


def read_json(data: bytes) -> Any:
    """Return the document in *data*; raises ``NotJson`` saying what is wrong."""
    if not data.strip():
        raise NotJson("The document is empty.", "Give a JSON document.")
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_not_a_number
        )
    except UnicodeDecodeError:
        raise NotJson(
            "The document is not JSON: it is not text in UTF-8.", "Save or send it in UTF-8."
        ) from None
    except json.JSONDecodeError as error:
        raise NotJson(
            f"The document is not JSON: line {error.lineno}, column {error.colno}.",
            "Check the quotes, commas and brackets there.",
        ) from None
    except (RecursionError, ValueError):
        raise NotJson(
            "The document holds a number or a nesting that is too large.", "Send a plain document."
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise NotJson("A key stands twice in one object.", "Keep one of them.")
    return document


def _not_a_number(_text: str) -> NoReturn:
    raise NotJson("NaN and Infinity are not JSON.", "Send a number as text, or leave it out.")
