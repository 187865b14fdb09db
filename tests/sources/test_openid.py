"""Signing in at an identity provider, over real HTTP, with everything forged that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from estimator.sources import openid
from estimator.sources.openid import Begun, Provider, ProviderRefused
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    ROBIN,
    IdentityProvider,
    running,
    unsigned,
)

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
BACK = "http://localhost/sign-in/provider/back"
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def idp(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(lambda: NOW) as provider:
        yield provider


def known(idp: IdentityProvider) -> Provider:
    return Provider(issuer=idp.address, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


def go(address: str) -> dict[str, str]:
    """Go to the provider as a browser does, and return what it sends back."""
    answer = requests.get(address, allow_redirects=False, timeout=60)
    assert answer.headers["Location"].startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def sign_in(idp: IdentityProvider) -> dict[str, Any]:
    address, begun = openid.begin(known(idp), BACK)
    return openid.finish(known(idp), BACK, begun, go(address), NOW)


def test_the_provider_says_who_it_is(idp: IdentityProvider) -> None:
    claims = sign_in(idp)

    assert ROBIN.items() <= claims.items()
    assert idp.refusals == []


def test_what_is_asked_holds_nothing_that_finishes_it(idp: IdentityProvider) -> None:
    address, begun = openid.begin(known(idp), BACK)
    asked = dict(parse_qsl(urlsplit(address).query))

    assert asked["response_type"] == "code"
    assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT_ID, BACK)
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert (asked["state"], asked["nonce"]) == (begun.state, begun.nonce)
    assert asked["code_challenge_method"] == "S256"
    assert begun.verifier not in address
    assert CLIENT_SECRET not in address
    assert openid.begin(known(idp), BACK)[1] != begun
    assert begun.verifier not in repr(begun)
    assert CLIENT_SECRET not in repr(known(idp))


@pytest.mark.parametrize(
    "keys",
    [
        lambda: (ECKey.generate_key("P-256", {"kid": "one"}), "ES256"),
        lambda: (RSAKey.generate_key(2048, {"kid": "one"}), "PS256"),
    ],
    ids=["ES256", "PS256"],
)
def test_other_signatures_of_its_own_key_do_too(
    idp: IdentityProvider, keys: Callable[[], tuple[Any, str]]
) -> None:
    idp.key, algorithm = keys()
    idp.header["alg"] = algorithm

    assert sign_in(idp)["sub"] == ROBIN["sub"]


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(idp: IdentityProvider) -> None:
    idp.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

    assert sign_in(idp)["sub"] == ROBIN["sub"]


def bent(**claims: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def bend(given: dict[str, Any]) -> dict[str, Any]:
        changed = given | claims
        return {name: value for name, value in changed.items() if value is not None}

    return bend


AT = int(NOW.timestamp())
CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "wrong nonce": ({"nonce": "another"}, "InvalidClaim"),
    "no nonce": ({"nonce": None}, "MissingClaim"),
    "wrong audience": ({"aud": "another client"}, "InvalidClaim"),
    "no audience": ({"aud": None}, "MissingClaim"),
    "another's audience beside ours": (
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        "InvalidClaim",
    ),
    "wrong issuer": ({"iss": "https://elsewhere.example"}, "InvalidClaim"),
    "no issuer": ({"iss": None}, "MissingClaim"),
    "expired": ({"exp": AT - 61}, "ExpiredToken"),
    "no end": ({"exp": None}, "MissingClaim"),
    "not yet": ({"nbf": AT + 120}, "InvalidClaim"),
    "issued in the future": ({"iat": AT + 120}, "InvalidClaim"),
    "nobody": ({"sub": None}, "MissingClaim"),
    "a blank subject": ({"sub": ""}, "InvalidClaim"),
    "for another access token": ({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}, "InvalidClaim"),
}


@pytest.mark.parametrize("wrong", CLAIMS)
def test_a_token_with_a_wrong_claim_is_refused(idp: IdentityProvider, wrong: str) -> None:
    claims, why = CLAIMS[wrong]
    idp.bend_claims = bent(**claims)

    with pytest.raises(ProviderRefused, match=why):
        sign_in(idp)


def signed_with_the_secret(token: str) -> str:
    """Sign with what both sides know: the trick of taking the public key for a shared one."""
    claims = jwt.decode(token, idp_key["key"]).claims
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET.ljust(32)))


idp_key: dict[str, Any] = {}
TOKENS: dict[str, tuple[Callable[[str], str], str]] = {
    "alg none": (unsigned, "UnsupportedAlgorithm"),
    "alg none, signed": (lambda token: unsigned(token) + token.split(".")[2], "UnsupportedAlg"),
    "no signature": (lambda token: token.rpartition(".")[0] + ".", "BadSignature"),
    "another's signature": (lambda token: token[:-8] + "AAAAAAAA", "BadSignature"),
    "a shared secret": (signed_with_the_secret, "UnsupportedAlgorithm"),
    "no token": (lambda _: "", "DecodeError"),
    "not a token": (lambda _: "<html>", "DecodeError"),
    "half a token": (lambda token: token[: len(token) // 2], "BadSignature|DecodeError"),
}


@pytest.mark.parametrize("forged", TOKENS)
def test_a_forged_token_is_refused(idp: IdentityProvider, forged: str) -> None:
    idp_key["key"] = idp.key
    idp.bend_token, why = TOKENS[forged]

    with pytest.raises(ProviderRefused, match=why):
        sign_in(idp)


def test_a_token_signed_with_another_key_of_the_same_name_is_refused(idp: IdentityProvider) -> None:
    idp.signing_key = OTHER_KEY

    with pytest.raises(ProviderRefused, match="BadSignatureError"):
        sign_in(idp)


ANSWERS: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], str]] = {
    "forged state": (lambda answer: answer | {"state": "forged"}, "not to what this browser asked"),
    "no state": (lambda answer: {"code": answer["code"]}, "not to what this browser asked"),
    "another provider": (lambda answer: answer | {"iss": "https://other"}, "another provider's"),
    "refused": (lambda answer: {"state": answer["state"], "error": "no"}, "did not let them in"),
    "a code nobody gave": (lambda answer: answer | {"code": "guessed"}, "OAuthError"),
}


@pytest.mark.parametrize("forged", ANSWERS)
def test_a_forged_answer_is_refused(idp: IdentityProvider, forged: str) -> None:
    idp.bend_answer, why = ANSWERS[forged]

    with pytest.raises(ProviderRefused, match=why):
        sign_in(idp)


def test_an_answer_serves_once_and_only_whoever_asked(idp: IdentityProvider) -> None:
    address, begun = openid.begin(known(idp), BACK)
    answer = go(address)
    _, other = openid.begin(known(idp), BACK)

    stolen = answer | {"state": other.state}
    with pytest.raises(ProviderRefused):
        openid.finish(known(idp), BACK, other, stolen, NOW)
    assert idp.refusals == ["verifier"]
    with pytest.raises(ProviderRefused):
        openid.finish(known(idp), BACK, begun, answer, NOW)


def test_a_provider_may_leave_out_who_it_is_in_the_address(idp: IdentityProvider) -> None:
    idp.bend_answer = lambda answer: {"state": answer["state"], "code": answer["code"]}

    assert sign_in(idp)["sub"] == ROBIN["sub"]


DESCRIBED: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://elsewhere.example"},
    "keys without TLS": {"jwks_uri": "http://elsewhere.example/keys"},
    "the token without TLS": {"token_endpoint": "http://elsewhere.example/token"},
    "no endpoint": {"authorization_endpoint": None},
    "a number": {"token_endpoint": 7},
}


@pytest.mark.parametrize("wrong", DESCRIBED)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    idp: IdentityProvider, wrong: str
) -> None:
    idp.described = DESCRIBED[wrong]

    with pytest.raises(ProviderRefused):
        openid.begin(known(idp), BACK)


def test_keys_that_are_none_are_refused(idp: IdentityProvider) -> None:
    for keys, why in (
        ("list", "TypeError"),
        ("nothing", "HTTPError"),
        ("token", "JSONDecode|HTTP"),
    ):
        idp.described = {"jwks_uri": f"{idp.address}/{keys}"}
        with pytest.raises(ProviderRefused, match=why):
            sign_in(idp)


def test_a_provider_that_is_not_there_is_refused(idp: IdentityProvider) -> None:
    begun = Begun(state="s", nonce="n", verifier="v")
    gone = replace(known(idp), issuer="http://127.0.0.1:9")

    with pytest.raises(ProviderRefused, match="ConnectionError"):
        openid.begin(gone, BACK)
    with pytest.raises(ProviderRefused, match="ConnectionError"):
        openid.finish(gone, BACK, begun, {"state": "s", "code": "c"}, NOW)


def test_a_wrong_secret_gets_nothing(idp: IdentityProvider) -> None:
    address, begun = openid.begin(known(idp), BACK)
    wrong = replace(known(idp), client_secret="guessed")

    with pytest.raises(ProviderRefused):
        openid.finish(wrong, BACK, begun, go(address), NOW)
    assert idp.refusals == ["client"]


def test_nothing_that_was_sent_is_told(idp: IdentityProvider) -> None:
    idp.bend_claims = bent(aud="another client", email="canary@clinic.example")

    with pytest.raises(ProviderRefused) as refused:
        sign_in(idp)

    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
