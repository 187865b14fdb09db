"""The installation's secret: given, or kept beside SQLite for its owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimator.storage.database import open_database
from estimator.storage.secret import NoSecretKey, key_for, secret_key


def test_the_secret_given_is_used(sqlite_url: str) -> None:
    assert secret_key(open_database(sqlite_url), "a long enough secret") == b"a long enough secret"


def test_a_secret_that_is_too_short_is_refused(sqlite_url: str) -> None:
    with pytest.raises(NoSecretKey, match="at least 16"):
        secret_key(open_database(sqlite_url), "short")


def test_beside_sqlite_one_is_made_once_and_only_its_owner_may_read_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    first = secret_key(open_database(sqlite_url), None)
    again = secret_key(open_database(sqlite_url), None)

    (file,) = tmp_path.glob("*.secret")
    assert first == again
    assert len(first) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_postgresql_needs_one_given(postgres_url: str) -> None:
    with pytest.raises(NoSecretKey, match="ESTIMATOR_SECRET_KEY"):
        secret_key(open_database(postgres_url), None)


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert key_for(b"secret", "audit") != key_for(b"secret", "totp")
    assert len(key_for(b"secret", "audit")) == 32
