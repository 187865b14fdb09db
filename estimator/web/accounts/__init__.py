"""The pages for signing in, for one's own account, and for managing all of them."""

from __future__ import annotations

from flask import Blueprint, Response

from estimator.services.accounts.passwords import TooBusy
from estimator.web.accounts.entrance import Entrance
from estimator.web.accounts.managing import Managing
from estimator.web.accounts.own import Own
from estimator.web.accounts.provider import ThroughProvider
from estimator.web.html import error_page, page_blueprint
from estimator.web.methods import add_page
from estimator.web.sign_in_cookie import SignInCookie
from estimator.web.source import Source

BUSY = "Many people are signing in at this moment. Wait a few seconds, then try again."


class Accounts:
    """The views about accounts of one mounted estimator."""

    def __init__(self, mounted: str, source: Source) -> None:
        cookie = SignInCookie(mounted)
        self._entrance = Entrance(source, cookie)
        self._provider = ThroughProvider(source, self._entrance)
        self._own = Own(source, cookie)
        self._managing = Managing(source)

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        blueprint = page_blueprint("accounts")
        self._add_entrance(blueprint)
        own, managing = self._own, self._managing
        add_page(
            blueprint,
            "/account",
            GET=("account", own.account),
        )
        add_page(blueprint, "/account/password", POST=("password", own.password))
        add_page(
            blueprint,
            "/account/second-factor",
            GET=("second_factor", own.second_factor),
            POST=("confirm_second_factor", own.confirm_second_factor),
        )
        add_page(
            blueprint,
            "/account/second-factor/remove",
            POST=("remove_second_factor", own.remove_second_factor),
        )
        add_page(
            blueprint, "/account/sign-out", POST=("sign_out_everywhere", own.sign_out_everywhere)
        )
        add_page(
            blueprint,
            "/accounts",
            GET=("everyone", managing.everyone),
            POST=("add", managing.add),
        )
        add_page(
            blueprint,
            "/accounts/<name>",
            GET=("one", managing.one),
            POST=("change", managing.change),
        )
        blueprint.register_error_handler(TooBusy, _busy)
        return blueprint

    def _add_entrance(self, blueprint: Blueprint) -> None:
        entrance, provider = self._entrance, self._provider
        add_page(
            blueprint,
            "/sign-in",
            GET=("sign_in", entrance.sign_in),
            POST=("enter", entrance.enter),
        )
        add_page(blueprint, "/sign-in/code", POST=("code", entrance.code))
        add_page(blueprint, "/sign-in/provider", GET=("provider", provider.leave))
        add_page(blueprint, "/sign-in/provider/back", GET=("provider_back", provider.back))
        add_page(blueprint, "/sign-out", POST=("sign_out", entrance.sign_out))
        add_page(blueprint, "/signed-in", GET=("left", entrance.left), POST=("stay", entrance.stay))


def _busy(_error: TooBusy) -> Response:
    return error_page(503, {"Retry-After": "5"}, BUSY)
