"""Validates the cells of a workbook with a general validator; run by benchmarks.workbook.

``python workbook_peers.py frictionless|pandera FILE.xlsx SCHEMA.json`` prints seconds and peak
memory. Types, required cells and word lists are checked, which is what these tools can say of a
rulebook; keys with dates, ladders, references with "did you mean" and Tests they cannot.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

NUMBERS = ("MONEY", "UNIT_PRICE", "PERCENT", "NUMBER", "COUNT")


def with_frictionless(file: Path, schema: dict[str, Any]) -> None:
    from frictionless import Resource, Schema, formats, system  # noqa: PLC0415

    with system.use_context(trusted=True):
        for name, columns in schema.items():
            described = Schema.from_descriptor({"fields": [_field(each) for each in columns]})
            control = formats.ExcelControl(sheet=name)
            resource_ = Resource(path=str(file), control=control, schema=described)
            report = resource_.validate()
            assert report.stats["tasks"] == 1, report


def _field(column: dict[str, Any]) -> dict[str, Any]:
    kind = column["kind"]
    constraints: dict[str, Any] = {"required": column["required"]}
    if kind == "WORD":
        constraints["enum"] = column["words"]
    type_ = "number" if kind in NUMBERS else "date" if kind == "DATE" else "any"
    return {"name": column["header"], "type": type_, "constraints": constraints}


def with_pandera(file: Path, schema: dict[str, Any]) -> None:
    import pandas as pd  # noqa: PLC0415
    import pandera.pandas as pa  # noqa: PLC0415

    frames = pd.read_excel(file, sheet_name=list(schema), dtype=object)
    for name, columns in schema.items():
        described = pa.DataFrameSchema(
            {each["header"]: _column(pa, each) for each in columns}, coerce=True
        )
        with suppress(pa.errors.SchemaErrors):  # * in a column of numbers, for one
            described.validate(frames[name], lazy=True)


def _column(pa: Any, column: dict[str, Any]) -> Any:
    kind = column["kind"]
    checks = [pa.Check.isin(column["words"])] if kind == "WORD" else []
    type_ = float if kind in NUMBERS else "datetime64[ns]" if kind == "DATE" else None
    return pa.Column(type_, checks, nullable=not column["required"])


def main() -> None:
    peer, file, schema = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
    validate = {"frictionless": with_frictionless, "pandera": with_pandera}[peer]
    began = time.perf_counter()
    validate(file, schema)
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "megabytes": peak / 1024}))


if __name__ == "__main__":
    main()
