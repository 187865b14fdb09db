"""The services from a terminal.

Answers go to standard output, findings to standard error. Exit codes: 0 done, 1 the
document or workbook has something to mend, 2 it cannot be read (or the command is misused).
"""

from __future__ import annotations

import errno
from typing import Any

import click

from estimator import __version__
from estimator.commands import accounts, answers, audit, backup, releases, workbook
from estimator.commands.batch import batch
from estimator.commands.diff import diff
from estimator.commands.forward import forward
from estimator.commands.remake import remake
from estimator.commands.serve import serve
from estimator.commands.terminal import fail, reason
from estimator.commands.worker import worker


class _Commands(click.Group):
    """The commands; what the machine refuses is said in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our answers has had enough
            about = f"{error.filename} " if error.filename else "The answer "
            fail(f"{about}cannot be read or written: {reason(error)}.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="estimator")
def main() -> None:
    """Say what ketamine infusions cost a patient out of pocket, beside SSRIs."""


for command in (
    workbook.check,
    workbook.new,
    workbook.setup,
    workbook.pack,
    workbook.unpack,
    answers.explain,
    diff,
    forward,
    answers.adjudicate,
    answers.estimate,
    answers.example,
    remake,
    batch,
    worker,
    serve,
    releases.release,
    audit.audit,
    backup.backup,
    backup.restore,
    accounts.user,
):
    main.add_command(command)
