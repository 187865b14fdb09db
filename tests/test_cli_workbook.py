"""A clinic's own workbook from a terminal: from the shipped rules to the first estimate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import shipped

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("estimator")
OWN = ("--from", str(shipped.workbook()), "--clinic", "Riverside Infusion")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in an empty folder."""

    def command(*arguments: str, data: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=tmp_path,
            input=data,
            text=True,
            capture_output=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    return command


def test_two_commands_lead_to_an_estimate_at_ones_own_price(run: Run) -> None:
    made = run("new", "mine.xlsx", *OWN, "--price-infusion", "450", "--in-network", "aetna")
    assert (made.returncode, made.stderr) == (0, "")
    request = json.dumps({"treatments": ["iv-ketamine"], "start_date": "2026-12-01", "months": 1})
    done = run("estimate", "-", "--rulebook", "mine.xlsx", data=request)
    assert done.returncode == 0
    (route,) = json.loads(done.stdout)["treatments"][0]["routes"]
    assert {line["billed"] for line in route["lines"] if line["item_id"] == "iv-infusion"} == {
        "450.00"
    }


def test_the_page_becomes_rows_of_a_new_file(run: Run, tmp_path: Path) -> None:
    run("new", "mine.xlsx", *OWN, "--price-infusion", "450")
    before = (tmp_path / "mine.xlsx").read_bytes()
    done = run("setup", "mine.xlsx", "ready.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert "estimator check ready.xlsx" in done.stdout
    assert (tmp_path / "mine.xlsx").read_bytes() == before
    assert run("check", "ready.xlsx").returncode == 0


def test_no_command_writes_over_what_is_there(run: Run, tmp_path: Path) -> None:
    run("new", "mine.xlsx", *OWN, "--price-infusion", "450")
    before = (tmp_path / "mine.xlsx").read_bytes()
    for command in (("new", "mine.xlsx", *OWN), ("setup", "mine.xlsx", "mine.xlsx")):
        done = run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "is there already" in done.stderr
    assert (tmp_path / "mine.xlsx").read_bytes() == before


def test_what_cannot_be_read_is_said_and_nothing_written(run: Run, tmp_path: Path) -> None:
    done = run("new", "mine.xlsx", *OWN, "--price-infusion", "cheap", "--in-network", "aetn")
    assert done.returncode == 1
    assert "Price of one infusion $" in done.stderr
    assert "Did you mean aetna?" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_not_filled_in_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    run("new", "mine.xlsx", *OWN)
    done = run("setup", "mine.xlsx", "ready.xlsx")
    assert done.returncode == 1
    assert "Price of one infusion $ in Set up your clinic!B" in done.stderr
    assert not (tmp_path / "ready.xlsx").exists()


def test_rules_without_a_clinic_are_misuse(run: Run) -> None:
    assert run("new", "mine.xlsx", *OWN[:2]).returncode == 2
    assert run("new", "mine.xlsx", "--price-infusion", "450").returncode == 2


def test_other_rules_have_to_be_in_order_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    done = run("new", "mine.xlsx", "--from", "broken.xlsx", "--clinic", "A")
    assert done.returncode == 1
    assert "[unreadable-workbook]" in done.stderr


EXPLAIN = ("explain", "--plan", "aetna-fl-ppo-1500", "--date", "2026-12-01")
SHIPPED = ("--rulebook", str(shipped.workbook()))


def test_a_row_is_explained_as_text_and_as_json(run: Run) -> None:
    text = run(*EXPLAIN, "--item", "iv-infusion", "--clinic", "boston-sample", *SHIPPED)
    assert (text.returncode, text.stderr) == (0, "")
    document = json.loads(
        run(*EXPLAIN, "--item", "iv-infusion", "--network", "in", "--json", *SHIPPED).stdout
    )
    benefits = next(each for each in document["ladders"] if each["sheet"] == "Benefits")
    assert f"> row {benefits['winner']} " in text.stdout


def test_an_unknown_item_is_not_explained(run: Run) -> None:
    done = run(*EXPLAIN, "--item", "iv-infusio", *SHIPPED)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Did you mean iv-infusion?" in done.stderr


def test_a_day_that_does_not_exist_is_not_explained(run: Run) -> None:
    done = run("explain", "--plan", "x", "--item", "y", "--date", "2026-02-30", *SHIPPED)
    assert (done.returncode, done.stdout) == (2, "")
    assert "2026-02-30 is not a day written as YYYY-MM-DD." in done.stderr
