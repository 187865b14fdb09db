"""How gunicorn serves the estimator: its settings, read as ``python:estimator.web.server``.

Threads let a slow reader wait without holding up others; processes use the cores.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from typing import Any

worker_class = "gthread"
threads = 4
preload_app = True
loglevel = "warning"


def post_fork(_server: Any, _worker: Any) -> None:
    """Keep what is loaded for good out of every search for garbage.

    Priced courses live long and are many: searching them again and again made single requests
    wait for a third of a second.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


_KEEPERS: list[Any] = []


def when_ready(_server: Any) -> None:
    """Work on batches beside the server; a process of its own, which holds no worker up."""
    command = [sys.executable, "-m", "estimator.commands.keeper", str(os.getpid())]
    _KEEPERS.append(subprocess.Popen(command))  # noqa: S603 - our own program


def on_exit(_server: Any) -> None:
    """End it with the server."""
    for keeper in _KEEPERS:
        keeper.terminate()
