"""What linters cannot say: the engine's purity, the size of modules, locked requirements."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "estimator"
ENGINE = sorted((PACKAGE / "engine").glob("**/*.py"))
LISTS = {PACKAGE / "rulebook/rows.py"}  # one class per sheet, and nothing but columns
MODULES = sorted(set(PACKAGE.glob("**/*.py")) - LISTS)


def imported_by(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", ENGINE, ids=lambda module: module.stem)
def test_the_engine_imports_the_standard_library_and_numpy_for_arrays(module: Path) -> None:
    allowed = sys.stdlib_module_names | ({"numpy"} if module.stem == "arrays" else set())

    foreign = {name for name in imported_by(module) if name.split(".")[0] not in allowed}

    assert {name for name in foreign if not name.startswith("estimator.engine")} == set()


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(path): len(path.read_text().splitlines()) for path in MODULES}

    assert {path: length for path, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("name", ["build", "dev", "runtime"])
def test_requirements_are_locked_by_hash_and_name_no_address(name: str) -> None:
    text = (PACKAGE.parent / f"requirements/{name}.txt").read_text()

    assert text.count("==") <= text.count("--hash=sha256:")
    assert not any(word in text for word in ("://", "--index", "--extra-index", "--find-links"))
