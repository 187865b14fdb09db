"""What commands about rules share: the database they open, and who acts on it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from estimator.commands.terminal import database_url, fail, now, refuse, today
from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.checking import RulebookRefused
from estimator.services.publishing.act import Act
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.two_people import TERMINAL
from estimator.services.rulebooks import DatabaseUnavailable
from estimator.storage.database import Database
from estimator.storage.secret import NoSecretKey


@contextmanager
def opened() -> Iterator[Database]:
    """Give the database with its tables; what stands in somebody's way is said in words."""
    try:
        with rulebooks.opened(database_url()) as database:
            yield database
    except DatabaseUnavailable as error:
        fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
    except NoSecretKey as error:
        fail(str(error))
    except RulebookRefused as refused:
        refuse(refused.findings)
    except NotThere:
        fail("There is no release or draft of this number.")


def audit_of(database: Database) -> Audit:
    """Return the audit; raises ``NoSecretKey``."""
    return Audit.of(database, secret())


def act(database: Database) -> Act:
    """Return who acts: the machine's own user, now."""
    return Act(_who(), now(), today(), audit_of(database))


def secret() -> str:
    """Return the secret that is set; blank: kept beside SQLite."""
    return os.environ.get("ESTIMATOR_SECRET_KEY", "")


def checkpoints() -> Path | None:
    """Return the file of the audit's checkpoints, where one is set."""
    named = os.environ.get("ESTIMATOR_AUDIT_CHECKPOINT", "")
    return Path(named) if named else None


def _who() -> str:
    """Return whom the audit names: accounts here have no blanks and brackets in their names."""
    try:
        return f"{getpass.getuser()}{TERMINAL}"
    except (KeyError, OSError):  # a container may run as somebody it has no name for
        return TERMINAL.strip()
