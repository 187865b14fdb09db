"""Files that must not be read are refused at once, with what to do instead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from estimator.rulebook.loader import load_workbook_bytes
from estimator.sheets.codes import FILE_CODES
from estimator.sheets.guard import guard
from tests.sheets.hostile import HOSTILE, SHIPPED, SURVIVED, Hostile

MEASURE = """
import resource, sys
from pathlib import Path
from estimator.rulebook.loader import load_workbook_bytes
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
for file in sorted(Path(sys.argv[1]).iterdir()):
    assert not load_workbook_bytes(file.read_bytes()).readable, file
    print(peak() - before, file.name)
"""
MOST_MEGABYTES = 100


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_file_that_must_not_be_read_gets_one_finding(hostile: Hostile) -> None:
    findings = guard(hostile.data)
    assert [finding.code for finding in findings] == [hostile.code]
    assert hostile.words in findings[0].message
    assert findings[0].advice


def test_there_are_many_of_them() -> None:
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) > 90
    assert len({(hostile.code, hostile.words) for hostile in HOSTILE}) > 50


def test_what_the_guard_says_is_all_that_is_said() -> None:
    for hostile in HOSTILE[:3]:
        data = hostile.data
        loaded = load_workbook_bytes(data)
        assert loaded.findings == guard(data)
        assert not loaded.readable


def test_every_code_of_a_file_has_a_file_that_gets_it() -> None:
    by_the_child = {"reading-stopped"}
    assert {hostile.code for hostile in HOSTILE} == set(FILE_CODES) - by_the_child


def test_the_shipped_workbook_passes() -> None:
    assert guard(SHIPPED) == ()


def test_refusing_them_all_takes_little_memory(tmp_path: Path) -> None:
    """Each of these few kilobytes asks a library for gigabytes or minutes."""
    for number, hostile in enumerate(HOSTILE):
        (tmp_path / f"{number:03} {hostile.name}.xlsx".replace("/", " ")).write_bytes(hostile.data)
    command = [sys.executable, "-c", MEASURE, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(HOSTILE)
    assert [line for line in lines if int(line.split()[0]) > MOST_MEGABYTES] == []


@pytest.mark.parametrize("make", [make for _, make in SURVIVED], ids=[name for name, _ in SURVIVED])
def test_what_is_strange_but_small_is_read(make: Callable[[], bytes]) -> None:
    assert load_workbook_bytes(make()).readable


def test_a_formatted_cell_at_row_one_million_is_survived() -> None:
    book = openpyxl.load_workbook(BytesIO(SHIPPED))
    book["Benefits"].cell(1_048_000, 1).font = Font(bold=True)
    stream = BytesIO()
    book.save(stream)
    loaded = load_workbook_bytes(stream.getvalue())
    assert not loaded.findings
    assert loaded.rows == load_workbook_bytes(SHIPPED).rows
