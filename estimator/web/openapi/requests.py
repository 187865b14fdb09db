"""What may be sent, as JSON Schema, from the models that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from estimator.services.intake.cases import CaseDocument
from estimator.services.intake.requests import RequestDocument
from estimator.web.openapi.words import AMOUNT, COUNT, DATE, RATE, REF

FIELDS: dict[str, dict[str, Any]] = {
    "_amount": AMOUNT,
    "_rate": RATE,
    "_date": DATE,
    "_plan_year": {"type": "string", "pattern": r"^\d{2}-\d{2}$", "examples": ["07-01"]},
    "_count": COUNT,
    "_diagnosis": {"type": "string", "examples": ["F33.2"]},
}
"""The kinds of fields that are written in one way and kept in another, by how they are read."""
BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum"}


class _Schema(GenerateJsonSchema):
    """JSON Schema of what is sent, where pydantic would describe what is kept."""

    def function_before_schema(self, schema: Any) -> Any:
        reader = getattr(schema["function"]["function"], "__name__", "")
        return dict(FIELDS[reader]) if reader in FIELDS else super().function_before_schema(schema)

    def default_schema(self, schema: Any) -> Any:
        described = super().default_schema(schema)
        default = described.get("default")
        if isinstance(default, int | dict) and not isinstance(default, bool):
            described.pop("default")  # cents and rates, as kept, are not what is sent
        return described


def request_schemas() -> dict[str, Any]:
    """Return the schemas of every document that can be sent, by name."""
    _, schema = models_json_schema(
        [(RequestDocument, "validation"), (CaseDocument, "validation")],
        ref_template=REF,
        schema_generator=_Schema,
    )
    schemas: dict[str, Any] = schema["$defs"]
    for part in _parts(schemas):
        _bound(part)
    return schemas


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            yield from _parts(part)


def _bound(part: dict[str, Any]) -> None:
    """Say bounds in JSON Schema's words; text has none."""
    for word, ours in BOUNDS.items():
        bound = part.pop(word, None)
        if isinstance(bound, int) and "integer" in part.get("type", ()):
            part[ours] = bound
