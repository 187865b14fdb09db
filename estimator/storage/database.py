"""One database by URL: SQLite in a file by default, PostgreSQL where its URL is given.

Reading and writing begin differently. SQLite lets one writer in at a time, and a reader
that turns into a writer may find itself refused; so whoever writes says so from the start.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

DEFAULT_URL = "sqlite:///instance/estimator.sqlite3"
"""Used where no URL is given: a file under the current folder."""

_POSTGRESQL = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": _POSTGRESQL,
    "postgresql": _POSTGRESQL,
    _POSTGRESQL: _POSTGRESQL,
}
_WRITES = "estimator_writes"
_MIGRATION_LOCK = 0x6B657461  # any number nobody else in the same database uses
_MIGRATIONS = Path(__file__).parent / "migrations"
_PRAGMAS = ("busy_timeout = 15000", "synchronous = FULL", "foreign_keys = ON")


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Every process opens its own; a fork never shares one."""

    engine: Engine

    def session(self) -> Session:
        """Return a session for reading."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session for writing: committed at the end, rolled back on an exception."""
        engine = self.engine.execution_options(**{_WRITES: True})
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def open_database(url: str = DEFAULT_URL) -> Database:
    """Open the database at *url*, whose tables ``migrate`` makes.

    Raises ``ValueError`` where it is neither a SQLite file nor PostgreSQL.
    """
    parsed = make_url(url)
    if parsed.drivername not in _DRIVERS:
        raise ValueError("The database URL begins with sqlite:/// or postgresql://.")
    parsed = parsed.set(drivername=_DRIVERS[parsed.drivername])
    if parsed.drivername == _POSTGRESQL:
        return Database(create_engine(parsed, pool_pre_ping=True))
    return Database(_open_sqlite(parsed))


def migrate(database: Database) -> None:
    """Bring the tables to this version; processes that start at once take turns."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engine = database.engine.execution_options(**{_WRITES: True})
    with _in_turn(database.engine), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _open_sqlite(url: URL) -> Engine:
    if url.database is None or url.database == ":memory:":
        raise ValueError("A SQLite database needs a file: sqlite:///folder/file.sqlite3.")
    path = Path(url.database).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url.set(database=str(path)))
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin does
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _in_turn(engine: Engine) -> Iterator[None]:
    """On SQLite, turn write-ahead logging on, behind a lock file.

    It stays on for good. SQLite does not wait for others when it is turned on, and two
    processes on a new file would refuse each other.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        yield
