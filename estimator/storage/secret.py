"""The secret that seals and encrypts: given by whoever runs the program, or kept beside SQLite."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from estimator.storage.database import Database

SHORTEST = 16


class NoSecretKey(Exception):  # noqa: N818 - a state of the installation, not a fault
    """A secret is needed, and none is set or can be kept; the message says what to do."""


def secret_key(database: Database, given: str | None) -> bytes:
    """Return the installation's secret: the one *given*, else that of a file beside SQLite.

    The file is made when first asked for, for its owner's eyes alone. Raises ``NoSecretKey``
    where the database is PostgreSQL, which several machines may share, and none is given.
    """
    if given:
        if len(given) < SHORTEST:
            raise NoSecretKey(f"ESTIMATOR_SECRET_KEY needs at least {SHORTEST} characters.")
        return given.encode()
    if database.engine.dialect.name != "sqlite":
        raise NoSecretKey(
            "Set ESTIMATOR_SECRET_KEY to a long random text, the same on every machine."
        )
    path = _path_beside(database)
    if not path.exists():
        _make(path, secrets.token_urlsafe(32).encode())
    return path.read_bytes().strip()


def has_secret(database: Database, given: str | None) -> bool:
    """Whether there is a secret without making one."""
    if given:
        return True
    return database.engine.dialect.name == "sqlite" and _path_beside(database).exists()


def keep_secret(database: Database, secret: bytes) -> bool:
    """Keep a secret beside a SQLite database that has none; say whether that was done."""
    if database.engine.dialect.name != "sqlite" or _path_beside(database).exists():
        return False
    _make(_path_beside(database), secret)
    return True


def key_for(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key for one purpose: what leaks of one tells nothing of another."""
    return hmac.digest(secret, purpose.encode(), sha256)


def _path_beside(database: Database) -> Path:
    path = Path(str(database.engine.url.database))
    return path.with_name(f"{path.name}.secret")


def _make(path: Path, secret: bytes) -> None:
    """Write a secret for its owner's eyes alone; the first of several processes wins, whole."""
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
