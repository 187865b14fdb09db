"""A backup of everything, restored from either kind of database into either."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from estimator.services import audit_check, backup, rulebooks
from estimator.services.backup import BackupRefused, Manifest
from estimator.services.publishing import kept
from estimator.services.publishing.drafts import accept, upload
from estimator.services.publishing.releasing import roll_back
from estimator.storage import drafts, dump, releases
from estimator.storage.database import Database, migrate, open_database, schema
from estimator.storage.tables import (
    Base,
    Batch,
    BatchPart,
    BatchPiece,
    KeptEstimate,
    RowUse,
    SignIn,
    User,
    Widget,
    WidgetCount,
    WrongTries,
)
from tests.builders import ask
from tests.support.publishing import new_release
from tests.support.rulebooks import AUDIT, NOW, act, approval, published, sent, workbook

ASKED = ({}, {"plan_id": "gold"}, {"plan_id": "gold", "months": 3, "coverage": "family"})


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/restored.sqlite3"
        return
    with request.getfixturevalue("postgres_server").database() as url:
        yield url


@pytest.fixture
def other(other_url: str) -> Iterator[Database]:
    opened = open_database(other_url)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def fill(database: Database) -> None:
    """Leave something in every table: three releases, an open draft, people, estimates."""
    published(database, workbook(70))
    published(database, workbook(80), live=1)
    roll_back(database, act("kim"), 1, approval(2, why="80 was “wrong”"))
    number = upload(database, act(), sent(workbook(90, decide=True)))
    with database.session() as session:
        draft = drafts.load(session, number)
    assert draft is not None
    (finding,) = kept.to_decide(kept.findings(draft.findings))
    accept(database, act("kim"), number, finding, "It has none.")
    robin = {"name": "robin", "role": "editor", "totp_secret": b"\x00\xff", "totp_last_step": 2**40}
    with database.writing() as session:
        session.add(User(**robin, failures=0, created_at=NOW))
        session.flush()
        session.add(SignIn(token_hash="a" * 64, user=1, began_at=NOW, seen_at=NOW))
        session.add(WrongTries(network="d" * 64, times=3, until=NOW))
        made = {"engine_version": "0.1.0", "made_at": NOW, "made_by": "robin"}
        session.add(KeptEstimate(name="n", release=3, **made, request="{}", answer_digest="b" * 64))
        month = date(2026, 3, 1)
        session.add(RowUse(release=1, month=month, sheet="Prices", row=2, uses=7, cents=2**40))
    fill_batches(database)
    fill_widget(database)


def fill_batches(database: Database) -> None:
    batch = {"state": "done", "release": 2, "today": date(2026, 3, 1), "digest": "c" * 64}
    names = {"file_name": "march.csv", "ending": "csv", "made_by": "robin"}
    plain = {"chosen": {"MRN": "patient_ref"}, "layout": {"header": ["a"]}, "findings": []}
    piece = {"kind": "rows", "state": "done", "about": "", "rows": 3, "attempts": 1}
    with database.writing() as session:
        session.add(Batch(name="b", made_at=NOW, served_at=NOW, **batch, **names, **plain))
        session.flush()
        session.add(BatchPart(batch="b", file="upload", number=0, content=b"\x00\xff"))
        session.add(BatchPiece(batch="b", number=0, result=b"\x01", tally={"ok": 3}, **piece))


def fill_widget(database: Database) -> None:
    colors = {"accent": "#0b5c66", "background": "#ffffff", "text": "#16242b", "radius": 8}
    contact = {"contact_name": "Kim", "contact_phone": "", "contact_email": ""}
    lists = {"origins": ["https://a.example"], "treatments": [], "languages": ["en", "es"]}
    day = date(2026, 3, 1)
    with database.writing() as session:
        made = {"served": True, "changed_at": NOW, "changed_by": "robin"}
        session.add(Widget(clinic_id="main", **made, **colors, **contact, **lists))
        session.add(WidgetCount(clinic_id="main", day=day, event="opened", times=2**40))


def answers(database: Database) -> list[Any]:
    """Return estimates from every release, as its rows make them."""
    with database.session() as session:
        numbers = sorted(release.number for release in releases.history(session))
    return [
        ask(rulebooks.of_number(database, number).rulebook, **request)
        for number in numbers
        for request in ASKED
    ]


def test_everything_comes_back_to_the_cent(
    database: Database, other: Database, file: Path, tmp_path: Path
) -> None:
    fill(database)
    before = answers(database)

    made = backup.back_up(database, file, NOW)
    restored = backup.restore(other, file)

    assert restored == made
    assert answers(other) == before
    assert len(before) == 9
    assert audit_check.verify(other, AUDIT).problem == ""
    assert audit_check.head(other, NOW) == audit_check.head(database, NOW)
    again = backup.back_up(other, tmp_path / "again.zip", NOW)
    assert (again.parts, again.rows) == (made.parts, made.rows)
    assert {name for name, many in made.rows.items() if not many} == set()


def test_life_goes_on_after_a_restoration(database: Database, other: Database, file: Path) -> None:
    fill(database)
    backup.back_up(database, file, NOW)
    backup.restore(other, file)

    assert published(other, workbook(95), live=3) == 4
    with other.writing() as session:
        session.add(User(name="kim", role="admin", failures=0, created_at=NOW))
    with other.session() as session:
        assert [draft.number for draft in drafts.listed(session)] == [4, 3, 2, 1]
    assert audit_check.verify(other, AUDIT).problem == ""


def test_every_table_is_in_a_backup_but_who_is_signed_in_or_waits(
    database: Database, file: Path
) -> None:
    fill(database)

    manifest = backup.back_up(database, file, NOW)

    left_out = {"estimator_sign_ins", "estimator_wrong_tries"}
    assert set(manifest.rows) == set(Base.metadata.tables) - left_out
    held = b"".join(zipfile.ZipFile(file).read(name) for name in manifest.parts)
    assert not [digest for digest in (b"a" * 64, b"d" * 64) if digest in held]


def test_what_is_written_meanwhile_is_not_half_in_it(database: Database, tmp_path: Path) -> None:
    published(database, workbook(70))
    with dump.one_moment(database) as connection:
        first = list(dump.rows(connection, "estimator_audit", lambda data: "x"))
        published(database, workbook(80), live=1)
        later = list(dump.rows(connection, "estimator_releases", lambda data: "x"))

    assert (len(first), len(later)) == (2, 1)


def test_a_workbook_published_twice_is_kept_once(database: Database, file: Path) -> None:
    fill(database)
    backup.back_up(database, file, NOW)

    with zipfile.ZipFile(file) as archive:
        lines = archive.read("tables/estimator_releases.jsonl").splitlines()
        names = [json.loads(line)["workbook"] for line in lines]
    assert names[0] == names[2] != names[1]


def test_a_file_that_is_there_is_left_alone(sqlite_url: str, file: Path) -> None:
    database = open_database(sqlite_url)
    migrate(database)
    file.write_bytes(b"another backup")

    with pytest.raises(FileExistsError):
        backup.back_up(database, file, NOW)

    assert file.read_bytes() == b"another backup"
    assert list(file.parent.glob("*.part")) == []
    database.close()


def test_only_its_owner_may_read_it(sqlite_url: str, file: Path) -> None:
    database = open_database(sqlite_url)
    migrate(database)

    backup.back_up(database, file, NOW)

    assert file.stat().st_mode & 0o777 == 0o600
    database.close()


def test_the_secret_is_inside_only_when_asked_for(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    migrate(database)

    without = backup.back_up(database, tmp_path / "without.zip", NOW)
    with_ = backup.back_up(database, tmp_path / "with.zip", NOW, b"the secret")

    assert (without.secret, with_.secret) == (False, True)
    assert backup.secret_in(tmp_path / "without.zip") is None
    assert backup.secret_in(tmp_path / "with.zip") == b"the secret"
    database.close()


def test_a_database_in_use_is_left_as_it_is(
    database: Database, other: Database, file: Path
) -> None:
    backup.back_up(database, file, NOW)
    migrate(other)
    with other.writing() as session:
        releases.publish(session, new_release())

    with pytest.raises(BackupRefused, match="in use already"):
        backup.restore(other, file)

    with other.session() as session:
        assert releases.current_number(session) == 1


def test_a_database_with_nothing_but_tables_is_filled(
    database: Database, other: Database, file: Path
) -> None:
    fill(database)
    backup.back_up(database, file, NOW)
    migrate(other)

    backup.restore(other, file)

    assert rulebooks.live(other).number == 3


def changed(file: Path, name: str, data: bytes | None) -> Path:
    """Return a copy of a backup with one part changed or left out."""
    copy = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
            elif data is not None:
                new.writestr(each, data)
    return copy


@pytest.mark.parametrize("data", [b"[]", None])
@pytest.mark.parametrize("part", ["tables/estimator_releases.jsonl", "bytes", "manifest.json"])
def test_a_damaged_backup_changes_nothing(
    sqlite_url: str, file: Path, tmp_path: Path, part: str, data: bytes | None
) -> None:
    database = open_database(sqlite_url)
    migrate(database)
    published(database, workbook(70))
    backup.back_up(database, file, NOW)
    if part == "bytes":
        with zipfile.ZipFile(file) as archive:
            part = next(name for name in archive.namelist() if name.startswith("bytes/"))
    other = open_database(f"sqlite:///{tmp_path}/other.sqlite3")

    with pytest.raises(BackupRefused):
        backup.restore(other, changed(file, part, data))

    assert schema(other) is None
    for each in (database, other):
        each.close()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip at all")
    other = open_database(f"sqlite:///{tmp_path}/other.sqlite3")

    with pytest.raises(BackupRefused, match="is no backup"):
        backup.restore(other, tmp_path / "x.zip")

    assert schema(other) is None
    other.close()


def test_a_backup_of_a_newer_program_is_refused(sqlite_url: str, file: Path) -> None:
    database = open_database(sqlite_url)
    migrate(database)
    manifest = backup.back_up(database, file, NOW)
    newer = {**asdict(manifest), "schema": "9999", "program": "7.0"}
    copy = changed(file, "manifest.json", json.dumps(newer).encode())

    with pytest.raises(BackupRefused, match=r"version 7\.0, which is newer"):
        backup.restore(database, copy)
    database.close()


def test_a_backup_of_an_earlier_schema_is_restored_and_brought_up_to_date(
    other: Database, file: Path
) -> None:
    """What version 0001 held: releases without tests and uploader."""
    manifest = Manifest(1, "0.0.1", "0001", datetime.now(UTC).isoformat(), False)
    row = {
        "number": 1,
        "fingerprint": "a" * 64,
        "engine_version": "0.0.1",
        "published_at": NOW.isoformat(),
        "published_by": "robin",
        "reason": "First",
        "accepted": [],
        "rollback_of": None,
    }
    with zipfile.ZipFile(file, "w") as archive:
        for column, data in (("workbook", b"PK"), ("snapshot", zlib.compress(b"{}"))):
            row[column] = sha256(data).hexdigest()
            archive.writestr(f"bytes/{row[column]}", data)
            manifest.parts[f"bytes/{row[column]}"] = str(row[column])
        line = json.dumps(row).encode() + b"\n"
        manifest.parts["tables/estimator_releases.jsonl"] = sha256(line).hexdigest()
        archive.writestr("tables/estimator_releases.jsonl", line)
        archive.writestr("manifest.json", json.dumps(asdict(manifest)))

    backup.restore(other, file)

    with other.session() as session:
        release = releases.load(session, 1)
    assert release is not None
    assert (release.workbook, release.snapshot, release.tests) == (b"PK", "{}", [])
    assert (release.published_at, release.uploaded_by) == (NOW, None)
