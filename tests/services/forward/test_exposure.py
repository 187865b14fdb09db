"""Dollars that rest on rows: of the live release, and of the same rows of earlier ones."""

from __future__ import annotations

from datetime import date

from estimator.rulebook.model import Rulebook
from estimator.services.forward.exposure import recent_uses
from estimator.storage import row_uses
from estimator.storage.database import Database
from estimator.storage.row_uses import Count, Key
from tests import builders as b
from tests.support import stored

TODAY = date(2026, 3, 15)
OLD = b.sheets(b.BASE, b.charge("pill", 1), b.charge("infusion", 600), b.deductible(5))
NEW = b.sheets(b.BASE, b.charge("infusion", 650), b.deductible(5))


def uses(
    database: Database, *counted: tuple[int, date, str, int, int]
) -> dict[tuple[str, int], Count]:
    stored.publish(database, OLD, NEW)
    counts = {
        Key(release, month, sheet, row): Count(1, cents)
        for release, month, sheet, row, cents in counted
    }
    with database.writing() as session:
        row_uses.add(session, counts)
    return recent_uses(database, 2, Rulebook(NEW), TODAY)


def test_a_row_keeps_its_uses_where_its_number_changes(database: Database) -> None:
    march = date(2026, 3, 1)
    assert uses(
        database,
        (1, march, "Prices", 3, 600),
        (2, march, "Prices", 2, 50),
        (1, march, "Limits", 2, 7),
    ) == {("Prices", 2): Count(2, 650), ("Limits", 2): Count(1, 7)}


def test_a_row_that_is_gone_counts_for_nobody(database: Database) -> None:
    assert uses(database, (1, date(2026, 3, 1), "Prices", 2, 600)) == {}


def test_three_months_are_recent(database: Database) -> None:
    months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 3, 1)]
    found = uses(database, *((2, month, "Prices", 2, 100) for month in months))
    assert found == {("Prices", 2): Count(2, 200)}
