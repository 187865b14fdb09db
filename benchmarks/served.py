"""``estimator serve`` as whoever runs it starts it, for the benchmarks: started, asked, killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from benchmarks.processes import processes_of

PATIENCE = 240


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Program:
    """A program of ours with all the processes it starts, which can be killed."""

    def __init__(self, url: str, *arguments: str, **environment: str) -> None:
        command = [sys.executable, "-m", "estimator", *arguments]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "ESTIMATOR_DATABASE_URL": url, **environment},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill it as a power cut would: every process at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_first(self) -> None:
        """Kill the process that was started; the others must see it and end by themselves."""
        self.process.kill()
        self.process.wait()
        wait_for(lambda: not list(processes_of(self.process.pid)), 60)

    def kill_worker(self) -> bool:
        """Kill the process that works on batches beside a server; whether there was one."""
        for process in processes_of(self.process.pid):
            with suppress(OSError):
                if b"worker\0--parent" in Path(f"/proc/{process}/cmdline").read_bytes():
                    os.kill(process, signal.SIGKILL)
                    return True
        return False

    def stop(self) -> None:
        """End it as whoever runs it does, and what it leaves."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.kill()


class Server(Program):
    """The server."""

    def __init__(self, url: str, port: int, *arguments: str, **environment: str) -> None:
        super().__init__(url, "serve", "--port", str(port), *arguments, **environment)
        self.address = f"http://127.0.0.1:{port}"

    def answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.address}/readyz", timeout=5).ok
        return False

    def wait(self) -> None:
        wait_for(lambda: self.answers() or not self.runs)
        assert self.runs, "the server ended"

    def send(self, path: Path) -> str:
        """Send a file of patients; return the name of its batch, acknowledged."""
        with path.open("rb") as file:
            sent = requests.post(
                f"{self.address}/api/v1/batches", files={"file": (path.name, file)}, timeout=120
            )
        assert sent.status_code == 202, sent.text
        return str(sent.json()["batch"])

    def status(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(
            f"{self.address}/api/v1/batches/{name}", timeout=30
        ).json()
        return found


@contextmanager
def serving(url: str, *arguments: str) -> Iterator[Server]:
    """Serve on a free port to the end of the block."""
    server = Server(url, free_port(), *arguments)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def wait_for(holds: Any, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)
