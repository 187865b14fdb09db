"""What commands read from the environment."""

from __future__ import annotations

import os

from estimator.storage.database import DEFAULT_URL


def database_url() -> str:
    """Return where the database is."""
    return os.environ.get("ESTIMATOR_DATABASE_URL", DEFAULT_URL)


def secret_key() -> str:
    """Return the secret that seals the audit, where one is given."""
    return os.environ.get("ESTIMATOR_SECRET_KEY", "")


def batch_days() -> int:
    """Return for how many days a batch is kept."""
    text = os.environ.get("ESTIMATOR_BATCH_DAYS", "30")
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise ValueError("ESTIMATOR_BATCH_DAYS is not a number of days from 1 to 3650.")
    return int(text)
