"""Passwords: which are taken, and how they are kept (argon2id).

Checking one costs time and memory on purpose, so one at a time is checked in a process, and
few wait: a flood of sign-ins keeps neither the memory nor the threads of a server.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar

from estimator.findings import Finding
from estimator.services.accounts.codes import finding

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5
COMMONEST = frozenset(
    {
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789abc",
        "1234567890ab",
        "1234567890qwerty",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "abcd12345678",
        "administrator",
        "administrator1",
        "adminadmin123",
        "changeme1234",
        "changemenow!",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "iloveyou1234",
        "ketamine1234",
        "ketamineclinic",
        "letmein12345",
        "letmeinplease",
        "mypassword123",
        "password1234",
        "password12345",
        "password123!",
        "password1234!",
        "passwordpassword",
        "p@ssw0rd1234",
        "passw0rd1234",
        "qazwsxedcrfv",
        "qwerty123456",
        "qwerty1234567",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiop[]",
        "qwertyuiopasdf",
        "summer2025!!",
        "summer2026!!",
        "trustno11234",
        "welcome12345",
        "welcome123456",
        "winter2025!!",
        "winter2026!!",
    }
)
"""Of at least twelve characters: shorter ones are refused as it is."""

_PLACES = BoundedSemaphore(3)


class TooBusy(Exception):  # noqa: N818 - a state of the service, not a fault
    """More passwords are being checked than one process takes on."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """How much work a guess costs; docs/performance.md has the figures."""

    rounds: int = 8
    memory_kib: int = 19_456

    def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        return _in_turn(lambda: _hasher(self).hash(_plain(password)))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of *kept*; without one, no, after the same work."""
        from argon2.exceptions import VerificationError  # noqa: PLC0415 - see _hasher

        try:
            fits = _in_turn(lambda: _hasher(self).verify(kept or _nobodys(self), _plain(password)))
        except VerificationError:
            return False
        return fits and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether *kept* was made with other costs than these."""
        return _hasher(self).check_needs_rehash(kept)


def password_findings(password: str, name: str) -> list[Finding]:
    """Return why a password is not taken for the account of *name*."""
    plain = _plain(password)
    folded = plain.casefold()
    first = name.partition("@")[0]
    common = folded in COMMONEST or len(set(plain)) < FEWEST_DIFFERENT
    wrong = {
        "password-short": len(plain) < SHORTEST,
        "password-long": len(plain) > LONGEST,
        "password-holds-name": len(first) > 2 and first in folded,
        "password-common": len(plain) >= SHORTEST and common,
    }
    return [finding(code, "password") for code, is_wrong in wrong.items() if is_wrong]


def _plain(password: str) -> str:
    """Return a password as it is, whichever keyboard composed its letters."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher(passwords: Passwords) -> PasswordHasher:
    # Not needed, and not loaded, where nobody signs in
    from argon2 import PasswordHasher  # noqa: PLC0415 - see above

    return PasswordHasher(
        time_cost=passwords.rounds, memory_cost=passwords.memory_kib, parallelism=1
    )


def _nobodys(passwords: Passwords) -> str:
    """Return a hash that no known password has, for names that nobody has."""
    salt, digest = b64encode(bytes(16)), b64encode(bytes(32))
    kept = (f"m={passwords.memory_kib},t={passwords.rounds},p=1", salt.decode(), digest.decode())
    return "$argon2id$v=19$" + "$".join(part.rstrip("=") for part in kept)


def _in_turn(work: Callable[[], T]) -> T:
    """Do one after the other in this process, let two wait, and refuse more.

    In a thread of its own, always the same: the C library keeps what a thread once had in
    use, and would keep it for every thread that ever checked a password.
    """
    if not _PLACES.acquire(blocking=False):
        raise TooBusy
    try:
        return _thread(os.getpid()).submit(work).result()
    finally:
        _PLACES.release()


@cache
def _thread(_process: int) -> ThreadPoolExecutor:
    """Return the thread of a process: a fork has none of those that were there before."""
    return ThreadPoolExecutor(1, "passwords")
