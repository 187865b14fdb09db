"""Settings: read once from the environment, handed down from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from estimator.services.accounts.registry import Limits
from estimator.services.publishing.two_people import TwoPeople
from estimator.sources.addresses import is_safe
from estimator.storage.database import DEFAULT_URL

PREFIX = "ESTIMATOR_"
REDIS = ("redis://", "rediss://", "redis+unix://")
SHORTEST_IDLE = 5
"""Minutes: the page warns two minutes before, and that has to be of use."""


class SettingsRefused(ValueError):  # noqa: N818 - an answer to who runs it, not a fault
    """A setting that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What whoever runs the program decides."""

    database_url: str = DEFAULT_URL
    secret_key: str = field(default="", repr=False)
    """Seals the audit and encrypts what must stay secret. Blank: kept in a file beside SQLite."""
    idle_minutes: int = 30
    """After so long without doing anything somebody is signed out."""
    sign_in_hours: int = 12
    """After so long somebody is signed out whatever they do."""
    sign_in_rate: str = "60 per 15 minutes"
    """How many wrong names, passwords and codes one network may send."""
    oidc_issuer: str = ""
    """The address of an identity provider (OpenID Connect). Blank: there is none."""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name_claim: str = "email"
    """What the provider says of somebody that is the name of their account here."""
    two_people: str = "auto"
    """Whether whoever uploads rules may not approve them: auto, always or never."""
    keep_estimates_days: int = 365
    """After so long an estimate that staff kept is deleted."""
    audit_checkpoint: str = ""
    """A file, best on another disk, that is told the audit's last entry at each publishing."""
    batch_days: str = "30"
    """For how many days a file of patients and its results are kept."""
    widget_rate: str = "300 per minute"
    """How often one network may ask the widget."""
    redis_url: str = ""
    """Where several servers count that together. Blank: each process for itself, in memory."""
    trusted_proxies: str = "0"
    """How many proxies of your own stand before the program and name the visitor's address."""

    def __post_init__(self) -> None:
        if self.two_people not in set(TwoPeople):
            raise SettingsRefused(
                f"{PREFIX}TWO_PEOPLE is auto, always or never, not {self.two_people}."
            )
        if self.keep_estimates_days < 1:
            raise SettingsRefused(f"{PREFIX}KEEP_ESTIMATES_DAYS is at least 1.")
        self._check_redis()
        self._check_sign_in()

    def _check_redis(self) -> None:
        if not self.redis_url:
            return
        if not self.redis_url.startswith(REDIS):
            raise SettingsRefused(f"{PREFIX}REDIS_URL begins with redis:// or rediss://.")
        if not self.secret_key:
            raise SettingsRefused(
                f"{PREFIX}REDIS_URL needs {PREFIX}SECRET_KEY, the same on every server: without "
                "it each would count for itself."
            )

    def _check_sign_in(self) -> None:
        if self.idle_minutes < SHORTEST_IDLE:
            raise SettingsRefused(f"{PREFIX}IDLE_MINUTES is at least {SHORTEST_IDLE}.")
        if self.sign_in_hours < 1:
            raise SettingsRefused(f"{PREFIX}SIGN_IN_HOURS is at least 1.")
        together = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(together) and not all(together):
            raise SettingsRefused(
                f"{PREFIX}OIDC_ISSUER, {PREFIX}OIDC_CLIENT_ID and {PREFIX}OIDC_CLIENT_SECRET "
                "belong together: set all three, or none."
            )
        if self.oidc_issuer and not is_safe(self.oidc_issuer):
            raise SettingsRefused(f"{PREFIX}OIDC_ISSUER begins with https://.")

    @property
    def limits(self) -> Limits:
        """How long somebody stays signed in."""
        return Limits(timedelta(minutes=self.idle_minutes), timedelta(hours=self.sign_in_hours))


def read_settings(*sources: Mapping[str, Any]) -> Settings:
    """Return settings from *sources*, the first that has a name winning.

    >>> read_settings({}, {"ESTIMATOR_DATABASE_URL": "sqlite:///a.sqlite3"}).database_url
    'sqlite:///a.sqlite3'
    """
    found = {
        name: _read(key, source, type(each.default))
        for source in reversed(sources)
        for name, each in Settings.__dataclass_fields__.items()
        if (key := PREFIX + name.upper()) in source
    }
    return Settings(**found)


def _read(name: str, source: Mapping[str, Any], kind: type) -> Any:
    try:
        return kind(source[name])
    except ValueError:
        raise SettingsRefused(f"{name} takes a whole number, not {source[name]!r}.") from None
