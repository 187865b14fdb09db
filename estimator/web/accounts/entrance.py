"""Signing in, step by step, and signing out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from estimator.services.accounts import sign_ins, signing_in
from estimator.services.accounts.sign_ins import SignedIn
from estimator.services.accounts.signing_in import CodeNeeded, Entered
from estimator.web.access import see_other, signed_in
from estimator.web.accounts.tries import Tries
from estimator.web.accounts.typed import Typed, page
from estimator.web.form.errors import Error
from estimator.web.same_origin import refuse_other_sites
from estimator.web.sign_in_cookie import SignInCookie
from estimator.web.source import Source

NOT_FITTING = (
    "This name and password do not fit, or too many wrong ones were typed. After five wrong ones "
    "an account rests for a minute, then longer."
)
WRONG_CODE = (
    "This code does not fit. Type the six digits that your app shows now; each serves once, and "
    "after five wrong ones an account rests for a minute, then longer."
)
TOO_MANY = (
    "Too many wrong names, passwords or codes came from your network. Wait some minutes, "
    "then try again."
)
TOO_LATE = "More than five minutes went by. Type your name and password again."
_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")
"""A path of this server: what browsers would read as another server's begins otherwise."""
_UP = re.compile(r"\.\.|%2e", re.IGNORECASE)
"""A way up, out of our part of the server."""


class Entrance:
    """The views through which people come and go."""

    def __init__(self, source: Source, cookie: SignInCookie) -> None:
        self._source = source
        self._cookie = cookie
        self._tries = Tries(source.settings)

    def sign_in(self) -> Response:
        """Ask for name and password, where anybody has an account."""
        if not self._source.has_accounts():
            raise NotFound
        return self.ask(request.args.get("next", ""))

    def enter(self) -> Response:
        """Look at name and password, and ask for a code where there is a second factor."""
        refuse_other_sites()
        typed, registry, now = Typed(), self._source.registry(), self._source.now()
        if self._tries.too_many(registry, now):
            return self._wait(typed("next"))
        outcome = signing_in.with_password(registry, now, typed("name"), typed("password"))
        if outcome is None:
            self._tries.wrong(registry, now)
            return self.ask(typed("next"), [Error("name", NOT_FITTING)], typed("name"))
        return self._after(outcome, typed("next"))

    def code(self) -> Response:
        """Look at the code of the second factor."""
        refuse_other_sites()
        typed, registry, now = Typed(), self._source.registry(), self._source.now()
        if self._tries.too_many(registry, now):
            return self._wait(typed("next"))
        outcome = signing_in.with_code(registry, now, typed("proof"), typed("code"))
        if not isinstance(outcome, Entered):
            self._tries.wrong(registry, now)
        if outcome is None:
            return self.ask(typed("next"), [Error("name", TOO_LATE)])
        return self._after(outcome, typed("next"), [Error("code", WRONG_CODE)])

    def let_in(self, entered: Entered, wanted: str) -> Response:
        """Give the browser its token, in place of one it had, and show what was wanted."""
        response = see_other(safe_next(wanted))
        self._end_before()
        self._cookie.set(response, entered.token)
        return response

    def sign_out(self) -> Response:
        """Sign this browser out."""
        known = own_sign_in()
        sign_ins.end(self._source.registry(), known, self._source.now())
        return gone(self._cookie)

    def left(self) -> dict[str, int]:
        """Say for how many seconds somebody stays signed in who does nothing."""
        return {"seconds": sign_ins.seconds_left(own_sign_in(), self._source.now())}

    def stay(self) -> dict[str, int]:
        """Note that somebody is still there, and say how long that keeps them signed in."""
        source, now = self._source, self._source.now()
        known = sign_ins.stay(source.database(), source.settings.limits, own_sign_in(), now)
        return {"seconds": sign_ins.seconds_left(known, now)}

    def ask(self, wanted: str, wrong: list[Error] | None = None, name: str = "") -> Response:
        """Show the page where people sign in."""
        return page(
            "sign_in.html",
            wrong or [],
            name=name,
            wanted=safe_next(wanted),
            provider=bool(self._source.settings.oidc_issuer),
            ended=not wrong and self._has_ended(),
        )

    def _wait(self, wanted: str) -> Response:
        response = self.ask(wanted, [Error("", TOO_MANY)])
        response.status_code = 429
        return response

    def _after(
        self, outcome: Entered | CodeNeeded, wanted: str, wrong: list[Error] | None = None
    ) -> Response:
        if isinstance(outcome, Entered):
            return self.let_in(outcome, wanted)
        return page("code.html", wrong or [], proof=outcome.proof, wanted=safe_next(wanted))

    def _has_ended(self) -> bool:
        """Whether the browser still has the token of a sign-in that is over."""
        return bool(self._cookie.token()) and self._before() is None

    def _before(self) -> SignedIn | None:
        """Return how somebody is signed in already in the same browser."""
        source, token = self._source, self._cookie.token()
        if not token:
            return None
        limits = source.settings.limits
        return sign_ins.who(source.database(), limits, token, source.now(), note=False)

    def _end_before(self) -> None:
        """Sign out whoever was signed in before in the same browser."""
        known = self._before()
        if known:
            sign_ins.end(self._source.registry(), known, self._source.now())


def gone(cookie: SignInCookie) -> Response:
    """Show the page where people sign in, in a browser that keeps nothing of what it showed."""
    response = see_other(url_for(".sign_in"))
    cookie.remove(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def own_sign_in() -> SignedIn:
    """Return how whoever asks is signed in; there is no such page for others."""
    known = signed_in()
    if known is None:
        raise NotFound
    return known


def safe_next(wanted: str) -> str:
    """Return where to go after signing in: a page of ours, whatever the address says."""
    form = url_for(".sign_in").removesuffix("sign-in")
    path = urlsplit(wanted).path if _PATH.fullmatch(wanted) else ""
    return wanted if path.startswith(form) and not _UP.search(path) else form
