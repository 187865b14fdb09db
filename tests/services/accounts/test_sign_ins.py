"""Who is signed in, and until when, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from estimator.services.accounts import sign_ins, users
from estimator.services.accounts.registry import Registry
from estimator.services.accounts.sign_ins import SignedIn
from estimator.storage import accounts
from estimator.storage.tables import SignIn
from tests.support.accounts import ADMIN, NOW, add, enter, told

SECOND = timedelta(seconds=1)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)


@pytest.fixture
def token(registry: Registry) -> str:
    add(registry, "robin", "staff")
    return enter(registry, "robin")


def who(registry: Registry, token: str, now: datetime, *, note: bool = True) -> SignedIn | None:
    return sign_ins.who(registry.database, registry.limits, token, now, note=note)


def rows(registry: Registry) -> list[SignIn]:
    with registry.database.session() as session:
        return list(session.scalars(select(SignIn)))


def test_of_the_token_only_a_digest_is_kept(registry: Registry, token: str) -> None:
    (row,) = rows(registry)

    assert len(token) >= 43
    assert token not in (row.token_hash, str(vars(row)))
    assert len(row.token_hash) == 64
    assert who(registry, row.token_hash, NOW) is None


def test_each_sign_in_has_a_token_of_its_own(registry: Registry, token: str) -> None:
    assert enter(registry, "robin") != token


def test_it_ends_half_an_hour_after_the_last_request(registry: Registry, token: str) -> None:
    active = NOW + IDLE - SECOND
    assert who(registry, token, active) is not None

    assert who(registry, token, active + IDLE) is None
    last = who(registry, token, active + IDLE - SECOND)
    assert last is not None


def test_asking_alone_keeps_nobody_signed_in(registry: Registry, token: str) -> None:
    later = NOW + IDLE - SECOND

    known = who(registry, token, later, note=False)

    assert known is not None
    assert sign_ins.seconds_left(known, later) == 1
    assert who(registry, token, NOW + IDLE) is None


def test_it_ends_after_twelve_hours_whatever_is_done(registry: Registry, token: str) -> None:
    now = NOW
    while now < NOW + LONGEST - SECOND:
        known = who(registry, token, now)
        assert known is not None
        assert known.ends_at == min(now + IDLE, NOW + LONGEST)
        now += timedelta(minutes=29)

    assert who(registry, token, NOW + LONGEST - SECOND) is not None
    assert who(registry, token, NOW + LONGEST) is None


def test_requests_within_a_minute_are_noted_once(registry: Registry, token: str) -> None:
    for seconds in (10, 59, 61, 100):
        who(registry, token, NOW + seconds * SECOND)

    (row,) = rows(registry)
    assert row.seen_at == NOW + 61 * SECOND


def test_a_role_is_the_one_of_the_moment(registry: Registry, token: str) -> None:
    with registry.database.writing() as session:
        robin = accounts.named(session, "robin")
        assert robin is not None
        robin.role = "viewer"

    known = who(registry, token, NOW)

    assert known is not None
    assert known.identity.role == "viewer"


def test_a_disabled_account_is_nobody_even_where_a_row_is_left(
    registry: Registry, token: str
) -> None:
    with registry.database.writing() as session:
        robin = accounts.named(session, "robin")
        assert robin is not None
        robin.disabled_at = NOW

    assert who(registry, token, NOW) is None


def test_signing_out_ends_one_browser_and_is_told_once(registry: Registry, token: str) -> None:
    other = enter(registry, "robin")
    known = who(registry, token, NOW)
    assert known is not None

    for _ in range(2):
        sign_ins.end(registry, known, NOW)

    assert who(registry, token, NOW) is None
    assert who(registry, other, NOW) is not None
    assert told(registry).count(("robin", "sign_out", "")) == 1


def test_a_browser_signed_out_meanwhile_is_not_signed_in_again_by_a_request(
    registry: Registry, token: str
) -> None:
    known = who(registry, token, NOW)
    assert known is not None
    users.sign_out(registry, ADMIN, "robin")

    sign_ins.stay(registry.database, registry.limits, known, NOW)

    assert rows(registry) == []
    assert who(registry, token, NOW) is None


def test_what_is_over_is_removed_when_somebody_signs_in(registry: Registry, token: str) -> None:
    enter(registry, "robin", NOW + IDLE + SECOND)

    (row,) = rows(registry)
    assert row.began_at == NOW + IDLE + SECOND


def test_browsers_are_listed_with_when_they_were_seen(registry: Registry, token: str) -> None:
    add(registry, "kim", "staff")
    enter(registry, "kim")
    later = NOW + timedelta(minutes=5)
    enter(registry, "robin", later)
    known = who(registry, token, later)
    assert known is not None

    listed = sign_ins.listing(registry, known)

    assert [(each.began_at, each.seen_at) for each in listed] == [(NOW, later), (later, later)]
    assert listed[0].token_hash == known.token_hash
    robin = users.one(registry, "robin")
    assert robin.seen_at == later


@pytest.mark.parametrize("token", ["", "nothing", "é" * 40, "\x00"])
def test_what_is_no_token_signs_nobody_in(registry: Registry, token: str) -> None:
    assert who(registry, token, NOW) is None
