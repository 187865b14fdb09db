"""The small pieces every schema is made of."""

from __future__ import annotations

from typing import Any

REF = "#/components/schemas/{model}"

Schema = dict[str, Any]

AMOUNT: Schema = {
    "type": "string",
    "pattern": r"^\d+(\.\d{1,2})?$",
    "description": "An exact amount in US dollars.",
    "examples": ["480.00"],
}
DIFFERENCE: Schema = {**AMOUNT, "pattern": r"^-?\d+\.\d{2}$", "examples": ["-12.00"]}
RATE: Schema = {
    "type": "string",
    "pattern": r"^\d+(\.\d+)?$",
    "description": "A share of an amount; 0.20 is 20%.",
    "examples": ["0.20"],
}
DATE: Schema = {"type": "string", "format": "date", "examples": ["2026-03-02"]}
COUNT: Schema = {"type": ["integer", "string"], "minimum": 0, "pattern": r"^\d+$"}
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}


def ref(model: str) -> Schema:
    """Return a reference to the schema named *model*."""
    return {"$ref": REF.format(model=model)}


def words(*allowed: str) -> Schema:
    """Return a string that is one of *allowed*."""
    return {"type": "string", "enum": list(allowed)}


def maybe(schema: Schema) -> Schema:
    """Return *schema*, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """Return a list of *schema*."""
    return {"type": "array", "items": schema}


def every(keys: dict[str, Schema], **optional: Schema) -> Schema:
    """Return an object that has all of *keys*, and perhaps *optional* ones and others."""
    return {"type": "object", "properties": {**keys, **optional}, "required": list(keys)}
