"""The pages where admins manage accounts."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from estimator.services.accounts import users
from estimator.web import Settings
from tests.support.accounts import ADMIN, PASSWORD, set_up_totp, told, user
from tests.web.accounts.clinic import Clinic, browser, make, sign_in
from tests.web.page import Page

HERE = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
NEW = {"name": "Kim", "role": "editor", "password": PASSWORD, "again": PASSWORD}
PROVIDER = {
    "oidc_issuer": "https://id.example",
    "oidc_client_id": "estimator",
    "oidc_client_secret": "secret",
}


def fields(answer: TestResponse) -> list[str]:
    """Return the fields that an answer says something is wrong with."""
    assert answer.status_code == 200
    return [field for field, _ in Page(answer.text).problems]


def test_the_first_account_is_added_on_the_machine_itself_and_ends_its_reign(
    clinic_on_each: Clinic,
) -> None:
    client = browser(clinic_on_each.app)
    empty = client.get("/accounts", environ_overrides=HERE).text
    assert "There is no account yet" in empty
    assert Page(empty).selected("role") == "admin"

    wrong = client.post("/accounts", data=NEW, environ_overrides=HERE)
    done = client.post("/accounts", data=NEW | {"role": "admin"}, environ_overrides=HERE)

    assert fields(wrong) == ["#role"]
    assert done.headers["Location"] == "/accounts?done=add"
    assert told(clinic_on_each.registry) == [("this machine", "user.add", "kim")]
    assert client.get("/accounts", environ_overrides=HERE).status_code == 303
    assert sign_in(client, "kim").status_code == 303
    assert client.get("/accounts").status_code == 200


def test_an_admin_adds_an_account_that_can_sign_in(clinic: Clinic) -> None:
    clinic.add("robin", "admin")
    client = clinic.client("robin")

    client.post("/accounts", data=NEW)

    page = Page(client.get("/accounts?done=add").text)
    assert page.words("outcome") == "The account is added."
    assert page.all("th", scope="row") == ["kim", "robin"]
    assert page.all("td")[:2] == ["rule editor", "password"]
    assert told(clinic.registry)[-1] == ("robin", "user.add", "kim")
    assert sign_in(clinic.client(), "kim").status_code == 303


def test_everything_wrong_with_a_new_account_is_said_and_what_was_typed_stays(
    clinic: Clinic,
) -> None:
    clinic.add("robin", "admin")
    client = clinic.client("robin")
    wrong = {"name": "K i m", "role": "editor", "password": "short", "again": "shirt"}

    answer = client.post("/accounts", data=wrong)
    taken = client.post("/accounts", data=NEW | {"name": "ROBIN"})

    assert fields(answer) == ["#name", "#password", "#again"]
    page = Page(answer.text)
    assert page.value("name") == "K i m"
    assert page.selected("role") == "editor"
    assert page.value("password") == ""
    assert fields(taken) == ["#name"]


def change(clinic: Clinic, action: str, **typed: str) -> TestResponse:
    client = clinic.client("robin")
    answer = client.post("/accounts/kim", data={"action": action} | typed)
    if answer.status_code == 303:
        return client.get(answer.headers["Location"])
    return answer


@pytest.fixture
def kims(clinic: Clinic) -> Clinic:
    clinic.add("robin", "admin")
    clinic.add("kim", "staff")
    return clinic


def test_an_admin_changes_the_role(kims: Clinic) -> None:
    before = kims.client("kim")

    page = Page(change(kims, "role", role="approver").text)

    assert page.words("outcome").startswith("The role is changed")
    assert page.selected("role") == "approver"
    assert before.get("/").status_code == 303
    assert fields(change(kims, "role", role="chief")) == ["#role"]


def test_an_admin_sets_a_password(kims: Clinic) -> None:
    typed = {"password": "another green lamp", "again": "another green lamp"}

    page = Page(change(kims, "password", **typed).text)

    assert page.words("outcome").startswith("The password is set")
    assert sign_in(kims.client(), "kim", "another green lamp").status_code == 303
    assert fields(change(kims, "password", password="kim", again="")) == [
        "#password",
        "#password",
        "#again",
    ]


def test_an_admin_signs_somebody_out(kims: Clinic) -> None:
    before = kims.client("kim")

    page = Page(change(kims, "sign-out").text)

    assert page.words("outcome") == "The account is signed out everywhere."
    assert before.get("/").status_code == 303


def test_an_admin_disables_and_enables(kims: Clinic) -> None:
    before = kims.client("kim")

    disabled = change(kims, "disable").text
    assert before.get("/").status_code == 303
    assert sign_in(kims.client(), "kim").status_code == 200
    enabled = change(kims, "enable").text

    assert "disabled since" in disabled
    assert "disabled since" not in enabled
    assert sign_in(kims.client(), "kim").status_code == 303


def test_an_admin_removes_a_second_factor(kims: Clinic) -> None:
    set_up_totp(kims.registry, "kim")

    page = change(kims, "second-factor").text

    assert "The second factor is removed." in page
    assert user(kims.registry, "kim").totp_secret is None


def test_the_last_admin_cannot_leave(kims: Clinic) -> None:
    client = kims.client("robin")

    for action in ("disable", "role"):
        answer = client.post("/accounts/robin", data={"action": action, "role": "viewer"})
        assert fields(answer) == []
        assert "last enabled admin" in answer.text
    assert client.get("/accounts").status_code == 200


def test_an_admin_who_steps_down_is_signed_out(kims: Clinic) -> None:
    users.change_role(kims.registry, ADMIN, "kim", "admin")
    client = kims.client("robin")

    client.post("/accounts/robin", data={"action": "role", "role": "viewer"})

    assert client.get("/accounts").status_code == 303
    assert kims.client("robin").get("/accounts").status_code == 403


@pytest.mark.parametrize("action", ["", "delete", "role\x00"])
def test_nothing_else_can_be_done_to_an_account(kims: Clinic, action: str) -> None:
    assert change(kims, action).status_code == 400


def test_an_account_that_is_not_there_has_no_page(kims: Clinic) -> None:
    client = kims.client("robin")

    assert client.get("/accounts/nobody").status_code == 404
    assert client.post("/accounts/nobody", data={"action": "disable"}).status_code == 404


def test_with_a_provider_an_account_may_have_no_password_here(sqlite_url: str) -> None:
    clinic = make(Settings(database_url=sqlite_url, **PROVIDER))
    clinic.add("robin", "admin")
    client = clinic.client("robin")
    new = {"name": "kim@clinic.example", "role": "staff", "signs_in": "provider"}

    client.post("/accounts", data=new | {"password": "", "again": ""})

    page = client.get("/accounts/kim@clinic.example").text
    assert "organization's account" in page
    assert user(clinic.registry, "kim@clinic.example").password_hash is None
    assert "Sign in with your organization" in clinic.client().get("/sign-in").text
    clinic.source.database().close()


def test_without_a_provider_every_account_has_a_password(clinic: Clinic) -> None:
    clinic.add("robin", "admin")

    answer = clinic.client("robin").post("/accounts", data=NEW | {"signs_in": "provider"})

    assert answer.status_code == 303
    assert user(clinic.registry, "kim").password_hash is not None
