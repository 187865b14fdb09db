"""A backup is one file with everything the database holds; a restoration makes it again.

The file is a zip: a manifest with the digest of every part, a file of JSON lines for each table,
and what was kept as bytes under its digest. It goes from SQLite to PostgreSQL and back. The secret
that seals the audit and encrypts second factors is not in it unless that is asked for.
"""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from estimator import __version__
from estimator.storage import dump
from estimator.storage.database import Database, migrate, schema
from estimator.storage.migrations import HEAD

MANIFEST, SECRET = "manifest.json", "secret"
FORMAT = 1


class BackupRefused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A backup that cannot be restored here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    program: str
    schema: str
    made_at: str
    secret: bool
    """Whether the secret is inside."""
    parts: dict[str, str] = field(default_factory=dict)
    """SHA-256 by the name of each part."""
    rows: dict[str, int] = field(default_factory=dict)
    """How many rows each table had."""


def back_up(database: Database, path: Path, now: datetime, secret: bytes | None = None) -> Manifest:
    """Write everything into a new file, all of it as it was at one moment.

    The file is there whole or not at all, for its owner's eyes alone.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                manifest = _write(database, archive, now, secret)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(database: Database, path: Path) -> Manifest:
    """Fill a new database from a backup; raises ``BackupRefused`` before anything is changed."""
    try:
        with ZipFile(path) as archive:
            manifest = _sound(archive)
            _refuse_used(database, manifest)
            migrate(database, manifest.schema)
            _fill(database, archive, manifest)
    except zipfile.BadZipFile as error:
        raise BackupRefused(f"{path} is no backup, or is damaged.") from error
    migrate(database)
    return manifest


def secret_in(path: Path) -> bytes | None:
    """Return the secret that a backup holds, if it does."""
    with ZipFile(path) as archive:
        return archive.read(SECRET) if SECRET in archive.namelist() else None


def _write(database: Database, archive: ZipFile, now: datetime, secret: bytes | None) -> Manifest:
    manifest = Manifest(FORMAT, __version__, HEAD, now.isoformat(), secret is not None)

    def put(data: bytes) -> str:
        name = sha256(data).hexdigest()
        if f"bytes/{name}" not in manifest.parts:
            archive.writestr(f"bytes/{name}", data)
            manifest.parts[f"bytes/{name}"] = name
        return name

    with dump.one_moment(database) as connection:
        for name in dump.names():
            with TemporaryFile() as lines:
                manifest.rows[name] = _write_lines(lines, dump.rows(connection, name, put))
                _add(archive, manifest, f"tables/{name}.jsonl", lines)
    if secret is not None:
        archive.writestr(SECRET, secret)
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def _write_lines(file: IO[bytes], rows: Iterator[dump.Row]) -> int:
    written = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        written += 1
    return written


def _add(archive: ZipFile, manifest: Manifest, name: str, lines: IO[bytes]) -> None:
    digest = sha256()
    lines.seek(0)
    with archive.open(name, "w", force_zip64=True) as part:
        for line in lines:
            digest.update(line)
            part.write(line)
    manifest.parts[name] = digest.hexdigest()


def _sound(archive: ZipFile) -> Manifest:
    """Return the manifest, having held every part to its digest."""
    manifest = _manifest(archive)
    held = set(archive.namelist())
    for name, digest in manifest.parts.items():
        if name not in held or _digest(archive, name) != digest:
            raise BackupRefused(f"The backup is damaged: {name} is not what was written.")
    return manifest


def _manifest(archive: ZipFile) -> Manifest:
    try:
        manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    except (KeyError, ValueError, TypeError) as error:
        raise BackupRefused("The file is no backup of the estimator.") from error
    if manifest.format != FORMAT or manifest.schema > HEAD:
        raise BackupRefused(
            f"The backup was made by version {manifest.program}, which is newer than this one "
            f"({__version__}). Install that version and restore again."
        )
    return manifest


def _digest(archive: ZipFile, name: str) -> str:
    digest = sha256()
    with archive.open(name) as part:
        while chunk := part.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _refuse_used(database: Database, manifest: Manifest) -> None:
    there = schema(database)
    if there is None or (there == manifest.schema and not dump.holds_anything(database)):
        return
    raise BackupRefused(
        "The database is in use already, and a restoration changes nothing that is there. Name a "
        "new one in ESTIMATOR_DATABASE_URL: another file, or an empty PostgreSQL database."
    )


def _fill(database: Database, archive: ZipFile, manifest: Manifest) -> None:
    with database.writing() as session:
        connection = session.connection()
        for table in dump.tables_of(connection):
            part = f"tables/{table.name}.jsonl"
            if part in manifest.parts:
                with archive.open(part) as lines:
                    dump.fill(connection, table, map(_row, lines), _bytes_of(archive))


def _row(line: bytes) -> dump.Row:
    row: dict[str, Any] = json.loads(line)
    return row


def _bytes_of(archive: ZipFile) -> Callable[[str], bytes]:
    return lambda name: archive.read(f"bytes/{name}")
