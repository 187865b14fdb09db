"""estimator audit: what was done by whom, and whether the record of it is whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from estimator.commands.database import audit_of, checkpoints, opened
from estimator.commands.terminal import fail, now, reason
from estimator.services import audit_check
from estimator.services.audit_check import Checkpoint, NotACheckpoint
from estimator.storage import audit as entries

file_option = click.option(
    "--checkpoint",
    "path",
    type=click.Path(path_type=Path),
    help="The file of checkpoints; default: that of ESTIMATOR_AUDIT_CHECKPOINT.",
)


@click.group()
def audit() -> None:
    """Show what was done by whom; find what was changed in the record of it."""


@audit.command()
@click.option("--last", default=50, show_default=True, type=click.IntRange(min=1))
def show(last: int) -> None:
    """Print the newest entries, oldest first."""
    with opened() as database, database.session() as session:
        shown = entries.newest(session, last)
    for each in reversed(shown):
        at = each.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        told = json.dumps(each.details, ensure_ascii=False)
        click.echo(f"{each.number}  {at}  {each.actor}  {each.action} {each.about}  {told}")


@audit.command()
@file_option
def verify(path: Path | None) -> None:
    """Check that no entry was edited, put in, taken out, moved or cut off.

    Exit code 0: whole; 1: it is not, and where. Only beside a checkpoint shows that the end is
    cut off, or that all was written anew by somebody who has the secret.
    """
    known = _checkpoints(path)
    with opened() as database:
        found = audit_check.verify(database, audit_of(database), known)
    if found.problem:
        click.echo(found.problem, err=True)
        click.echo(f"Sound before that: {found.sound} entries.", err=True)
        sys.exit(1)
    beside = f", and as the checkpoints saw it: {len(known)}" if known else ""
    click.echo(f"The audit is whole: {found.sound} entries as they were sealed{beside}.")
    if not known:
        click.echo("No checkpoint was given: an end that was cut off would not show.", err=True)


@audit.command()
@file_option
def checkpoint(path: Path | None) -> None:
    """Note what the last entry is now, in a file outside the database."""
    target = path or checkpoints()
    if target is None:
        fail("Name a file with --checkpoint, or set ESTIMATOR_AUDIT_CHECKPOINT.")
    with opened() as database:
        kept = audit_check.head(database, now())
    if kept is None:
        fail("Nothing is recorded yet.")
    audit_check.keep(target, kept)
    click.echo(f"Entry {kept.entry} is noted in {target}.")


def _checkpoints(path: Path | None) -> list[Checkpoint]:
    source = path or checkpoints()
    if source is None or (path is None and not source.exists()):
        return []
    try:
        return list(audit_check.kept(source))
    except NotACheckpoint as error:
        fail(str(error))
    except OSError as error:
        fail(f"{source} cannot be read: {reason(error)}.")
