"""Checked today, unchanged: a draft that differs in nothing but dates."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from estimator.rulebook.difference import difference
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import decode, encode, fingerprint
from estimator.rulebook.template import write_workbook
from estimator.services.audit import Audit
from estimator.services.forward.checking import Checking, NotLive
from estimator.storage import releases
from estimator.storage.database import Database
from estimator.storage.tables import Draft, Event
from tests import builders as b
from tests.support import stored
from tests.support.publishing import new_release
from tests.support.stored import NOW, TODAY

BOOK = b.sheets(
    b.BASE, b.treatment(), b.course(times=3, every=7), b.deductible(0), b.charge("infusion", 80),
    b.cash("infusion", 80), b.benefit("copay", copay=15), b.a_test("self-pay", 80),
)  # fmt: skip
LOG = [
    ("Date", "Who", "What changed", "Why and source"),
    ("2026-01-05", "Kim", "First rows", "SBC"),
]


@pytest.fixture
def checking(database: Database) -> Checking:
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
    return Checking(database, Audit.of(database, stored.SECRET))


def made(checking: Checking, number: int) -> Draft:
    with checking.database.session() as session:
        return session.get_one(Draft, number)


def test_only_the_marked_rows_are_dated(checking: Checking) -> None:
    marked = {("Prices", 3), ("Items", 2), ("Words", 2), ("Prices", 99)}
    draft = made(checking, checking.check(2, marked, NOW, TODAY, "robin"))
    assert draft.snapshot is not None
    changes = difference(BOOK, decode(draft.snapshot))
    assert [(each.sheet, each.row_before) for each in changes] == [("Items", 2), ("Prices", 3)]
    assert {(cell.header, cell.after) for each in changes for cell in each.cells} == {
        ("Checked on", TODAY.isoformat())
    }


def test_the_draft_is_open_and_whole_with_the_staffs_log(checking: Checking) -> None:
    draft = made(checking, checking.check(2, {("Prices", 2)}, NOW, TODAY, "robin"))
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


def test_what_was_done_is_in_the_audit(checking: Checking) -> None:
    number = checking.check(2, {("Prices", 2)}, NOW, TODAY, "robin")
    with checking.database.session() as session:
        (event,) = session.scalars(select(Event))
    assert (event.actor, event.action, event.about) == ("robin", "draft.upload", str(number))


def test_rows_of_a_release_that_is_not_live_are_refused(checking: Checking) -> None:
    with pytest.raises(NotLive):
        checking.check(1, {("Prices", 2)}, NOW, TODAY, "robin")
    with checking.database.session() as session:
        assert session.scalars(select(Draft)).all() == []
