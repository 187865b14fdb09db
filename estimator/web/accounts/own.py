"""One's own account: another password, the second factor, where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from estimator.services.accounts import second_factor, sign_ins, signing_in, users
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.second_factor import Offer
from estimator.web.access import see_other
from estimator.web.accounts.entrance import gone, own_sign_in
from estimator.web.accounts.typed import Typed, errors, page
from estimator.web.form.errors import Error
from estimator.web.sign_in_cookie import SignInCookie
from estimator.web.source import Source

DONE = {
    "password": "Your password is changed. Every other browser is signed out.",
    "second-factor": "From now on signing in asks for a code of your app.",
    "removed": "Signing in asks for your password alone.",
}


class Own:
    """The views of the account of whoever is asking."""

    def __init__(self, source: Source, cookie: SignInCookie) -> None:
        self._source = source
        self._cookie = cookie

    def account(self) -> Response:
        """Show one's account."""
        return self._show(DONE.get(request.args.get("done", ""), ""))

    def password(self) -> Response:
        """Change one's password, and stay signed in here alone."""
        typed = Typed()
        registry, act = self._with_password()
        try:
            new = typed.new_password(act.actor)
            token = signing_in.change_password(registry, act, typed("current_password"), new)
        except AccountRefused as refused:
            return self._show("", errors(refused.findings))
        response = _done("password")
        self._cookie.set(response, token)
        return response

    def second_factor(self) -> Response:
        """Offer a secret to put into an app."""
        registry, act = self._with_password()
        return _show_offer(second_factor.offer(registry, act))

    def confirm_second_factor(self) -> Response:
        """Make the secret the second factor, once a code shows that the app has it."""
        typed = Typed()
        registry, act = self._with_password()
        try:
            chosen = second_factor.offered(registry, act, typed("sealed"))
        except AccountRefused as refused:
            return _show_offer(second_factor.offer(registry, act), errors(refused.findings))
        try:
            signing_in.confirm_password(registry, act, typed("current_password"))
            second_factor.confirm(registry, act, chosen, typed("code"))
        except AccountRefused as refused:
            return _show_offer(chosen, errors(refused.findings))
        return _done("second-factor")

    def remove_second_factor(self) -> Response:
        """Sign in with the password alone from now on."""
        typed = Typed()
        registry, act = self._with_password()
        try:
            signing_in.confirm_password(registry, act, typed("current_password"))
        except AccountRefused as refused:
            at_removal = {"current_password": "removal_password"}
            return self._show("", errors(refused.findings, at_removal))
        users.remove_second_factor(registry, act, act.actor)
        return _done("removed")

    def sign_out_everywhere(self) -> Response:
        """Sign out every browser, this one too."""
        registry, act = self._asked()
        users.sign_out(registry, act, act.actor)
        return gone(self._cookie)

    def _asked(self) -> tuple[Registry, Act]:
        actor = own_sign_in().identity.name
        return self._source.registry(), Act(actor, self._source.now())

    def _with_password(self) -> tuple[Registry, Act]:
        """Return the same for who has a password here; others have all of it at the provider."""
        registry, act = self._asked()
        if not users.one(registry, act.actor).password:
            raise NotFound
        return registry, act

    def _show(self, done: str, wrong: list[Error] | None = None) -> Response:
        registry, act = self._asked()
        known = own_sign_in()
        return page(
            "account.html",
            wrong or [],
            account=users.one(registry, act.actor),
            browsers=sign_ins.listing(registry, known),
            here=known.token_hash,
            done=done,
        )


def _show_offer(offer: Offer, wrong: list[Error] | None = None) -> Response:
    return page("second_factor.html", wrong or [], offer=offer, picture=_picture(offer.address))


def _picture(address: str) -> Any:
    """Return a QR code as SVG; dark on light, whatever colors the page has."""
    import segno  # noqa: PLC0415 - only this page needs it
    from markupsafe import Markup  # noqa: PLC0415 - as above

    drawn = segno.make(address, micro=False).svg_inline(
        scale=4, dark="#000", light="#fff", omitsize=True, svgclass="code", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - segno's own drawing; the address is in its modules


def _done(what: str) -> Response:
    return see_other(url_for(".account", done=what))
