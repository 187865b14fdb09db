"""Signing in on both databases: what fits, what does not, and what a guesser learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from estimator.services.accounts import passwords, sign_ins, signing_in, users
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.passwords import Passwords
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.signing_in import CodeNeeded, Entered
from estimator.storage.database import Database
from tests.support.accounts import (
    ADMIN,
    CHEAP,
    NOW,
    PASSWORD,
    add,
    code,
    details,
    enter,
    proof,
    set_up_totp,
    told,
    user,
)
from tests.support.publishing import at_once

MINUTE = timedelta(minutes=1)
WRONG = "another green lamp"


def attempt(registry: Registry, now: datetime = NOW, password: str = WRONG) -> object:
    return signing_in.with_password(registry, now, "robin", password)


def lock(registry: Registry, now: datetime = NOW) -> None:
    add(registry, "robin", "staff")
    for _ in range(5):
        assert attempt(registry, now) is None


def test_name_and_password_sign_somebody_in(registry: Registry) -> None:
    add(registry, "robin", "staff")

    token = enter(registry, " Robin ")

    known = sign_ins.who(registry.database, registry.limits, token, NOW)
    assert known is not None
    assert (known.identity.name, known.identity.role) == ("robin", "staff")
    assert told(registry)[-1] == ("robin", "sign_in", "")
    assert details(registry) == {"how": "password"}


@pytest.mark.parametrize(
    ("name", "password", "actor", "why"),
    [
        ("robin", WRONG, "robin", "password"),
        ("robin", "", "robin", "password"),
        ("nobody", PASSWORD, "", "unknown"),
        ("ro\0bin", PASSWORD, "", "unknown"),
        ("a password in the wrong field", "", "", "unknown"),
        ("kim", PASSWORD, "kim", "password"),
    ],
)
def test_what_does_not_fit_is_told_without_what_was_typed(
    registry: Registry, name: str, password: str, actor: str, why: str
) -> None:
    add(registry, "robin", "staff")
    add(registry, "kim", "staff", password=None)

    assert signing_in.with_password(registry, NOW, name, password) is None
    assert told(registry)[-1] == (actor, "sign_in.failed", "")
    assert details(registry) == {"why": why}


def test_a_disabled_account_does_not_sign_in(registry: Registry) -> None:
    add(registry, "robin", "staff")
    users.disable(registry, ADMIN, "robin")

    assert attempt(registry, password=PASSWORD) is None
    assert details(registry) == {"why": "disabled"}


class Counting:
    """argon2 itself, counting how often it is asked to do how much."""

    def __init__(self, hasher: Any) -> None:
        self.hasher = hasher
        self.costs: list[str] = []

    def verify(self, kept: str, password: str) -> Any:
        self.costs.append("$".join(kept.split("$")[:4]))
        return self.hasher.verify(kept, password)


def test_whoever_asks_learns_nothing_from_the_work_it_takes(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(registry, "locked", "staff")
    add(registry, "disabled", "staff")
    add(registry, "provider", "staff", password=None)
    users.disable(registry, ADMIN, "disabled")
    for _ in range(5):
        signing_in.with_password(registry, NOW, "locked", WRONG)
    hasher = Counting(passwords._hasher(CHEAP))
    monkeypatch.setattr(passwords, "_hasher", lambda _: hasher)
    names = ("admin", "locked", "disabled", "provider", "nobody", "")
    for name in names:
        assert signing_in.with_password(registry, NOW, name, WRONG) is None
    assert hasher.costs == ["$argon2id$v=19$m=8,t=1,p=1"] * len(names)


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(registry: Registry) -> None:
    lock(registry)

    assert attempt(registry, NOW + MINUTE - timedelta(seconds=1), PASSWORD) is None
    assert details(registry) == {"why": "locked"}
    assert isinstance(attempt(registry, NOW + MINUTE, PASSWORD), Entered)


def test_tries_while_it_is_locked_do_not_lock_it_longer(registry: Registry) -> None:
    lock(registry)

    for _ in range(20):
        assert attempt(registry, NOW + timedelta(seconds=30)) is None

    assert user(registry, "robin").failures == 5
    assert isinstance(attempt(registry, NOW + MINUTE, PASSWORD), Entered)


def test_each_wrong_try_more_doubles_the_rest_up_to_an_hour(registry: Registry) -> None:
    lock(registry)
    rests = []
    now = NOW

    for _ in range(12):
        locked_until = user(registry, "robin").locked_until
        assert locked_until is not None
        rests.append((locked_until - now) // MINUTE)
        now = locked_until
        assert attempt(registry, now) is None

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]


def test_signing_in_forgets_the_wrong_tries(registry: Registry) -> None:
    lock(registry)

    assert isinstance(attempt(registry, NOW + MINUTE, PASSWORD), Entered)

    kept = user(registry, "robin")
    assert (kept.failures, kept.locked_until) == (0, None)


@pytest.mark.parametrize(
    "mend",
    [
        lambda registry: users.enable(registry, ADMIN, "robin"),
        lambda registry: users.set_password(registry, ADMIN, "robin", PASSWORD),
    ],
    ids=["enable", "password"],
)
def test_an_admin_ends_the_rest(registry: Registry, mend: Callable[[Registry], None]) -> None:
    lock(registry)

    mend(registry)

    assert isinstance(attempt(registry, password=PASSWORD), Entered)


def guess(database: Database) -> None:
    registry = Registry(database, b"s" * 32, passwords=CHEAP)
    for _ in range(3):
        attempt(registry)


def test_wrong_tries_at_once_are_all_counted(registry: Registry, database_url: str) -> None:
    add(registry, "robin", "staff")

    at_once(guess, database_url)

    kept = user(registry, "robin")
    assert kept.failures == 5
    assert kept.locked_until == NOW + MINUTE


def test_a_password_kept_at_other_costs_is_kept_anew(registry: Registry) -> None:
    add(registry, "robin", "staff")
    before = user(registry, "robin").password_hash
    dearer = replace(registry, passwords=Passwords(rounds=2, memory_kib=16))

    enter(dearer, "robin")

    after = user(registry, "robin").password_hash
    assert before is not None
    assert after is not None
    assert registry.passwords.outdated(after)
    assert not dearer.passwords.outdated(after)
    enter(dearer, "robin")
    assert user(registry, "robin").password_hash == after


def test_a_wrong_password_keeps_nothing_anew(registry: Registry) -> None:
    add(registry, "robin", "staff")
    before = user(registry, "robin").password_hash
    dearer = replace(registry, passwords=Passwords(rounds=2, memory_kib=16))

    assert attempt(dearer) is None

    assert user(registry, "robin").password_hash == before


# The second factor


@pytest.fixture
def secret(registry: Registry) -> str:
    add(registry, "robin", "staff")
    return set_up_totp(registry, "robin", NOW - 2 * MINUTE)


def test_a_second_factor_is_asked_after_the_password_alone(registry: Registry, secret: str) -> None:
    assert attempt(registry) is None

    outcome = signing_in.with_code(registry, NOW, proof(registry, "robin"), code(secret, NOW))

    assert isinstance(outcome, Entered)
    assert sign_ins.who(registry.database, registry.limits, outcome.token, NOW) is not None
    assert details(registry) == {"how": "password and code"}
    assert user(registry, "robin").failures == 0


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(registry: Registry, secret: str, later: int) -> None:
    typed = code(secret, NOW, later)
    spaced = f" {typed[:3]} {typed[3:]} "

    outcome = signing_in.with_code(registry, NOW, proof(registry, "robin"), spaced)

    assert isinstance(outcome, Entered)


@pytest.mark.parametrize("later", [-2, 2])
def test_older_and_later_codes_do_not_fit(registry: Registry, secret: str, later: int) -> None:
    given = proof(registry, "robin")

    outcome = signing_in.with_code(registry, NOW, given, code(secret, NOW, later))

    assert outcome == CodeNeeded(given)
    assert told(registry)[-1] == ("robin", "sign_in.failed", "")
    assert details(registry) == {"why": "code"}


def test_no_code_serves_twice_nor_one_before_it(registry: Registry, secret: str) -> None:
    given = proof(registry, "robin")
    used = code(secret, NOW)
    assert isinstance(signing_in.with_code(registry, NOW, given, used), Entered)

    for typed in (used, code(secret, NOW, -1)):
        assert isinstance(signing_in.with_code(registry, NOW, given, typed), CodeNeeded)
    later = code(secret, NOW, 1)
    assert isinstance(signing_in.with_code(registry, NOW, given, later), Entered)


def test_a_code_for_setting_up_does_not_sign_in(registry: Registry) -> None:
    add(registry, "robin", "staff")
    secret = set_up_totp(registry, "robin")

    outcome = signing_in.with_code(registry, NOW, proof(registry, "robin"), code(secret, NOW))

    assert isinstance(outcome, CodeNeeded)


def test_wrong_codes_lock_the_account(registry: Registry, secret: str) -> None:
    given = proof(registry, "robin")

    for typed in ("", "000000", "12345", "１２３４５６", "abc\x00"):
        assert signing_in.with_code(registry, NOW, given, typed) == CodeNeeded(given)

    assert user(registry, "robin").locked_until == NOW + MINUTE
    right = signing_in.with_code(registry, NOW, given, code(secret, NOW))
    assert right == CodeNeeded(given)
    assert details(registry) == {"why": "locked"}
    assert attempt(registry, password=PASSWORD) is None


def test_the_right_password_gives_no_new_tries_for_the_code(
    registry: Registry, secret: str
) -> None:
    for _ in range(5):
        given = proof(registry, "robin")
        signing_in.with_code(registry, NOW, given, "000000")

    assert attempt(registry, password=PASSWORD) is None


def test_the_code_comes_within_five_minutes(registry: Registry, secret: str) -> None:
    given = proof(registry, "robin")

    in_time = NOW + 5 * MINUTE
    late = in_time + timedelta(seconds=1)

    assert signing_in.with_code(registry, late, given, code(secret, late)) is None
    entered = signing_in.with_code(registry, in_time, given, code(secret, in_time))
    assert isinstance(entered, Entered)


@pytest.mark.parametrize(
    "change",
    [
        lambda registry: users.set_password(registry, ADMIN, "robin", WRONG),
        lambda registry: users.disable(registry, ADMIN, "robin"),
        lambda registry: users.remove_second_factor(registry, ADMIN, "robin"),
    ],
    ids=["password", "disabled", "removed"],
)
def test_a_proof_ends_with_what_it_rests_on(
    registry: Registry, secret: str, change: Callable[[Registry], None]
) -> None:
    given = proof(registry, "robin")
    change(registry)

    assert signing_in.with_code(registry, NOW, given, code(secret, NOW)) is None


@pytest.mark.parametrize("forge", [lambda text: text[:-4], lambda _: "", lambda _: "gAAAAA=="])
def test_a_proof_cannot_be_forged(
    registry: Registry, secret: str, forge: Callable[[str], str]
) -> None:
    given = forge(proof(registry, "robin"))

    assert signing_in.with_code(registry, NOW, given, code(secret, NOW)) is None
    others = replace(registry, secret=b"t" * 32)
    mine = proof(others, "robin")
    assert signing_in.with_code(registry, NOW, mine, code(secret, NOW)) is None


def test_what_is_sealed_for_one_purpose_serves_no_other(registry: Registry) -> None:
    sealed = registry.seal("totp-offer", {"user": 1, "mark": ""}, NOW)

    assert signing_in.with_code(registry, NOW, sealed, "000000") is None


# One's own password


def test_a_new_password_needs_the_one_before_and_keeps_this_browser(registry: Registry) -> None:
    add(registry, "robin", "staff")
    before = enter(registry, "robin")

    token = signing_in.change_password(registry, Act("robin", NOW), PASSWORD, WRONG)

    database, limits = registry.database, registry.limits
    assert sign_ins.who(database, limits, before, NOW) is None
    assert sign_ins.who(database, limits, token, NOW) is not None
    assert told(registry)[-1] == ("robin", "user.password", "robin")
    assert enter(registry, "robin", password=WRONG)


def test_a_new_password_follows_the_same_rules_and_is_looked_at_first(registry: Registry) -> None:
    add(registry, "robin", "staff")

    with pytest.raises(AccountRefused) as refused:
        signing_in.change_password(registry, Act("robin", NOW), WRONG, "short")

    assert [each.code for each in refused.value.findings] == ["password-short"]
    assert user(registry, "robin").failures == 0


def test_guessing_the_password_of_a_browser_left_alone_locks_the_account(
    registry: Registry,
) -> None:
    add(registry, "robin", "staff")
    act = Act("robin", NOW)

    for _ in range(5):
        with pytest.raises(AccountRefused) as refused:
            signing_in.change_password(registry, act, WRONG, "yet another lamp")
        assert [each.code for each in refused.value.findings] == ["password-wrong"]

    with pytest.raises(AccountRefused):
        signing_in.confirm_password(registry, act, PASSWORD)
    assert details(registry) == {"why": "locked"}
