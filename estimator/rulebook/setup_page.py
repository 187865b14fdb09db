"""The page "Set up your clinic": about ten questions that a clinic answers in place of rows.

It stands in front of the rules and is none of them. Its answers are read with the same care
as any cell, and moved into rows by ``services.clinic_workbook``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.findings import Finding
from estimator.rulebook.cells import read_cell
from estimator.rulebook.columns import Column, Kind
from estimator.rulebook.problems import Place, UnreadableError, finding
from estimator.rulebook.rows import PayerRow
from estimator.rulebook.schema import SETUP_PAGE
from estimator.rulebook.seen import show_whole
from estimator.sheets.form_writer import Form, Question
from estimator.sheets.table import Cell, Table
from estimator.sheets.text import clean_word

_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
    "NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY"
)
STATES = tuple(_STATES.split())

FIELDS = (
    Column(name="name", header="Clinic name", kind=Kind.TEXT, help="What patients read."),
    Column(
        name="clinic_id",
        header="Clinic ID",
        kind=Kind.ID,
        help="A short name of letters, digits and - that never changes. Blank: made from the name.",
    ),
    Column(name="street", header="Street and city", kind=Kind.TEXT, help="May be blank."),
    Column(name="state", header="State", kind=Kind.WORD, help="Two letters: MA.", words=STATES),
    Column(name="phone", header="Phone", kind=Kind.TEXT, help="May be blank."),
    Column(name="npi", header="NPI", kind=Kind.CODE, help="Ten digits, for good faith estimates."),
    Column(
        name="infusion",
        header="Price of one infusion $",
        kind=Kind.MONEY,
        help="What a patient without insurance pays for it, medicine included.",
    ),
    Column(
        name="evaluation",
        header="Price of the first evaluation $",
        kind=Kind.MONEY,
        help="Blank: the price of the shipped rules. 0: included.",
    ),
    Column(
        name="follow_up",
        header="Price of a follow-up visit $",
        kind=Kind.MONEY,
        help="Blank: the price of the shipped rules. 0: included.",
    ),
    Column(
        name="billed",
        header="Billed to insurance for one infusion $",
        kind=Kind.MONEY,
        help="Blank: as the price above.",
    ),
)
"""What is asked, in order."""

NEEDED = ("name", "infusion")
_TITLE = "Set up your clinic"
_INTRODUCTION = (
    "Fill in the white cells, save, and type: estimator setup THIS-FILE.xlsx NEW-FILE.xlsx",
    "The new file has your answers as rows on Clinics, Prices and Networks. Nothing here is "
    "used before that.",
)
_NETWORKS = "Are you in network with ...?"
_IN_NETWORK = Column(
    name="in_network", header="In network", kind=Kind.YES_NO, help="yes, no, or blank: not known."
)
_LABEL, _ANSWER, _ID = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Answers:
    """What a clinic says about itself."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """By field name; what is blank is not there."""
    networks: Mapping[str, bool] = field(default_factory=dict)
    """Payer ID → whether the clinic is in its network."""


def form(answers: Answers, payers: Iterable[PayerRow]) -> Form:
    """Return the page as it is written, with the answers there are."""
    questions = [
        Question(
            label=each.header,
            answer=show_whole(each, answers.values.get(each.name)),
            help=each.help,
            choices=each.words,
            needed=each.name in NEEDED,
        )
        for each in FIELDS
    ]
    networks = [
        Question(
            label=payer.name,
            answer=show_whole(_IN_NETWORK, answers.networks.get(payer.payer_id)),
            help=payer.payer_id,
            choices=("yes", "no"),
        )
        for payer in payers
    ]
    return Form(
        name=SETUP_PAGE,
        title=_TITLE,
        introduction=_INTRODUCTION,
        parts=(("", questions), (_NETWORKS, networks)),
    )


def read(page: Table, payers: Iterable[str]) -> tuple[Answers, tuple[Finding, ...]]:
    """Return the answers of a page, and what of them cannot be read."""
    reading = _Reading({_folded(each.header): each for each in FIELDS}, frozenset(payers))
    for cells in page.rows.values():
        reading.row(cells)
    reading.findings += reading.missing()
    return Answers(reading.values, reading.networks), tuple(reading.findings)


def typed(texts: Mapping[str, str], in_network: Iterable[str]) -> Table:
    """Return the page that somebody filled in who typed *texts*, by field name."""
    lines = [(each.header, texts[each.name], "") for each in FIELDS if texts.get(each.name)]
    lines += [("", "yes", payer) for payer in in_network]
    return Table(
        name=SETUP_PAGE,
        rows={
            row: {
                at: Cell(row=row, column=at, value=text)
                for at, text in enumerate(line, start=_LABEL)
                if text
            }
            for row, line in enumerate(lines, start=1)
        },
    )


@dataclass(slots=True)
class _Reading:
    """A page while it is read: questions are known by their words, payers by their IDs."""

    questions: Mapping[str, Column]
    payers: frozenset[str]
    values: dict[str, Any] = field(default_factory=dict)
    networks: dict[str, bool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def row(self, cells: Mapping[int, Cell]) -> None:
        asked = self.questions.get(_folded(_text(cells.get(_LABEL))))
        payer = _text(cells.get(_ID))
        if asked:
            self.places[asked.name] = cells[_LABEL].row
            self._answer(asked, cells.get(_ANSWER), self.values, asked.name)
        elif payer in self.payers:
            self._answer(_IN_NETWORK, cells.get(_ANSWER), self.networks, payer)

    def missing(self) -> Iterator[Finding]:
        """Yield what has to be answered and is not."""
        told = {each.header for each in self.findings}
        for column in FIELDS:
            if column.name in NEEDED and column.name not in self.values:
                row = self.places.get(column.name)
                place = Place(SETUP_PAGE, f"B{row}" if row else "", column.header)
                if column.header not in told:
                    yield finding("required-blank", place, "is blank.")

    def _answer(self, column: Column, cell: Cell | None, into: dict[str, Any], name: str) -> None:
        if cell is None:
            return
        try:
            into[name] = read_cell(column, cell)
        except UnreadableError as problem:
            place = Place(SETUP_PAGE, cell.address, column.header, cell.shown)
            self.findings.append(finding(problem.code, place, problem.says, problem.advice))


def _text(cell: Cell | None) -> str:
    return clean_word(cell.full) if cell else ""


def _folded(text: str) -> str:
    return text.casefold().rstrip("* ")
