"""Who may open which address: one table, asked before every view.

Where the host application or an account says who is asking, their role decides. Without any
account the machine's own user may do everything, from this machine alone; to everybody else
only the public estimate is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.exceptions import Forbidden, Unauthorized

from estimator.services.accounts.roles import Identity, Role
from estimator.web.methods import FALLBACK
from estimator.web.source import Source

Identify = Callable[[], Identity | None]
"""Says who sends the request at hand; ``None``: nobody in particular."""

PUBLIC = None
NEEDS: Mapping[str, Role | None] = {
    "api.estimates": PUBLIC,
    "api.adjudications": PUBLIC,
    "api.release": PUBLIC,
    "api.clinics": PUBLIC,
    "api.payers": PUBLIC,
    "api.plans": PUBLIC,
    "api.treatments": PUBLIC,
    "api.openapi": PUBLIC,
    "api.healthz": PUBLIC,
    "api.readyz": PUBLIC,
    "pages.asset": PUBLIC,
    "pages.form": Role.VIEWER,
    "pages.submit": Role.VIEWER,
    "pages.plan": Role.VIEWER,
    "difference.draft": Role.VIEWER,
    "difference.releases": Role.VIEWER,
    "forward.rows": Role.VIEWER,
    "forward.check": Role.EDITOR,
    "forward.workbook": Role.VIEWER,
    "estimates.everyone": Role.STAFF,
    "estimates.keep": Role.STAFF,
    "estimates.one": Role.STAFF,
    "estimates.remove": Role.STAFF,
}
"""The role that each endpoint needs. One that is not here is open to nobody."""

LOCAL = Identity("this machine", Role.ADMIN)
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Access:
    """Lets a request of one mounted estimator through, or not."""

    def __init__(self, name: str, source: Source, identify: Identify | None) -> None:
        self._prefix = f"{name}."
        self._source = source
        self._identify = identify

    def check(self) -> None:
        """Let the request through or raise ``Unauthorized`` or ``Forbidden``."""
        endpoint = (request.endpoint or "").removeprefix(self._prefix)
        if endpoint.rpartition(".")[2].startswith(FALLBACK):
            return  # it only refuses
        if endpoint not in NEEDS:
            raise Forbidden
        needed = NEEDS[endpoint]
        if needed is PUBLIC:
            return
        g.estimator_identity = found = self._identity()
        if found is None:
            raise Unauthorized
        if not found.role.includes(needed):
            raise Forbidden

    def _identity(self) -> Identity | None:
        if self._identify is not None:
            return self._identify()
        if self._source.has_accounts():
            return None
        return LOCAL if from_this_machine() else None


def identity() -> Identity:
    """Return who sends the request at hand, in a view that is not public."""
    found: Identity = g.estimator_identity
    return found


def from_this_machine() -> bool:
    """Whether the server listens to this machine alone, and the request came straight from it."""
    host = urlsplit(f"//{request.host}").hostname
    names = (request.environ.get("SERVER_NAME"), request.remote_addr, host)
    return all(name in OWN_NAMES for name in names) and not any(
        name in request.headers for name in FORWARDED
    )
