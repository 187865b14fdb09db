"""Processes that upload, publish and roll back until they are killed, and what is left then.

``python -m tests.support.killing URL`` does so for ever, and says on standard output what it has
been told is done, and when it begins and ends to write.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, event, text

from estimator.services import audit_check, rulebooks
from estimator.services.publishing.drafts import upload
from estimator.services.publishing.releasing import publish, roll_back
from estimator.storage import audit, drafts, releases
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.tables import Draft, Event, Release
from tests.builders import ask, pays
from tests.support.rulebooks import AUDIT, act, approval, sent, workbook

ROOT = Path(__file__).parents[2]
PATIENCE = 60
LONGEST = 3.0
"""Seconds from the first word until a kill at any moment."""
SHORTEST = 0.02
"""Seconds around the moment of writing in which a kill meant for it comes."""


@dataclass(slots=True)
class Told:
    """What was acknowledged: drafts with the digest of their file, releases with their draft."""

    drafts: dict[int, str] = field(default_factory=dict)
    releases: dict[int, str] = field(default_factory=dict)
    moments: Counter[str] = field(default_factory=Counter)
    """What the killed processes said last."""


def trial(url: str, told: Told, chance: random.Random) -> None:
    """Start a process, kill it at a moment of chance, and add what it had acknowledged."""
    command = [sys.executable, "-m", "tests.support.killing", url]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    assert lines == ["ready\n"], lines
    if chance.random() < 0.5:
        time.sleep(chance.uniform(0, LONGEST))
    else:
        for _ in range(chance.randrange(1, 13)):
            lines.append(process.stdout.readline())
        time.sleep(chance.uniform(0, SHORTEST))
    os.killpg(process.pid, signal.SIGKILL)
    lines += process.stdout.read().splitlines(keepends=True)
    process.wait(PATIENCE)
    process.stdout.close()
    for line in lines:
        if line.endswith("\n"):
            _take(told, line.split())
    told.moments[lines[-1].split()[0] if lines[-1].split() else ""] += 1


def _take(told: Told, words: list[str]) -> None:
    if words[0] == "uploaded":
        told.drafts[int(words[1])] = words[2]
    if words[0] in ("published", "rolled-back"):
        told.releases[int(words[1])] = words[2]


@dataclass(frozen=True, slots=True)
class Left:
    """What the database holds after a kill."""

    releases: Mapping[int, Release]
    drafts: Mapping[int, Draft]
    files: Mapping[int, str]
    """The digests of the drafts that were acknowledged."""
    entries: Sequence[Event]

    def told_of(self, *actions: str) -> list[int]:
        """Return what the audit says was done, in order."""
        return sorted(int(each.about) for each in self.entries if each.action in actions)


def problems(database: Database, told: Told) -> Iterator[str]:
    """Yield everything that is not as it should be after a kill."""
    _wait_for_the_dead(database)
    left = _left(database, told)
    yield from _lost(left, told)
    yield from _half_done(left)
    verdict = audit_check.verify(database, AUDIT)
    if verdict.problem:
        yield verdict.problem
    yield from _served(database, len(left.releases))
    yield from _integrity(database)


def _left(database: Database, told: Told) -> Left:
    with database.session() as session:
        whole = [drafts.load(session, number) for number in told.drafts]
        files = {each.number: hashlib.sha256(each.workbook).hexdigest() for each in whole if each}
    with database.session() as session:
        return Left(
            {each.number: each for each in releases.history(session)},
            {each.number: each for each in drafts.listed(session)},
            files,
            list(audit.all_events(session)),
        )


def _lost(left: Left, told: Told) -> Iterator[str]:
    """Hold what is there to what was acknowledged."""
    if left.files != told.drafts:
        yield f"drafts lost or changed: {told.drafts.items() - left.files.items()}"
    if not told.releases.keys() <= left.releases.keys():
        yield f"releases lost: {told.releases.keys() - left.releases.keys()}"


def _half_done(left: Left) -> Iterator[str]:
    """Hold releases, drafts and the audit to each other: each step is in all of them or none."""
    if sorted(left.releases) != list(range(1, len(left.releases) + 1)):
        yield f"releases are not numbered one after another: {sorted(left.releases)}"
    if left.told_of("draft.upload") != sorted(left.drafts):
        yield "drafts and the audit's uploads differ"
    if left.told_of("release.publish", "release.roll_back") != sorted(left.releases):
        yield "releases and the audit's differ"
    became = {each.release: each for each in left.drafts.values() if each.state == "published"}
    fresh = {number for number, each in left.releases.items() if each.rollback_of is None}
    if became.keys() != fresh:
        yield f"half published: {became.keys() ^ fresh}"
    for number in fresh & became.keys():
        if left.releases[number].fingerprint != became[number].fingerprint:
            yield f"release {number} says something else than its draft"


def _served(database: Database, number: int) -> Iterator[str]:
    """Hold the live release to its test: its price is what its estimate gives."""
    if not number:
        return
    live = rulebooks.live(database)
    with database.session() as session:
        release = releases.load(session, number)
    assert release is not None
    got = pays(ask(live.rulebook), "self_pay")
    if (live.number, [got]) != (number, [each["expected"] for each in release.tests]):
        yield f"release {number} is not what is served: {live.number} gives {got}"


def _integrity(database: Database) -> Iterator[str]:
    if database.engine.dialect.name == "sqlite":
        with database.session() as session:
            found = session.execute(text("PRAGMA integrity_check")).scalars().all()
        if found != ["ok"]:
            yield f"SQLite finds {found}"


def _wait_for_the_dead(database: Database) -> None:
    """Let PostgreSQL notice that a client is gone: until then it may still be ending its work."""
    if database.engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with database.session() as session:
            if session.scalar(others) == 0:
                return
        time.sleep(0.01)
    raise AssertionError("a killed client is still there")


def main(url: str) -> None:
    """Upload, publish and roll back until killed."""
    database = open_database(url)
    migrate(database)
    event.listen(database.engine, "begin", lambda connection: _say_if_writing(connection, "begin"))
    event.listen(database.engine, "commit", lambda connection: _say_if_writing(connection, "end"))
    _say("ready")
    for number in count(random.randrange(1000)):
        data = workbook(100 + number % 1000)
        draft = upload(database, act("robin"), sent(data))
        _say("uploaded", draft, hashlib.sha256(data).hexdigest())
        live = _live(database)
        made = publish(database, act("kim"), draft, approval(live))
        _say("published", made, draft)
        if made > 1 and number % 2:
            made = roll_back(database, act("kim"), made - 1, approval(made))
            _say("rolled-back", made, draft)


def _live(database: Database) -> int | None:
    with database.session() as session:
        return releases.current_number(session)


def _say_if_writing(connection: Connection, word: str) -> None:
    if connection.get_execution_options().get("estimator_writes"):
        _say(word)


def _say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1])
