"""As much of JSON Schema as our description uses: enough to hold answers against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
}
KNOWN = {
    *("$ref", "anyOf", "oneOf", "type", "enum", "pattern", "format", "minimum", "maximum"),
    *("properties", "required", "additionalProperties", "propertyNames", "items"),
    *("minItems", "maxItems", "minLength", "maxLength"),
    *("title", "description", "default", "examples"),
}


def faults(document: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """Return where *document* is not what *schema* says."""
    unknown = set(schema) - KNOWN
    assert not unknown, f"the test knows no {unknown}"
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return faults(document, root["components"]["schemas"][name], root, at)
    return list(_faults(document, schema, root, at))


def _faults(document: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and all(faults(document, choice, root, at) for choice in choices):
        yield f"{at}: none of the choices"
    if "type" in schema and not _is(document, schema["type"]):
        yield f"{at}: {document!r} is no {schema['type']}"
    if "enum" in schema and document not in schema["enum"]:
        yield f"{at}: {document!r} is none of {schema['enum']}"
    if isinstance(document, str) and not re.search(schema.get("pattern", ""), document):
        yield f"{at}: {document!r} is not like {schema['pattern']}"
    if isinstance(document, list):
        for index, each in enumerate(document):
            yield from faults(each, schema.get("items", {}), root, f"{at}[{index}]")
    if isinstance(document, dict):
        yield from _object(document, schema, root, at)


def _object(document: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in document:
            yield f"{at}.{name}: missing"
    for name, value in document.items():
        if name in properties:
            yield from faults(value, properties[name], root, f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}.{name}: unknown"


def _is(document: Any, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    if isinstance(document, bool):
        return "boolean" in names
    return isinstance(document, tuple(TYPES[name] for name in names))
