"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from estimator.services.accounts import passwords
from estimator.services.accounts.passwords import (
    COMMONEST,
    SHORTEST,
    Passwords,
    TooBusy,
    password_findings,
)
from tests.support.accounts import CHEAP, PASSWORD

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("elevensigns", ["password-short"]),
        ("twelve signs", []),
        ("twelve signs" * 17, ["password-long"]),
        ("x" * 200, ["password-common"]),
        ("only letters and blanks are fine", []),
        ("I am Robin Hood", ["password-holds-name"]),
        ("Password1234", ["password-common"]),
        ("1212121212121212", ["password-common"]),
        ("robin", ["password-short", "password-holds-name"]),
        ("  twelve  ", ["password-short"]),
        ("una contraseña larga", []),
    ],
)
def test_long_passwords_that_nobody_tries_first_are_taken(password: str, codes: list[str]) -> None:
    found = password_findings(password, "robin@clinic.example")

    assert [each.code for each in found] == codes


def test_a_name_of_two_letters_may_stand_in_a_password() -> None:
    assert password_findings("a rolling stone", "ro") == []


def test_the_commonest_are_listed_as_they_are_compared() -> None:
    assert all(len(each) >= SHORTEST and each == each.casefold() for each in COMMONEST)


def test_a_password_fits_itself_alone_and_is_kept_otherwise() -> None:
    kept = CHEAP.hashed(PASSWORD)

    assert PASSWORD not in kept
    assert kept.startswith("$argon2id$")
    assert kept != CHEAP.hashed(PASSWORD)
    assert CHEAP.fits(kept, PASSWORD)
    assert not CHEAP.fits(kept, PASSWORD + " ")


def test_a_letter_fits_however_the_keyboard_composed_it() -> None:
    kept = CHEAP.hashed("contrase\u00f1a larga")

    assert CHEAP.fits(kept, "contrasen\u0303a larga")


@pytest.mark.parametrize("password", [PASSWORD, "", "\x00" * 12, "é" * 500_000])
def test_nobody_has_a_password_that_fits(password: str) -> None:
    assert not CHEAP.fits(None, password)


def test_a_guess_costs_the_same_for_a_name_that_nobody_has() -> None:
    kept = CHEAP.hashed(PASSWORD)

    for each in (Passwords(), Passwords(rounds=3, memory_kib=64)):
        nobodys = passwords._nobodys(each)
        assert not each.outdated(nobodys)
        assert len(nobodys) == len(each.hashed(PASSWORD))
    assert CHEAP.fits(kept, PASSWORD)


def test_what_was_made_at_other_costs_is_outdated() -> None:
    kept = CHEAP.hashed(PASSWORD)

    assert not CHEAP.outdated(kept)
    assert Passwords(rounds=2, memory_kib=8).outdated(kept)
    assert Passwords(rounds=2, memory_kib=8).fits(kept, PASSWORD)


def test_one_is_checked_at_a_time_two_wait_and_others_are_refused() -> None:
    began, go_on = threading.Semaphore(0), threading.Event()
    at_work: list[str] = []

    def work() -> int:
        at_work.append(threading.current_thread().name)
        began.release()
        go_on.wait(60)
        return len(at_work)

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(passwords._in_turn, work) for _ in range(3)]
        assert began.acquire(timeout=60)
        while passwords._PLACES._value:
            pass
        with pytest.raises(TooBusy):
            CHEAP.fits(None, PASSWORD)
        assert len(at_work) == 1
        go_on.set()

    assert sorted(each.result() for each in waiting) == [1, 2, 3]
    assert set(at_work) == {"passwords_0"}
    assert not CHEAP.fits(None, PASSWORD)


FORK = """
import os
from tests.support.accounts import CHEAP, PASSWORD
kept = CHEAP.hashed(PASSWORD)
child = os.fork()
if child == 0:
    os._exit(0 if CHEAP.fits(kept, PASSWORD) else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_forked_from_one_that_checked_passwords_checks_them_too() -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORK]

    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == 0
