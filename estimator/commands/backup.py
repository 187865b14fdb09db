"""estimator backup and restore: one file with everything, and a new database from it."""

from __future__ import annotations

from pathlib import Path

import click

from estimator.commands.database import act, opened, secret
from estimator.commands.terminal import database_url, fail, now, reason
from estimator.services import audit_check, rulebooks
from estimator.services import backup as backups
from estimator.services.backup import BackupRefused, Manifest
from estimator.services.rulebooks import DatabaseUnavailable
from estimator.storage.database import Database
from estimator.storage.secret import NoSecretKey, has_secret, keep_secret, secret_key

FILE = click.Path(path_type=Path)
WITHOUT = (
    "The secret is not in it. Keep it elsewhere too: without it the audit cannot be checked and "
    "second factors do not work after a restoration."
)
WITH = (
    "The secret is in it: whoever has this file can read second factors and seal an audit anew. "
    "Keep it as you keep the secret itself."
)


KEY_NEEDED = (
    "Before the server is started: set ESTIMATOR_SECRET_KEY to the secret of the installation that "
    "was backed up, or put its .secret file beside this database. Then: estimator audit verify"
)


@click.command()
@click.argument("file", type=FILE)
@click.option("--with-secret", is_flag=True, help="Put the secret in as well.")
def backup(file: Path, with_secret: bool) -> None:
    """Write everything the database holds into one new file."""
    with opened() as database:
        key = secret_key(database, secret()) if with_secret else None
        try:
            made = backups.back_up(database, file, now(), key)
        except FileExistsError:
            fail(f"{file} is there already; choose another name, or move it away.")
        except OSError as error:
            fail(f"{file} cannot be written: {reason(error)}.")
        _record(database, "database.backup", made)
    click.echo(f"{file} is written: {_told(made)}.")
    click.echo(WITH if with_secret else WITHOUT, err=True)


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Fill a new database from a backup.

    The database of ESTIMATOR_DATABASE_URL has to be new; what is there is never changed.
    """
    try:
        with rulebooks.reached(database_url()) as database:
            made = _restore(database, file)
            told = _verified(database, made)
    except DatabaseUnavailable as error:
        fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
    click.echo(f"The database is restored: {_told(made)}.")
    click.echo(told, err=True)


def _restore(database: Database, file: Path) -> Manifest:
    try:
        made = backups.restore(database, file)
    except BackupRefused as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file} cannot be read: {reason(error)}.")
    _put_secret(database, file)
    return made


def _put_secret(database: Database, file: Path) -> None:
    """Keep the secret that a backup holds beside SQLite; elsewhere a person has to set it."""
    inside = backups.secret_in(file)
    if inside is None or has_secret(database, secret()):
        return
    if not keep_secret(database, inside):
        click.echo(
            f"Set ESTIMATOR_SECRET_KEY to what this prints: unzip -p {file} secret", err=True
        )


def _verified(database: Database, made: Manifest) -> str:
    """Return whether the audit is whole under the secret there is, and record the restoration."""
    if not has_secret(database, secret()):
        return KEY_NEEDED
    try:
        by = act(database)
        found = audit_check.verify(database, by.audit)
        if found.problem:
            return f"{found.problem}\n{KEY_NEEDED}"
        _record(database, "database.restore", made)
    except NoSecretKey as error:
        return f"{error}\n{KEY_NEEDED}"
    return f"The audit is whole (entries: {found.sound}). Everybody signs in again."


def _record(database: Database, action: str, made: Manifest) -> None:
    by = act(database)
    with database.writing() as session:
        by.record(session, action, made.made_at, rows=made.rows, secret=made.secret)


def _told(made: Manifest) -> str:
    kept = {"releases": "estimator_releases", "entries of the audit": "estimator_audit"}
    return ", ".join(f"{words}: {made.rows.get(name, 0)}" for words, name in kept.items())
