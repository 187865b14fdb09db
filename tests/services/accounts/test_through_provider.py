"""Whose account it is that an identity provider vouches for, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.services.accounts import sign_ins, through_provider, users
from estimator.services.accounts.registry import Registry
from tests.support.accounts import ADMIN, NOW, add, details, told, user

ISSUER = "https://id.example"
ROBIN: dict[str, Any] = {"sub": "24400320", "email": "Robin@Clinic.example", "email_verified": True}
NAME = "robin@clinic.example"


def sign_in(registry: Registry, issuer: str = ISSUER, claim: str = "email", **claims: Any) -> bool:
    given = ROBIN | claims
    entered = through_provider.with_claims(registry, NOW, issuer, given, claim)
    if entered is None:
        return False
    return sign_ins.who(registry.database, registry.limits, entered.token, NOW) is not None


def test_the_first_sign_in_ties_the_account_to_whom_the_provider_knows(registry: Registry) -> None:
    add(registry, NAME, "staff", password=None)

    assert sign_in(registry)

    assert told(registry)[-2:] == [(NAME, "user.tie", NAME), (NAME, "sign_in", "")]
    assert details(registry) == {"how": "provider"}
    kept = user(registry, NAME)
    assert (kept.issuer, kept.subject) == (ISSUER, "24400320")


def test_from_then_on_the_name_does_not_matter(registry: Registry) -> None:
    add(registry, NAME, "staff", password=None)
    assert sign_in(registry)

    assert sign_in(registry, email="married@clinic.example")
    assert not sign_in(registry, sub="another")
    assert not sign_in(registry, issuer="https://other.example")


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email": ""},
        {"email": "kim@clinic.example"},
        {"email": ["robin@clinic.example"]},
    ],
)
def test_nobody_else_gets_the_account(registry: Registry, claims: dict[str, Any]) -> None:
    add(registry, NAME, "staff", password=None)

    assert not sign_in(registry, **claims)
    assert told(registry)[-1] == ("", "sign_in.failed", "")
    assert user(registry, NAME).subject is None


def test_an_account_with_a_password_is_never_tied(registry: Registry) -> None:
    add(registry, NAME, "staff")

    assert not sign_in(registry)
    assert user(registry, NAME).subject is None


def test_a_disabled_account_does_not_sign_in_and_is_not_tied(registry: Registry) -> None:
    add(registry, NAME, "staff", password=None)
    users.disable(registry, ADMIN, NAME)

    assert not sign_in(registry)
    assert (details(registry), user(registry, NAME).subject) == ({"why": "disabled"}, None)
    users.enable(registry, ADMIN, NAME)
    assert sign_in(registry)
    users.disable(registry, ADMIN, NAME)
    assert not sign_in(registry)


def test_another_claim_may_be_the_name(registry: Registry) -> None:
    add(registry, "rhood", "staff", password=None)

    assert sign_in(registry, claim="preferred_username", preferred_username="RHood")
