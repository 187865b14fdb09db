"""Settings: read once from the environment, handed down from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.storage.database import DEFAULT_URL

PREFIX = "ESTIMATOR_"


class SettingsRefused(ValueError):  # noqa: N818 - an answer to a person, not a fault
    """A setting that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What whoever runs the program decides."""

    database_url: str = DEFAULT_URL
    secret_key: str = ""
    """Seals the audit and encrypts what must stay secret. Blank: kept in a file beside SQLite."""
    keep_estimates_days: int = 365
    """After so long an estimate that staff kept is deleted."""

    def __post_init__(self) -> None:
        if self.keep_estimates_days < 1:
            raise SettingsRefused(f"{PREFIX}KEEP_ESTIMATES_DAYS is at least 1.")


def read_settings(*sources: Mapping[str, Any]) -> Settings:
    """Return settings from *sources*, the first that has a name winning.

    >>> read_settings({}, {"ESTIMATOR_DATABASE_URL": "sqlite:///a.sqlite3"}).database_url
    'sqlite:///a.sqlite3'
    """
    fields = Settings.__dataclass_fields__.values()
    found = {
        field.name: _read(PREFIX + field.name.upper(), source, type(field.default))
        for source in reversed(sources)
        for field in fields
        if PREFIX + field.name.upper() in source
    }
    return Settings(**found)


def _read(name: str, source: Mapping[str, Any], kind: type) -> Any:
    try:
        return kind(source[name])
    except ValueError:
        raise SettingsRefused(f"{name} takes a whole number, not {source[name]!r}.") from None
