"""A real server with several processes, asked for estimates while releases are published."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from estimator.rulebook.template import write_workbook
from tests.builders import BASE, a_test, cash, course, deductible, sheets, treatment
from tests.support.rulebooks import SECRET

ROOT = Path(__file__).parents[2]
PATIENCE = 60
ASKED = json.dumps({"clinic_id": "main", "start_date": "2026-03-02", "months": 1}).encode()


def workbook(price: int) -> bytes:
    """Return rules whose two prices are the same, so that an answer of two releases would show."""
    rows = (BASE, treatment(), course(), course(item_id="fee", step=2), deductible(0))
    prices = (cash("infusion", price), cash("fee", price))
    return write_workbook(sheets(*rows, *prices, a_test("self-pay", 2 * price)))


@contextmanager
def served(url: str, workers: int = 2) -> Iterator[tuple[int, int]]:
    """Serve a database; give the port and the server's process."""
    port = _free_port()
    command = [sys.executable, "-m", "estimator", "serve", "--port", str(port)]
    environment = os.environ | {"ESTIMATOR_DATABASE_URL": url, "ESTIMATOR_SECRET_KEY": SECRET}
    process = subprocess.Popen(
        [*command, "--workers", str(workers)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE)


@dataclass(slots=True)
class Asker:
    """Asks one server for the same estimate again and again, over a new connection each time."""

    port: int
    prices: dict[int, int]
    """What each release says, before it is published."""
    newest: int = 0
    """The last release whose publishing was acknowledged."""
    answers: int = 0
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until stopped; hold every answer to the release that it names."""
        while not self.stopped.is_set():
            at_least, began = self.newest, time.perf_counter()
            try:
                status, body = asked(self.port)
            except OSError as error:
                self.wrong.append(f"no answer: {error}")
                continue
            self.took.append(time.perf_counter() - began)
            self._hold(status, body, at_least)

    def _hold(self, status: int, body: bytes, at_least: int) -> None:
        self.answers += 1
        if status != 200:
            self.wrong.append(f"{status}: {body[:200]!r}")
            return
        release, *got = told(body)
        price = Decimal(self.prices[release])
        if got != [[f"{price:.2f}"] * 2, f"{2 * price:.2f}"]:
            self.wrong.append(f"release {release} says {price}, the answer {got}")
        if release < at_least:
            self.wrong.append(f"release {at_least} was live, the answer is of {release}")


def asked(port: int) -> tuple[int, bytes]:
    """Ask for the estimate, over a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/estimates", ASKED, headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def told(body: bytes) -> tuple[int, list[str], str]:
    """Return the release of an answer, its two lines and their sum."""
    answer = json.loads(body)
    route = answer["treatments"][0]["routes"][0]
    lines = [line["patient_pays"] for line in route["lines"]]
    return answer["release"], lines, route["patient_pays"]["typical"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")
