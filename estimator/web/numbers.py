"""Numbers in addresses and forms, as far as a row of a table can have them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import NotFound

from estimator.storage.tables import LARGEST_NUMBER


def row_number(number: int) -> int:
    """Return a number that a row can have; there is no page of another."""
    if not 0 < number <= LARGEST_NUMBER:
        raise NotFound
    return number


def posted_number(fields: Mapping[str, list[str]], name: str) -> int | None:
    """Return a number that a form of ours sent along."""
    typed = (fields.get(name) or [""])[0]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def asked_number(name: str, usual: int) -> int:
    """Return a number that the address asks for; within what a row can have."""
    return max(-LARGEST_NUMBER, min(request.args.get(name, usual, int), LARGEST_NUMBER))
