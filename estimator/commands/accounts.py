"""estimator user: accounts from a terminal, for the first one and for when nobody can sign in.

A password is typed twice, hidden, or comes from standard input; it is never an argument, which
everybody on the machine could read.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from estimator.commands.terminal import database_url, fail, now, refuse
from estimator.services.accounts import users
from estimator.services.accounts.codes import AccountRefused
from estimator.services.accounts.registry import Act, Limits, Registry
from estimator.services.accounts.roles import Role
from estimator.services.accounts.users import Account
from estimator.services.rulebooks import DatabaseUnavailable, opened
from estimator.sources.addresses import LOOPBACK
from estimator.storage.accounts import any_user
from estimator.storage.secret import NoSecretKey

ROLE = click.Choice([role.value for role in Role])
LONGEST_LINE = 10_000

from_stdin = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Take the password from standard input."
)


@click.group()
def user() -> None:
    """Add accounts, change their role or password, disable them."""


@user.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What the account may do.")
@click.option("--provider", is_flag=True, help="It signs in with the identity provider alone.")
@from_stdin
def add(name: str, role: str, provider: bool, from_stdin: bool) -> None:
    """Add an account; the first one is an admin's."""
    with _accounts() as (registry, act):
        found = users.new_findings(name, role, None)
        if found:
            refuse(found)
        password = None if provider else _password(from_stdin)
        users.add(registry, act, name, role, password)
    click.echo(f"{users.plain_name(name)} is added as {role}.")


@user.command(name="list")
def list_() -> None:
    """List all accounts."""
    with _accounts() as (registry, _):
        accounts = users.listing(registry)
    width = max((len(account.name) for account in accounts), default=0)
    for account in accounts:
        click.echo(f"{account.name:{width}}  {account.role:8}  {', '.join(_state(account))}")
    if not accounts:
        click.echo("There is no account yet: estimator user add NAME --role admin")


def _state(account: Account) -> Iterator[str]:
    yield "password" if account.password else "identity provider"
    if account.second_factor:
        yield "second factor"
    yield f"disabled {_day(account.disabled_at)}" if account.disabled_at else "enabled"
    if account.seen_at:
        yield f"signed in, last seen {_day(account.seen_at)}"


def _day(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


@user.command()
@click.argument("name")
@click.argument("role", type=ROLE)
def role(name: str, role: str) -> None:
    """Give an account another role, and sign it out everywhere."""
    with _accounts() as (registry, act):
        users.change_role(registry, act, name, role)
    click.echo(f"{users.plain_name(name)} is {role} now.")


@user.command()
@click.argument("name")
@from_stdin
def password(name: str, from_stdin: bool) -> None:
    """Give an account another password, and sign it out everywhere."""
    with _accounts() as (registry, act):
        users.one(registry, users.plain_name(name))
        users.set_password(registry, act, name, _password(from_stdin))
    click.echo(f"{users.plain_name(name)} has another password.")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let an account do nothing any more, at once."""
    with _accounts() as (registry, act):
        users.disable(registry, act, name)
    click.echo(f"{users.plain_name(name)} is disabled.")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let an account sign in again, after it was disabled or locked."""
    with _accounts() as (registry, act):
        users.enable(registry, act, name)
    click.echo(f"{users.plain_name(name)} may sign in.")


@user.command(name="sign-out")
@click.argument("name")
def sign_out(name: str) -> None:
    """Sign an account out everywhere."""
    with _accounts() as (registry, act):
        users.sign_out(registry, act, name)
    click.echo(f"{users.plain_name(name)} is signed out everywhere.")


@user.command(name="totp-off")
@click.argument("name")
def totp_off(name: str) -> None:
    """Remove an account's second factor, as when the phone is lost."""
    with _accounts() as (registry, act):
        users.remove_second_factor(registry, act, name)
    click.echo(f"{users.plain_name(name)} signs in with the password alone.")


def say_what_is_open(host: str) -> None:
    """Say that only the public estimate will be, where others may ask and nobody can sign in."""
    if host in LOOPBACK:
        return
    with opened(database_url()) as database, database.session() as session:
        if any_user(session):
            return
    click.echo(
        "Only the public estimate is open, since there is no account yet: "
        "estimator user add NAME --role admin"
    )


@contextmanager
def _accounts() -> Iterator[tuple[Registry, Act]]:
    """Give the accounts, and who acts; what cannot be done is said."""
    try:
        with opened(database_url()) as database:
            secret = os.environ.get("ESTIMATOR_SECRET_KEY", "")
            yield Registry.of(database, secret, Limits()), Act(_actor(), now())
    except DatabaseUnavailable as error:
        fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
    except NoSecretKey as error:
        fail(str(error))
    except AccountRefused as refused:
        refuse(refused.findings)


def _actor() -> str:
    """Return whom the audit names: accounts here have no blanks and brackets in their names."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container may run as somebody it has no name for
        return "(command line)"


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return _line()
    if not sys.stdin.isatty():
        fail("A password is typed at a terminal, or given with --password-stdin.")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password again")
    return typed


def _line() -> str:
    try:
        return sys.stdin.buffer.readline(LONGEST_LINE).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        fail("The password on standard input is not UTF-8.")
