"""How many wrong names, passwords and codes one network may send, whatever accounts they are for.

An account rests by itself after wrong ones; this holds back who tries one password on many names.
Only what does not fit is counted, so that a clinic behind one address signs in as it likes. The
counts are in each process's memory and gone after the time that is set.
"""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from estimator.web.network import network_of, visitor_address
from estimator.web.settings import PREFIX, Settings, SettingsRefused


class Tries:
    """The wrong tries of each network, for one mounted estimator."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = int(settings.trusted_proxies)
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        try:
            self._rate = parse(settings.sign_in_rate)
        except ValueError:
            raise SettingsRefused(
                f"{PREFIX}SIGN_IN_RATE is a number and a time, such as 60 per 15 minutes, not "
                f"{settings.sign_in_rate}."
            ) from None

    @property
    def too_many(self) -> bool:
        """Whether the network of the request at hand has to wait."""
        return not self._counts.test(self._rate, self._network())

    def wrong(self) -> None:
        """Count a try of the network of the request at hand that did not fit."""
        self._counts.hit(self._rate, self._network())

    def _network(self) -> str:
        return network_of(visitor_address(self._proxies))
