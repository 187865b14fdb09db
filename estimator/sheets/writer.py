"""Writes a workbook that people can fill in: headers with help, formats, dropdowns.

The same content gives the same bytes. Text is written as text whatever it begins with, so
that nothing a person typed becomes a formula or a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it has no annotations

from estimator.sheets.form_writer import Form, write_form
from estimator.sheets.layout import print_on_wide_pages, row_height
from estimator.sheets.table import letters

SPARE_ROWS = 500
"""Rows below the last one that have dropdowns too."""
LEAST_ROWS = 1000
README_WIDTH, README_GAP = 90, 6
LISTS = "Lists"
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""When every workbook says it was made: content alone decides its bytes."""

_HEADER = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
_REQUIRED = {**_HEADER, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}
_OPTIONAL = {**_HEADER, "bg_color": "#DCE3EC", "font_color": "#1A1A1A"}
_CELL = {"valign": "top"}
_WRAPPED = {**_CELL, "text_wrap": True}
_PERCENT_FORMAT = "0.0#####%"


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage written as a share in a cell that displays it with its sign."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number or date in a format of its own, which may say what it means (00636, 1-Mar)."""

    value: Decimal | date
    number_format: str


Content = str | Decimal | date | Share | None
Copied = Content | Formatted | bool
"""What a cell can hold that is copied as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as written: its header, help, width, number format and choices."""

    header: str
    help: str = ""
    required: bool = False
    width: float = 14
    number_format: str = "General"
    wrap: bool = False
    choices: str = ""
    """The defined name that holds what to choose from."""
    only_choices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Copied]] = ()
    named: Mapping[str, int] = field(default_factory=dict)
    """Defined names for what stands in a column, by the column's place from 0."""
    marked: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Colors behind cells, by row and column from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A list of words behind dropdowns: the header above it and its defined name."""

    header: str
    name: str
    words: tuple[str, ...]
    spare: int = 0
    """Empty cells below, for words that people add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook as written: a page to fill in or to read first, tables, lists, more tables."""

    readme: Sequence[str]
    sheets: Sequence[Sheet]
    lists: Sequence[Choices]
    last: Sequence[Sheet] = ()
    form: Form | None = None


def write_book(book: Book) -> bytes:
    """Return the bytes of a workbook."""
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    workbook.set_properties({"created": _WRITTEN})
    formats = _Formats(workbook)
    if book.form:
        write_form(workbook, book.form)
    _write_readme(workbook, book.readme)
    for sheet in book.sheets:
        _write_sheet(workbook, sheet, formats)
    _write_lists(workbook, book.lists, formats)
    for sheet in book.last:
        _write_sheet(workbook, sheet, formats)
    workbook.close()
    return stream.getvalue()


class _Formats:
    """The workbook's formats, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, properties: Mapping[str, Any]) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(dict(properties))
        return self._made[key]

    def cell(self, column: Column, number_format: str = "", color: str = "") -> Any:
        base = _WRAPPED if column.wrap else _CELL
        if "yy" in column.number_format:  # a day to the right would touch the text beside it
            base = {**base, "align": "left"}
        marked = {"bg_color": color, "font_color": "#1A1A1A"} if color else {}
        number_format = number_format or column.number_format
        return self.of({**base, **marked, "num_format": number_format})


def _write_readme(workbook: Any, lines: Sequence[str]) -> None:
    sheet = workbook.add_worksheet("README")
    sheet.set_column(0, 0, README_WIDTH)
    sheet.hide_gridlines(2)
    title = workbook.add_format({"bold": True, "font_size": 16})
    text = workbook.add_format(_WRAPPED)
    for number, line in enumerate(lines):
        sheet.set_row(number, row_height([(line, README_WIDTH)]) + README_GAP)
        sheet.write_string(number, 0, line, text if number else title)


def _write_sheet(workbook: Any, sheet: Sheet, formats: _Formats) -> None:
    page = workbook.add_worksheet(sheet.name)
    print_on_wide_pages(page)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.set_row(0, 32)
    last = max(len(sheet.rows) + SPARE_ROWS, LEAST_ROWS)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width, formats.cell(column))
        _write_header(page, at, column, formats)
        if column.choices:
            page.data_validation(1, at, last, at, _dropdown(column))
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, _height(sheet, row))
        for at, (column, content) in enumerate(zip(sheet.columns, row, strict=True)):
            color = sheet.marked.get((number, at), "")
            _write_cell(page, (number, at), content, partial(formats.cell, column, color=color))
            if color and content is None:
                page.write_blank(number, at, None, formats.cell(column, color=color))
    if sheet.columns:
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    for name, at in sheet.named.items():
        letter = letters(at + 1)
        workbook.define_name(name, f"='{sheet.name}'!${letter}$2:${letter}${last + 1}")


def _height(sheet: Sheet, row: Sequence[Copied]) -> float:
    cells = zip(sheet.columns, row, strict=True)
    return row_height((str(content or ""), each.width) for each, content in cells if each.wrap)


def _write_header(page: Any, at: int, column: Column, formats: _Formats) -> None:
    page.write_string(0, at, column.header, formats.of(_REQUIRED if column.required else _OPTIONAL))
    if column.help:
        height = 20 * (2 + len(column.help) // 32)
        page.write_comment(0, at, column.help, {"author": "", "width": 220, "height": height})


def _dropdown(column: Column) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": f"={column.choices}",
        "error_title": column.header[:32],
        "error_message": "Choose one of the list.",
        "show_error": column.only_choices,
    }


def _write_cell(page: Any, at: tuple[int, int], content: Copied, shape: Callable[..., Any]) -> None:
    """Write what stands in a cell; *shape* gives its format, in a number format if need be."""
    if content is None or content == "":
        return
    if isinstance(content, str):
        page.write_string(*at, content, shape())
    elif isinstance(content, bool):
        page.write_boolean(*at, content, shape())
    elif isinstance(content, Share):
        page.write_number(*at, float(content.percent.scaleb(-2)), shape(_PERCENT_FORMAT))
    elif isinstance(content, Formatted):
        _write_cell(page, at, content.value, partial(shape, content.number_format))
    elif isinstance(content, date):
        page.write_datetime(*at, content, shape())
    else:
        page.write_number(*at, float(content), shape())


def _write_lists(workbook: Any, lists: Iterable[Choices], formats: _Formats) -> None:
    page = workbook.add_worksheet(LISTS)
    page.freeze_panes(1, 0)
    text = formats.of({**_CELL, "num_format": "@"})
    for at, choices in enumerate(lists):
        width = max(len(choices.header), *(len(word) for word in choices.words), 8) + 3
        page.set_column(at, at, width, text)
        page.write_string(0, at, choices.header, formats.of(_OPTIONAL))
        for number, word in enumerate(choices.words, start=1):
            page.write_string(number, at, word, text)
        letter = letters(at + 1)
        last = len(choices.words) + choices.spare + 1
        workbook.define_name(choices.name, f"={LISTS}!${letter}$2:${letter}${last}")
