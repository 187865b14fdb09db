"""Every address, with what it takes and answers."""

from __future__ import annotations

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
_CLINIC = {
    "name": "clinic_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}
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
    name = each.name or each.path.rsplit("/", 1)[-1].split(".")[0]
    answer = ref(each.answer) if each.answer else {"type": "object"}
    described: Schema = {
        "operationId": f"{each.method}_{name}",
        "summary": each.summary,
        "responses": {
            "200": _content("The answer.", "application/json", answer),
            **_refusals(each),
        },
    }
    if "{clinic_id}" in each.path:
        described["parameters"] = [_CLINIC]
    if each.takes:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref(each.takes)}},
        }
    return described


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
