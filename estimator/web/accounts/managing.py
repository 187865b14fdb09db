"""Managing accounts: adding them, and what an admin may do to each."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from estimator.services.accounts import users
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.registry import Act, Registry
from estimator.web.access import identity, see_other
from estimator.web.accounts.typed import Typed, errors, page, refuse_all
from estimator.web.form.errors import Error
from estimator.web.navigation import ROLES
from estimator.web.source import Source

Change = Callable[[Registry, Act, str, Typed], None]


def _set_password(registry: Registry, act: Act, name: str, typed: Typed) -> None:
    users.set_password(registry, act, name, typed.new_password(name))


CHANGES: dict[str, tuple[Change, str]] = {
    "role": (
        lambda registry, act, name, typed: users.change_role(registry, act, name, typed("role")),
        "The role is changed, and the account signed out everywhere.",
    ),
    "password": (
        _set_password,
        "The password is set, and the account signed out everywhere.",
    ),
    "second-factor": (
        lambda registry, act, name, _: users.remove_second_factor(registry, act, name),
        "The second factor is removed.",
    ),
    "sign-out": (
        lambda registry, act, name, _: users.sign_out(registry, act, name),
        "The account is signed out everywhere.",
    ),
    "disable": (
        lambda registry, act, name, _: users.disable(registry, act, name),
        "The account is disabled, and signed out everywhere.",
    ),
    "enable": (
        lambda registry, act, name, _: users.enable(registry, act, name),
        "The account may sign in.",
    ),
}
"""What can be done to an account, and what is said afterwards."""


class Managing:
    """The views for admins."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def everyone(self) -> Response:
        """List all accounts."""
        done = "The account is added." if request.args.get("done") == "add" else ""
        return self._list(done=done)

    def add(self) -> Response:
        """Add an account."""
        typed = Typed()
        elsewhere = self._has_provider() and typed("signs_in") == "provider"
        password = None if elsewhere else typed("password")
        registry, act = self._asked()
        new = (typed("name"), typed("role"), password)
        try:
            refuse_all(users.new_findings(*new) + ([] if password is None else typed.differs()))
            users.add(registry, act, *new)
        except AccountRefused as refused:
            return self._list(errors(refused.findings), typed)
        return see_other(url_for(".everyone", done="add"))

    def one(self, name: str) -> Response:
        """Show an account."""
        done = CHANGES.get(request.args.get("done", ""), (None, ""))[1]
        return self._show(name, done=done)

    def change(self, name: str) -> Response:
        """Do one thing to an account."""
        typed = Typed()
        if typed("action") not in CHANGES:
            raise BadRequest
        change, _ = CHANGES[typed("action")]
        registry, act = self._asked()
        try:
            change(registry, act, name, typed)
        except AccountRefused as refused:
            return self._show(name, errors(refused.findings, {"name": ""}))
        return see_other(url_for(".one", name=name, done=typed("action")))

    def _has_provider(self) -> bool:
        return bool(self._source.settings.oidc_issuer)

    def _asked(self) -> tuple[Registry, Act]:
        return self._source.registry(), Act(identity().name, self._source.now())

    def _list(
        self, wrong: list[Error] | None = None, typed: Typed | None = None, done: str = ""
    ) -> Response:
        return page(
            "accounts.html",
            wrong or [],
            accounts=users.listing(self._source.registry()),
            roles=ROLES,
            provider=self._has_provider(),
            typed=typed or (lambda _name: ""),
            done=done,
        )

    def _show(self, name: str, wrong: list[Error] | None = None, done: str = "") -> Response:
        try:
            account = users.one(self._source.registry(), name)
        except AccountRefused:
            raise NotFound from None
        return page("one_account.html", wrong or [], account=account, roles=ROLES, done=done)
