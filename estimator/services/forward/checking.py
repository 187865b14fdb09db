"""Checked today, unchanged: a draft in which rows say that their source was read today."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from estimator.rulebook import snapshot
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.rows import Row
from estimator.rulebook.template import CHANGES_HEADERS, write_workbook
from estimator.services.estimating.behind import Spot
from estimator.services.publishing.act import Act
from estimator.services.publishing.drafts import Upload, upload
from estimator.sheets.apart import read_apart
from estimator.storage import releases
from estimator.storage.database import Database
from estimator.storage.tables import Release

WHY = "Sources read again, unchanged"


class NotLive(Exception):  # noqa: N818 - an answer to a person, not a fault
    """What was marked is of a release that is not live any more."""


class NothingMarked(Exception):  # noqa: N818 - an answer to a person, not a fault
    """None of the rows that were marked is there to be dated."""


def mark_checked(database: Database, act: Act, number: int, spots: Collection[Spot]) -> int:
    """Date rows of the live release today; return the number of the draft.

    The workbook is written anew from what was read of the live one, with the staff's log. Raises
    ``NotLive`` and ``NothingMarked``.
    """
    with database.session() as session:
        live = releases.load(session, releases.current_number(session) or 0)
    if live is None or live.number != number:
        raise NotLive
    rows, many = dated(snapshot.decode(live.snapshot), spots, act.today)
    if not many:
        raise NothingMarked
    data = write_workbook(rows, changes=_log(live, act.today, act.who, many))
    name = f"checked-{act.today.isoformat()}.xlsx"
    return upload(database, act, Upload(name, data, f"{WHY}: {many}"))


def dated(
    rows: Mapping[str, Sequence[Row]], spots: Collection[Spot], today: date
) -> tuple[dict[str, tuple[Row, ...]], int]:
    """Return rows, those at *spots* with today as Checked on, and how many these are."""
    many = 0
    found: dict[str, tuple[Row, ...]] = {}
    for sheet, held in rows.items():
        marked = [(sheet, row.row) in spots and hasattr(row, "checked_on") for row in held]
        many += sum(marked)
        found[sheet] = tuple(
            _dated(row, today) if is_marked else row
            for row, is_marked in zip(held, marked, strict=True)
        )
    return found, many


def _dated(row: Any, today: date) -> Row:
    checked: Row = replace(row, checked_on=today)
    return checked


def _log(live: Release, today: date, who: str, many: int) -> list[tuple[str, ...]]:
    """Return the staff's log of the live workbook, with a line on what is done now."""
    kept = load_workbook_bytes(live.workbook, read_apart).changes or (CHANGES_HEADERS,)
    line = (today.isoformat(), who, f"Checked on is today: {many}", WHY)
    return [*kept, line]
