"""Accounts: added, changed, disabled, on both databases, and told in the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from estimator.services.accounts import sign_ins, users
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.roles import Role
from estimator.storage.database import Database
from tests.support.accounts import (
    ADMIN,
    CHEAP,
    NOW,
    PASSWORD,
    add,
    details,
    enter,
    set_up_totp,
    told,
    user,
)
from tests.support.publishing import at_once


def refused(work: Callable[[], object]) -> list[tuple[str, str]]:
    """Return why something cannot be done, each with its field."""
    with pytest.raises(AccountRefused) as raised:
        work()
    return [(finding.code, finding.field) for finding in raised.value.findings]


def test_an_account_is_listed_as_it_was_added(registry: Registry) -> None:
    add(registry, " Robin@Clinic.example ", "admin")
    add(registry, "kim", "staff", password=None)

    kim, robin = users.listing(registry)

    assert (robin.name, robin.role, robin.password) == ("robin@clinic.example", Role.ADMIN, True)
    assert (kim.name, kim.role, kim.password) == ("kim", Role.STAFF, False)
    assert (robin.second_factor, robin.disabled_at, robin.seen_at) == (False, None, None)
    assert robin.created_at == NOW
    assert told(registry) == [
        ("admin", "user.add", "robin@clinic.example"),
        ("admin", "user.add", "kim"),
    ]
    assert details(registry) == {"role": "staff", "signs_in_with": "provider"}


@pytest.mark.parametrize("role", ["viewer", "staff", "editor", "approver"])
def test_the_first_account_is_an_admins(registry: Registry, role: str) -> None:
    first = refused(lambda: users.add(registry, ADMIN, "robin", role, PASSWORD))

    assert first == [("first-not-admin", "role")]
    assert users.listing(registry) == []
    assert told(registry) == []


@pytest.mark.parametrize(
    "name", ["", "r", "robin hood", ".robin", "röbin", "r" * 65, "estimator", "ro\nbin", "<b>"]
)
def test_names_that_could_be_taken_for_others_are_refused(name: str) -> None:
    found = users.new_findings(name, "admin", PASSWORD)

    assert [(each.code, each.field) for each in found] == [("name-not-usable", "name")]


def test_everything_wrong_with_a_new_account_is_said_at_once(registry: Registry) -> None:
    found = refused(lambda: users.add(registry, ADMIN, "?", "chief", "short"))

    assert found == [
        ("name-not-usable", "name"),
        ("role-unknown", "role"),
        ("password-short", "password"),
    ]


def test_a_name_is_taken_once_however_it_is_typed(registry: Registry) -> None:
    add(registry, "robin", "admin")

    assert refused(lambda: add(registry, "ROBIN", "staff")) == [("name-taken", "name")]
    assert len(told(registry)) == 1


CHANGES: dict[str, Callable[[Registry, str], None]] = {
    "role": lambda registry, name: users.change_role(registry, ADMIN, name, "viewer"),
    "disable": lambda registry, name: users.disable(registry, ADMIN, name),
    "password": lambda registry, name: users.set_password(
        registry, ADMIN, name, "another green lamp"
    ),
    "sign out": lambda registry, name: users.sign_out(registry, ADMIN, name),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_taken_away_is_gone_at_once(registry: Registry, change: str) -> None:
    add(registry, "robin", "staff")
    add(registry, "kim", "staff")
    tokens = [enter(registry, "robin"), enter(registry, "robin")]
    kims = enter(registry, "kim")

    CHANGES[change](registry, "Robin")

    database, limits = registry.database, registry.limits
    assert [sign_ins.who(database, limits, token, NOW) for token in tokens] == [None, None]
    assert sign_ins.who(database, limits, kims, NOW) is not None


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ("role", ("admin", "user.role", "robin")),
        ("disable", ("admin", "user.disable", "robin")),
        ("password", ("admin", "user.password", "robin")),
        ("sign out", ("admin", "sign_out.everywhere", "robin")),
    ],
)
def test_every_change_is_told(registry: Registry, change: str, event: tuple[str, str, str]) -> None:
    add(registry, "robin", "staff")

    CHANGES[change](registry, "robin")

    assert told(registry)[-1] == event


def test_a_role_is_told_with_the_one_before(registry: Registry) -> None:
    add(registry, "robin", "staff")

    users.change_role(registry, ADMIN, "robin", "approver")

    assert users.one(registry, "robin").role is Role.APPROVER
    assert details(registry) == {"before": "staff", "role": "approver"}


def test_what_is_so_already_changes_and_tells_nothing(registry: Registry) -> None:
    add(registry, "robin", "staff")
    users.disable(registry, ADMIN, "robin")
    before = told(registry)

    users.change_role(registry, ADMIN, "robin", "staff")
    users.disable(registry, ADMIN, "robin")
    users.remove_second_factor(registry, ADMIN, "robin")

    assert told(registry) == before


def test_a_disabled_account_is_enabled_again(registry: Registry) -> None:
    add(registry, "robin", "staff")
    users.disable(registry, Act("admin", NOW + timedelta(days=1)), "robin")
    assert users.one(registry, "robin").disabled_at == NOW + timedelta(days=1)

    users.enable(registry, ADMIN, "robin")

    assert users.one(registry, "robin").disabled_at is None
    assert enter(registry, "robin")
    assert ("admin", "user.enable", "robin") in told(registry)


def test_a_second_factor_is_removed(registry: Registry) -> None:
    add(registry, "robin", "staff")
    set_up_totp(registry, "robin")

    users.remove_second_factor(registry, ADMIN, "robin")

    assert user(registry, "robin").totp_secret is None
    assert told(registry)[-1] == ("admin", "user.totp_off", "robin")
    assert enter(registry, "robin")


def test_the_last_enabled_admin_stays(registry: Registry) -> None:
    add(registry, "robin", "admin")
    add(registry, "kim", "admin")
    users.disable(registry, ADMIN, "kim")

    for change in (
        lambda: users.disable(registry, ADMIN, "robin"),
        lambda: users.change_role(registry, ADMIN, "robin", "approver"),
    ):
        assert refused(change) == [("last-admin", "name")]
    users.enable(registry, ADMIN, "kim")
    users.change_role(registry, ADMIN, "robin", "viewer")
    assert users.one(registry, "robin").role is Role.VIEWER


def step_down(database: Database) -> str:
    registry = Registry(database, b"s" * 32, passwords=CHEAP)
    for name in ("robin", "kim"):
        try:
            users.change_role(registry, ADMIN, name, "viewer")
        except AccountRefused:
            return "refused"
    return "stepped down"


def test_of_two_admins_demoted_at_once_one_stays(registry: Registry, database_url: str) -> None:
    add(registry, "robin", "admin")
    add(registry, "kim", "admin")

    at_once(step_down, database_url)

    roles = [account.role for account in users.listing(registry)]
    assert sorted(roles) == [Role.ADMIN, Role.VIEWER]


@pytest.mark.parametrize("change", CHANGES)
def test_an_account_that_is_not_there_is_said(registry: Registry, change: str) -> None:
    add(registry, "robin", "admin")

    assert refused(lambda: CHANGES[change](registry, "nobody")) == [("account-unknown", "name")]
    assert refused(lambda: users.one(registry, "nobody")) == [("account-unknown", "name")]


def test_a_new_password_follows_the_same_rules(registry: Registry) -> None:
    add(registry, "robin", "admin")

    found = refused(lambda: users.set_password(registry, ADMIN, "robin", "robin"))

    assert found == [("password-short", "password"), ("password-holds-name", "password")]
    unknown = refused(lambda: users.change_role(registry, ADMIN, "robin", "chief"))
    assert unknown == [("role-unknown", "role")]
