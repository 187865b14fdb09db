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

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    String,
    column,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from estimator.storage.migrations import HEAD
from estimator.storage.tables import VERSION_TABLE

DEFAULT_URL = "sqlite:///instance/estimator.sqlite3"
"""Used where no URL is given: a file under the current folder."""

DatabaseFault = SQLAlchemyError
"""What is raised where the database does not do what it is asked."""

_POSTGRESQL = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": _POSTGRESQL,
    "postgresql": _POSTGRESQL,
    _POSTGRESQL: _POSTGRESQL,
}
_WRITES = "estimator_writes"
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


def migrate(database: Database, to: str = HEAD) -> None:
    """Bring the tables to this version; processes that start at once take turns.

    Only a restoration goes by way of an earlier one.
    """
    engine = database.engine
    with _in_turn(engine):
        if schema(database) == to:
            return
        # Alembic takes as long to import as a start may take in all
        from estimator.storage.upgrading import upgrade  # noqa: PLC0415 - see above

        if engine.dialect.name == "sqlite":
            _log_ahead(engine)
        upgrade(engine.execution_options(**{_WRITES: True}), to)


def schema(database: Database) -> str | None:
    """Return the last migration that a database has had; ``None`` for one without tables."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        found = select(column("version_num", String)).select_from(table(VERSION_TABLE))
        return connection.scalar(found)


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
    """Let one process in at a time where the database is a file; PostgreSQL has its own lock."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _log_ahead(engine: Engine) -> None:
    """Turn write-ahead logging on, for good.

    SQLite does not wait for others here: without a turn, two processes on a new file
    would refuse each other.
    """
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
