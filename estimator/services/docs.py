"""Renders the part of docs/findings.md about documents and estimates, so that it stays true.

``python -m estimator.services.docs`` writes it and the rulebook's pages anew; tests hold the
pages to what this says.
"""

from __future__ import annotations

from pathlib import Path

from estimator.rulebook import docs as rulebook_docs
from estimator.rulebook.docs import DOCS, codes_table, with_section
from estimator.services.accounts.codes import ACCOUNT_CODES
from estimator.services.estimating.notices import ESTIMATE_CODES
from estimator.services.intake.codes import FIELD_CODES, PLAN_CODES, REQUEST_CODES

BEGIN = "<!-- documents: rendered by estimator/services/docs.py -->"
END = "<!-- end of documents -->"

_DOCUMENTS = """\
## Documents

A document that cannot be used (a case, a request, what is typed in the form) is answered by
these; each names its field, and all of them are said at once."""

_ESTIMATES = """\
## Estimates

What an estimate had to assume, or could not do. `stop`: the treatment has no figure; `decide`:
it can change dollars, and somebody can find out; `note`: good to know. "…" is what it is about."""

_TITLES = (
    ("Fields", FIELD_CODES),
    ("Plans", PLAN_CODES),
    ("Requests", REQUEST_CODES),
    ("Accounts", ACCOUNT_CODES),
)


def findings_section() -> str:
    """Return the part of docs/findings.md that is about documents and estimates."""
    parts = [f"### {title}\n\n{codes_table(codes)}" for title, codes in _TITLES]
    return "\n\n".join([BEGIN, _DOCUMENTS, *parts, _ESTIMATES, codes_table(ESTIMATE_CODES), END])


def with_documents(page: str) -> str:
    """Return docs/findings.md with its part on documents and estimates rendered anew."""
    return with_section(page, findings_section(), BEGIN, END)


def write(docs: Path = DOCS) -> None:
    """Write all generated pages."""
    rulebook_docs.write(docs)
    page = docs / "findings.md"
    page.write_text(with_documents(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
