"""An identity provider of the tests' own: real HTTP on this machine, real signatures.

It answers as OpenID Connect asks, and checks of the client what a strict provider checks;
what it says can be bent for a test, one thing at a time.
"""

from __future__ import annotations

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "estimator", "the client's secret"
ROBIN = {"sub": "24400320", "email": "robin@clinic.example", "email_verified": True}

Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """What it knows, and how a test bends it."""

    address: str
    now: Callable[[], datetime]
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    person: Claims = field(default_factory=lambda: dict(ROBIN))
    bend_claims: Callable[[Claims], Claims] = lambda claims: claims
    bend_token: Callable[[str], str] = lambda token: token
    bend_answer: Callable[[dict[str, str]], dict[str, str]] = lambda answer: answer
    described: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signing_key: Any = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was asked with each code that is still good."""
    refusals: list[str] = field(default_factory=list)
    """Why it refused a client."""

    def configuration(self) -> dict[str, Any]:
        """Return what it publishes about itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        } | self.described

    def keys(self) -> dict[str, Any]:
        """Return its public keys."""
        return dict(KeySet([self.key]).as_dict(private=False))

    def authorize(self, asked: dict[str, str]) -> str:
        """Let the person in at once, and return where the browser goes."""
        code = sha256(asked["state"].encode()).hexdigest()
        self.asked[code] = asked
        answer = self.bend_answer({"code": code, "state": asked["state"], "iss": self.address})
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return an ID token for a code, once; ``None`` for whoever should not have it."""
        asked = self.asked.pop(given.get("code", ""), {})
        verifier = sha256(given.get("code_verifier", "").encode()).digest()
        checks = {
            "code": bool(asked),
            "client": _basic(authorization) == (CLIENT_ID, CLIENT_SECRET)
            or (given.get("client_id"), given.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET),
            "redirect": given.get("redirect_uri") == asked.get("redirect_uri"),
            "method": asked.get("code_challenge_method") == "S256",
            "verifier": urlsafe_b64encode(verifier).decode().rstrip("=")
            == asked.get("code_challenge"),
        }
        self.refusals += [name for name, holds in checks.items() if not holds]
        if not all(checks.values()):
            return None
        return {
            "access_token": "access",
            "token_type": "Bearer",
            "id_token": self.bend_token(self._signed(asked)),
        }

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(self.now().timestamp())
        claims = {
            "iss": self.address,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
        }
        key = self.signing_key or self.key
        bent = self.bend_claims(claims | self.person)
        return jwt.encode(self.header, bent, key, algorithms=[self.header["alg"]])


def unsigned(token: str) -> str:
    """Return a token whose header says that nobody signed it, and which nobody did."""
    header = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


@contextmanager
def running(now: Callable[[], datetime]) -> Iterator[IdentityProvider]:
    """Run a provider on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}", now)
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        pages = {
            "/.well-known/openid-configuration": self._provider.configuration,
            "/keys": self._provider.keys,
            "/list": list,
        }
        if asked.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self._provider.authorize(dict(parse_qsl(asked.query))))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif asked.path in pages:
            self._answer(pages[asked.path]())
        else:
            self._answer({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        token = self._provider.token(dict(parse_qsl(body)), self.headers.get("Authorization", ""))
        self._answer(token or {"error": "invalid_grant"}, 200 if token else 400)

    def _answer(self, document: Any, status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @property
    def _provider(self) -> IdentityProvider:
        provider: IdentityProvider = self.server.provider  # type: ignore[attr-defined]
        return provider

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, given = authorization.partition(" ")
    name, _, secret = b64decode(given).decode().partition(":") if kind == "Basic" else ("", "", "")
    return unquote(name), unquote(secret)
