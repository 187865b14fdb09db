"""estimator user, run as a person runs it: at a terminal, or with a password on standard input."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from estimator.services.accounts import signing_in, users
from estimator.services.accounts.registry import Limits, Registry
from estimator.services.accounts.signing_in import Entered
from estimator.storage.database import migrate, open_database
from tests.support.accounts import NOW, PASSWORD, SECRET, enter, set_up_totp, told, user

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("estimator")
PATIENCE = 120

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, sqlite_url: str) -> Run:
    """Run estimator user in an empty folder with a database of its own."""

    def command(*arguments: str, given: str | bytes = "", **more: str) -> object:
        data = given.encode() if isinstance(given, str) else given
        environment = os.environ | {"ESTIMATOR_DATABASE_URL": sqlite_url, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [COMMAND, "user", *arguments],
            input=data,
            capture_output=True,
            env=environment | more,
            cwd=tmp_path,
            timeout=PATIENCE,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return command  # type: ignore[return-value]


@contextmanager
def registry(url: str) -> Iterator[Registry]:
    database = open_database(url)
    migrate(database)
    yield Registry.of(database, "", Limits())
    database.close()


def add(run: Run, name: str, role: str) -> None:
    done = run("add", name, "--role", role, "--password-stdin", given=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_account_is_added_lives_and_ends(run: Run, sqlite_url: str) -> None:
    add(run, "Robin", "admin")
    add(run, "kim", "staff")
    steps = [
        run("role", "kim", "approver"),
        run("password", "kim", "--password-stdin", given="another green lamp\r\n"),
        run("disable", "kim"),
        run("enable", "KIM"),
        run("sign-out", "kim"),
        run("totp-off", "kim"),
    ]

    assert [(step.returncode, step.stderr) for step in steps] == [(0, "")] * len(steps)
    assert [step.stdout.split(maxsplit=1)[0] for step in steps] == ["kim"] * len(steps)
    with registry(sqlite_url) as kept:
        assert enter(kept, "kim", NOW, "another green lamp")
        assert enter(kept, "robin", NOW, PASSWORD)
        told_of = told(kept)
    assert [action for _, action, _ in told_of][:6] == [
        "user.add",
        "user.add",
        "user.role",
        "user.password",
        "user.disable",
        "user.enable",
    ]
    assert {actor.partition(" ")[2] for actor, *_ in told_of[:6]} == {"(command line)"}


def test_accounts_are_listed_with_their_state(run: Run, sqlite_url: str) -> None:
    assert "There is no account yet" in run("list").stdout
    add(run, "robin", "admin")
    run("add", "kim@clinic.example", "--role", "staff", "--provider")
    run("disable", "kim@clinic.example")
    with registry(sqlite_url) as kept:
        enter(kept, "robin")
        set_up_totp(kept, "robin")

    kim, robin = run("list").stdout.splitlines()

    assert kim.startswith("kim@clinic.example  staff     identity provider, disabled 2")
    assert robin.startswith(
        "robin               admin     password, second factor, enabled, signed"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "robin", "--role", "viewer", "--password-stdin"), "first-not-admin"),
        (("add", "r obin", "--role", "admin", "--password-stdin"), "name-not-usable"),
        (("role", "nobody", "staff"), "account-unknown"),
        (("password", "nobody", "--password-stdin"), "account-unknown"),
        (("disable", "nobody"), "account-unknown"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments: tuple[str, ...], code: str) -> None:
    done = run(*arguments, given=PASSWORD)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"[{code}]" in done.stderr


def test_a_password_that_is_not_taken_is_said_and_nothing_is_added(run: Run) -> None:
    done = run("add", "robin", "--role", "admin", "--password-stdin", given="robin\n")

    assert done.returncode == 1
    assert "[password-short]" in done.stderr
    assert "[password-holds-name]" in done.stderr
    assert "There is no account yet" in run("list").stdout


def test_a_role_that_is_none_is_misuse(run: Run) -> None:
    assert run("add", "robin", "--role", "chief").returncode == 2


def test_a_password_is_no_argument_and_does_not_come_from_a_pipe_unasked(run: Run) -> None:
    assert run("add", "robin", PASSWORD, "--role", "admin").returncode == 2
    done = run("add", "robin", "--role", "admin", given=f"{PASSWORD}\n{PASSWORD}\n")

    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_a_password_in_no_encoding_is_said(run: Run) -> None:
    done = run("add", "robin", "--role", "admin", "--password-stdin", given=b"\xff" * 20)

    assert done.returncode == 2
    assert "UTF-8" in done.stderr


def test_postgresql_needs_a_secret_key(run: Run, postgres_url: str) -> None:
    without = run("list", ESTIMATOR_DATABASE_URL=postgres_url)
    given = run("list", ESTIMATOR_DATABASE_URL=postgres_url, ESTIMATOR_SECRET_KEY=SECRET)

    assert without.returncode == 2
    assert "ESTIMATOR_SECRET_KEY" in without.stderr
    assert given.returncode == 0


def test_a_database_that_cannot_be_used_is_said(run: Run) -> None:
    done = run("list", ESTIMATOR_DATABASE_URL="sqlite:////proc/none/it.sqlite3")

    assert done.returncode == 2
    assert "cannot be" in done.stderr


def test_at_a_terminal_the_password_is_asked_twice_and_never_shown(
    tmp_path: Path, sqlite_url: str
) -> None:
    environment = os.environ | {"ESTIMATOR_DATABASE_URL": sqlite_url, "PYTHONPATH": str(ROOT)}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "user", "add", "robin", "--role", "admin"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(theirs)

    shown = ""
    for typed in ("a typing error", "another one here", PASSWORD, PASSWORD):
        shown += until(ours, ": ")
        os.write(ours, f"{typed}\n".encode())
    shown += until(ours, "admin.\r\n")
    os.close(ours)

    assert process.wait(PATIENCE) == 0
    assert "Password again" in shown
    assert "robin is added as admin." in shown
    assert PASSWORD not in shown
    assert "typing error" not in shown
    with registry(sqlite_url) as kept:
        assert isinstance(signing_in.with_password(kept, NOW, "robin", PASSWORD), Entered)
        assert user(kept, "robin").password_hash is not None
        assert [account.name for account in users.listing(kept)] == ["robin"]


def until(terminal: int, end: str) -> str:
    """Return what the terminal shows until it shows *end*."""
    shown = ""
    limit = time.monotonic() + PATIENCE
    while not shown.endswith(end):
        assert time.monotonic() < limit, shown
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 1024).decode()
    return shown
