"""The command that estimates a file of patients."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from estimator.commands.rules import rulebook_option, rules_of
from estimator.commands.terminal import say, today


@click.command()
@click.argument("source", metavar="IN", required=False, type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", required=False, type=click.Path(path_type=Path))
@rulebook_option
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes; default: one a core.")
@click.option(
    "--template",
    metavar="OUT.xlsx",
    type=click.Path(path_type=Path),
    help="Write an empty file of patients with dropdowns, and nothing else.",
)
def batch(
    source: Path | None,
    target: Path | None,
    rulebook: str | None,
    jobs: int | None,
    template: Path | None,
) -> None:
    """Estimate every row of a file (.xlsx, .csv, .parquet) and write it with its answers.

    Rows that cannot be estimated say why, and never stop the file. Exit code 1: the file as a
    whole cannot be used.
    """
    rules, release, _ = rules_of(rulebook)
    if template is not None:
        _write_template(template, rules, today())
        return
    if source is None or target is None:
        raise click.UsageError("Name the file to read and the file to write.")
    _run(source, target, (rules, release, today()), jobs or os.cpu_count() or 1)


def _write_template(path: Path, rules: Any, today: date) -> None:
    from estimator.services.batches.template import template  # noqa: PLC0415 - loads slowly

    with path.open("xb") as file:
        file.write(template(rules, today))
    click.echo(f"{path} is written. Fill it in, then: estimator batch {path} OUT.xlsx")


def _run(source: Path, target: Path, rules: tuple[Any, int | None, date], jobs: int) -> None:
    from estimator.services.batches import local, opening  # noqa: PLC0415 - loads slowly
    from estimator.sheets.grids.reading import ending_of  # noqa: PLC0415
    from estimator.sheets.refusal import RefusedError  # noqa: PLC0415

    try:
        endings = ending_of(source.name), ending_of(target.name)
    except RefusedError as refusal:
        say([opening.finding_of(refusal)])
        sys.exit(1)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with source.open("rb") as file, part.open("xb") as result, _bar() as progress:
            done = local.run_file(
                (file, endings[0]), (result, endings[1]), local.Rules(*rules), jobs, progress
            )
        part.replace(target)
    except opening.BatchRefused as refused:
        say(refused.findings)
        sys.exit(1)
    finally:
        part.unlink(missing_ok=True)
    say(done.findings)
    good = done.totals.rows - done.totals.errors
    click.echo(f"{target} is written: {good:,} of {done.totals.rows:,} rows are estimated.")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Give a progress bar on a terminal; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda _done, _rows: None
        return
    bars: list[Any] = []

    def progress(done: int, rows: int) -> None:
        if not bars:
            bars.append(click.progressbar(length=rows, label="Estimating", file=sys.stderr))
        bars[0].update(done - bars[0].pos)

    yield progress
    for bar in bars:
        bar.render_finish()
