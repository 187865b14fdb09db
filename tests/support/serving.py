"""The program on a port: as whoever runs it starts it, and an application of a test's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("estimator")
PATIENCE = 120


@dataclass
class Served:
    """A server that runs, and what it printed once it is over."""

    port: int
    printed: str = field(default="")

    def address(self, host: str = "127.0.0.1") -> str:
        """Return its address by one of its machine's names."""
        return f"http://{host}:{self.port}"


@contextmanager
def serving(folder: Path, url: str, host: str = "127.0.0.1", **settings: str) -> Iterator[Served]:
    """Serve on a free port until the test is done with it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        served = Served(int(found.getsockname()[1]))
    process = subprocess.Popen(
        [COMMAND, "serve", "--host", host, "--port", str(served.port), "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"ESTIMATOR_DATABASE_URL": url, "PYTHONPATH": str(ROOT)} | settings,
        cwd=folder,
        text=True,
    )
    try:
        _wait(served.port, process)
        yield served
    finally:
        process.terminate()
        served.printed, _ = process.communicate(timeout=PATIENCE)


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """Give the address at which an application listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
