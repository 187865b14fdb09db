"""The widgets of the clinics, and how often each was used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from estimator.storage.tables import Widget, WidgetCount
from estimator.storage.upserts import upsert

Key = tuple[str, date, str]
"""A clinic, a day, and what happened."""


def load(session: Session, clinic_id: str) -> Widget | None:
    """Return the widget of a clinic; ``None`` where nobody has set it up."""
    return session.get(Widget, clinic_id)


def configured(session: Session) -> dict[str, Widget]:
    """Return every widget that somebody set up, by clinic."""
    return {widget.clinic_id: widget for widget in session.scalars(select(Widget))}


def save(session: Session, widget: Widget) -> None:
    """Keep a widget, in place of what was kept of its clinic."""
    session.merge(widget)


def add_counts(session: Session, counts: Iterable[tuple[Key, int]]) -> None:
    """Add to the counts of days; processes that add at once lose nothing."""
    for (clinic_id, day, event), times in counts:
        row = upsert(session, WidgetCount).values(
            clinic_id=clinic_id, day=day, event=event, times=times
        )
        added = {"times": WidgetCount.times + row.excluded.times}
        keys = ["clinic_id", "day", "event"]
        session.execute(row.on_conflict_do_update(index_elements=keys, set_=added))


def counts_since(session: Session, clinic_id: str, first: date) -> list[WidgetCount]:
    """Return the counts of a clinic from a day on, the newest first."""
    query = select(WidgetCount).where(WidgetCount.clinic_id == clinic_id, WidgetCount.day >= first)
    return list(session.scalars(query.order_by(WidgetCount.day.desc(), WidgetCount.event)))
