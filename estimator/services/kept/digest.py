"""A digest of an answer's figures: equal exactly where every cent, date and row is.

Words are left out (names, findings, what a route assumes), so that an engine that says the same
in other words still agrees.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

_WORDS = frozenset({"description", "code"})


def digest_of(answer: dict[str, Any]) -> str:
    """Return the SHA-256 of an answer's figures, in hexadecimal."""
    told = {
        "request": answer["request"],
        "fingerprint": answer["fingerprint"],
        "treatments": [_treatment(each) for each in answer["treatments"]],
        "comparison": answer["comparison"],
    }
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _treatment(each: dict[str, Any]) -> dict[str, Any]:
    kept = {name: each[name] for name in ("treatment_id", "visits", "best_route")}
    coverage = each["coverage"]
    return {
        **kept,
        "status": coverage["status"],
        "rule": _row(coverage["rule"]),
        "routes": [_route(route) for route in each["routes"]],
    }


def _route(route: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in route.items() if name not in {"assumes", "lines"}}
    return {**kept, "lines": [_line(line) for line in route.get("lines", ())]}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in line.items() if name not in _WORDS}
    rules = {name: _row(line[name]) for name in ("rule", "program_rule")}
    if kept.pop("secondary_rule") is not None:
        rules["secondary_rule"] = _row(line["secondary_rule"])
    return {**kept, **rules, "price_rules": [_row(rule) for rule in line["price_rules"]]}


def _row(rule: dict[str, Any] | None) -> list[Any] | None:
    return None if rule is None else [rule["sheet"], rule["row"]]
