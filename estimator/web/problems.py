"""Answers to what cannot be done, as problem+json (RFC 9457) with findings."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException, default_exceptions

from estimator.findings import Finding, finding_document
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.reading import NotJson
from estimator.services.rulebooks import NoPublishedRulebook
from estimator.storage.secret import NoSecretKey

logger = logging.getLogger(__name__)

DETAILS = {
    HTTPStatus.BAD_REQUEST: "The body is not a JSON document.",
    HTTPStatus.UNAUTHORIZED: "This address is for the clinic's staff, and nobody is signed in.",
    HTTPStatus.FORBIDDEN: "This account may not do this.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.CONFLICT: "This cannot be done any more, or the Idempotency-Key came with another "
    "file.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A document may have at most 1 MB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send the document as application/json, in UTF-8.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The document cannot be used; findings say why.",
    HTTPStatus.TOO_MANY_REQUESTS: "There are too many requests from your network. Wait a minute.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. Nothing was stored.",
    HTTPStatus.SERVICE_UNAVAILABLE: "No rulebook is published yet.",
}


def problem(
    status: int,
    findings: Iterable[Finding] = (),
    headers: Mapping[str, str] | None = None,
    detail: str = "",
) -> Response:
    """Return a problem document, with the words of the status where no *detail* is given."""
    reason = HTTPStatus(status)
    document = {
        "type": "about:blank",
        "title": reason.phrase,
        "status": status,
        "detail": detail or DETAILS.get(reason, reason.description or reason.phrase),
        "findings": [finding_document(finding) for finding in findings],
    }
    return Response(json.dumps(document), status, headers, content_type="application/problem+json")


def from_refused(error: DocumentRefused) -> Response:
    return problem(422, error.findings)


def from_not_json(error: NotJson) -> Response:
    return problem(400, error.findings)


def from_http(error: HTTPException) -> Response:
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return problem(error.code or 500, (), headers)


def from_no_rulebook(_error: NoPublishedRulebook) -> Response:
    return problem(503)


def from_no_secret(error: NoSecretKey) -> Response:
    return problem(503, detail=str(error))


def from_fault(error: Exception) -> Response:
    log_fault(error)
    return problem(500)


def log_fault(error: BaseException) -> None:
    """Log where a fault happened, but not its words: they may hold what a patient sent."""
    place: Any = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    logger.error("%s at %s, answering %s", type(error).__name__, at, request.endpoint)


HANDLERS: tuple[tuple[type[Exception] | int, Callable[[Any], Response]], ...] = (
    (NotJson, from_not_json),
    (DocumentRefused, from_refused),
    (NoPublishedRulebook, from_no_rulebook),
    (NoSecretKey, from_no_secret),
    (Exception, from_fault),
    *((status, from_http) for status in default_exceptions),
)
"""The one table from exception to answer. By status, for a host's handler of a status would
come before ours of all."""
