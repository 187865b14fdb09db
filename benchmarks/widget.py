"""The widget: what it weighs, how fast it answers, how far it moves a page, what it can carry.

Starts ``estimator serve`` on a fresh database with the workbook we ship. Load: several visitors
at once, each opening the frame, taking three steps to an answer of all treatments, with other
plans and amounts from visitor to visitor; the load generator runs on the same cores.
Usage: python -m benchmarks.widget [--seconds 10] [--json FILE]
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from benchmarks.api import free_port, memory_mib, plans

VISITORS = 4
CLINIC = "boston-sample"
SITE = "http://clinic.localhost"
FRAME = f"/embed/frame/{CLINIC}"
PACKED = {"Accept-Encoding": "gzip"}
FORM = {**PACKED, "Content-Type": "application/x-www-form-urlencoded", "Origin": "null"}
TARGETS = {
    "loader_bytes": 1_536,
    "first_view_bytes": 25_000,
    "first_view_requests": 4,
    "answer_p95_ms": 300,
    "layout_shift": 0.02,
    "requests_per_second": 100,
}


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """Give the port and the process of a server that is ready."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ESTIMATOR_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "ESTIMATOR_WIDGET_RATE": "1000000 per minute",
        }
        port = free_port()
        command = [sys.executable, "-m", "estimator", "serve", "--port", str(port)]
        started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            set_up(port)
            yield port, started.pid
        finally:
            started.terminate()
            started.wait(timeout=20)


def wait_for(port: int) -> None:
    for _ in range(600):
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def set_up(port: int) -> None:
    """Let one site show the clinic's widget, as an administrator does."""
    given = {"served": "yes", "origins": SITE, "radius": "8", "languages": "en"}
    given |= {"accent": "#0b5c66", "background": "#ffffff", "text": "#16242b"}
    sent = urlencode([*given.items(), ("languages", "es")])
    own = {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", f"/admin/widgets/{CLINIC}", sent, {**FORM, **own})
    if connection.getresponse().status != 303:
        raise SystemExit("the widget cannot be set up")


def processor_seconds(process: int) -> float:
    """Return the processor time that the server's workers have used."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ticks = 0
    for child in children:
        ticks += sum(map(int, Path(f"/proc/{child}/stat").read_text().split()[13:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Visitor:
    """One visitor's connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, path: str, **sent: str) -> tuple[float, bytes]:
        """Return how long an answer took and what it weighs on the wire."""
        began = time.perf_counter()
        if sent:
            self.connection.request("POST", path, urlencode(sent), FORM)
        else:
            self.connection.request("GET", path, headers=PACKED)
        response = self.connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise SystemExit(f"{response.status} for {path}")
        return time.perf_counter() - began, data

    def journey(self, plan: str, number: int) -> list[tuple[str, float]]:
        """Open the frame, take every step, and return what took how long."""
        given = {"insurance": "plan", "plan": plan, "plan_id": plan, "coverage": "self"}
        about = {"age": str(20 + number % 60), "failed_trials": str(number % 6)}
        about |= {"household_size": "2", "annual_income": str(20_000 + 37 * number % 50_000)}
        return [
            ("open", self.ask(FRAME)[0]),
            ("step", self.ask(FRAME, step="insurance", go="next", **given)[0]),
            ("step", self.ask(FRAME, step="stand", go="next", **given)[0]),
            ("answer", self.ask(FRAME, step="about", go="next", **given, **about)[0]),
        ]


def weights(port: int) -> dict[str, float]:
    """Return what the loader and the first view weigh, compressed as browsers get them."""
    visitor = Visitor(port)
    loader = visitor.ask("/embed/v1.js")[1]
    frame = visitor.ask(f"{FRAME}?lang=en&theme=auto")[1]
    page = gzip.decompress(frame).decode()
    named = re.findall(r'(?:<script src|stylesheet" href)="([^"]+)"', page)
    parts = [loader, frame, *(visitor.ask(path)[1] for path in named)]
    return {
        "loader_bytes": len(loader),
        "first_view_bytes": sum(map(len, parts)),
        "first_view_requests": len(parts),
    }


def load(port: int, known: list[str], seconds: float) -> dict[str, list[float]]:
    """Return how long each request took while several visitors are there."""
    taken: dict[str, list[float]] = {"open": [], "step": [], "answer": []}
    until = time.perf_counter() + seconds

    def visit(first: int) -> None:
        visitor, number = Visitor(port), first
        while time.perf_counter() < until:
            for kind, took in visitor.journey(known[number % len(known)], number):
                taken[kind].append(took)
            number += VISITORS

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def first_answers(port: int, known: list[str]) -> float:
    """Return the 95th percentile of one visitor's answers, in milliseconds, with nobody else."""
    visitor = Visitor(port)
    taken = [visitor.journey(plan, 7)[-1][1] for plan in known * 3]
    return 1000 * quantiles(taken, n=100)[94]


SHIFT = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const each of list.getEntries()) sum += each.value })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 800);
})"""
HOST = """<!doctype html><html lang="en"><title>A clinic</title><body><h1>Costs</h1>
<script async src="{costs}/embed/v1.js"></script>
<ketamine-cost-estimator clinic="{clinic}" lang="{lang}" style="display:block;min-height:45rem">
</ketamine-cost-estimator>{below}</body></html>"""


def show(html: str, route: Any) -> None:
    route.fulfill(body=html, content_type="text/html")


def layout_shift(port: int) -> float:
    """Return the largest layout shift of a page with the widget, over widths and languages."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only here

    worst = 0.0
    program = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for lang in ("en", "es"):
            for width in (320, 390, 768, 1280):
                page = browser.new_page(viewport={"width": width, "height": 800})
                below = "<p>Words below the widget</p>" * 20
                costs = f"http://127.0.0.1:{port}"
                html = HOST.format(costs=costs, clinic=CLINIC, lang=lang, below=below)
                page.route(f"{SITE}/", partial(show, html))
                page.goto(f"{SITE}/")
                worst = max(worst, page.evaluate(SHIFT))
                page.close()
        browser.close()
    return worst


def measure(port: int, process: int, seconds: float) -> dict[str, float]:
    known = [plan["plan_id"] for plan in plans(port)]
    load(port, known, seconds / 2)  # every course is priced once before
    results = weights(port)
    results["answer_p95_ms"] = first_answers(port, known)
    used = processor_seconds(process)
    rounds = [load(port, known, seconds) for _ in range(3)]
    used = processor_seconds(process) - used
    asked = sum(len(taken) for each in rounds for taken in each.values())
    results["processor_ms_per_request"] = 1000 * used / asked
    results["requests_per_second"] = (
        median(sum(map(len, each.values())) for each in rounds) / seconds
    )
    for kind in ("open", "step", "answer"):
        taken = [took for each in rounds for took in each[kind]]
        results[f"busy_{kind}_p95_ms"] = 1000 * quantiles(taken, n=100)[94]
    results["worker_mib"] = max(memory_mib(process))
    results["layout_shift"] = layout_shift(port)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with server() as (port, process):
        results: dict[str, Any] = measure(port, process, chosen.seconds)
    print(f"{'':<24}{'measured':>12}{'target':>12}")
    for name, figure in results.items():
        print(f"{name:<24}{figure:>12.6g}{TARGETS.get(name, ''):>12}")
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
