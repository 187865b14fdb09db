"""The pages about the rulebook say what the data dictionary says."""

from __future__ import annotations

from pathlib import Path

from estimator.rulebook.codes import CODES
from estimator.rulebook.docs import rulebook_page, with_section
from estimator.rulebook.schema import SHEETS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_the_rulebook_is_what_is_rendered() -> None:
    assert (DOCS / "rulebook.md").read_text("utf-8") == rulebook_page()


def test_the_rulebook_part_of_the_findings_is_what_is_rendered() -> None:
    page = (DOCS / "findings.md").read_text("utf-8")
    assert with_section(page) == page


def test_every_column_and_every_code_is_described() -> None:
    rulebook = (DOCS / "rulebook.md").read_text("utf-8")
    findings = (DOCS / "findings.md").read_text("utf-8")
    headers = {column.header for sheet in SHEETS for column in sheet.columns}
    assert all(header in rulebook for header in headers)
    assert all(f"`{code}`" in findings for code in CODES)
