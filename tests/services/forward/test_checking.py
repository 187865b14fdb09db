"""Checked today, unchanged: a draft that differs in nothing but dates."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from estimator.rulebook.difference import difference
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import decode, encode, fingerprint
from estimator.rulebook.template import write_workbook
from estimator.services.estimating.behind import Spot
from estimator.services.forward.checking import NothingMarked, NotLive, mark_checked
from estimator.storage import releases
from estimator.storage.database import Database
from estimator.storage.tables import Draft, Event
from tests import builders as b
from tests.support.publishing import new_release
from tests.support.rulebooks import act
from tests.support.stored import TODAY

BOOK = b.sheets(
    b.BASE, b.treatment(), b.course(times=3, every=7), b.deductible(0), b.charge("infusion", 80),
    b.cash("infusion", 80), b.benefit("copay", copay=15), b.a_test("self-pay", 80),
)  # fmt: skip
LOG = [
    ("Date", "Who", "What changed", "Why and source"),
    ("2026-01-05", "Kim", "First rows", "SBC"),
]


@pytest.fixture
def released(database: Database) -> Database:
    for why in ("first", "second"):
        with database.writing() as session:
            releases.publish(
                session,
                new_release(
                    fingerprint=fingerprint(BOOK),
                    snapshot=encode(BOOK),
                    workbook=write_workbook(BOOK, changes=LOG),
                    reason=why,
                ),
            )
    return database


def mark(database: Database, number: int, spots: set[Spot]) -> int:
    return mark_checked(database, act("robin"), number, spots)


def made(database: Database, number: int) -> Draft:
    with database.session() as session:
        return session.get_one(Draft, number)


def test_only_the_marked_rows_are_dated(released: Database) -> None:
    marked = {("Prices", 3), ("Items", 2), ("Words", 2), ("Prices", 99)}
    draft = made(released, mark(released, 2, marked))
    assert draft.snapshot is not None
    changes = difference(BOOK, decode(draft.snapshot))
    assert [(each.sheet, each.row_before) for each in changes] == [("Items", 2), ("Prices", 3)]
    assert {(cell.header, cell.after) for each in changes for cell in each.cells} == {
        ("Checked on", TODAY.isoformat())
    }


def test_the_draft_is_open_and_whole_with_the_staffs_log(released: Database) -> None:
    draft = made(released, mark(released, 2, {("Prices", 2)}))
    loaded = load_workbook_bytes(draft.workbook)
    assert (draft.state, draft.uploaded_by, draft.file_name) == (
        "open",
        "robin",
        "checked-2026-03-02.xlsx",
    )
    assert draft.fingerprint == fingerprint(loaded.rows)
    assert loaded.changes == (
        *LOG,
        ("2026-03-02", "robin", "Checked on is today: 1", "Sources read again, unchanged"),
    )
    assert any(each["code"] == "failing-test" for each in draft.findings)


def test_what_was_done_is_in_the_audit(released: Database) -> None:
    number = mark(released, 2, {("Prices", 2)})
    with released.session() as session:
        (event,) = session.scalars(select(Event))
    assert (event.actor, event.action, event.about) == ("robin", "draft.upload", str(number))


def test_rows_of_a_release_that_is_not_live_are_refused(released: Database) -> None:
    with pytest.raises(NotLive):
        mark(released, 1, {("Prices", 2)})
    with released.session() as session:
        assert session.scalars(select(Draft)).all() == []


def test_rows_that_are_not_there_make_no_draft(released: Database) -> None:
    for spots in (set[Spot](), {("Prices", 99), ("Nothing", 2), ("Words", 2)}):
        with pytest.raises(NothingMarked):
            mark(released, 2, spots)
    with released.session() as session:
        assert session.scalars(select(Draft)).all() == []
