"""Coming and going: the pages, the cookie, and where people land."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import TestResponse

from estimator.services.accounts import users
from estimator.services.accounts.passwords import TooBusy
from estimator.web import Estimator, Identity, Role, Settings
from tests.support.accounts import ADMIN, PASSWORD, code, set_up_totp, told
from tests.web.accounts.clinic import (
    Clinic,
    ClinicSource,
    browser,
    make,
    publish_something,
    sign_in,
)
from tests.web.asking import findings
from tests.web.conftest import small
from tests.web.page import Page

ROOT = Path(__file__).parents[3]


def cookie(response: TestResponse) -> str:
    return response.headers["Set-Cookie"]


def where(response: TestResponse) -> str:
    assert response.status_code == 303
    return response.headers["Location"]


def test_name_and_password_open_the_pages_until_somebody_signs_out(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinic.add("robin", "viewer")
    client = clinic.client()
    assert where(client.get("/")) == "/sign-in?next=/"

    assert where(sign_in(client, "Robin")) == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert "robin</a> (viewer)" in page.text

    out = client.post("/sign-out")
    assert where(out) == "/sign-in"
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert out.headers["Cache-Control"] == "no-store"
    assert where(client.get("/")) == "/sign-in?next=/"
    assert [event[1] for event in told(clinic.registry)][-2:] == ["sign_in", "sign_out"]


def test_the_cookie_is_for_this_estimator_and_no_script(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")

    plain = cookie(sign_in(clinic.client(), "robin"))
    secure = cookie(sign_in(clinic.client(), "robin", base_url="https://localhost"))

    assert re.fullmatch(r"estimator_sign_in=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", plain)
    assert re.fullmatch(
        r"__Host-estimator_sign_in=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", secure
    )


def mounted(settings: Settings) -> Flask:
    publish_something(settings.database_url)
    app = Flask("host", static_folder=None)
    Estimator(app, url_prefix="/costs", settings=settings)
    Estimator(app, url_prefix="/north", name="north", settings=settings)
    for source in app.extensions["estimator"].values():
        source.__class__ = ClinicSource
    return app


def test_each_mounted_estimator_has_a_cookie_of_its_own(sqlite_url: str) -> None:
    app = mounted(Settings(database_url=sqlite_url))
    users.add(app.extensions["estimator"]["north"].registry(), ADMIN, "robin", "admin", PASSWORD)
    client = browser(app)
    form = {"name": "robin", "password": PASSWORD, "next": "/north/?clinic=main"}

    answer = client.post("/north/sign-in", data=form)
    secure = client.post("/north/sign-in", data=form, base_url="https://localhost")

    assert where(answer) == "/north/?clinic=main"
    assert re.match(r"north_sign_in=[\w-]{43}; HttpOnly; Path=/north;", cookie(answer))
    assert re.match(r"__Secure-north_sign_in=.*; Secure; HttpOnly; Path=/north;", cookie(secure))
    assert client.get("/north/").status_code == 200
    assert where(client.get("/costs/")) == "/costs/sign-in?next=/costs/"


def test_under_another_application_paths_are_as_the_browser_sees_them(sqlite_url: str) -> None:
    app = mounted(Settings(database_url=sqlite_url))
    users.add(app.extensions["estimator"]["north"].registry(), ADMIN, "robin", "admin", PASSWORD)
    app.wsgi_app = DispatcherMiddleware(Flask("none"), {"/app": app.wsgi_app})  # type: ignore[method-assign]
    client = browser(app)

    asked = client.get("/app/north/account")
    form = {"name": "robin", "password": PASSWORD, "next": "/app/north/account"}
    answer = client.post("/app/north/sign-in", data=form)

    assert where(asked) == "/app/north/sign-in?next=/app/north/account"
    assert where(answer) == "/app/north/account"
    assert "; Path=/app/north;" in cookie(answer)
    assert client.get("/app/north/account").status_code == 200


WANTED = {
    "/accounts?done=add": "/accounts?done=add",
    "/?clinic=main": "/?clinic=main",
    "": "/",
    "accounts": "/",
    "//elsewhere.example/": "/",
    "/\\elsewhere.example/": "/",
    "\\\\elsewhere.example/": "/",
    "https://elsewhere.example/": "/",
    "https:elsewhere.example": "/",
    "javascript:alert(1)": "/",
    "/\t/elsewhere.example": "/",
    "/\n/elsewhere.example": "/",
    "/x\r\nSet-Cookie: a=b": "/",
    " //elsewhere.example": "/",
    "/%2e%2e/elsewhere": "/",
    "/../elsewhere": "/",
}


def test_after_signing_in_only_a_page_of_ours_is_shown(clinic: Clinic) -> None:
    clinic.add("robin", "admin")
    client = clinic.client()

    for wanted, shown in WANTED.items():
        asked = Page(client.get("/sign-in", query_string={"next": wanted}).text)
        form = {"name": "robin", "password": PASSWORD, "next": wanted}
        assert asked.value("next") == shown, wanted
        assert where(client.post("/sign-in", data=form)) == shown, wanted


def test_a_page_of_the_host_is_none_of_ours(sqlite_url: str) -> None:
    app = mounted(Settings(database_url=sqlite_url))
    users.add(app.extensions["estimator"]["north"].registry(), ADMIN, "robin", "admin", PASSWORD)
    client = browser(app)

    for wanted in ("/", "/costs/", "/northern", "/north/../", "/north/%2E%2E/x"):
        form = {"name": "robin", "password": PASSWORD, "next": wanted}
        assert where(client.post("/north/sign-in", data=form)) == "/north/"


def refusal(page: str) -> str:
    """Return the page without what was typed into it."""
    return re.sub(r'value="[^"]*"', "", page)


def test_whatever_does_not_fit_gets_the_same_page(clinic: Clinic) -> None:
    for name in ("robin", "disabled", "locked"):
        clinic.add(name, "staff")
    clinic.add("provider", "staff", password=None)
    users.disable(clinic.registry, ADMIN, "disabled")
    for _ in range(5):
        sign_in(clinic.client(), "locked", "wrong")
    tries = [("robin", "wrong"), *((name, PASSWORD) for name in ("disabled", "locked", "provider"))]
    tries += [("nobody", PASSWORD), ("", ""), ("<script>", "x" * 9_000)]

    pages = [sign_in(clinic.client(), *each) for each in tries]

    assert {page.status_code for page in pages} == {200}
    assert len({refusal(page.text) for page in pages}) == 1
    assert all("Set-Cookie" not in page.headers for page in pages)
    page = Page(pages[0].text)
    assert page.title.startswith("Error: ")
    assert [field for field, _ in page.problems] == ["#name"]
    assert page.value("name") == "robin"
    assert page.value("password") == ""


def test_password_managers_and_paste_are_welcome(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    set_up_totp(clinic.registry, "robin", clinic.now - timedelta(minutes=5))
    client = clinic.client()

    first = Page(client.get("/sign-in").text)
    second = Page(sign_in(client, "robin").text)

    (name,) = first.attributes("input", name="name")
    (password,) = first.attributes("input", name="password")
    (digits,) = second.attributes("input", name="code")
    assert (name["autocomplete"], password["autocomplete"]) == ("username", "current-password")
    assert (digits["autocomplete"], digits["inputmode"]) == ("one-time-code", "numeric")
    assert not any("onpaste" in each for each in (name, password, digits))


def test_a_code_is_asked_where_there_is_a_second_factor(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinic.add("robin", "staff")
    secret = set_up_totp(clinic.registry, "robin", clinic.now - timedelta(minutes=5))
    client = clinic.client()

    asked = client.post(
        "/sign-in", data={"name": "robin", "password": PASSWORD, "next": "/account"}
    )
    assert "Set-Cookie" not in asked.headers
    carried = {name: Page(asked.text).value(name) for name in ("proof", "next")}
    wrong = client.post("/sign-in/code", data=carried | {"code": "000000"})
    again = {name: Page(wrong.text).value(name) for name in ("proof", "next")}
    right = client.post("/sign-in/code", data=again | {"code": code(secret, clinic.now)})

    assert Page(wrong.text).title.startswith("Error: ")
    assert [field for field, _ in Page(wrong.text).problems] == ["#code"]
    assert Page(wrong.text).value("code") == ""
    assert again == carried
    assert where(right) == "/account"
    assert client.get("/account").status_code == 200


def test_a_code_that_comes_too_late_begins_again(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    secret = set_up_totp(clinic.registry, "robin", clinic.now - timedelta(minutes=5))
    client = clinic.client()
    carried = {"proof": Page(sign_in(client, "robin").text).value("proof")}

    clinic.wait(minutes=6)
    late = client.post("/sign-in/code", data=carried | {"code": code(secret, clinic.now)})

    assert late.status_code == 200
    assert "More than five minutes" in late.text
    assert Page(late.text).value("password") == ""


def test_signing_in_again_ends_what_the_browser_had(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client("robin")
    (held,) = [each.value for each in client._cookies.values()]  # type: ignore[union-attr]

    sign_in(client, "robin")

    other = clinic.client()
    other.set_cookie("estimator_sign_in", held)
    assert where(other.get("/")) == "/sign-in?next=/"
    assert client.get("/").status_code == 200


def test_a_token_of_ones_own_making_signs_nobody_in(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client()
    client.set_cookie("estimator_sign_in", "a" * 43)

    sign_in(client, "robin")

    (held,) = [each.value for each in client._cookies.values()]  # type: ignore[union-attr]
    assert held != "a" * 43


def test_after_half_an_hour_of_nothing_somebody_signs_in_again(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client("robin")
    for _ in range(3):
        clinic.wait(minutes=29)
        assert client.get("/").status_code == 200

    clinic.wait(minutes=30)

    assert where(client.get("/?clinic=main")) == "/sign-in?next=/?clinic%3Dmain"
    assert where(client.post("/", data={})) == "/sign-in"


def test_how_long_is_left_can_be_asked_and_made_longer(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client("robin")

    clinic.wait(minutes=28, seconds=30)
    assert client.get("/signed-in").get_json() == {"seconds": 90}
    assert client.get("/signed-in").get_json() == {"seconds": 90}
    assert client.post("/signed-in").get_json() == {"seconds": 1800}
    clinic.wait(hours=11, minutes=20)
    assert where(client.get("/")) == "/sign-in?next=/"


def test_what_a_script_asks_by_itself_keeps_nobody_signed_in(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client("robin")

    by_script = {"Sec-Fetch-Mode": "cors"}
    clinic.wait(minutes=20)
    assert client.post("/plan", data={"plan": ""}, headers=by_script).status_code == 200
    clinic.wait(minutes=10)

    assert client.get("/").status_code == 303


def test_the_page_says_how_long_is_left(clinic: Clinic) -> None:
    clinic.add("robin", "staff")
    client = clinic.client("robin")

    (dialog,) = Page(client.get("/").text).attributes("dialog")

    assert dialog["data-seconds"] == "1800"
    assert (dialog["data-left"], dialog["data-away"]) == ("/signed-in", "/sign-in")


def test_a_script_is_told_that_nobody_is_signed_in(clinic: Clinic) -> None:
    clinic.add("robin", "staff")

    answer = clinic.client().post("/plan", headers={"Sec-Fetch-Mode": "cors"})

    assert answer.status_code == 401


def test_the_limits_are_settings(sqlite_url: str) -> None:
    clinic = make(Settings(database_url=sqlite_url, idle_minutes=50, sign_in_hours=1))
    clinic.add("robin", "staff")
    busy, idle = clinic.client("robin"), clinic.client("robin")

    clinic.wait(minutes=49)
    assert busy.get("/").status_code == 200
    clinic.wait(minutes=2)
    assert busy.get("/").status_code == 200
    assert idle.get("/").status_code == 303
    clinic.wait(minutes=9)
    assert busy.get("/").status_code == 303
    clinic.source.database().close()


def test_when_too_many_sign_in_at_once_some_are_asked_to_wait(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise TooBusy

    clinic.add("robin", "staff")
    monkeypatch.setattr("estimator.services.accounts.signing_in.with_password", busy)

    answer = sign_in(clinic.client(), "robin")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Wait a few seconds" in answer.text


def test_without_a_secret_key_postgresql_says_what_to_set(postgres_url: str) -> None:
    clinic = make(Settings(database_url=postgres_url))

    answer = sign_in(clinic.client(), "robin")

    assert answer.status_code == 503
    assert "ESTIMATOR_SECRET_KEY" in answer.text
    clinic.source.database().close()


def test_where_nobody_has_an_account_there_is_nowhere_to_sign_in(clinic: Clinic) -> None:
    assert clinic.client().get("/sign-in").status_code == 404


def test_a_host_that_knows_who_is_asking_has_no_use_for_our_pages() -> None:
    app = Flask("host", static_folder=None)
    robin = Identity("robin", Role.ADMIN)
    nowhere = Settings(database_url="sqlite:////proc/nowhere/none.sqlite3")
    Estimator(app, settings=nowhere, identify=lambda: robin)
    client = browser(small(app))

    for path in ("/sign-in", "/account", "/accounts", "/accounts/robin", "/sign-in/provider"):
        assert client.get(path).status_code == 404
    for path in ("/sign-in", "/sign-in/code", "/sign-out", "/signed-in", "/accounts"):
        assert client.post(path, data={}).status_code == 404
    page = client.get("/").text
    assert "robin (admin)" in page
    assert "Sign out" not in page
    assert 'href="/accounts"' not in page


VIEWED = ["Estimate", "Rules", "Rulebook", "Rolling forward"]
WORKED = ["Estimate", "Many patients", "Kept", "Rules", "Rulebook", "Rolling forward"]
LINKS: dict[str, list[str]] = {
    "viewer": VIEWED,
    "staff": WORKED,
    "editor": WORKED,
    "approver": WORKED,
    "admin": [*WORKED, "Accounts", "Widget", "Audit"],
}


@pytest.mark.parametrize("role", LINKS)
def test_the_head_links_what_the_role_may_open(clinic: Clinic, role: str) -> None:
    clinic.add("robin", role)
    client: FlaskClient = clinic.client("robin")

    page = Page(client.get("/").text)

    (head,) = page.all("nav")
    assert head == " ".join(LINKS[role])


def test_an_address_that_is_not_there_stays_that(clinic: Clinic) -> None:
    clinic.add("robin", "staff")

    findings(clinic.client().get("/api/v1/nothing"), 404)


FAULTS: dict[str, tuple[int, Callable[[FlaskClient], TestResponse]]] = {
    "not a form": (415, lambda client: client.post("/sign-in", json={"name": "robin"})),
    "too large": (413, lambda client: client.post("/sign-in", data={"name": "r" * 1_000_001})),
    "a get": (405, lambda client: client.get("/sign-in/code")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_sign_in_form_is_refused(clinic: Clinic, fault: str) -> None:
    status, send = FAULTS[fault]

    assert send(clinic.client()).status_code == status


HEAVY = ("argon2", "cryptography", "pyotp", "segno", "requests", "authlib", "joserfc")
LOADED = f"import sys, estimator.web; sys.exit(any(each in sys.modules for each in {HEAVY}))"


def test_what_signs_people_in_is_loaded_when_somebody_signs_in() -> None:
    command = [sys.executable, "-c", LOADED]

    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == 0


def test_who_was_signed_out_is_told_so_and_others_are_not(clinic: Clinic) -> None:
    clinic.add("robin", "viewer")
    client = clinic.client("robin")
    assert "You were signed out" not in client.get("/sign-in").text
    clinic.wait(minutes=31)

    asked = client.get(where(client.get("/rules")))

    assert "You were signed out" in asked.text
    assert "You were signed out" not in sign_in(client, "robin", "wrong").text
    assert where(sign_in(client, "robin")) == "/"
    client.post("/sign-out")
    assert "You were signed out" not in client.get("/sign-in").text
    assert "You were signed out" not in clinic.client().get("/sign-in").text


# Many tries from one network


def from_(address: str) -> dict[str, Any]:
    return {"environ_overrides": {"REMOTE_ADDR": address}}


@pytest.fixture
def strict(sqlite_url: str) -> Iterator[Clinic]:
    """A clinic where a network waits after three wrong tries."""
    clinic = make(Settings(database_url=sqlite_url, sign_in_rate="3 per hour"))
    clinic.add("robin", "viewer")
    clinic.add("kim", "viewer")
    yield clinic
    clinic.source.database().close()


def test_one_network_that_tries_many_names_waits_and_others_do_not(strict: Clinic) -> None:
    client = strict.client()
    for number in range(3):
        wrong = sign_in(client, f"name-{number}", "wrong", **from_(f"203.0.113.{number}"))
        assert wrong.status_code == 200

    waits = sign_in(client, "robin", **from_("203.0.113.99"))

    assert waits.status_code == 429
    assert "Too many wrong names" in waits.text
    assert where(sign_in(client, "robin", **from_("198.51.100.1"))) == "/"


def test_servers_of_one_database_count_a_network_together(strict: Clinic, sqlite_url: str) -> None:
    another = make(Settings(database_url=sqlite_url, sign_in_rate="3 per hour"))
    for clinic in (strict, another, strict):
        assert sign_in(clinic.client(), "nobody", "wrong").status_code == 200

    assert sign_in(another.client(), "robin").status_code == 429
    another.wait(hours=1)
    assert where(sign_in(another.client(), "robin")) == "/"
    another.source.database().close()


def test_wrong_codes_count_for_the_network_too(strict: Clinic) -> None:
    set_up_totp(strict.registry, "kim", strict.now - timedelta(minutes=5))
    client = strict.client()
    proof = Page(sign_in(client, "kim").text).value("proof")
    for _ in range(3):
        assert client.post("/sign-in/code", data={"proof": proof, "code": "0"}).status_code == 200

    assert client.post("/sign-in/code", data={"proof": proof, "code": "0"}).status_code == 429
    assert sign_in(client, "robin").status_code == 429


def test_signing_in_rightly_is_never_too_often(strict: Clinic) -> None:
    assert {sign_in(strict.client(), "robin").status_code for _ in range(5)} == {303}
