"""Whether the audit is whole: no entry edited, put in, taken out, moved or cut off.

Each entry is sealed with the one before it, so a change breaks the chain at its place. What the
chain cannot show (its end cut off, or all of it made anew by somebody who has the key) shows
beside checkpoints: what the last entry was at a time, kept outside the database.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from estimator.services.audit import FIRST_SEAL, Audit
from estimator.storage import audit as entries
from estimator.storage.database import Database
from estimator.storage.tables import Event


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the last entry of the audit was at a time."""

    entry: int
    seal: str
    at: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how many entries are sound from the first on, and what breaks the next."""

    sound: int
    problem: str = ""
    """Blank where the audit is whole."""


class NotACheckpoint(Exception):  # noqa: N818 - a state of a file, not a fault
    """A line of a checkpoint file cannot be read; the message says which."""


def verify(database: Database, audit: Audit, checkpoints: Iterable[Checkpoint] = ()) -> Verdict:
    """Return the first place where the audit is not what it was."""
    seen = {each.entry: each for each in checkpoints}
    before, sound = FIRST_SEAL, 0
    with database.session() as session, closing(entries.all_events(session)) as events:
        for event in events:
            problem = _problem(audit, before, sound, event) or _other(event, seen)
            if problem:
                return Verdict(sound, problem)
            before, sound = event.seal, sound + 1
    beyond = [each for number, each in sorted(seen.items()) if number > sound]
    return Verdict(sound, _cut_off(sound, beyond[-1]) if beyond else "")


def head(database: Database, now: datetime) -> Checkpoint | None:
    """Return what the last entry is now; ``None`` where there is none."""
    with database.session() as session:
        newest = entries.newest(session, 1)
    at = now.isoformat(timespec="seconds")
    return Checkpoint(newest[0].number, newest[0].seal, at) if newest else None


def keep_head(database: Database, path: Path, now: datetime) -> Checkpoint | None:
    """Add what the last entry is now to a file; ``None`` where there is none."""
    newest = head(database, now)
    if newest is not None:
        keep(path, newest)
    return newest


def keep(path: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to the end of a file, for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(checkpoint)) + "\n"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)


def kept(path: Path) -> Iterator[Checkpoint]:
    """Yield the checkpoints of a file; raises ``NotACheckpoint`` and ``OSError``."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            yield _read(line)
        except (ValueError, TypeError) as error:
            raise NotACheckpoint(f"Line {number} of {path} is no checkpoint.") from error


def _read(line: str) -> Checkpoint:
    found = Checkpoint(**json.loads(line))
    if not isinstance(found.entry, int) or not isinstance(found.seal, str):
        raise TypeError("not a checkpoint")
    return found


def _problem(audit: Audit, before: str, sound: int, event: Event) -> str:
    """Return what is wrong with the entry that should come after *sound* others."""
    if event.number != sound + 1:
        missing = f"Entry {sound + 1} is missing"
        return f"{missing}: after entry {sound} comes entry {event.number}."
    if hmac.compare_digest(audit.seal(before, event), event.seal):
        return ""
    return (
        f"Entry {event.number} ({event.action} by {event.actor}, {event.at:%Y-%m-%d %H:%M} UTC) is "
        "not what was sealed: it was edited, moved or put in, or one before it was taken out. "
        "If every entry is said to be wrong, the secret is another one than then."
    )


def _other(event: Event, seen: dict[int, Checkpoint]) -> str:
    checkpoint = seen.get(event.number)
    if checkpoint is None or hmac.compare_digest(checkpoint.seal, event.seal):
        return ""
    return (
        f"Entry {event.number} is another one than the checkpoint of {checkpoint.at} saw: the "
        "audit was written anew up to there."
    )


def _cut_off(sound: int, checkpoint: Checkpoint) -> str:
    return (
        f"The end is cut off: the checkpoint of {checkpoint.at} saw entry {checkpoint.entry}, and "
        f"the audit ends at entry {sound}."
    )
