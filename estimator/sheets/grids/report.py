"""The sheets after the results: a summary with a chart, and the problems row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from estimator.sheets.layout import print_on_wide_pages, row_height

_BOLD = {"bold": True, "bg_color": "#DCE3EC", "border": 1}
_MONEY = {"num_format": "#,##0.00"}
_SAYS = 110
_TOP = {"valign": "top"}
"""The width of what is said of a row, in signs."""
_ROW = 20
"""The height of a row of one line, in pixels."""
_TITLE = {"bold": True, "font_size": 14}
Row = Sequence[str | int | float]


@dataclass(frozen=True, slots=True)
class Report:
    """What the sheets say, as tables of texts and numbers; amounts are dollars."""

    facts: Sequence[tuple[str, str]]
    by_treatment: Sequence[Row]
    """Treatment, patients, and what they pay on average: what the chart shows."""
    by_plan: Sequence[Row]
    """Plan, treatment, coverage, patients, and what they pay on average."""
    problems: Sequence[tuple[int, str, str]]
    """Rows with what each needs, and why: a line for each mistake."""
    more_problems: int = 0
    """Problems that are not listed here, but in their rows."""


def write_report(report: Report, book: Any) -> None:
    """Add the sheets to a workbook of XlsxWriter."""
    _summary(report, book)
    _problems(report, book)


def _summary(report: Report, book: Any) -> None:
    page = book.add_worksheet("Summary")
    page.set_column(0, 1, 32)
    page.set_column(2, 4, 22)
    print_on_wide_pages(page)
    page.write_string(0, 0, "Summary", book.add_format(_TITLE))
    row = 1
    for name, value in report.facts:
        page.write_string(row, 0, name)
        page.write_string(row, 1, value)
        row += 1
    header: tuple[str, ...] = ("Treatment", "Patients", "They pay on average $")
    first = row + 2
    row = _table(book, page, row + 1, header, report.by_treatment)
    if report.by_treatment:
        _chart(book, page, first, first + len(report.by_treatment) - 1)
    header = ("Plan", "Treatment", "Coverage", "Patients", "They pay on average $")
    _table(book, page, row + 1, header, report.by_plan)


def _table(book: Any, page: Any, row: int, header: Sequence[str], rows: Sequence[Row]) -> int:
    """Write a table; return the row after it."""
    bold, money = book.add_format(_BOLD), book.add_format(_MONEY)
    for at, name in enumerate(header):
        page.write_string(row, at, name, bold)
    for each in rows:
        row += 1
        for at, value in enumerate(each):
            if isinstance(value, str):
                page.write_string(row, at, value)
            else:
                page.write_number(row, at, value, money if isinstance(value, float) else None)
    return row + 1


def _chart(book: Any, page: Any, first: int, last: int) -> None:
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "What patients pay on average, by their best route",
            "categories": ["Summary", first, 0, last, 0],
            "values": ["Summary", first, 2, last, 2],
            "fill": {"color": "#1F3A5F"},
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "$#,##0", "major_gridlines": {"visible": True}})
    # beside the facts and the first table, above the second one
    chart.set_size({"width": 640, "height": min(90 + 28 * (last - first + 1), _ROW * (last + 1))})
    says = "A bar for each treatment: what patients pay on average; the table beside it has it too."
    page.insert_chart(0, 3, chart, {"description": says, "x_offset": _ROW})


def _problems(report: Report, book: Any) -> None:
    page = book.add_worksheet("Problems")
    page.freeze_panes(1, 0)
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 10)
    page.set_column(2, 2, _SAYS)
    page.repeat_rows(0)
    print_on_wide_pages(page)
    bold, long = book.add_format(_BOLD), book.add_format({**_TOP, "text_wrap": True})
    top, left = book.add_format(_TOP), book.add_format({**_TOP, "align": "left"})
    header = ("Row of the file", "It is", "What is wrong with it, or to be known")
    for at, name in enumerate(header):
        page.write_string(0, at, name, bold)
    row = 0
    for row, (number, kind, says) in enumerate(report.problems, 1):
        page.set_row(row, row_height([(says, _SAYS)]))
        page.write_number(row, 0, number, left)
        page.write_string(row, 1, kind, top)
        page.write_string(row, 2, says, long)
    if row:
        page.autofilter(0, 0, row, 2)
    if report.more_problems:
        says = f"and {report.more_problems:,} more, each in its own row of Results"
        page.write_string(row + 1, 2, says)
