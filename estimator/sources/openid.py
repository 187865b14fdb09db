"""An identity provider by OpenID Connect: sending somebody there, and what it says of them.

The authorization code flow with PKCE, state and nonce. What the provider publishes about
itself and its keys is asked anew for each sign-in: they are rare, and keys change.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from requests import RequestException

from estimator.sources.addresses import is_safe

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a key of the provider's alone: neither none, nor with a shared secret."""
TIMEOUT = (3.05, 10)
LEEWAY = 60
"""Seconds by which its clock and ours may differ."""
BASIC = "client_secret_basic"
FROM_OUTSIDE = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)
"""What libraries raise about an answer that is not what it should be."""


class ProviderRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The provider is not as it should be, or what came back is not from it, or not for us.

    Its words are for the log: they name the reason, and nobody.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider, and this program as it knows it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What ties the answer of the provider to the browser that was sent there."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def begin(provider: Provider, back: str) -> tuple[str, Begun]:
    """Return the address to send somebody to, and what is to be kept until they are back.

    Raises ``ProviderRefused``, as ``finish`` does.
    """
    begun = Begun(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
    )
    with _refusing(), _session(provider, back) as session:
        known = _described(session, provider)
        address, _ = session.create_authorization_url(
            known["authorization_endpoint"],
            state=begun.state,
            nonce=begun.nonce,
            code_verifier=begun.verifier,
        )
    return str(address), begun


def finish(
    provider: Provider, back: str, begun: Begun, answer: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return what the provider says of whoever came back with its *answer*."""
    _belongs(provider, begun, answer)
    with _refusing(), _session(provider, back) as session:
        known = _described(session, provider)
        methods = known.get("token_endpoint_auth_methods_supported", [BASIC])
        session.token_endpoint_auth_method = BASIC if BASIC in methods else "client_secret_post"
        token = session.fetch_token(
            known["token_endpoint"],
            code=answer["code"],
            code_verifier=begun.verifier,
            allow_redirects=False,
        )
        published = cast("KeySetSerialization", _asked(session, known["jwks_uri"]))
        keys = KeySet.import_key_set(published)
        return _claims(provider, begun, token, keys, now)


def _belongs(provider: Provider, begun: Begun, answer: Mapping[str, str]) -> None:
    """Refuse an answer to what this browser did not ask, or of another provider."""
    if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
        raise ProviderRefused("the answer is not to what this browser asked")
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise ProviderRefused("the answer is another provider's")
    if "code" not in answer:
        raise ProviderRefused("the provider did not let them in")


def _session(provider: Provider, back: str) -> OAuth2Session:
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid email profile",
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
    )


def _described(session: OAuth2Session, provider: Provider) -> dict[str, Any]:
    """Return what the provider publishes about itself."""
    known = _asked(session, get_well_known_url(provider.issuer, external=True))
    if known.get("issuer") != provider.issuer:
        raise ProviderRefused("the provider calls itself otherwise than ESTIMATOR_OIDC_ISSUER")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_safe(known[name]):
            raise ProviderRefused(f"its {name} is not https")
    return known


def _asked(session: OAuth2Session, address: str) -> dict[str, Any]:
    response = session.get(address, withhold_token=True, allow_redirects=False)
    response.raise_for_status()
    document = response.json()
    if not isinstance(document, dict):
        raise TypeError
    return document


def _claims(
    provider: Provider, begun: Begun, token: Mapping[str, Any], keys: KeySet, now: datetime
) -> dict[str, Any]:
    signed = jwt.decode(token["id_token"], keys, algorithms=list(ALGORITHMS))
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
        },
        params={
            "nonce": begun.nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    return dict(claims)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever is wrong with what came over the network into a refusal."""
    try:
        yield
    except FROM_OUTSIDE as error:
        raise ProviderRefused(f"what came from it cannot be used: {type(error).__name__}") from None
