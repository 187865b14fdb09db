"""The difference of two stored rulebooks, worked out in a process of its own.

It takes a second or more of computing and prices thousands of courses. A server that did that
itself would answer others slowly meanwhile, and keep the memory.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import date
from functools import lru_cache
from typing import Any

from estimator.services.difference.document import Document
from estimator.sheets.apart import search_path

PATIENCE = 120.0
"""Seconds by the clock on the wall, after which it is given up."""

logger = logging.getLogger(__name__)


class DifferenceNotMade(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The dollars of two rulebooks could not be compared here."""


def difference_apart(before: str, after: str, day: date, patience: float = PATIENCE) -> Document:
    """Return the difference of two snapshots; raises ``DifferenceNotMade``."""
    document: dict[str, Any] = json.loads(_made(before, after, day, patience))
    return document


@lru_cache(maxsize=4)
def _made(before: str, after: str, day: date, patience: float) -> bytes:
    """Several people look at one difference, so the last ones made are kept, as they came."""
    asked = json.dumps({"before": before, "after": after, "date": day.isoformat()})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "estimator.services.difference.child"],
            input=asked.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            env={"PYTHONPATH": search_path()},
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        logger.error("a difference was not made: %s", type(error).__name__)
        raise DifferenceNotMade from error
    return done.stdout
