"""Writes a rulebook as a workbook, blank or filled in, from the data dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from estimator.rulebook.columns import Column, Kind
from estimator.rulebook.rows import Row
from estimator.rulebook.schema import SHEETS, Sheet
from estimator.rulebook.written import cell_content
from estimator.sheets import writer
from estimator.sheets.form_writer import Form

README = (
    "Rulebook: what payers pay, and what patients are left to pay",
    "",
    "One row is one rule. Row 1 of each sheet holds the headers; point at a header to read what "
    "its column means. Dark headers have to be filled in, light ones may be blank.",
    "* means any. Blank means not known, and never any.",
    "20 in a percent column means 20%. Money is typed without $: 1234.50. Dates are typed as "
    "2026-07-01.",
    "The most specific row wins: a row for one plan over a row for *, a row for one item over a "
    "row for its category. A whole row wins, never a part of it.",
    "The date of service chooses the row. For next year, add rows with a new Effective from and "
    "leave the old ones as they are; Effective to may stay blank.",
    "Every row says its source: where a colleague can read the same.",
    "IDs are short names of letters, digits, - and _ that sheets use to refer to each other; they "
    "never change. Names are for people, and may.",
    "Your own columns begin with # and are not read. Write down what you changed on Changes.",
    "Nothing is live until it is published. Uploading the workbook shows everything that has to "
    "be mended first.",
)

CHANGES_HEADERS = ("Date", "Who", "What changed", "Why and source")
_CHANGES_WIDTHS = (12, 20, 60, 60)

CATEGORIES = (
    "office visit",
    "psychotherapy",
    "infusion",
    "drug administration",
    "drug",
    "pharmacy generic",
    "pharmacy brand",
    "monitoring",
    "clinic fee",
)
"""Words to begin with where no item has a category yet."""

_FORMATS = {
    Kind.TEXT: "@",
    Kind.ID: "@",
    Kind.CODE: "@",
    Kind.WORD: "@",
    Kind.YES_NO: "@",
    Kind.MONTH_DAY: "@",
    Kind.WORDS: "@",
    Kind.TEXTS: "@",
    Kind.CODES: "@",
    Kind.MONEY: "0.00",
    Kind.UNIT_PRICE: "0.00####",
    Kind.DATE: "yyyy-mm-dd",
    Kind.COUNT: "0",
}
REFERRED = frozenset(column.references for each in SHEETS for column in each.columns) - {""}
"""Sheets whose IDs stand in columns of others."""
_CATEGORY = "list_category"
_YES_NO = "list_yes_no"
_SPARE_CATEGORIES = 50
_TO_BE_READ = ("Treatments", "Words")
"""Sheets whose long texts are shown whole; elsewhere a row is a line, to be scanned."""
_LEAST_WIDTH, _MOST_WIDTH, _TEXT_WIDTH = 9, 28, 44
_WIDE = {"source": 60, "note": 90}
"""The width of long texts at the end of a row, so that they make it little higher."""


def write_workbook(
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    changes: Sequence[Sequence[str]] = (),
    readme: Sequence[str] = README,
    form: Form | None = None,
) -> bytes:
    """Return a workbook with *rows*, or without any; equal content gives equal bytes.

    A *form* stands in front of everything else.
    """
    rows = rows or {}
    return writer.write_book(
        writer.Book(
            readme=readme,
            sheets=[_sheet(sheet, rows.get(sheet.name, ())) for sheet in SHEETS],
            lists=lists(rows.get("Items", ())),
            last=[_changes(changes)],
            form=form,
        )
    )


def _sheet(sheet: Sheet, rows: Sequence[Row]) -> writer.Sheet:
    contents = [[cell_content(sheet, column, row) for column in sheet.columns] for row in rows]
    columns = tuple(
        written_column(sheet, column, [line[at] for line in contents])
        for at, column in enumerate(sheet.columns)
    )
    named = {ids_of(sheet.name): 0} if sheet.name in REFERRED else {}
    return writer.Sheet(name=sheet.name, columns=columns, rows=contents, named=named)


def written_column(
    sheet: Sheet, column: Column, contents: Sequence[writer.Copied]
) -> writer.Column:
    """Return a column as it is written: with its help, its format and its dropdown."""
    longest = max((len(str(each)) for each in contents if each is not None), default=0)
    is_long = column.kind in (Kind.TEXT, Kind.TEXTS) and longest > _MOST_WIDTH
    wanted = max(longest, len(column.header) * 0.75, _LEAST_WIDTH) + 3
    return writer.Column(
        header=column.header,
        help=_help(column),
        required=column.required,
        width=_WIDE.get(column.name, _TEXT_WIDTH) if is_long else min(wanted, _MOST_WIDTH),
        number_format=_FORMATS.get(column.kind, "General"),
        wrap=sheet.name in _TO_BE_READ,
        choices=_choices(sheet, column),
        only_choices=bool(column.words) or column.kind is Kind.YES_NO,
    )


def _help(column: Column) -> str:
    needed = "Has to be filled in." if column.required else "May be blank."
    return f"{column.help}\n{needed}"


def _choices(sheet: Sheet, column: Column) -> str:
    """Return the defined name that holds what a column can say."""
    if column.kind is Kind.YES_NO:
        return _YES_NO
    if column.kind is Kind.WORD:
        return _list_name(sheet, column)
    if column.references:
        return ids_of(column.references)
    return _CATEGORY if column.name == "category" else ""


def lists(items: Iterable[Row]) -> list[writer.Choices]:
    """Return the words behind all dropdowns but those of IDs."""
    return [*_word_lists(), _categories(items)]


def _word_lists() -> list[writer.Choices]:
    """Return each word list once; two columns of one header and different words have two."""
    found = {_YES_NO: writer.Choices(header="yes or no", name=_YES_NO, words=("yes", "no"))}
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.kind is Kind.WORD:
                name = _list_name(sheet, column)
                header = name.removeprefix("list_").replace("_", " ")
                found.setdefault(name, writer.Choices(header=header, name=name, words=column.words))
    return list(found.values())


def _list_name(sheet: Sheet, column: Column) -> str:
    """Name a list after its header, and after its sheet where the header says other words too."""
    of_header = {
        each.words
        for other in SHEETS
        for each in other.columns
        if each.header == column.header and each.kind is Kind.WORD
    }
    title = column.header if len(of_header) == 1 else f"{sheet.name} {column.header}"
    return "list_" + re.sub(r"\W+", "_", title.lower()).strip("_")


def _categories(items: Iterable[Row]) -> writer.Choices:
    used = {str(getattr(item, "category", "")): None for item in items}
    return writer.Choices(
        header="category",
        name=_CATEGORY,
        words=tuple(used) or CATEGORIES,
        spare=_SPARE_CATEGORIES,
    )


def _changes(changes: Sequence[Sequence[str]]) -> writer.Sheet:
    """Return the staff's log, with its own headers where it has some."""
    headers, *entries = changes or (CHANGES_HEADERS,)
    widths = (*_CHANGES_WIDTHS, *(20 for _ in headers))
    columns = tuple(
        writer.Column(header=header, width=width, number_format="@", wrap=True)
        for header, width in zip(headers, widths, strict=False)
    )
    return writer.Sheet(name="Changes", columns=columns, rows=entries)


def ids_of(sheet: str) -> str:
    """Return the defined name for the IDs of a sheet."""
    return f"ids_{sheet.lower()}"
