"""``estimator serve``: the pages and the API through a production server."""

from __future__ import annotations

import os
import socket
import sys

import click

from estimator.commands import accounts
from estimator.commands.rules import rules_of
from estimator.commands.terminal import fail, reason, today
from estimator.services import example


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; default: one a core.")
@click.option("--example", "show_example", is_flag=True, help="Print a worked estimate first.")
def serve(host: str, port: int, workers: int | None, show_example: bool) -> None:
    """Serve the form and the API through a production server."""
    _check_free(host, port)
    rules, release, fingerprint = rules_of(None)
    if show_example:
        click.echo(example.worked_estimate(rules, today(), release, fingerprint) + "\n")
    click.echo(f"Open http://{host}:{port}/ in a browser. Control-C stops it.")
    accounts.say_what_is_open(host)
    sys.stdout.flush()
    # A program of its own: what publishing and the example needed is not kept in memory.
    os.execv(  # noqa: S606 - our own interpreter and arguments
        sys.executable,
        [
            *(sys.executable, "-m", "gunicorn", "estimator.web:create_app()"),
            *("--config", "python:estimator.web.server"),
            *("--bind", f"{host}:{port}", "--workers", str(workers or os.cpu_count() or 1)),
        ],
    )


def _check_free(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        fail(f"{host}:{port} cannot be served: {reason(error)}. Choose another --port or --host.")
