"""How gunicorn serves the estimator: its settings, read as ``python:estimator.web.server``.

Threads let a slow reader wait without holding up others; processes use the cores.
"""

from __future__ import annotations

import gc
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
