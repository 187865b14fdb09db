"""Writes a page of questions with a cell for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from estimator.sheets.layout import print_on_wide_pages, row_height

_ANSWER = {"num_format": "@", "border": 1, "bg_color": "#FFFFFF", "valign": "top"}
_NEEDED = {**_ANSWER, "border": 2, "border_color": "#1F3A5F"}
_LABEL = {"valign": "top", "text_wrap": True}
_WIDTHS = (44, 40, 70)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: its words, what is answered so far, and what to choose from."""

    label: str
    answer: str = ""
    help: str = ""
    choices: Sequence[str] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A page of questions in parts, each under its title."""

    name: str
    title: str
    introduction: Sequence[str]
    parts: Sequence[tuple[str, Sequence[Question]]]


def write_form(workbook: Any, form: Form) -> None:
    """Write the page into a workbook that is being written."""
    page = workbook.add_worksheet(form.name)
    page.hide_gridlines(2)
    print_on_wide_pages(page)
    for at, width in enumerate(_WIDTHS):
        page.set_column(at, at, width)
    page.write_string(0, 0, form.title, workbook.add_format({"bold": True, "font_size": 16}))
    row = 1
    for line in form.introduction:
        page.write_string(row, 0, line)
        row += 1
    heading = workbook.add_format({"bold": True, "top": 1})
    for title, questions in form.parts:
        page.write_string(row + 1, 0, title, heading if title else None)
        row = _write_part(workbook, page, row + 2, questions)


def _write_part(workbook: Any, page: Any, row: int, questions: Sequence[Question]) -> int:
    label, answer = workbook.add_format(_LABEL), workbook.add_format(_ANSWER)
    needed = workbook.add_format(_NEEDED)
    for question in questions:
        page.write_string(row, 0, question.label + (" *" if question.needed else ""), label)
        style = needed if question.needed else answer
        if question.answer:
            page.write_string(row, 1, question.answer, style)
        else:
            page.write_blank(row, 1, None, style)
        page.write_string(row, 2, question.help, label)
        page.set_row(row, row_height(((question.label, _WIDTHS[0]), (question.help, _WIDTHS[2]))))
        if question.choices:
            page.data_validation(row, 1, row, 1, _dropdown(question))
        row += 1
    return row


def _dropdown(question: Question) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(question.choices),
        "error_title": question.label[:32],
        "error_message": "Choose one of the list, or leave it blank.",
    }
