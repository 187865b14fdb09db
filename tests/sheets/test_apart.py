"""A workbook is read in a process of its own; however that ends, one finding or the tables."""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.services import rulebooks
from estimator.sheets import wire
from estimator.sheets.apart import LIMITS, Limits, read_apart
from estimator.sheets.table import Cell, Merge, Table, Trouble
from estimator.sheets.workbook import read_workbook

SHIPPED = (Path(__file__).parents[2] / "rules" / "us-2026.xlsx").read_bytes()
MEGABYTE = 1024 * 1024


def refused(limits: Limits = LIMITS, data: bytes = SHIPPED) -> list[str]:
    book = read_apart(data, limits)
    assert book.tables == ()
    return [finding.code for finding in book.findings]


def test_the_tables_are_those_that_are_read_in_this_process() -> None:
    assert read_apart(SHIPPED) == read_workbook(SHIPPED)


def test_a_damaged_file_is_called_damaged() -> None:
    assert refused(data=b"PK\x03\x04 nothing more") == ["unreadable-workbook"]


@pytest.mark.parametrize("memory", [14, 20, 24], ids=lambda size: f"{size} MB")
def test_too_little_memory_is_one_finding_at_whatever_point_it_ends(memory: int) -> None:
    """A library that meets the limit may take it for damage."""
    (code,) = refused(replace(LIMITS, memory=memory * MEGABYTE))
    assert code in {"reading-stopped", "unreadable-workbook"}


def test_too_much_computing_is_one_finding() -> None:
    assert refused(replace(LIMITS, cpu_seconds=0)) == ["reading-stopped"]


def test_too_long_a_wait_is_one_finding() -> None:
    assert refused(replace(LIMITS, seconds=0.001)) == ["reading-stopped"]


def test_the_limits_are_the_childs_alone() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    refused(replace(LIMITS, memory=14 * MEGABYTE))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    attempt = f"""
from estimator.sheets.child import limit
limit({LIMITS.memory}, {LIMITS.cpu_seconds})
open({str(tmp_path / "file")!r}, "w").write("a word")
"""
    subprocess.run([sys.executable, "-c", attempt], capture_output=True, check=False)
    assert (tmp_path / "file").read_text() == ""


def test_checking_a_file_says_that_it_could_not_be_read() -> None:
    def read(data: bytes) -> object:
        return read_apart(data, replace(LIMITS, memory=14 * MEGABYTE))

    checked = rulebooks.check(SHIPPED, date(2026, 12, 1), read)  # type: ignore[arg-type]
    assert [finding.code for finding in checked.findings] == ["reading-stopped"]
    assert not checked.loaded.readable
    assert not checked.publishable


CELLS = st.builds(
    Cell,
    row=st.integers(1, 1_048_576),
    column=st.integers(1, 16_384),
    value=st.one_of(
        st.text(),
        st.booleans(),
        st.dates(),
        st.decimals(allow_nan=False, allow_infinity=False, places=6),
        st.just(Decimal("1.23456789012346E+19")),
    ),
    number_format=st.sampled_from(["General", "0%", "@"]),
    trouble=st.sampled_from([None, *Trouble]),
)


@given(st.lists(CELLS, unique_by=lambda cell: (cell.row, cell.column)), st.text())
def test_tables_come_through_as_they_were(cells: list[Cell], name: str) -> None:
    rows: dict[int, dict[int, Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell
    merge = Merge(first_row=1, first_column=2, last_row=3, last_column=4)
    table = Table(name=name, rows=rows, merges=(merge,), hidden_rows=frozenset({3, 9}))
    assert wire.decode(wire.encode((table, table))) == (table, table)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{",
        b"\x80\x04\x95 a pickle",
        b'{"texts": [], "tables": [7]}',
        b'{"texts": [], "tables": [{"name": "a", "cells": [[1, 1, "n", 0, 0, null]]}]}',
        b'{"texts": ["@"], "tables": [{"name": "a", "cells": [[1, 1, "n", 0, 0, null]]}]}',
        b"[" * 100_000,
    ],
)
def test_an_answer_in_another_shape_is_no_tables(answer: bytes) -> None:
    with pytest.raises(wire.NotTablesError):
        wire.decode(answer)
