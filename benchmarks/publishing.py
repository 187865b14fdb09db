"""Publishing while the server answers: failures, mixed answers, how soon a release is served.

``python -m benchmarks.publishing [--database sqlite|postgresql] [--releases 10] [--seconds 10]
[--json FILE]``. Two processes serve the shipped rules to four clients, each request over a new
connection. A process of its own uploads and publishes releases that differ in one price. Every
answer is held, figure by figure, to what the release that it names gives; one that fails, or is of
no release, is counted. Then come the times: of answers before and during publishing, of the slowest
first answer of a release, of the last answers of the release before, of uploading (bytes to
findings) and publishing. The clients run on the same cores.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.api import memory_mib
from benchmarks.release_kills import database_url
from estimator import shipped
from estimator.rulebook.loader import load_tables
from estimator.rulebook.model import Rulebook
from estimator.rulebook.template import write_workbook
from estimator.services.estimating import estimate
from estimator.services.publishing.act import Act
from estimator.services.publishing.drafts import Upload, upload
from estimator.services.publishing.gate import Approval
from estimator.services.publishing.releasing import publish
from estimator.services.publishing.two_people import TwoPeople, TwoPersonRule
from estimator.sheets.workbook import read_workbook
from estimator.storage.database import migrate, open_database
from tests.support.asking_while import served
from tests.support.rulebooks import AUDIT

CLIENTS = 4
TODAY = date(2026, 12, 1)
ASKED = {
    "clinic_id": "boston-sample",
    "plan_id": "bcbsma-archetype-ppo",
    "start_date": "2026-12-01",
    "detail": "summary",
}
NEVER = TwoPersonRule(TwoPeople.NEVER)


@cache
def rows() -> dict[str, Any]:
    """Return the shipped rules without Tests, which hold one price only."""
    read = load_tables(read_workbook(shipped.workbook().read_bytes()).tables).rows
    return {**read, "Tests": ()}


def variant(number: int) -> dict[str, Any]:
    """Return the rules with every cash price of the infusion raised by *number* dollars."""
    prices = [
        replace(row, amount=row.amount + Decimal(number), low=None, high=None)
        if (row.kind, row.item_id) == ("cash", "iv-infusion")
        else row
        for row in rows()["Prices"]
    ]
    return {**rows(), "Prices": tuple(prices)}


def expected(number: int, request: dict[str, Any]) -> list[Any]:
    return treatments(estimate(request, Rulebook(variant(number)), today=TODAY))


def treatments(answer: dict[str, Any]) -> list[Any]:
    """Return every figure of an answer, each row by its words, not by its number."""
    return [
        [(route["route"], route["patient_pays"]) for route in each["routes"]]
        for each in answer["treatments"]
    ]


def publish_all(url: str, releases: int) -> None:
    """Publish the variants one after another, and say when each was live and what it took."""
    database = open_database(url)
    for number in range(2, releases + 2):
        by = Act("bench", datetime.now(UTC), TODAY, AUDIT)
        data = write_workbook(variant(number))
        began = time.perf_counter()
        draft = upload(database, by, Upload(f"{number}.xlsx", data, "one price"))
        uploaded = time.perf_counter()
        made = publish(database, by, draft, Approval("one price", number - 1, NEVER))
        done = time.perf_counter()
        print(json.dumps([done, made, uploaded - began, done - uploaded]), flush=True)
        time.sleep(0.5)
    database.close()


@dataclass(slots=True)
class Client:
    """Asks, and keeps when each answer came, how long it took, and of which release it is."""

    port: int
    known: dict[int, list[Any]]
    stopped: threading.Event
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        body = json.dumps(ASKED).encode()
        while not self.stopped.is_set():
            began = time.perf_counter()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                headers = {"Content-Type": "application/json"}
                connection.request("POST", "/api/v1/estimates", body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
                connection.close()
            except (OSError, ValueError) as error:
                self.wrong.append(f"failed: {error}")
                continue
            took = time.perf_counter() - began
            if response.status != 200:
                self.wrong.append(f"{response.status}")
            elif treatments(answer) != self.known[answer["release"]]:
                self.wrong.append(f"mixed: {answer['release']}")
            else:
                self.answers.append((began, took, answer["release"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--releases", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--publish", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.publish:
        publish_all(chosen.publish, chosen.releases)
        return
    with database_url(chosen.database) as url:
        figures = measure(url, chosen)
    for name, value in figures.items():
        print(f"{name:<52}{value:>10}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


def measure(url: str, chosen: Any) -> dict[str, float]:
    first(url)
    known = {number: expected(number, ASKED) for number in range(1, chosen.releases + 2)}
    stopped = threading.Event()
    with served(url) as (port, process):
        clients = [Client(port, known, stopped) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(chosen.seconds)
        between = time.perf_counter()
        steps = published(url, chosen.releases)
        time.sleep(1)
        stopped.set()
        for thread in threads:
            thread.join()
        memory = memory_mib(process)
    return summary(clients, steps, between, memory)


def published(url: str, releases: int) -> list[tuple[float, ...]]:
    """Publish the variants in a process of its own; return what it said of each."""
    command = [sys.executable, "-m", "benchmarks.publishing", "--publish", url]
    done = subprocess.run(
        [*command, "--releases", str(releases)], stdout=subprocess.PIPE, text=True, check=True
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def first(url: str) -> None:
    """Publish the first release."""
    database = open_database(url)
    migrate(database)
    by = Act("bench", datetime.now(UTC), TODAY, AUDIT)
    draft = upload(database, by, Upload("1.xlsx", write_workbook(variant(1)), "first"))
    publish(database, by, draft, Approval("first", None, NEVER))
    database.close()


def summary(
    clients: list[Client], steps: list[tuple[float, ...]], between: float, memory: list[float]
) -> dict[str, float]:
    answers = sorted(each for client in clients for each in client.answers)
    wrong = [each for client in clients for each in client.wrong]
    for each in wrong[:10]:
        print(each)
    quiet = [took for began, took, _ in answers[CLIENTS * 4 :] if began < between]
    busy = [took for began, took, _ in answers if began >= between]
    late = [
        (began - at, began + took - at)  # the clock is the machine's, so both processes share it
        for at, made, *_ in steps
        for began, took, of in answers
        if of < made and began + took > at
    ]
    firsts = [next(took for _, took, of in answers if of == made) for _, made, *_ in steps]
    return {
        "answers": len(answers),
        "failed or mixed answers": len(wrong),
        "answers before publishing: p50 ms": ms(median(quiet)),
        "answers before publishing: p99 ms": ms(quantiles(quiet, n=100)[98]),
        "answers during publishing: p50 ms": ms(median(busy)),
        "answers during publishing: p99 ms": ms(quantiles(busy, n=100)[98]),
        "first answer of a release: median ms": ms(median(firsts)),
        "first answer of a release: slowest ms": ms(max(firsts)),
        "asked after publishing and of the old release": sum(asked > 0 for asked, _ in late),
        "last answer of the old release, after publishing: ms": ms(
            max((came for _, came in late), default=0.0)
        ),
        "upload, bytes to findings: median ms": ms(median(step[2] for step in steps)),
        "publish: median ms": ms(median(step[3] for step in steps)),
        "largest worker MiB": round(max(memory)),
    }


def ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


if __name__ == "__main__":
    main()
