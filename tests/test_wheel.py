"""The wheel, installed in a clean environment, has all it needs and works.

The environment borrows the dependencies of the one that runs the tests, so nothing is downloaded.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
MIGRATE = """
from estimator.storage.database import migrate, open_database
database = open_database()
migrate(database)
print(database.engine.url.database)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        folder,
        PROJECT,
    ]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs, with the wheel installed."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--quiet", wheel], check=True, capture_output=True)
    libraries = next(folder.glob("lib/python*/site-packages"))
    (libraries / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_wheel_holds_templates_static_files_migrations_and_rules(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())

    assert any(name.startswith("estimator/web/templates/") for name in held)
    assert any(name.startswith("estimator/web/static/") for name in held)
    assert any(name.startswith("estimator/storage/migrations/versions/v0001") for name in held)
    assert {"estimator/_shipped/us-2026.xlsx", "estimator/_shipped/example-patient.json"} <= held


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"estimator"}


def test_the_installed_program_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    assert "serve" in run(tmp_path, installed / "estimator", "--help")


def test_the_installed_program_prints_the_worked_example(installed: Path, tmp_path: Path) -> None:
    assert "$" in run(tmp_path, installed / "estimator", "example")


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = "from estimator import shipped; print(shipped.workbook(), shipped.example_patient())"

    printed = run(tmp_path, installed / "python", "-c", where).split()

    assert all(path.startswith(str(installed.parent)) for path in printed)
    assert all(Path(path).exists() for path in printed)


def test_the_installed_package_migrates_a_new_database(installed: Path, tmp_path: Path) -> None:
    printed = run(tmp_path, installed / "python", "-c", MIGRATE).strip()

    assert Path(printed) == tmp_path / "instance/estimator.sqlite3"
    assert Path(printed).exists()
