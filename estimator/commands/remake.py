"""``estimator remake``: a kept estimate, made again from its release."""

from __future__ import annotations

import sys

import click

from estimator.commands.terminal import database_url, fail, now, print_json, say
from estimator.services import rulebooks
from estimator.services.kept.estimates import Remade, remade
from estimator.services.rulebooks import DatabaseUnavailable
from estimator.storage.database import open_database


@click.command()
@click.argument("name", metavar="NAME")
def remake(name: str) -> None:
    """Make a kept estimate again, and say whether it is the same to the cent.

    Exit code 0: the same; 1: not the same; 2: there is none of this name.
    """
    made = _made(name)
    if made is None:
        fail(f"No estimate of the name {name} is kept.")
    say(made.findings)
    kept = made.kept
    print_json(
        {
            "name": kept.name,
            "is_equal": made.is_equal,
            "release": kept.release,
            "engine_version": kept.engine_version,
            "made_at": kept.made_at.isoformat(),
            "answer": made.answer,
        }
    )
    sys.exit(0 if made.is_equal else 1)


def _made(name: str) -> Remade | None:
    try:
        rulebooks.prepared(database_url(), now())
    except DatabaseUnavailable as error:
        fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
    database = open_database(database_url())
    try:
        return remade(database, name)
    finally:
        database.close()
