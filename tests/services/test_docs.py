"""Every finding about a document or an estimate is described, and what is described is real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from estimator.services.accounts.codes import ACCOUNT_CODES
from estimator.services.docs import findings_section, with_documents, write
from estimator.services.estimating.notices import ESTIMATE_CODES, WORDINGS, Notice, findings
from estimator.services.intake.codes import (
    DOCUMENT_CODES,
    FIELD_CODES,
    PLAN_CODES,
    REQUEST_CODES,
)
from estimator.services.intake.fields import refuse

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "findings.md"
KINDS = ("clinic", "plan", "payer", "treatment", "category", "item", "program")


def source() -> str:
    """Return the program's text, the registries aside."""
    files = [*(ROOT / "estimator" / "services").rglob("*.py")]
    files += (ROOT / "estimator" / "web").rglob("*.py")
    texts = [file.read_text("utf-8") for file in files if file.name != "codes.py"]
    return "\n".join(texts)


def test_the_page_is_what_is_rendered() -> None:
    page = PAGE.read_text("utf-8")

    assert with_documents(page) == page
    assert findings_section() in page


def test_a_page_without_the_part_gets_it_at_its_end() -> None:
    page = with_documents("# Findings\n")

    assert page == f"# Findings\n\n{findings_section()}\n"
    assert with_documents(page) == page


def test_all_generated_pages_are_written_at_once(tmp_path: Path) -> None:
    write(tmp_path)

    for name in ("rulebook.md", "findings.md"):
        assert (tmp_path / name).read_text("utf-8") == (ROOT / "docs" / name).read_text("utf-8")


def test_every_code_stands_in_one_table() -> None:
    together = [*FIELD_CODES, *PLAN_CODES, *REQUEST_CODES, *ACCOUNT_CODES, *ESTIMATE_CODES]

    assert len(set(together)) == len(together)
    assert all(f"| `{code}` |" in findings_section() for code in together)


def test_a_code_that_is_not_listed_cannot_be_used() -> None:
    with pytest.raises(KeyError):
        refuse("months", "no-such-code", "It is wrong.")


def test_a_finding_without_advice_has_that_of_its_code() -> None:
    assert refuse("plan", "plan-twice", "Twice.").advice == DOCUMENT_CODES["plan-twice"].mend


@pytest.mark.parametrize("code", DOCUMENT_CODES)
def test_every_code_of_a_document_is_used(code: str) -> None:
    made = {f"unknown-{kind}" for kind in KINDS}

    assert code in made or f'"{code}"' in source()
    assert code == code.lower()
    assert DOCUMENT_CODES[code].severity == "stop"


@pytest.mark.parametrize("code", ACCOUNT_CODES)
def test_every_code_of_an_account_is_used(code: str) -> None:
    assert f'"{code}"' in source()
    assert ACCOUNT_CODES[code].severity == "stop"


@pytest.mark.parametrize("code", WORDINGS)
def test_every_code_of_an_estimate_is_used(code: str) -> None:
    elsewhere = re.sub(rf'"{code}": _Wording', "", source())

    assert f'"{code}"' in elsewhere


@pytest.mark.parametrize("code", ESTIMATE_CODES)
def test_every_assumption_is_a_sentence_about_what_it_meets(code: str) -> None:
    (finding,) = findings([Notice(code, "the infusion"), Notice(code, "the drug")])

    assert finding.severity == ESTIMATE_CODES[code].severity
    assert "{" not in finding.message
    if "…" in ESTIMATE_CODES[code].meaning:
        assert "the infusion and the drug" in finding.message
