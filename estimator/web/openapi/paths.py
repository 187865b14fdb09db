"""Every address, with what it takes and answers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from estimator import __version__
from estimator.web.openapi.answers import ANSWERS
from estimator.web.openapi.requests import request_schemas
from estimator.web.openapi.words import Schema, ref


class Operation(NamedTuple):
    """One address and method."""

    path: str
    method: str
    summary: str
    answer: str
    takes: str | None = None
    name: str = ""
    """What the operation is called where the end of its path does not say it."""
    status: str = "200"


FILE = "a file"
_UPLOAD: Schema = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "corrects": {"type": "string", "description": "The batch whose rows in error these are."},
    },
    "required": ["file"],
}

OPERATIONS = (
    Operation(
        "/api/v1/estimates",
        "post",
        "What each treatment would cost a patient",
        "Estimate",
        "RequestDocument",
    ),
    Operation(
        "/api/v1/adjudications",
        "post",
        "Who pays which cent of each claim line of a case",
        "Ledger",
        "CaseDocument",
    ),
    Operation(
        "/api/v1/batches",
        "post",
        "Estimate every row of a file of patients (staff; send an Idempotency-Key)",
        "BatchStatus",
        FILE,
        "202",
    ),
    Operation("/api/v1/batches/{name}", "get", "How far a batch is (staff)", "BatchStatus"),
    Operation("/api/v1/batches/{name}/cancel", "post", "Cancel a batch (staff)", "BatchStatus"),
    Operation(
        "/api/v1/batches/{name}/results.{kind}",
        "get",
        "The results of a batch as xlsx, csv or parquet (staff)",
        FILE,
    ),
    Operation("/api/v1/release", "get", "The published rulebook in force", "Release"),
    Operation("/api/v1/clinics", "get", "The clinics of the rulebook", "Clinics"),
    Operation("/api/v1/payers", "get", "The payers of the rulebook", "Payers"),
    Operation("/api/v1/plans", "get", "The plans, with the limits to ask for", "Plans"),
    Operation("/api/v1/treatments", "get", "The treatments that can be compared", "Treatments"),
    Operation(
        "/api/v1/widget/{clinic_id}",
        "get",
        "What a clinic's own page for patients can offer; readable by the clinic's sites",
        "WidgetClinic",
        name="widget_clinic",
    ),
    Operation(
        "/api/v1/widget/{clinic_id}/estimates",
        "post",
        "The same estimate for patients of one clinic; readable by the clinic's sites",
        "Estimate",
        "RequestDocument",
        name="widget_estimates",
    ),
    Operation("/api/v1/openapi.json", "get", "This description", ""),
    Operation("/healthz", "get", "Whether the process answers", "Status"),
    Operation("/readyz", "get", "Whether estimates can be made", "Status"),
)
_NEEDS_RULEBOOK = frozenset(
    {"Estimate", "Release", "Clinics", "Payers", "Plans", "Treatments", "WidgetClinic"}
)
_REFUSALS = {
    "400": "The body is not JSON.",
    "413": "The body is over 1 MB.",
    "415": "The body is not application/json.",
    "422": "The document cannot be used; findings say why.",
}


def describe(prefix: str = "") -> dict[str, Any]:
    """Return the whole description, for an estimator mounted under *prefix*."""
    paths: dict[str, Any] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ketamine cost estimator",
            "version": __version__,
            "description": "What a course of ketamine infusions, and other treatments beside it, "
            "would cost a patient in the US. Amounts are decimal strings. An estimate is not "
            "medical advice and no promise of coverage.",
        },
        "servers": [{"url": prefix or "/"}],
        "paths": paths,
        "components": {"schemas": {**request_schemas(), **ANSWERS}},
    }


def _operation(each: Operation) -> Schema:
    name = each.name or "_".join(
        re.findall(r"[a-z]+", each.path.removeprefix("/api/v1").split(".")[0])
    )
    answer = _answer(each)
    described: Schema = {
        "operationId": f"{each.method}_{name}",
        "summary": each.summary,
        "responses": {
            each.status: answer,
            **_refusals(each),
        },
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", each.path)
    ]
    if parameters:
        described["parameters"] = parameters
    if each.takes:
        described["requestBody"] = {"required": True, "content": _taken(each.takes)}
    return described


def _answer(each: Operation) -> Schema:
    if each.answer == FILE:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        return {"description": "The file.", "content": content}
    answer = ref(each.answer) if each.answer else {"type": "object"}
    return _content("The answer.", "application/json", answer)


def _taken(takes: str) -> Schema:
    if takes == FILE:
        return {"multipart/form-data": {"schema": _UPLOAD}}
    return {"application/json": {"schema": ref(takes)}}


def _refusals(each: Operation) -> Schema:
    told = dict(_REFUSALS) if each.takes else {}
    if each.answer in _NEEDS_RULEBOOK or each.path == "/readyz":
        told["503"] = "No rulebook is published yet."
    if "{clinic_id}" in each.path:
        told["404"] = "The rulebook has no such clinic, or its widget is closed."
        told["429"] = "Too many requests from one network."
    told["default"] = "Any other problem."
    problem = ref("Problem")
    return {
        status: _content(text, "application/problem+json", problem) for status, text in told.items()
    }


def _content(description: str, media_type: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media_type: {"schema": schema}}}
