"""Accounts on both databases."""

from __future__ import annotations

import pytest

from estimator.services.accounts.registry import Limits, Registry
from estimator.storage.database import Database
from tests.support.accounts import CHEAP


@pytest.fixture
def registry(database: Database) -> Registry:
    return Registry(database, b"s" * 32, Limits(), CHEAP)
