"""Signing in at an identity provider: there and back, in one browser."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from estimator.web import Settings
from tests.support.accounts import told
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from tests.web.accounts.clinic import Clinic, make

NAME = "robin@clinic.example"


@dataclass
class Organization:
    """A clinic and its identity provider."""

    clinic: Clinic
    idp: IdentityProvider

    def leave(self, client: FlaskClient, wanted: str = "/account") -> str:
        """Go to the provider, sign in there, and return the address that one is sent back to."""
        left = client.get("/sign-in/provider", query_string={"next": wanted})
        assert left.status_code == 303
        assert left.headers["Location"].startswith(f"{self.idp.address}/authorize?")
        there = requests.get(left.headers["Location"], allow_redirects=False, timeout=60)
        return there.headers["Location"].removeprefix("http://localhost")


@pytest.fixture
def organization(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organization]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(lambda: clinic.now) as idp:
        clinic = make(
            Settings(
                database_url=sqlite_url,
                oidc_issuer=idp.address,
                oidc_client_id=CLIENT_ID,
                oidc_client_secret=CLIENT_SECRET,
            )
        )
        clinic.add("admin", "admin")
        yield Organization(clinic, idp)
        clinic.source.database().close()


def came_back(client: FlaskClient, address: str) -> TestResponse:
    """Come back as from another site, which is what the provider is."""
    return client.get(address, headers={"Sec-Fetch-Site": "cross-site"})


def is_out(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 303


def test_there_and_back_somebody_known_is_signed_in(organization: Organization) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    client = organization.clinic.client()

    answer = came_back(client, organization.leave(client, "/?clinic=main"))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?clinic=main")
    assert client.get("/account").status_code == 200
    assert [event[1] for event in told(organization.clinic.registry)][-2:] == [
        "user.tie",
        "sign_in",
    ]
    assert organization.idp.refusals == []


def test_the_page_leads_there_by_a_link_which_needs_no_script(organization: Organization) -> None:
    page = organization.clinic.client().get("/sign-in?next=/account").text

    assert 'href="/sign-in/provider?next=/account"' in page


def test_what_ties_the_answer_to_the_browser_is_sealed_and_soon_over(
    organization: Organization,
) -> None:
    client = organization.clinic.client()

    left = client.get("/sign-in/provider")

    held = left.headers["Set-Cookie"]
    assert held.startswith("estimator_provider=gAAAA")
    for part in ("Max-Age=600", "HttpOnly", "Path=/sign-in/provider/back", "SameSite=Lax"):
        assert part in held
    secure = client.get("/sign-in/provider", base_url="https://localhost")
    assert "; Secure" in secure.headers["Set-Cookie"]


def test_an_answer_in_another_browser_signs_nobody_in(organization: Organization) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    mine, others = organization.clinic.client(), organization.clinic.client()
    address = organization.leave(mine)

    without = came_back(others, address)
    organization.leave(others)
    with_another = came_back(others, address)

    assert "did not work" in without.text
    assert "did not work" in with_another.text
    assert is_out(others)


def test_an_answer_comes_within_ten_minutes(organization: Organization) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    client = organization.clinic.client()
    address = organization.leave(client)

    organization.clinic.wait(minutes=11)

    assert "did not work" in came_back(client, address).text
    assert is_out(client)


def test_an_answer_serves_once(organization: Organization) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    client = organization.clinic.client()
    address = organization.leave(client)
    came_back(client, address)
    client.post("/sign-out")

    assert "did not work" in came_back(client, address).text
    assert is_out(client)


def test_somebody_unknown_is_told_so(organization: Organization) -> None:
    client = organization.clinic.client()

    answer = came_back(client, organization.leave(client))

    assert "there is no account for you here" in answer.text
    assert is_out(client)
    assert told(organization.clinic.registry)[-1] == ("", "sign_in.failed", "")


def test_what_went_wrong_is_logged_without_what_was_sent(
    organization: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    organization.idp.person["aud"] = "another client"
    client = organization.clinic.client()

    with caplog.at_level(logging.WARNING):
        answer = came_back(client, organization.leave(client))

    assert "did not work" in answer.text
    assert "OpenID Connect: what came from it cannot be used: InvalidClaimError" in caplog.text
    assert NAME not in caplog.text
    assert is_out(client)


def test_a_provider_that_does_not_answer_leaves_the_password(organization: Organization) -> None:
    organization.idp.described["issuer"] = "https://elsewhere.example"

    answer = organization.clinic.client().get("/sign-in/provider")

    assert answer.status_code == 200
    assert "did not work" in answer.text
    assert 'name="password"' in answer.text


def test_after_leaving_only_a_page_of_ours_is_shown(organization: Organization) -> None:
    organization.clinic.add(NAME, "viewer", password=None)
    client = organization.clinic.client()

    answer = came_back(client, organization.leave(client, "//elsewhere.example/"))

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/sign-in/provider", "/sign-in/provider/back?code=1&state=2"])
def test_without_a_provider_there_is_no_way_there(clinic: Clinic, path: str) -> None:
    clinic.add("robin", "viewer")

    assert clinic.client().get(path).status_code == 404
    assert "organization" not in clinic.client().get("/sign-in").text
