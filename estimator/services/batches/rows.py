"""Reads a piece of a file: columns to people, and for each row what is wrong with it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from estimator.rulebook.model import Rulebook
from estimator.services.batches import cells
from estimator.services.batches.cells import Answer, Reader, Words, numbers
from estimator.services.batches.days import Array, number_of
from estimator.services.batches.names import MET_NAMES, met_names
from estimator.services.batches.people import UNKNOWN, People
from estimator.services.estimating.situation import rulebook_plan
from estimator.services.intake.requests import PatientDocument, RequestDocument
from estimator.sheets.grids.cell_texts import as_text
from estimator.sheets.grids.piece import Kind, Piece

_AMOUNT = r"^[0-9]{1,7}(\.[0-9]{1,2})?$"
_SHOWN = {
    int(Kind.ERROR): "holds an error of the spreadsheet, such as #N/A. Mend it, or clear the cell.",
    int(Kind.FORMULA): "holds a formula that was never calculated. Open the file in a spreadsheet "
    "program, save it, and send it again.",
}
_TOO_LONG = (
    "The row has more cells than the header has names. Clear those beyond it; in a .csv, a text "
    "that holds the separator stands in quotation marks."
)
_NO_REFERENCE = "patient_ref is missing. Give the row one, or delete it if it is a total."
_NO_LIMIT = "the plan has no such limit"
_NO_CLINIC = "clinic_id is missing, and the rulebook has several clinics. Write which one."


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The rows of a piece: who can be estimated, and what is said of every row."""

    people: People
    good: Array
    """The places of the rows without a mistake, whom ``people`` holds in order."""
    problems: Any
    """What is wrong with each row, a line for each mistake; null where nothing is."""
    notes: Any
    """What else to know of each row."""


class RowReader:
    """Reads pieces with one rulebook and one mapping of columns."""

    def __init__(self, rulebook: Rulebook, places: Mapping[str, int], today: date) -> None:
        self.rulebook = rulebook
        self.places = places
        self.today = number_of(today)
        self.compared = tuple(
            each.treatment_id for each in rulebook.treatments.values() if each.compared
        )
        self._readers = self._make_readers()

    def _make_readers(self) -> dict[str, Reader]:
        rulebook = self.rulebook
        return {
            "clinic_id": cells.named("clinic_id", "clinic", rulebook.clinics),
            "plan_id": cells.named("plan_id", "plan", rulebook.plans),
            "coverage": cells.word(RequestDocument, "coverage"),
            "start_date": cells.day("start_date"),
            "as_of": cells.day("as_of"),
            "months": cells.count(RequestDocument, "months"),
            "age": cells.count(PatientDocument, "age"),
            "diagnosis": cells.field(PatientDocument, "diagnosis"),
            "failed_trials": cells.count(PatientDocument, "failed_trials"),
            "prior_authorization": cells.authorization(rulebook),
            "household_size": cells.count(PatientDocument, "household_size"),
            "annual_income": cells.amount("annual_income"),
            "treatments": cells.treatments(rulebook),
            **{name: cells.amount(name) for name in MET_NAMES},
        }

    def read(self, piece: Piece) -> RowsRead:
        """Return the rows of a piece."""
        return _Reading(self, piece).rows()

    def treatments_in(self, piece: Piece) -> list[tuple[str, ...]]:
        """Return the treatments that rows ask for, in the order they first appear."""
        if "treatments" not in self.places:
            return []
        column = as_text(piece.columns[self.places["treatments"]])
        answers = map(self._readers["treatments"], filter(None, pc.unique(column).to_pylist()))
        return [answer.value for answer in answers if answer.value is not None]

    def answers(self, column: str, texts: list[str]) -> list[Answer]:
        """Return what each text of a column means."""
        return [self._readers[column](text) for text in texts]


class _Reading:
    def __init__(self, reader: RowReader, piece: Piece) -> None:
        self.reader = reader
        self.piece = piece
        self.many = piece.rows
        self.problems: list[Any] = []
        self.notes: list[Any] = []
        self.bad = np.zeros(self.many, dtype=bool)

    def rows(self) -> RowsRead:
        self._refuse(self.piece.long, _TOO_LONG)
        self._refuse_blank("patient_ref", _NO_REFERENCE)
        self._readable("patient_ref")
        people = self._people()
        self._note_unused(people)
        good = np.flatnonzero(~self.bad)
        return RowsRead(people.take(good), good, self._said(self.problems), self._said(self.notes))

    def _said(self, columns: list[Any]) -> Any:
        return together(columns) if columns else pa.nulls(self.many, pa.string())

    def _refuse(self, where: Any, says: str) -> None:
        mask = np.asarray(where)
        if mask.any():
            self.bad |= mask
            self.problems.append(_where(mask, says))

    def _column(self, name: str) -> Any:
        """Return a column as text, null where it is blank or is not there."""
        if name not in self.reader.places:
            return pa.nulls(self.many, pa.string())
        text = as_text(self.piece.columns[self.reader.places[name]])
        trimmed = pc.utf8_trim_whitespace(text)
        return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)

    def _readable(self, name: str) -> Any:
        """Return a column without the cells that hold an error or a formula: these are refused."""
        column, kinds = self._column(name), self._kinds(name)
        if kinds is None:
            return column
        for kind, says in _SHOWN.items():
            there = pc.equal(kinds, kind)
            self._refuse(there, f"{name} {says}")
            column = pc.if_else(there, pa.scalar(None, pa.string()), column)
        return column

    def _kinds(self, name: str) -> Any:
        """Return what the cells of a column hold; ``None`` where all are text or blank."""
        place = self.reader.places.get(name)
        return None if place is None else self.piece.kinds[place]

    def _refuse_blank(self, name: str, says: str) -> None:
        """Refuse rows without a value; a cell that cannot be read is refused as such alone."""
        blank, kinds = np.asarray(pc.is_null(self._column(name))), self._kinds(name)
        if kinds is not None:
            blank = blank & ~np.isin(np.asarray(kinds), list(_SHOWN))
        self._refuse(blank, says)

    def _codes(self, name: str, column: Any) -> tuple[list[Answer], Array]:
        """Return what the different texts of a column mean, and which each row has.

        The last answer is that of a blank cell.
        """
        column = self._readable(name) if column is None else column
        coded = pc.dictionary_encode(column)
        texts = coded.dictionary.to_pylist()
        answers = self.reader.answers(name, texts)
        where = np.asarray(pc.fill_null(coded.indices, len(texts)))
        if any(answer.problem for answer in answers):
            says = pa.array([*(each.problem or None for each in answers), None], pa.string())
            self.problems.append(says.take(pa.array(where)))
            wrong = np.array([*(bool(each.problem) for each in answers), False])
            self.bad |= wrong[where]
        return [*answers, Answer()], where

    def _numbers(self, name: str, missing: int = UNKNOWN) -> Array:
        answers, where = self._codes(name, None)
        return numbers(answers, missing)[where]

    def _places(self, name: str, words: Words, missing: int = UNKNOWN) -> Array:
        answers, where = self._codes(name, None)
        return words.places(answers, missing)[where]

    def _amounts(self, name: str) -> Array:
        """Return cents; plain amounts are read all at once, whatever else one by one."""
        if name not in self.reader.places:
            return np.full(self.many, UNKNOWN, dtype=np.int64)
        column = self._readable(name)
        plain = pc.fill_null(pc.match_substring_regex(column, _AMOUNT), False)
        nothing = pa.scalar(None, pa.string())
        exact = pc.cast(pc.if_else(plain, column, nothing), pa.decimal128(12, 2))
        whole = pc.cast(pc.multiply(exact, pa.scalar(100, pa.decimal128(3, 0))), pa.int64())
        cents = np.asarray(pc.fill_null(whole, UNKNOWN))
        if pc.all(pc.or_(plain, pc.is_null(column))).as_py():
            return cents
        answers, where = self._codes(name, pc.if_else(plain, nothing, column))
        return np.where(np.asarray(plain), cents, numbers(answers)[where])

    def _people(self) -> People:
        rulebook = self.reader.rulebook
        clinics, plans = Words(tuple(rulebook.clinics)), Words((*rulebook.plans, None))
        diagnoses, authorizations = Words(), Words(("unknown",))
        asked = Words((self.reader.compared,))
        # in the order of the columns, as the messages of a row are
        clinic = self._clinic(clinics)
        plan = self._places("plan_id", plans, len(rulebook.plans))
        family = self._places("coverage", Words(("self", "family")), 0) == 1
        start = self._numbers("start_date", self.reader.today)
        months = self._numbers("months", 12)
        as_of = self._numbers("as_of")
        return People(
            clinic=clinic,
            plan=plan,
            family=family,
            start=start,
            months=months,
            as_of=np.where(as_of == UNKNOWN, start, as_of),
            age=self._numbers("age"),
            diagnosis=self._places("diagnosis", diagnoses),
            failed_trials=self._numbers("failed_trials"),
            authorization=self._places("prior_authorization", authorizations, 0),
            household_size=self._numbers("household_size"),
            annual_income=self._amounts("annual_income"),
            treatments=self._places("treatments", asked, 0),
            met={name: self._amounts(name) for name in MET_NAMES},
            clinics=tuple(clinics.values),
            plans=tuple(plans.values),
            diagnoses=tuple(diagnoses.values),
            authorizations=tuple(authorizations.values),
            asked=tuple(asked.values),
        )

    def _clinic(self, clinics: Words) -> Array:
        known = self.reader.rulebook.clinics
        clinic = self._places("clinic_id", clinics, UNKNOWN)
        if len(known) == 1:
            return np.maximum(clinic, 0)
        self._refuse_blank("clinic_id", _NO_CLINIC)
        return clinic

    def _note_unused(self, people: People) -> None:
        """Note what is given as met of a limit that the plan, or a row without one, has not."""
        has = self._limits_of(people)
        without = np.array([plan_id is None for plan_id in people.plans])[people.plan]
        for at, name in enumerate(MET_NAMES):
            unused = (people.met[name] > 0) & ~has[people.plan, at] & ~self.bad
            for where, why in ((without, "the row has no plan"), (~without, _NO_LIMIT)):
                if (unused & where).any():
                    self.notes.append(_where(unused & where, f"{name} is left aside: {why}."))

    def _limits_of(self, people: People) -> Array:
        has = np.zeros((len(people.plans), len(MET_NAMES)), dtype=bool)
        for at in np.unique(people.plan).tolist():
            plan_id = people.plans[at]
            if plan_id is None:
                continue
            for period in rulebook_plan(self.reader.rulebook, plan_id).limits:
                for name in met_names(period.limit.key) or ():
                    has[at, MET_NAMES.index(name)] = True
        return has


def _where(mask: Array, says: str) -> Any:
    return pc.if_else(pa.array(mask), pa.scalar(says), pa.scalar(None, pa.string()))


def together(columns: Sequence[Any]) -> Any:
    """Return what several columns say of each row, each on a line of its own, or null."""
    parts = [pc.fill_null(pc.binary_join_element_wise("\n", column, ""), "") for column in columns]
    said = pc.binary_join_element_wise(*parts, "")
    nothing = pa.scalar(None, pa.string())
    return pc.if_else(pc.equal(said, ""), nothing, pc.utf8_slice_codeunits(said, 1))
