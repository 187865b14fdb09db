"""Clinics whose people have accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from estimator.web import Settings
from tests.support.accounts import SECRET
from tests.web.accounts.clinic import Clinic, make, served


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    made = make(Settings(database_url=sqlite_url))
    yield made
    made.source.database().close()


@pytest.fixture
def clinic_on_each(database_url: str) -> Iterator[Clinic]:
    """A clinic, once on each database."""
    made = make(Settings(database_url=database_url, secret_key=SECRET))
    yield made
    made.source.database().close()


@pytest.fixture
def clinic_address(clinic: Clinic) -> Iterator[str]:
    """The address of a server of the clinic on this machine."""
    with served(clinic.app) as address:
        yield address
