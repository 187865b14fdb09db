"""Keeps a worker running beside the server: starts it, and another where it ended.

``python -m estimator.commands.keeper PARENT`` is started by the server. It holds nothing and
loads nothing, so that next to nothing can happen to it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

_LOOK = 0.5
_PAUSE = 2.0


def keep(parent: int) -> None:
    """Keep a worker until the process that asked for it is gone."""
    command = [sys.executable, "-m", "estimator", "worker", "--parent", str(os.getpid())]
    while os.getppid() == parent:
        worker = subprocess.Popen(command)  # noqa: S603 - our own program
        try:
            while worker.poll() is None and os.getppid() == parent:
                time.sleep(_LOOK)
        finally:
            if worker.poll() is None:
                worker.terminate()
        time.sleep(_PAUSE if os.getppid() == parent else 0)


def _end(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    keep(int(sys.argv[1]))
