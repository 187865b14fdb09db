"""The page of one's own account."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from estimator.services.accounts import through_provider
from tests.support.accounts import NOW, PASSWORD, code, set_up_totp, told, user
from tests.web.accounts.clinic import Clinic, browser, sign_in
from tests.web.page import Page

NEW = "another green lamp"


def form(**changes: str) -> dict[str, str]:
    return {"current_password": PASSWORD, "password": NEW, "again": NEW} | changes


def key(page: Page) -> str:
    return page.words("key").replace(" ", "")


def test_a_new_password_signs_out_every_other_browser(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinic.add("robin", "viewer")
    here, there = clinic.client("robin"), clinic.client("robin")

    done = here.post("/account/password", data=form())

    assert (done.status_code, done.headers["Location"]) == (303, "/account?done=password")
    assert "Your password is changed" in here.get("/account?done=password").text
    assert there.get("/").status_code == 303
    assert sign_in(clinic.client(), "robin", NEW).status_code == 303
    assert sign_in(clinic.client(), "robin", PASSWORD).status_code == 200


def test_what_is_wrong_with_a_new_password_stands_at_its_field(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")

    wrong = Page(client.post("/account/password", data=form(password="robin")).text)
    guessed = Page(client.post("/account/password", data=form(current_password="?")).text)

    assert wrong.title.startswith("Error: ")
    fields = [field for field, _ in wrong.problems]
    assert fields == ["#password", "#password", "#again"]
    assert [field for field, _ in guessed.problems] == ["#current_password"]
    assert sign_in(clinic.client(), "robin", PASSWORD).status_code == 303


def test_a_second_factor_is_set_up_with_a_code_and_the_password(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")
    offered = Page(client.get("/account/second-factor").text)
    typed = {
        "sealed": offered.value("sealed"),
        "code": code(key(offered), NOW),
        "current_password": PASSWORD,
    }

    unconfirmed = Page(client.post("/account/second-factor", data=typed | {"code": "000000"}).text)
    guessed = Page(
        client.post("/account/second-factor", data=typed | {"current_password": "?"}).text
    )
    done = client.post("/account/second-factor", data=typed)

    assert [field for field, _ in unconfirmed.problems] == ["#code"]
    assert [field for field, _ in guessed.problems] == ["#current_password"]
    assert key(unconfirmed) == key(guessed) == key(offered)
    assert done.headers["Location"] == "/account?done=second-factor"
    assert "asks for your password and a code" in client.get("/account").text
    assert told(clinic.registry)[-1] == ("robin", "user.totp", "robin")


def test_the_picture_is_drawn_by_ourselves_without_styles(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")

    page = clinic.client("robin").get("/account/second-factor").text

    (picture,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert picture.count("<path") == 2
    assert "style" not in picture


def test_a_set_up_that_took_too_long_begins_again(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")
    offered = Page(client.get("/account/second-factor").text)

    clinic.wait(minutes=16)
    typed = {"sealed": offered.value("sealed"), "code": "000000", "current_password": PASSWORD}
    page = Page(client.post("/account/second-factor", data=typed).text)

    assert "Begin again" in page.problems[0][1]
    assert key(page) != key(offered)


def test_a_second_factor_is_removed_with_the_password(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")
    set_up_totp(clinic.registry, "robin")

    guessed = client.post("/account/second-factor/remove", data={"current_password": "?"})
    assert [field for field, _ in Page(guessed.text).problems] == ["#removal_password"]
    assert user(clinic.registry, "robin").totp_secret is not None
    client.post("/account/second-factor/remove", data={"current_password": PASSWORD})

    assert user(clinic.registry, "robin").totp_secret is None


def test_one_sees_where_one_is_signed_in_and_ends_it_everywhere(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    there = clinic.client("robin")
    clinic.wait(minutes=5)
    here = clinic.client("robin")

    page = Page(here.get("/account").text)
    assert page.all("td")[2::3] == ["another", "this one"]
    out = here.post("/account/sign-out")

    assert out.headers["Location"] == "/sign-in"
    assert [client.get("/").status_code for client in (here, there)] == [303, 303]
    assert told(clinic.registry)[-1] == ("robin", "sign_out.everywhere", "robin")


def through(clinic: Clinic) -> FlaskClient:
    """Return a browser that is signed in through an identity provider."""
    clinic.add("kim@clinic.example", "viewer", password=None)
    claims = {"sub": "1", "email": "kim@clinic.example", "email_verified": True}
    entered = through_provider.with_claims(
        clinic.registry, clinic.now, "https://id.example", claims, "email"
    )
    assert entered is not None
    client = browser(clinic.app)
    client.set_cookie("estimator_sign_in", entered.token)
    return client


def test_who_signs_in_elsewhere_has_password_and_second_factor_there(clinic: Clinic) -> None:
    client = through(clinic)

    page = client.get("/account").text

    assert "organization's account" in page
    assert "current_password" not in page
    assert client.get("/account/second-factor").status_code == 404
    assert client.post("/account/password", data=form(current_password="")).status_code == 404
    assert user(clinic.registry, "kim@clinic.example").password_hash is None


def test_on_this_machine_alone_there_is_no_account_to_show(clinic: Clinic) -> None:
    here = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
    client = browser(clinic.app)

    for path in ("/account", "/account/second-factor", "/signed-in"):
        assert client.get(path, environ_overrides=here).status_code == 404
    assert client.post("/sign-out", environ_overrides=here).status_code == 404
