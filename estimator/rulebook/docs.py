"""Renders docs/rulebook.md and the rulebook's part of docs/findings.md, so that they stay true.

``python -m estimator.rulebook.docs`` writes both anew; a test holds them to what this says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from estimator.rulebook.codes import BETWEEN_CODES, CELL_CODES, ROW_CODES, SHEET_CODES
from estimator.rulebook.columns import Column, Kind, columns_of
from estimator.rulebook.rows import Dated, Sourced
from estimator.rulebook.schema import SHEETS, Sheet
from estimator.sheets.codes import FILE_CODES, Code

DOCS = Path("docs")
BEGIN = "<!-- rulebook: rendered by estimator/rulebook/docs.py -->"
END = "<!-- end of rulebook -->"

_INTRODUCTION = """\
# The rulebook

<!-- Rendered by estimator/rulebook/docs.py from the data dictionary; change it there. -->

A rulebook is one workbook (.xlsx) that billing staff edit in Excel, LibreOffice or Google
Sheets. This page lists what every sheet and column holds. Problems and how to mend them are
in [findings.md](findings.md).

## Every sheet

- One table per sheet, headers in row 1 (upper and lower case, outer spaces and the order of
  columns do not matter), one rule per row. Blank rows are skipped; hidden rows count.
- `*` means any. Blank never does: it means not known, or what the column says.
- Money is a number of dollars, `1234.50`. In a percent column 20 means 20%, and so does 20% in
  a cell formatted as a percentage; 0.2 is refused, because it can be read in two ways.
- Dates are date cells or `YYYY-MM-DD`. IDs and codes are text: format their cells as Text, or
  leading zeros are lost. IDs have letters, digits, `-` and `_`.
- A column whose header begins with `#` is your own. README, Lists and Changes are not read.
- The most specific row wins, the whole row, never a mix of two. Where a sheet takes `*`, its
  ladder says what is more specific.
- On dated sheets the date of service chooses the row. A blank Effective to holds until the day
  before the next row with the same key, so next year's figures are added as new rows.
- The same rules can be kept as a folder of CSV files, one per sheet, with these headers.

In the tables, **bold** columns have to be filled in; K marks the row's key."""

_FINDINGS = (
    ("The file", FILE_CODES),
    ("Sheets and columns", SHEET_CODES),
    ("Cells", CELL_CODES),
    ("Rows", ROW_CODES),
    ("Between rows", BETWEEN_CODES),
)


def rulebook_page() -> str:
    """Return docs/rulebook.md."""
    endings = [
        _ending("Dated sheets end with", columns_of(Dated)),
        _ending("Sourced sheets end with", columns_of(Sourced)),
    ]
    sheets = [_sheet(sheet) for sheet in SHEETS]
    return "\n\n".join([_INTRODUCTION, *endings, "## Sheets", *sheets]) + "\n"


def findings_section() -> str:
    """Return the part of docs/findings.md that is about rulebooks."""
    parts = [f"### {title}\n\n{codes_table(codes)}" for title, codes in _FINDINGS]
    return "\n\n".join([BEGIN, "## Rulebooks", *parts, END])


def with_section(page: str, section: str = "", begin: str = BEGIN, end: str = END) -> str:
    """Return docs/findings.md with one of its parts, the rulebook's by default, rendered anew."""
    section = section or findings_section()
    if begin not in page:
        return f"{page.rstrip()}\n\n{section}\n".lstrip()
    before, _, rest = page.partition(begin)
    return before + section + rest.partition(end)[2]


def write(docs: Path = DOCS) -> None:
    """Write both pages."""
    (docs / "rulebook.md").write_text(rulebook_page(), encoding="utf-8")
    page = docs / "findings.md"
    text = page.read_text(encoding="utf-8") if page.exists() else "# Findings\n"
    page.write_text(with_section(text), encoding="utf-8")


def _ending(title: str, columns: tuple[Column, ...]) -> str:
    return f"### {title}\n\n{_table(columns)}"


def _sheet(sheet: Sheet) -> str:
    base = Dated if sheet.dated else Sourced
    shared = (
        {column.name for column in columns_of(base)} if issubclass(sheet.row_class, base) else set()
    )
    own = tuple(column for column in sheet.columns if column.name not in shared)
    kind = " (dated)" if sheet.dated else " (sourced)" if shared else ""
    ladder = f"\n\nLadder: {sheet.ladder}." if sheet.ladder else ""
    return f"### {sheet.name}{kind}\n\n{sheet.purpose}{ladder}\n\n{_table(own)}"


def _table(columns: tuple[Column, ...]) -> str:
    lines = ["| Column | Holds | Meaning |", "| --- | --- | --- |"]
    for column in columns:
        name = f"**{column.header}**" if column.required else column.header
        key = " K" if column.key else ""
        lines.append(f"| {name}{key} | {_holds(column)} | {_escaped(column.help)} |")
    return "\n".join(lines)


def _holds(column: Column) -> str:
    if column.kind is Kind.WORD:
        return _escaped("; ".join(column.words))
    holds = column.kind.value
    if column.references:
        holds = f"ID of {column.references}"
    if column.words:
        holds += f": {', '.join(column.words)}"
    return _escaped(holds + (" or *" if column.any_allowed else ""))


def codes_table(codes: Mapping[str, Code]) -> str:
    """Return codes as a table of the page."""
    lines = ["| Code | | What it means | What to do |", "| --- | --- | --- | --- |"]
    for code, known in codes.items():
        meaning, mend = _escaped(known.meaning), _escaped(known.mend)
        lines.append(f"| `{code}` | {known.severity} | {meaning} | {mend} |")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    write()
