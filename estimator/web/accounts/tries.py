"""Which network the request at hand comes from, and whether it has sent too many wrong tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from limits import parse

from estimator.services.accounts import tries
from estimator.services.accounts.registry import Registry
from estimator.services.accounts.tries import Allowed
from estimator.web.network import network_of, visitor_address
from estimator.web.settings import PREFIX, Settings, SettingsRefused


class Tries:
    """The wrong tries of each network, by the settings of one mounted estimator."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = int(settings.trusted_proxies)
        self._allowed = _allowed(settings.sign_in_rate)

    def too_many(self, registry: Registry, now: datetime) -> bool:
        """Whether the network of the request at hand has to wait."""
        return tries.too_many(registry, self._allowed, self._network(), now)

    def wrong(self, registry: Registry, now: datetime) -> None:
        """Count a try of the network of the request at hand that did not fit."""
        tries.count(registry, self._allowed, self._network(), now)

    def _network(self) -> str:
        return network_of(visitor_address(self._proxies))


def _allowed(rate: str) -> Allowed:
    try:
        read = parse(rate)
    except ValueError:
        raise SettingsRefused(
            f"{PREFIX}SIGN_IN_RATE is a number and a time, such as 60 per 15 minutes, not {rate}."
        ) from None
    return Allowed(read.amount, timedelta(seconds=read.get_expiry()))
