"""Setting up a second factor, on both databases."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from estimator.services.accounts import second_factor, signing_in
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.signing_in import CodeNeeded
from tests.support.accounts import NOW, add, code, enter, proof, set_up_totp, told, user

ROBIN = Act("robin", NOW)


@pytest.fixture(autouse=True)
def _robin(registry: Registry) -> None:
    add(registry, "robin", "staff")


def test_an_app_can_read_what_is_offered(registry: Registry) -> None:
    offer = second_factor.offer(registry, ROBIN)

    address = urlsplit(offer.address)
    told_to_app = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/Cost%20estimator:robin"
    assert told_to_app["secret"] == [offer.secret]
    assert len(offer.secret) == 32


def test_nothing_is_asked_before_a_code_confirms_it(registry: Registry) -> None:
    offer = second_factor.offer(registry, ROBIN)

    with pytest.raises(AccountRefused) as refused:
        second_factor.confirm(registry, ROBIN, offer, "000000")

    assert [each.code for each in refused.value.findings] == ["code-wrong"]
    assert user(registry, "robin").totp_secret is None
    assert enter(registry, "robin")


def test_the_secret_is_kept_encrypted(registry: Registry) -> None:
    secret = set_up_totp(registry, "robin")

    kept = user(registry, "robin").totp_secret
    assert kept is not None
    assert secret.encode() not in kept
    assert told(registry)[-1] == ("robin", "user.totp", "robin")


def test_what_was_offered_is_carried_by_the_browser_for_a_quarter_of_an_hour(
    registry: Registry,
) -> None:
    offer = second_factor.offer(registry, ROBIN)
    in_time = Act("robin", NOW + timedelta(minutes=15))

    assert second_factor.offered(registry, in_time, offer.sealed).secret == offer.secret
    assert offer.secret not in offer.sealed
    for act in (Act("robin", NOW + timedelta(minutes=16)), Act("admin", NOW)):
        with pytest.raises(AccountRefused) as refused:
            second_factor.offered(registry, act, offer.sealed)
        assert [each.code for each in refused.value.findings] == ["set-up-expired"]


def test_with_another_secret_key_no_code_fits_and_the_log_says_why(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    secret = set_up_totp(registry, "robin", NOW - timedelta(minutes=2))
    others = replace(registry, secret=b"t" * 32)
    given = proof(others, "robin")

    with caplog.at_level(logging.ERROR):
        outcome = signing_in.with_code(others, NOW, given, code(secret, NOW))

    assert isinstance(outcome, CodeNeeded)
    assert "ESTIMATOR_SECRET_KEY" in caplog.text
    assert secret not in caplog.text
