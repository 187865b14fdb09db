"""How the pages about rules answer: a workbook to take away, the next page, what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from estimator.services.publishing.codes import NotThere

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(make: Callable[[], bytes], name: str) -> Response:
    """Return a workbook to be saved under a name of ours."""
    try:
        data = make()
    except NotThere as error:
        raise NotFound from error
    response = Response(data, content_type=WORKBOOK)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def next_page(endpoint: str, anchor: str = "", **values: Any) -> Response:
    """Send the browser on, so that loading the page again repeats nothing."""
    address = url_for(endpoint, _anchor=anchor or None, **values)
    return Response(status=303, headers={"Location": address})


def text(fields: Mapping[str, list[str]], name: str) -> str:
    """Return what was typed into a field."""
    return (fields.get(name) or [""])[0]


def asked(name: str) -> str:
    """Return what the address asks for."""
    return request.args.get(name, "")
