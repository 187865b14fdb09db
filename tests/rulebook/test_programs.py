"""What the rules say does not depend on the program that saved them, nor on how they look."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl.workbook import Workbook

from estimator.findings import Finding
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import fingerprint
from estimator.rulebook.template import write_workbook
from estimator.rulebook.text_form import read_folder, unpack
from estimator.sheets.table import Trouble
from estimator.sheets.workbook import read_workbook
from tests.rulebook.mistakes import SHIPPED, at, changed, findings_of, row_where, shipped_findings
from tests.rulebook.programs import SAVED, formulas_without_values, with_formulas
from tests.support.office import convert

pytestmark = pytest.mark.no_cover  # the whole shipped rules, again and again

FORMULAS = [("=200+50", 250), ('="in"&"sulin"', "insulin"), ("=1/0", "#DIV/0!"), ("=1=1", True)]


class Offices(NamedTuple):
    """What LibreOffice made of our files, by their names."""

    spreadsheets: dict[str, Path]
    documents: dict[str, Path]


def mistaken(book: Workbook) -> None:
    """A share without its sign, a date as text, a word that is none, and a hidden row."""
    benefits, prices = book["Benefits"], book["Prices"]
    row = row_where(benefits, **{"Cost share": "coinsurance after deductible"})
    at(benefits, "Coinsurance %", row).value = 0.2
    at(prices, "Effective from", 2).value = "1/2/2026"
    at(prices, "Basis", 3).value = "dollar"
    prices.row_dimensions[4].hidden = True


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    folder = tmp_path_factory.mktemp("offices")
    files = {
        "shipped": SHIPPED.read_bytes(),
        "blank": write_workbook(),
        "mistaken": changed(mistaken),
        "formulas": formulas_without_values(formula for formula, _ in FORMULAS),
    }
    for name, data in files.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    ours = [folder / f"{name}.xlsx" for name in files]
    documents = convert([ours[0]], "ods", folder / "documents")
    documents["shipped"].rename(folder / "by-way-of-ods.ods")
    again = convert([*ours, folder / "by-way-of-ods.ods"], "xlsx", folder / "spreadsheets")
    return Offices(again, {"shipped": folder / "by-way-of-ods.ods"})


@pytest.fixture(scope="module")
def meant() -> str:
    return fingerprint(load_workbook_bytes(SHIPPED.read_bytes()).rows)


@pytest.mark.parametrize("save", [save for _, save in SAVED], ids=[name for name, _ in SAVED])
def test_the_rules_are_the_same_whatever_saved_them(save: Callable[[], bytes], meant: str) -> None:
    loaded = load_workbook_bytes(save())
    assert loaded.findings == ()
    assert fingerprint(loaded.rows) == meant


@pytest.mark.parametrize("name", ["shipped", "by-way-of-ods"])
def test_the_rules_are_the_same_from_libreoffice(offices: Offices, meant: str, name: str) -> None:
    data = offices.spreadsheets[name].read_bytes()
    assert frozenset(findings_of(data)) == shipped_findings()
    assert fingerprint(load_workbook_bytes(data).rows) == meant


def test_a_blank_workbook_from_libreoffice_is_still_blank(offices: Offices) -> None:
    loaded = load_workbook_bytes(offices.spreadsheets["blank"].read_bytes())
    assert loaded.findings == ()
    assert not any(loaded.rows.values())


def test_what_is_mistaken_is_found_at_the_same_cells_from_libreoffice(offices: Offices) -> None:
    def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
        new = (each for each in findings if each not in shipped_findings())
        return [(each.code, each.where, each.message) for each in new]

    found = told(findings_of(offices.spreadsheets["mistaken"].read_bytes()))
    assert found == told(findings_of(changed(mistaken)))
    assert {code for code, _, _ in found} == {
        "percent-ambiguous",
        "date-as-text",
        "not-in-list",
        "hidden-row",
    }


def test_an_open_document_is_refused_with_what_to_do(offices: Offices) -> None:
    (found,) = load_workbook_bytes(offices.documents["shipped"].read_bytes()).findings
    assert found.code == "not-a-workbook"
    assert found.message == "The file is an OpenDocument file (.ods), not an .xlsx workbook."
    assert found.advice.startswith(
        "Open it in LibreOffice, choose File, Save As, and as type Excel"
    )


def values(data: bytes) -> list[object]:
    (table,) = read_workbook(data).tables
    return [cells[1].value for cells in table.rows.values()]


def test_formulas_are_read_as_what_they_were_saved_with() -> None:
    data = with_formulas(FORMULAS, lambda result: result)
    assert values(data) == [Decimal(250), "insulin", "#DIV/0!", True]


def test_libreoffice_saves_what_formulas_come_to(offices: Offices) -> None:
    data = offices.spreadsheets["formulas"].read_bytes()
    assert values(data) == [Decimal(250), "insulin", "#DIV/0!", True]
    (table,) = read_workbook(data).tables
    assert [cells[1].trouble for cells in table.rows.values()] == [None, None, Trouble.ERROR, None]


def test_a_formula_without_its_value_is_told_as_such() -> None:
    (table,) = read_workbook(formulas_without_values(["=A2", "=TRUE()"])).tables
    assert [cells[1].trouble for cells in table.rows.values()] == [Trouble.FORMULA, None]


def test_a_workbook_that_became_a_folder_and_a_workbook_again_says_the_same(
    tmp_path: Path, meant: str
) -> None:
    unpack(SHIPPED, tmp_path)
    folder = read_folder(tmp_path)
    again = load_workbook_bytes(write_workbook(folder.rows, changes=folder.changes))
    assert fingerprint(folder.rows) == fingerprint(again.rows) == meant


def test_reading_a_file_leaves_it_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rules.xlsx"
    file.write_bytes(SHIPPED.read_bytes())
    file.chmod(0o400)
    before = file.stat().st_mtime_ns
    unpack(file, tmp_path / "folder")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (SHIPPED.read_bytes(), before)
