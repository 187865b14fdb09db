"""Where one mounted estimator finds its rulebook: a database, opened when first needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

from estimator.services import rulebooks
from estimator.services.accounts.registry import Registry
from estimator.services.estimating import answer_to
from estimator.services.row_uses import RowUses
from estimator.services.rulebooks import Live
from estimator.storage import accounts
from estimator.storage.database import Database, open_database
from estimator.web.settings import Settings


def local_today() -> date:
    """Return today where the server stands."""
    return datetime.now(UTC).astimezone().date()


def utc_now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


class Source:
    """The published rulebook, and the day it is.

    The database is opened by the process that asks, so that a server may fork after the
    program was loaded. An empty one gets the shipped workbook as release 1.
    """

    def __init__(self, settings: Settings, today: Callable[[], date] = local_today) -> None:
        self.settings = settings
        self.today = today
        self.now = utc_now
        self.uses = RowUses(self.database)
        self._lock = Lock()
        self._opened: tuple[int, Database] | None = None
        self._has_accounts = False

    def live(self) -> Live:
        """Return the rulebook in force; raises ``NoPublishedRulebook``."""
        return rulebooks.live(self.database())

    def estimate(self, document: Any, live: Live) -> dict[str, Any]:
        """Return the answer to a request by a release, having counted the rows it rests on."""
        today = self.today()
        answer = answer_to(
            document,
            live.rulebook,
            today=today,
            release=live.number,
            fingerprint=live.fingerprint,
        )
        self.uses.add(answer, today)
        return answer.as_json()

    def has_accounts(self) -> bool:
        """Whether anybody can sign in. Accounts are never removed, so that a yes stays."""
        if not self._has_accounts:
            with self.database().session() as session:
                self._has_accounts = accounts.any_user(session)
        return self._has_accounts

    def registry(self) -> Registry:
        """Return the accounts, to sign in with or to change; raises ``NoSecretKey``."""
        return Registry.of(self.database(), self.settings.secret_key, self.settings.limits)

    def database(self) -> Database:
        """Return this process's database, with its tables."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            opened = self._open()
        return opened[1]

    def _open(self) -> tuple[int, Database]:
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                database = open_database(self.settings.database_url)
                rulebooks.prepare(database, self.now())
                self._opened = (os.getpid(), database)
            return self._opened
