"""What is open over real sockets, and what a real server writes about it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from pathlib import Path

import pyotp
import requests

from estimator.web.access import FORWARDED
from tests.support.serving import COMMAND, PATIENCE, serving
from tests.web.page import Page

DOCUMENT = {"clinic_id": "boston-sample", "insurance": "none", "treatments": ["sertraline"]}
STAFF = ("/", "/accounts")
CANARY = "canary quiet lamp 7391"
WRONG_CANARY = "canary wrong lamp 5128"


def status(address: str, path: str, **more: object) -> int:
    return requests.get(address + path, timeout=60, allow_redirects=False, **more).status_code  # type: ignore[arg-type]


def test_without_accounts_a_server_for_this_machine_opens_everything_to_it_alone(
    tmp_path: Path, sqlite_url: str
) -> None:
    with serving(tmp_path, sqlite_url) as served:
        here = served.address()
        for path in STAFF:
            assert status(here, path) == 200
            assert status(served.address("localhost"), path) == 200
            for name in FORWARDED:
                assert status(here, path, headers={name: "203.0.113.9"}) == 401
            for host in ("clinic.example", f"127.0.0.1.nip.example:{served.port}"):
                assert status(here, path, headers={"Host": host}) == 401
        assert "no account" not in served.printed


def test_without_accounts_a_server_for_others_opens_the_public_estimate_alone(
    tmp_path: Path, sqlite_url: str
) -> None:
    with serving(tmp_path, sqlite_url, host="0.0.0.0") as served:  # noqa: S104 - what is tested
        here = served.address()
        assert [status(here, path) for path in (*STAFF, "/account")] == [401] * 3
        assert requests.post(f"{here}/accounts", data={}, timeout=60).status_code == 401
        assert requests.post(f"{here}/", data={}, timeout=60).status_code == 401
        public = requests.post(f"{here}/api/v1/estimates", json=DOCUMENT, timeout=60)
        assert public.status_code == 200
    assert "estimator user add NAME --role admin" in served.printed


def test_behind_a_proxy_that_ends_tls_the_cookie_is_for_https_alone(
    tmp_path: Path, sqlite_url: str
) -> None:
    with serving(tmp_path, sqlite_url) as served:
        here = Browser(served.address())
        here.send_form("/accounts", name="robin", role="admin", password=CANARY, again=CANARY)
        here.headers["X-Forwarded-Proto"] = "https"

        cookie = here.sign_in().history[0].headers["Set-Cookie"]

    assert re.match(r"__Host-estimator_sign_in=[\w-]{43}; Secure; HttpOnly; Path=/;", cookie)


class Browser(requests.Session):
    """Somebody at the server's pages."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.headers["Sec-Fetch-Site"] = "same-origin"
        self.address = address

    def send_form(self, path: str, **fields: str) -> requests.Response:
        return self.post(self.address + path, data=fields, timeout=60)

    def sign_in(self, **fields: str) -> requests.Response:
        return self.send_form("/sign-in", **{"name": "robin", "password": CANARY} | fields)

    def set_up_totp(self) -> str:
        offered = Page(self.get(f"{self.address}/account/second-factor", timeout=60).text)
        secret = offered.words("key").replace(" ", "")
        code = pyotp.TOTP(secret).now()
        sealed = offered.value("sealed")
        self.send_form("/account/second-factor", sealed=sealed, code=code, current_password=CANARY)
        return secret


def test_no_password_secret_or_token_is_written_anywhere(tmp_path: Path, sqlite_url: str) -> None:
    with serving(tmp_path, sqlite_url) as served:
        here = Browser(served.address())
        here.send_form("/accounts", name="robin", role="admin", password=CANARY, again=CANARY)
        here.sign_in(password=WRONG_CANARY)
        here.sign_in(name=CANARY, password="robin")
        here.sign_in()
        token = here.cookies["estimator_sign_in"]
        secret = here.set_up_totp()
        proof = Page(here.sign_in().text).value("proof")
        here.send_form("/sign-in/code", proof=proof, code=secret)
        canaries = (CANARY, WRONG_CANARY, secret, token, proof)
        assert here.get(f"{here.address}/account", timeout=60).status_code == 200
        break_it(sqlite_url)
        faults = [here.sign_in(), here.send_form("/sign-in/code", proof=proof, code=secret)]
        faults.append(here.send_form("/account/password", current_password=CANARY))

    assert [fault.status_code for fault in faults] == [500] * 3
    assert served.printed.count("OperationalError at") == 3
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    written += [served.printed.encode(), *(fault.content for fault in faults)]
    for canary in canaries:
        assert not any(canary.encode() in each for each in written), canary


def break_it(url: str) -> None:
    """Take away a table, so that whatever is done next fails in the middle."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("ALTER TABLE estimator_users RENAME TO taken_away")
    connection.close()


def test_a_setting_that_cannot_be_used_ends_the_server_with_a_sentence(
    tmp_path: Path, sqlite_url: str
) -> None:
    done = subprocess.run(
        [COMMAND, "serve", "--port", "0"],
        env=os.environ | {"ESTIMATOR_DATABASE_URL": sqlite_url, "ESTIMATOR_IDLE_MINUTES": "soon"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode != 0
    assert "ESTIMATOR_IDLE_MINUTES takes a whole number, not 'soon'." in done.stderr
    assert "Traceback" not in done.stderr
