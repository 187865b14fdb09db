"""How often one network may ask, without keeping who asked.

The key is a hash of the network's part of the address under a key of the day. In one process's
memory that key is random and forgotten with the day; servers that share a Redis derive the same
one from the installation's secret.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date
from hashlib import sha256
from typing import Any

from flask import Flask
from flask.typing import RouteCallable
from flask_limiter import Limit, Limiter
from limits.errors import ConfigurationError

from estimator.storage.secret import key_for
from estimator.web.network import network_of, visitor_address
from estimator.web.settings import PREFIX, Settings, SettingsRefused
from estimator.web.source import Source

IN_MEMORY = "memory://"
REDIS_SECONDS = 0.5
"""A Redis that does not answer by then is away: nobody waits for a count."""
SCOPE = "widget"


class DailyKey:
    """The key of a day: random, or derived from a *secret* where several servers share one."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret
        self._day: date | None = None
        self._key = b""

    def of(self, today: date) -> bytes:
        """Return the day's key; the one of the day before is gone."""
        if today != self._day:
            purpose = f"widget limits {today.isoformat()}"
            made = key_for(self._secret, purpose) if self._secret else secrets.token_bytes(32)
            self._day, self._key = today, made
        return self._key


class Limits:
    """The limit that all views of the widget share, for one mounted estimator."""

    def __init__(self, name: str, settings: Settings, source: Source) -> None:
        shared = settings.redis_url
        self._key = DailyKey(settings.secret_key.encode() if shared else None)
        self._source = source
        self._proxies = int(settings.trusted_proxies)
        self._rate = settings.widget_rate
        try:
            self._limiter = self._counter(name, shared)
            # An application of its own: the host's settings and its own limits are left alone.
            self._limiter.init_app(Flask("limits", static_folder=None))
        except (ConfigurationError, ValueError):
            raise SettingsRefused(
                f"{PREFIX}REDIS_URL cannot be used: check the address, and that the extra redis is "
                "installed."
            ) from None

    def _counter(self, name: str, shared: str) -> Limiter:
        if not shared:
            return Limiter(self.key, storage_uri=IN_MEMORY, key_prefix=name, headers_enabled=False)
        patience: Any = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
        alone: Any = Limit(self._rate, key_function=self.key, scope=SCOPE, shared=True)
        return Limiter(
            self.key,
            storage_uri=shared,
            storage_options=patience,
            key_prefix=name,
            headers_enabled=False,
            in_memory_fallback=[alone],
        )

    def begin(self) -> None:
        """Forget what the request before had counted, in the same thread."""
        self._limiter.context.reset()

    def limited(self, view: RouteCallable) -> RouteCallable:
        """Return *view*, counted against the one limit of all."""
        limit: Any = self._limiter.shared_limit(self._rate, scope=SCOPE)
        limited: RouteCallable = limit(view)
        return limited

    def key(self) -> str:
        """Return under what the request at hand is counted."""
        network = network_of(visitor_address(self._proxies))
        return hmac.new(self._key.of(self._source.today()), network.encode(), sha256).hexdigest()[
            :32
        ]
