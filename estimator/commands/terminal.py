"""What the commands share: reading files, saying findings, the clock and the environment."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from estimator.findings import Finding
from estimator.storage.database import DEFAULT_URL

UNREADABLE = 2
BYTES_LIMIT = 64 * 1024 * 1024


def bytes_of(name: str) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``."""
    if name == "-":
        return sys.stdin.buffer.read(BYTES_LIMIT)
    try:
        with Path(name).open("rb") as file:
            return file.read(BYTES_LIMIT)
    except OSError as error:
        fail(f"{name} cannot be read: {reason(error)}.")


def reason(error: OSError) -> str:
    """Return why the machine refuses, in its own words."""
    return (error.strerror or "unknown reason").lower()


def fail(message: str) -> NoReturn:
    """Say why nothing can be done, and end."""
    click.echo(message, err=True)
    sys.exit(UNREADABLE)


def refuse(findings: Iterable[Finding]) -> NoReturn:
    """Say what stands in the way, and end."""
    say(finding for finding in findings if finding.severity == "stop")
    sys.exit(1)


def say(findings: Iterable[Finding], prefix: str = "") -> None:
    """Print findings where they do not mix with the answer."""
    for finding in findings:
        click.echo(prefix + finding_text(finding), err=True)


def finding_text(finding: Finding) -> str:
    """Return a finding as one line."""
    text = f"{finding.severity.value}: {finding.message}"
    if finding.advice:
        text += f" {finding.advice}"
    return f"{text} [{finding.code}]"


def print_json(answer: Any) -> None:
    """Print an answer as JSON."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=1).encode())


def database_url() -> str:
    """Return where the releases are kept."""
    return os.environ.get("ESTIMATOR_DATABASE_URL", DEFAULT_URL)


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


def today() -> date:
    """Return today where the machine stands."""
    return datetime.now().astimezone().date()
