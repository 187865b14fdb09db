"""Opening and migrating: which URLs, which settings, and the tables that come of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, inspect, text

from estimator.storage import migrations
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.tables import VERSION_TABLE, Base


def test_migrations_make_the_tables_that_the_code_names(database: Database) -> None:
    options = {"version_table": VERSION_TABLE, "compare_type": True}

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrations_make_the_checks_that_the_code_names(database: Database) -> None:
    made = {
        check["name"]
        for table in Base.metadata.tables
        for check in inspect(database.engine).get_check_constraints(table)
    }

    assert made == {
        constraint.name
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def test_the_last_migration_is_the_one_that_the_code_names() -> None:
    assert ScriptDirectory(Path(migrations.__file__).parent).get_current_head() == migrations.HEAD


def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE estimator_schema_version SET version_num = '9999'"))

    with pytest.raises(CommandError, match="9999"):
        migrate(database)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = inspect(database.engine).get_table_names()

    migrate(database)

    assert inspect(database.engine).get_table_names() == before


def test_another_programs_migrations_in_the_same_database_stay_its_own(database: Database) -> None:
    names = inspect(database.engine).get_table_names()

    assert VERSION_TABLE in names
    assert all(name.startswith("estimator_") for name in names)


def test_a_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/instance/new/estimator.sqlite3")
    migrate(database)
    database.close()

    assert (tmp_path / "instance/new/estimator.sqlite3").exists()


def test_the_default_database_stands_under_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = open_database()
    migrate(database)
    database.close()

    assert (tmp_path / "instance/estimator.sqlite3").exists()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15000)],
)
def test_sqlite_is_set_to_lose_nothing(sqlite_url: str, pragma: str, value: object) -> None:
    database = open_database(sqlite_url)
    migrate(database)

    with database.session() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    database.close()


def test_a_sqlite_writer_keeps_other_writers_waiting_from_its_first_moment(
    sqlite_url: str,
) -> None:
    database = open_database(sqlite_url)
    migrate(database)

    with (
        database.writing() as session,
        closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0)) as other,
    ):
        session.connection()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    database.close()


def test_readers_go_on_while_another_writes(database: Database) -> None:
    with database.writing() as writer, database.session() as reader:
        writer.connection()

        assert reader.scalar(text("SELECT count(*) FROM estimator_releases")) == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_urls_are_taken_in_every_spelling(postgres_url: str, scheme: str) -> None:
    database = open_database(postgres_url.replace("postgresql", scheme, 1))

    with database.session() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()


@pytest.mark.parametrize("url", ["mysql://localhost/estimator", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///"):
        open_database(url)
