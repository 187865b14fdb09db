"""A clinic's own workbook: the shipped rules with its identity, prices and networks.

Nothing is written back into a file that a person gave: what changes is a new workbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.findings import Finding, did_you_mean, stops
from estimator.rulebook import rows as r
from estimator.rulebook import setup_page
from estimator.rulebook.columns import ANY
from estimator.rulebook.difference import RowChange, difference
from estimator.rulebook.ladder import ONE_DAY, spans
from estimator.rulebook.loader import LoadedRulebook, load_workbook_bytes
from estimator.rulebook.problems import Place, finding
from estimator.rulebook.schema import SETUP_PAGE
from estimator.rulebook.setup_page import Answers
from estimator.rulebook.template import CHANGES_HEADERS, write_workbook
from estimator.sheets.apart import read_apart
from estimator.sheets.workbook import Book

Rows = Mapping[str, Sequence[Any]]

_SAMPLE = re.compile(r"\bsample\b", re.IGNORECASE)
_SOURCE = "the clinic itself"
_ABOUT = {"row", "effective_from", "effective_to", "source", "checked_on", "note"}
"""Fields that say where and when, not what."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A workbook with the answers moved into rows, or the findings why there is none."""

    workbook: bytes | None
    changes: tuple[RowChange, ...] = ()
    findings: tuple[Finding, ...] = ()


def new_workbook(loaded: LoadedRulebook, answers: Answers, today: date) -> bytes:
    """Return the rules as the workbook of one clinic, without the sample clinics they have."""
    return _written(without_samples(loaded.rows), answers, today, loaded.changes)


def typed_answers(
    rows: Rows, texts: Mapping[str, str], in_network: Iterable[str]
) -> tuple[Answers, tuple[Finding, ...]]:
    """Return answers typed by field name, and payers by ID, name or alias, read as on the page."""
    known = {name.casefold(): row.payer_id for row in rows["Payers"] for name in _names(row)}
    strangers = [name for name in in_network if name.casefold() not in known]
    payers = [known[name.casefold()] for name in in_network if name.casefold() in known]
    answers, found = setup_page.read(setup_page.typed(texts, payers), payers)
    unknown = (
        finding(
            "unknown-id",
            Place(SETUP_PAGE, header="In network"),
            f"is {name}, which Payers does not have.{did_you_mean(name, known)}",
        )
        for name in strangers
    )
    unneeded = (each for each in found if each.code != "required-blank")
    return answers, (*unneeded, *unknown)


def set_up(data: bytes, today: date, read: Callable[[bytes], Book] = read_apart) -> SetUp:
    """Return a workbook with the answers of its page as rows."""
    loaded = load_workbook_bytes(data, read)
    if stops(loaded.findings):
        return SetUp(None, findings=loaded.findings)
    if loaded.setup_page is None:
        place = Place(SETUP_PAGE)
        return SetUp(None, findings=(finding("missing-sheet", place, "is not in the workbook."),))
    answers, found = setup_page.read(loaded.setup_page, _payers(loaded.rows))
    if stops(found):
        return SetUp(None, findings=found)
    changes = difference(loaded.rows, applied(loaded.rows, answers, today))
    return SetUp(_written(loaded.rows, answers, today, loaded.changes), changes, found)


def not_moved(loaded: LoadedRulebook, today: date) -> Iterator[Finding]:
    """Yield a note where the page has answers that the rows do not have."""
    if loaded.setup_page is None:
        return
    answers, found = setup_page.read(loaded.setup_page, _payers(loaded.rows))
    if found or difference(loaded.rows, applied(loaded.rows, answers, today)):
        place = Place(SETUP_PAGE)
        yield finding("setup-not-moved", place, "has answers that are not yet in the rows.")


def without_samples(rows: Rows) -> dict[str, Sequence[Any]]:
    """Return the rows without the sample clinics and all that is theirs alone."""
    samples = {row.clinic_id for row in rows["Clinics"] if _SAMPLE.search(row.name)}
    names = {row.name for row in rows["Clinics"] if row.clinic_id in samples}
    kept: dict[str, Sequence[Any]] = {
        sheet: [row for row in same if getattr(row, "clinic_id", None) not in samples]
        for sheet, same in rows.items()
    }
    kept["Assistance"] = [
        row
        for row in rows["Assistance"]
        if row.applies_to != "self-pay" or not _SAMPLE.search(row.source)
    ]
    kept["Words"] = [row for row in rows["Words"] if row.english not in names]
    return kept


def applied(rows: Rows, answers: Answers, today: date) -> dict[str, Sequence[Any]]:
    """Return the rows with what the clinic answered."""
    clinic = clinic_id_of(answers)
    result = {**rows, "Clinics": _with_clinic(rows["Clinics"], answers, today)}
    for price in _prices(rows, answers, clinic):
        result["Prices"] = _settled(result["Prices"], price, today)
    for payer, is_in in answers.networks.items():
        row = _network(clinic, payer, is_in=is_in)
        result["Networks"] = _settled(result["Networks"], row, today)
    return result


def clinic_id_of(answers: Answers) -> str:
    """Return the ID of the clinic: the one given, or one made of its name.

    >>> clinic_id_of(Answers({"name": "St. Mary's, Boston"}))
    'st-mary-s-boston'
    """
    given = answers.values.get("clinic_id")
    name = re.sub(r"[^a-z0-9]+", "-", str(answers.values["name"]).lower()).strip("-")
    return str(given or name or "our-clinic")


def _written(rows: Rows, answers: Answers, today: date, changes: Sequence[Sequence[str]]) -> bytes:
    clinic = clinic_id_of(answers)
    full = Answers({**answers.values, "clinic_id": clinic}, answers.networks)
    log = [*(changes or [CHANGES_HEADERS])]
    log.append((today.isoformat(), "", f"Set up the clinic {clinic}", _SOURCE))
    form = setup_page.form(full, rows["Payers"])
    return write_workbook(applied(rows, full, today), changes=log, form=form)


def _names(payer: r.PayerRow) -> tuple[str, ...]:
    return (payer.payer_id, payer.name, *(payer.aliases or ()))


def _payers(rows: Rows) -> list[str]:
    return [row.payer_id for row in rows["Payers"]]


def _with_clinic(clinics: Sequence[Any], answers: Answers, today: date) -> list[Any]:
    """Return the clinics with this one: changed in its place, or added."""
    given, clinic = answers.values, clinic_id_of(answers)
    where = ", ".join(str(given[name]) for name in ("street", "state") if name in given)
    said: dict[str, Any] = {
        "name": given.get("name"),
        "address": where or None,
        "phone": given.get("phone"),
        "npi": given.get("npi"),
    }
    said = {name: value for name, value in said.items() if value is not None}
    same = [row for row in clinics if row.clinic_id == clinic]
    if not same:
        own = r.ClinicRow(row=0, clinic_id=clinic, source=_SOURCE, checked_on=today, **said)
        return [*clinics, own]
    return [replace(row, **said) if row in same else row for row in clinics]


def _prices(rows: Rows, answers: Answers, clinic: str) -> Iterator[r.PriceRow]:
    """Yield the clinic's prices: in cash what is answered, billed the same unless said."""
    items = _items(rows)
    for name, item in items.items():
        cents = answers.values.get(name)
        if cents is not None and item is not None:
            billed = answers.values.get("billed") if name == "infusion" else None
            yield _price("cash", clinic, item, cents)
            yield _price("charge", clinic, item, cents if billed is None else billed)


def _items(rows: Rows) -> dict[str, str | None]:
    """Return the items of the questions: those of the first ketamine treatment and its course."""
    main = next((t for t in rows["Treatments"] if t.arm == "ketamine" and t.main_item), None)
    steps = [step for step in rows["Courses"] if main and step.treatment_id == main.treatment_id]
    phases = {"evaluation": "evaluation", "follow_up": "follow-up"}
    found = {
        name: next((step.item_id for step in steps if step.phase == phase), None)
        for name, phase in phases.items()
    }
    return {"infusion": main.main_item if main else None, **found}


def _price(kind: str, clinic: str, item: str, cents: int) -> r.PriceRow:
    return r.PriceRow(
        row=0,
        kind=kind,
        clinic_id=clinic,
        payer_id=ANY,
        plan_id=ANY,
        item_id=item,
        network="all",
        basis="dollars",
        amount=Decimal(cents) / 100,
        effective_from=date.min,
        source=_SOURCE,
    )


def _network(clinic: str, payer: str, *, is_in: bool) -> r.NetworkRow:
    return r.NetworkRow(
        row=0,
        clinic_id=clinic,
        payer_id=payer,
        plan_id=ANY,
        network="in" if is_in else "out",
        effective_from=date.min,
        source=_SOURCE,
    )


_KEYS = {
    r.PriceRow: ("kind", "clinic_id", "payer_id", "plan_id", "item_id", "network"),
    r.NetworkRow: ("clinic_id", "payer_id", "plan_id"),
}


def _settled(rows: Sequence[Any], wanted: Any, today: date) -> list[Any]:
    """Return the rows so that from today on what is *wanted* holds; what held before stays.

    The first row of a key holds from the beginning of the year.
    """
    key = _KEYS[type(wanted)]
    same = [row for row in rows if all(getattr(row, n) == getattr(wanted, n) for n in key)]
    if not same:
        first = date(today.year, 1, 1)
        return [*rows, replace(wanted, effective_from=first, checked_on=today)]
    held = next((span for span in spans(same) if span.first <= today <= span.last), None)
    if held and _says(held.row) == _says(wanted):
        return list(rows)
    new = replace(wanted, effective_from=today, checked_on=today)
    if held is None:
        return [*rows, new]
    new = replace(new, effective_to=held.row.effective_to)
    if held.first == today:
        return [new if row is held.row else row for row in rows]
    return [*(_ended(row, today) if row is held.row else row for row in rows), new]


def _ended(row: Any, today: date) -> Any:
    """Return a row that no longer holds; a blank end is the day before the next row."""
    return row if row.effective_to is None else replace(row, effective_to=today - ONE_DAY)


def _says(row: Any) -> dict[str, Any]:
    """Return what a row says, a range that is no range left out."""
    said = {f.name: getattr(row, f.name) for f in fields(row) if f.name not in _ABOUT}
    return {name: value for name, value in said.items() if value is not None}
