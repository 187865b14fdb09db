"""Rows that are added, or changed where one of their key is there already."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from estimator.storage.tables import Base


def upsert(session: Session, table: type[Base]) -> Any:
    """Return an insertion that takes ``on_conflict_do_update``, which SQL itself does not know."""
    # Both databases say it in the same words; the other one's module need not be loaded.
    dialect = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    return dialect.insert(table)
