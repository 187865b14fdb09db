"""POST /api/v1/estimates under load: requests per second, latency, memory of the workers.

Starts ``estimator serve`` on a fresh database and asks for all treatments from several
connections at once, with other plans, amounts met and patients from request to request. The load
generator runs on the same cores. Usage: python benchmarks/api.py [--seconds 10] [--json FILE]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

CONNECTIONS = 4
ROUNDS = 3


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def plans(port: int) -> list[dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/v1/plans")
    return list(json.loads(connection.getresponse().read())["plans"])


def bodies(known: list[dict[str, Any]], detail: str) -> list[bytes]:
    """Return twenty patients for every plan, at one clinic, starting on one day."""
    made = []
    for number in range(20):
        for plan in known:
            met = [
                {
                    "kind": limit["kind"],
                    "class": limit["class"],
                    "network": limit["network"],
                    "individual": f"{(number * 37) % 400}.00",
                }
                for limit in plan["limits"]
            ]
            document = {
                "clinic_id": "boston-sample",
                "plan_id": plan["plan_id"],
                "start_date": "2026-12-01",
                "accumulators": met,
                "patient": {"age": 20 + number, "failed_trials": number % 6, "diagnosis": "F33.2"},
                "detail": detail,
            }
            made.append(json.dumps(document).encode())
    return made


def ask(port: int, requests: list[bytes], start: int, until: float, taken: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    number = start
    headers = {"Content-Type": "application/json"}
    while time.perf_counter() < until:
        began = time.perf_counter()
        body = requests[number % len(requests)]
        connection.request("POST", "/api/v1/estimates", body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise SystemExit(f"{response.status}: {answer[:300]!r}")
        taken.append(time.perf_counter() - began)
        number += CONNECTIONS


def load(port: int, requests: list[bytes], seconds: float) -> dict[str, float]:
    taken: list[float] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=ask, args=(port, requests, start, until, taken))
        for start in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = quantiles(taken, n=100)
    return {
        "per_second": len(taken) / seconds,
        "p50_ms": 1000 * median(taken),
        "p99_ms": 1000 * cuts[98],
    }


def memory_mib(process: int) -> list[float]:
    """Return the resident memory of the server's workers."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = []
    for child in children:
        status = Path(f"/proc/{child}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        found.append(int(resident.split()[1]) / 1024)
    return found


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        environment = {**os.environ, "ESTIMATOR_DATABASE_URL": url}
        port = free_port()
        command = [sys.executable, "-m", "estimator", "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            results = measure(port, server.pid, chosen.seconds)
        finally:
            server.terminate()
            server.wait(timeout=20)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1))


def measure(port: int, process: int, seconds: float) -> dict[str, dict[str, float]]:
    known = plans(port)
    asked = {detail: bodies(known, detail) for detail in ("summary", "full")}
    for requests in asked.values():
        load(port, requests, seconds / 2)  # every course is priced once before
    rounds: dict[str, list[dict[str, float]]] = {detail: [] for detail in asked}
    for _ in range(ROUNDS):
        for detail, requests in asked.items():
            rounds[detail].append(load(port, requests, seconds))
    results = {
        detail: {name: median(each[name] for each in all_) for name in all_[0]}
        for detail, all_ in rounds.items()
    }
    memory = memory_mib(process)
    print(f"{'detail':<10}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}")
    for detail, figures in results.items():
        print(
            f"{detail:<10}{figures['per_second']:>12.0f}{figures['p50_ms']:>10.1f}"
            f"{figures['p99_ms']:>10.1f}"
        )
    print("worker memory, MiB:", ", ".join(f"{each:.0f}" for each in memory))
    return {**results, "memory_mib": {str(i): each for i, each in enumerate(memory)}}


if __name__ == "__main__":
    main()
