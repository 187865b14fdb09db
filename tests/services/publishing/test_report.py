"""What is found in a workbook is the same whichever process looks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from estimator import shipped
from estimator.services.publishing.report import report, report_apart
from tests.builders import TODAY, limit
from tests.support.rulebooks import workbook

FILES = {
    "sound": workbook(80),
    "to decide": workbook(80, decide=True),
    "a failing test": workbook(80, expected=81),
    "stopped": workbook(80, *(limit("deductible", 1, f"p{number}") for number in range(9))),
    "no workbook": b"%PDF-1.7",
    "shipped": shipped.workbook().read_bytes(),
}


@pytest.mark.parametrize("name", FILES)
def test_a_process_of_its_own_finds_the_same(name: str) -> None:
    found = report_apart(FILES[name], TODAY)

    assert found == report(FILES[name], TODAY)
    assert found.readable is (name != "no workbook")


def test_a_process_that_takes_too_long_is_ended() -> None:
    found = report_apart(FILES["sound"], TODAY, patience=0.01)

    assert [each.code for each in found.findings] == ["reading-stopped"]
    assert not found.readable


def test_a_process_that_dies_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    found = report_apart(FILES["sound"], TODAY)

    assert [each.code for each in found.findings] == ["reading-stopped"]


def test_the_process_loads_no_database() -> None:
    loads = "import estimator.services.publishing.child, sys; print('sqlalchemy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, check=True, text=True)

    assert done.stdout == "False\n"
