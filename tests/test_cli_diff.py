"""``estimator diff``, run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from estimator.rulebook.template import write_workbook
from tests import builders as b

COMMAND = Path(sys.executable).with_name("estimator")
RULES = (b.BASE, b.treatment(), b.course(times=3, every=7), b.deductible(0))
HERE = (*RULES, b.cash("infusion", 80), b.benefit("copay", copay=15))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "a.xlsx", HERE)
    return tmp_path


def write(path: Path, rows: Any) -> None:
    path.write_bytes(write_workbook(b.sheets(*rows)))


def diff(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "diff", *arguments]
    return subprocess.run(
        command, cwd=folder, text=True, capture_output=True, check=False, timeout=120,
        env=os.environ | {"ESTIMATOR_DATABASE_URL": "sqlite:////proc/nowhere/none.sqlite3"},
    )  # fmt: skip


def test_rows_and_dollars_are_printed_the_largest_change_first(folder: Path) -> None:
    write(folder / "b.xlsx", (*RULES, b.cash("infusion", 95), b.benefit("copay", copay=40)))
    done = diff(folder, "a.xlsx", "b.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout
    assert (
        "  changed row 2: cash, *, *, *, infusion, all, 2020-01-01\n      Amount: 80 → 95" in text
    )
    assert "      Copay $: 15.00 → 40.00" in text
    assert "  +$75.00  Gold, Ketamine; self and family, nothing met\n" in text
    assert "$45.00 with insurance → $120.00 with insurance; because of" in text
    assert "  +$45.00  no insurance, Ketamine; " in text
    assert text.index("+$75.00") < text.index("+$45.00")
    assert text.rstrip().endswith("2 rows differ. Of 2 estimates over 12 months from "
                                  f"{text.split('months from ')[1].split(',')[0]}, 2 change: "
                                  "2 rise, 0 fall. Of 0 tests, 0 change.")  # fmt: skip


def test_the_same_is_there_as_json(folder: Path) -> None:
    write(folder / "b.xlsx", (*RULES, b.cash("infusion", 95), b.benefit("copay", copay=15)))
    made = json.loads(diff(folder, "a.xlsx", "b.xlsx", "--json").stdout)
    assert made["rows"][0]["cells"] == [{"header": "Amount", "before": "80", "after": "95"}]
    assert made["dollars"][0]["change"] == "45.00"


def test_two_equal_workbooks_say_the_same(folder: Path) -> None:
    done = diff(folder, "a.xlsx", "a.xlsx")
    assert (done.returncode, done.stdout) == (0, "The two say the same.\n")


def test_a_failing_test_does_not_stand_in_the_way(folder: Path) -> None:
    failing = b.a_test("self-pay", 1)
    write(
        folder / "b.xlsx", (*RULES, b.cash("infusion", 95), failing, b.benefit("copay", copay=15))
    )
    done = diff(folder, "a.xlsx", "b.xlsx")
    assert done.returncode == 0
    assert "+$45.00  t1, expects $1.00: what it costs" in done.stdout


def test_a_workbook_with_something_to_mend_is_refused(folder: Path) -> None:
    write(folder / "b.xlsx", (*HERE, b.deductible(5)))
    done = diff(folder, "a.xlsx", "b.xlsx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("b.xlsx: stop: ")
    assert "[same-key]" in done.stderr


def test_a_file_that_is_no_workbook_cannot_be_read(folder: Path) -> None:
    (folder / "b.xlsx").write_text("no workbook")
    assert diff(folder, "a.xlsx", "b.xlsx").returncode == 2
    done = diff(folder, "none.xlsx", "a.xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.xlsx cannot be read" in done.stderr
