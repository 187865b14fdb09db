"""The command `estimator batch`."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from estimator import shipped
from estimator.cli import main

RULES = ["--rulebook", str(shipped.workbook())]


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["batch", *map(str, arguments), *RULES])
    return done.exit_code, done.stdout, done.stderr


def test_a_file_comes_back_with_its_answers(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.xlsx"
    source.write_text("MRN,clinic_id,treatments\n007,boston-sample,sertraline\n008,x,\n")

    code, said, notes = run(source, target)

    assert code == 0
    assert said == f"{target} is written: 1 of 2 rows are estimated.\n"
    assert "The column MRN was taken for patient_ref." in notes
    assert openpyxl.load_workbook(target)["Results"]["A2"].value == "007"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.xlsx"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("in.csv", "patient_ref\n", "table-without-rows"),
        ("in.txt", "patient_ref\na\n", "not-a-batch-file"),
        ("in.csv", "plan_id\na\n", "column-missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_finding(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    source, target = tmp_path / name, tmp_path / "out.csv"
    source.write_text(text)

    exit_code, _, found = run(source, target)

    assert exit_code == 1
    assert found.strip().endswith(f"[{code}]")
    assert len(found.strip().splitlines()) == 1
    assert not target.exists()


def test_the_template_can_be_filled_in_and_sent(tmp_path: Path) -> None:
    template, target = tmp_path / "patients.xlsx", tmp_path / "out.csv"
    assert run("--template", template)[0] == 0
    book = openpyxl.load_workbook(template)
    page = book["Patients"]
    page["A2"], page["B2"], page["C2"] = "007", "boston-sample", "bcbsma-archetype-ppo"
    dropdowns = {str(each.sqref).split("2")[0] for each in page.data_validations.dataValidation}
    book.save(template)

    code, _, _ = run(template, target)

    assert code == 0
    assert {"B", "C", "N"} <= dropdowns
    assert target.read_text().splitlines()[1].startswith("007,boston-sample")
