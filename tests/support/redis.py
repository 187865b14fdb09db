"""A Redis server of the test's own, on a port of its own, which can go away and come back."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

PATIENCE = 60


class Server:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "These tests need Redis: install the package redis-server."
        settings = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", ".")
        self._process = subprocess.Popen(
            [program, *settings], cwd=self._folder, stdout=subprocess.DEVNULL
        )
        with self.client() as client:
            while True:
                assert self._process.poll() is None
                with suppress(redis.ConnectionError):
                    client.ping()
                    return

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, decode_responses=True)

    def keys(self) -> list[str]:
        """Everything it holds, by name: counters have no more to tell than a number."""
        with self.client() as client:
            return sorted(client.scan_iter())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server; stop it at the end."""
    made = Server(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()
