"""Everything the tables hold, as plain values, and back into a new database of either kind.

A row is a JSON object by column. What is kept as bytes (workbooks, long texts) stands apart, named
by its digest, so that a workbook published twice is there once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
    type_coerce,
)

from estimator.storage.database import Database
from estimator.storage.tables import Base, CompressedText, SignIn, WrongTries

Row = dict[str, Any]
AT_ONCE = 500
LEFT_OUT = frozenset({SignIn.__tablename__, WrongTries.__tablename__})
"""Nobody stays signed in, or has to wait, over a restoration."""


def names() -> list[str]:
    """Return the tables that are kept, each after those it refers to."""
    return [table.name for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """Give a connection that sees the database as it is at one moment, whoever writes meanwhile."""
    engine = database.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection


def rows(connection: Connection, name: str, put: Callable[[bytes], str]) -> Iterator[Row]:
    """Yield the rows of a table in the order of their keys; *put* keeps bytes and names them."""
    table = Base.metadata.tables[name]
    columns = [
        type_coerce(column, LargeBinary()).label(column.name)
        if isinstance(column.type, CompressedText)
        else column
        for column in table.columns
    ]
    query = select(*columns).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=AT_ONCE).execute(query)
    for row in found.mappings():
        yield {column: _plain(value, put) for column, value in row.items()}


def holds_anything(database: Database) -> bool:
    """Whether a database has a row in any table of ours."""
    there = set(inspect(database.engine).get_table_names())
    with database.session() as session:
        tables = (table for table in Base.metadata.sorted_tables if table.name in there)
        return any(session.execute(select(1).select_from(each).limit(1)).first() for each in tables)


def tables_of(connection: Connection) -> list[Table]:
    """Return our tables as a database has them, which may be of an earlier schema, in order."""
    there = set(inspect(connection).get_table_names())
    known = [name for name in names() if name in there]
    found = MetaData()
    found.reflect(connection, only=known)
    return [found.tables[name] for name in known]


def fill(
    connection: Connection, table: Table, lines: Iterable[Row], get: Callable[[str], bytes]
) -> None:
    """Add rows to an empty table; *get* returns bytes by name."""
    readers = {column.name: _reader(column.type, get) for column in table.columns}
    has_bytes = any(isinstance(column.type, LargeBinary) for column in table.columns)
    for batch in _batches(lines, 1 if has_bytes else AT_ONCE):
        read = [
            {name: None if value is None else readers[name](value) for name, value in line.items()}
            for line in batch
        ]
        connection.execute(table.insert(), read)
    _go_on_numbering(connection, table)


def _plain(value: Any, put: Callable[[bytes], str]) -> Any:
    if isinstance(value, bytes):
        return put(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _reader(kind: Any, get: Callable[[str], bytes]) -> Callable[[Any], Any]:
    if isinstance(kind, LargeBinary):
        return get
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, Date) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _batches(lines: Iterable[Row], most: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for line in lines:
        batch.append(line)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


def _go_on_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number further rows after those that were added."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = "pg_get_serial_sequence(:table, :column)"
    highest = connection.scalar(select(func.max(column)))
    if highest is not None:
        connection.execute(
            text(f"SELECT setval({sequence}, :highest) WHERE {sequence} IS NOT NULL"),
            {"table": table.name, "column": column.name, "highest": highest},
        )
