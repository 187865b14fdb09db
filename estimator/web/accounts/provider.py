"""Signing in at an identity provider: sending the browser there, and taking it back."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from estimator.services.accounts import through_provider
from estimator.services.accounts.signing_in import Entered
from estimator.web.access import see_other
from estimator.web.accounts.entrance import Entrance, safe_next
from estimator.web.form.errors import Error
from estimator.web.sign_in_cookie import ALWAYS
from estimator.web.source import Source

if TYPE_CHECKING:
    from estimator.sources.openid import Provider

logger = logging.getLogger(__name__)

COOKIE = "estimator_provider"
TO_RETURN = timedelta(minutes=10)
FAILED = "Signing in with your organization did not work. Try again, or ask whoever manages it."
NOBODY = (
    "Your organization knows you, but there is no account for you here, or it is disabled. Ask "
    "whoever manages accounts."
)


class ThroughProvider:
    """The views around the identity provider; not there where none is set."""

    def __init__(self, source: Source, entrance: Entrance) -> None:
        self._source = source
        self._entrance = entrance

    def leave(self) -> Response:
        """Send the browser to the provider, with what ties the answer to this browser."""
        # It and what it needs take 30 MB, which only those pay for who sign in this way
        from estimator.sources import openid  # noqa: PLC0415 - see above

        wanted = safe_next(request.args.get("next", ""))
        try:
            address, begun = openid.begin(self._provider(), _back())
        except openid.ProviderRefused as refused:
            return self._failed(str(refused), wanted)
        sealed = self._source.registry().seal(
            "provider", {"begun": asdict(begun), "next": wanted}, self._source.now()
        )
        response = see_other(address)
        response.set_cookie(
            COOKIE,
            sealed,
            max_age=TO_RETURN,
            path=_path(),
            secure=request.is_secure,
            **ALWAYS,
        )
        return response

    def back(self) -> Response:
        """Take the browser back from the provider."""
        from estimator.sources import openid  # noqa: PLC0415 - see leave

        provider, now = self._provider(), self._source.now()
        registry = self._source.registry()
        kept = registry.unseal("provider", request.cookies.get(COOKIE, ""), now, TO_RETURN)
        if kept is None:
            return self._failed("it took too long, or came from another browser", "")
        begun = openid.Begun(**kept["begun"])
        try:
            claims = openid.finish(provider, _back(), begun, request.args, now)
        except openid.ProviderRefused as refused:
            return self._failed(str(refused), kept["next"])
        name_claim = self._source.settings.oidc_name_claim
        entered = through_provider.with_claims(registry, now, provider.issuer, claims, name_claim)
        return self._after(entered, kept["next"])

    def _after(self, entered: Entered | None, wanted: str) -> Response:
        if entered is None:
            response = self._entrance.ask(wanted, [Error("", NOBODY)])
        else:
            response = self._entrance.let_in(entered, wanted)
        response.delete_cookie(COOKIE, path=_path(), secure=request.is_secure, **ALWAYS)
        return response

    def _failed(self, why: str, wanted: str) -> Response:
        logger.warning("OpenID Connect: %s", why)
        return self._entrance.ask(wanted, [Error("", FAILED)])

    def _provider(self) -> Provider:
        from estimator.sources.openid import Provider  # noqa: PLC0415 - see leave

        settings = self._source.settings
        if not settings.oidc_issuer:
            raise NotFound
        return Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
        )


def _back() -> str:
    """Return the address that the provider sends people back to."""
    return url_for(".provider_back", _external=True)


def _path() -> str:
    return url_for(".provider_back")
