"""What may be sent, as JSON Schema, from the models that read it."""

from __future__ import annotations

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
    return schemas
