"""Settings: read once from the environment, handed down from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.storage.database import DEFAULT_URL

PREFIX = "ESTIMATOR_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What whoever runs the program decides."""

    database_url: str = DEFAULT_URL
    secret_key: str = ""
    """Seals the audit and encrypts what must stay secret. Blank: kept in a file beside SQLite."""
    batch_days: str = "30"
    """For how many days a file of patients and its results are kept."""


def read_settings(*sources: Mapping[str, Any]) -> Settings:
    """Return settings from *sources*, the first that has a name winning.

    >>> read_settings({}, {"ESTIMATOR_DATABASE_URL": "sqlite:///a.sqlite3"}).database_url
    'sqlite:///a.sqlite3'
    """
    names = Settings.__dataclass_fields__
    found = {
        name: str(source[key])
        for source in reversed(sources)
        for name in names
        if (key := PREFIX + name.upper()) in source
    }
    return Settings(**found)
