"""How often one network may ask, without keeping who asked.

The key is a hash of the network's part of the address under a key of the day. In one process's
memory that key is random and forgotten with the day; servers that share a Redis derive the same
one from the installation's secret.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from ipaddress import ip_address, ip_network

from flask import Flask, request
from flask.typing import RouteCallable
from flask_limiter import Limiter

from estimator.storage.secret import key_for
from estimator.web.settings import Settings

IN_MEMORY = "memory://"
SCOPE = "widget"
_PREFIXES = {4: 24, 6: 48}


class DailyKey:
    """The key of a day: random, or derived from a *secret* where several servers share one."""

    def __init__(self, today: Callable[[], date], secret: bytes | None = None) -> None:
        self._today = today
        self._secret = secret
        self._day: date | None = None
        self._key = b""

    def now(self) -> bytes:
        """Return today's key; yesterday's is gone."""
        today = self._today()
        if today != self._day:
            purpose = f"widget limits {today.isoformat()}"
            made = key_for(self._secret, purpose) if self._secret else secrets.token_bytes(32)
            self._day, self._key = today, made
        return self._key


def network_of(address: str) -> str:
    """Return the network an address is in.

    >>> network_of("203.0.113.77"), network_of("2001:db8:1:2::9"), network_of("?")
    ('203.0.113.0/24', '2001:db8:1::/48', '')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, _PREFIXES[found.version]), strict=False))


def visitor_address(trusted_proxies: int) -> str:
    """Return where the request comes from, as the outermost proxy of our own saw it."""
    seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if trusted_proxies and len(seen) >= trusted_proxies and seen[-trusted_proxies]:
        return seen[-trusted_proxies]
    return request.remote_addr or ""


class Limits:
    """The limit that all views of the widget share, for one mounted estimator."""

    def __init__(self, name: str, settings: Settings, today: Callable[[], date]) -> None:
        shared = settings.redis_url.strip()
        secret = settings.secret_key.encode() if shared and settings.secret_key else None
        self._key = DailyKey(today, secret)
        self._proxies = int(settings.trusted_proxies)
        self._rate = settings.widget_rate
        self._limiter = Limiter(
            self.key,
            storage_uri=shared or IN_MEMORY,
            key_prefix=name,
            headers_enabled=False,
            # a host's own Flask-Limiter keeps its limits to itself
            default_limits_exempt_when=lambda: True,
            application_limits_exempt_when=lambda: True,
            in_memory_fallback=[self._rate] if shared else None,
        )

    def mount(self, app: Flask) -> None:
        """Start limiting in *app*."""
        self._limiter.init_app(app)

    def limited(self, view: RouteCallable) -> RouteCallable:
        """Return *view*, counted against the one limit of all."""
        limited: RouteCallable = self._limiter.shared_limit(self._rate, scope=SCOPE)(view)
        return limited

    def key(self) -> str:
        """Return under what the request at hand is counted."""
        network = network_of(visitor_address(self._proxies))
        return hmac.new(self._key.now(), network.encode(), sha256).hexdigest()[:32]
