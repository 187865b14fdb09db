"""The audit, tampered with in every way on both databases: each is found at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from estimator.services import audit_check
from estimator.services.audit import FIRST_SEAL, Audit
from estimator.services.audit_check import Checkpoint, NotACheckpoint, Verdict
from estimator.storage import audit
from estimator.storage.database import Database

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
AUDIT = Audit(b"k" * 32)
ENTRIES = 6


@pytest.fixture
def filled(database: Database) -> Database:
    """An audit of six entries."""
    for number in range(1, ENTRIES + 1):
        with database.writing() as session:
            AUDIT.record(session, NOW, "robin", "draft.upload", str(number), why="März")
    return database


def verdict(database: Database, *checkpoints: Checkpoint) -> Verdict:
    return audit_check.verify(database, AUDIT, checkpoints)


def head(database: Database) -> Checkpoint:
    found = audit_check.head(database, NOW)
    assert found is not None
    return found


def tamper(database: Database, *statements: str) -> None:
    """Do what nobody may: with the triggers out of the way, as whoever owns the database can."""
    with database.engine.begin() as connection:
        for statement in (*_unguarded(connection), *statements):
            connection.execute(text(statement))


def _unguarded(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "postgresql":
        yield "ALTER TABLE estimator_audit DISABLE TRIGGER ALL"
        return
    triggers = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'estimator_audit'"
    )
    for name in connection.execute(text(triggers)).scalars().all():
        yield f"DROP TRIGGER {name}"


def shifted(by: int, above: int) -> list[str]:
    """Renumber the entries above a number, by way of numbers that nobody has."""
    return [
        f"UPDATE estimator_audit SET number = number + 1000 WHERE number > {above}",
        f"UPDATE estimator_audit SET number = number - 1000 + {by} WHERE number > 1000",
    ]


COPY = (
    "INSERT INTO estimator_audit SELECT 4, at, actor, action, about, details, seal "
    "FROM estimator_audit WHERE number = 2"
)
SWAP = [
    "UPDATE estimator_audit SET number = 100 WHERE number = 3",
    "UPDATE estimator_audit SET number = 3 WHERE number = 4",
    "UPDATE estimator_audit SET number = 4 WHERE number = 100",
]
UPDATE, DELETE = "UPDATE estimator_audit SET", "DELETE FROM estimator_audit WHERE"
TAMPERING: dict[str, tuple[list[str], int, str]] = {
    "an edited actor": (
        [f"{UPDATE} actor = 'kim' WHERE number = 4"],
        3,
        "Entry 4",
    ),
    "an edited word": (
        ['UPDATE estimator_audit SET details = \'{"why": "May"}\' WHERE number = 1'],
        0,
        "Entry 1",
    ),
    "an edited moment": (
        ["UPDATE estimator_audit SET at = '2026-03-01 15:30:01.000000' WHERE number = 6"],
        5,
        "Entry 6",
    ),
    "an edited seal": (
        [f"UPDATE estimator_audit SET seal = '{FIRST_SEAL}' WHERE number = 5"],
        4,
        "Entry 5",
    ),
    "an insertion": ([*shifted(1, 3), COPY], 3, "Entry 4"),
    "a deletion": (["DELETE FROM estimator_audit WHERE number = 3"], 2, "Entry 3 is missing"),
    "a deletion closed up": (
        ["DELETE FROM estimator_audit WHERE number = 3", *shifted(-1, 3)],
        2,
        "Entry 3",
    ),
    "the first taken out": (
        [f"{DELETE} number = 1"],
        0,
        "Entry 1 is missing",
    ),
    "two that changed places": (SWAP, 2, "Entry 3"),
}


def test_an_audit_that_nobody_touched_is_whole(filled: Database) -> None:
    assert verdict(filled) == Verdict(ENTRIES)
    assert verdict(filled, head(filled)) == Verdict(ENTRIES)


def test_an_empty_audit_is_whole(database: Database) -> None:
    assert verdict(database) == Verdict(0)
    assert audit_check.head(database, NOW) is None


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_at_its_place(filled: Database, name: str) -> None:
    statements, sound, words = TAMPERING[name]
    tamper(filled, *statements)

    found = verdict(filled)

    assert found.sound == sound
    assert found.problem.startswith(words)


@pytest.mark.parametrize("left", [0, 4])
def test_a_cut_off_end_shows_beside_a_checkpoint(filled: Database, left: int) -> None:
    before = head(filled)
    tamper(filled, f"DELETE FROM estimator_audit WHERE number > {left}")

    assert verdict(filled) == Verdict(left)
    found = verdict(filled, before)
    assert found.sound == left
    assert found.problem == (
        f"The end is cut off: the checkpoint of 2026-03-01T15:30:00+00:00 saw entry {ENTRIES}, and "
        f"the audit ends at entry {left}."
    )


def test_an_audit_made_anew_with_the_key_shows_beside_a_checkpoint(filled: Database) -> None:
    before = head(filled)
    with filled.session() as session:
        events = list(audit.all_events(session))
    seal = FIRST_SEAL
    statements = []
    for event in events:
        event.actor = "kim"
        seal = AUDIT.seal(seal, event)
        changed = f"actor = 'kim', seal = '{seal}'"
        statements.append(f"UPDATE estimator_audit SET {changed} WHERE number = {event.number}")
    tamper(filled, *statements)

    assert verdict(filled) == Verdict(ENTRIES)
    found = verdict(filled, before)
    assert (found.sound, "written anew" in found.problem) == (ENTRIES - 1, True)


def test_another_secret_is_told_from_the_first_entry_on(filled: Database) -> None:
    found = audit_check.verify(filled, Audit(b"another"))

    assert found.sound == 0
    assert "the secret is another one" in found.problem


def test_checkpoints_are_added_to_a_file_and_read_again(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "checkpoints"
    first = head(filled)
    later = replace(first, at="2026-03-02T00:00:00+00:00")

    audit_check.keep(path, first)
    audit_check.keep(path, later)

    assert list(audit_check.kept(path)) == [first, later]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line", ["nonsense", "{}", "7", json.dumps({"entry": "7", "seal": "a", "at": "b"})]
)
def test_a_line_that_is_no_checkpoint_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "checkpoints"
    audit_check.keep(path, Checkpoint(1, "a", "b"))
    with path.open("a") as file:
        file.write(line)

    with pytest.raises(NotACheckpoint, match="Line 2 of"):
        list(audit_check.kept(path))
