"""Files that are sent: kept on disk while they come in, never in memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.services.batches.look import look
from estimator.services.batches.opening import finding_of
from estimator.services.intake.fields import DocumentRefused
from estimator.sheets import codes
from estimator.sheets.grids.reading import ending_of
from estimator.sheets.refusal import RefusedError
from estimator.storage import batches
from estimator.storage.database import Database
from estimator.storage.tables import Batch
from estimator.web.access import identity
from estimator.web.settings import Settings
from estimator.web.source import Source

LARGEST = 257 * 1024 * 1024
"""Bytes of a request: a file of patients and what is sent around it."""


@contextmanager
def uploaded() -> Iterator[tuple[str, IO[bytes]]]:
    """Give the name and the content of the file that was sent; raises ``DocumentRefused``."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    request.max_content_length = LARGEST
    try:
        sent = request.files.get("file")
    except RequestEntityTooLarge:
        raise _refused(RefusedError("file-too-large", "The file is over 256 MB.")) from None
    if sent is None or not sent.filename:
        raise DocumentRefused([codes.finding("not-a-batch-file", "No file was chosen.")])
    with TemporaryFile() as file:
        _copy(sent, file)
        yield _name(sent.filename), file


def _name(given: str) -> str:
    """Return a file's name without its folders and what nobody can read."""
    return "".join(filter(str.isprintable, given.replace("\\", "/").rpartition("/")[2]))


def _refused(refusal: RefusedError) -> DocumentRefused:
    return DocumentRefused([finding_of(refusal)])


def _copy(sent: FileStorage, file: IO[bytes]) -> None:
    shutil.copyfileobj(sent.stream, file)
    file.flush()


def accept(source: Source, settings: Settings, key: str | None = None) -> Batch:
    """Look at the file that was sent and keep it; raises ``DocumentRefused``.

    Once this returns, the batch is done even if every process ends in the same moment.
    """
    if key is not None and not 0 < len(key) <= 255:
        raise BadRequest
    with uploaded() as (name, file):
        try:
            ending = ending_of(name)
        except RefusedError as refusal:
            raise _refused(refusal) from None
        findings = look(file, ending)
        if findings:
            raise DocumentRefused(findings)
        database, live = source.database(), source.live()
        upload = jobs.Upload(
            file=file,
            file_name=name,
            ending=ending,
            made_by=identity().name,
            idempotency_key=key,
            corrects=_corrected(database),
        )
        audit = Audit.of(database, settings.secret_key or None)
        now = datetime.now(UTC)
        return jobs.accept(database, audit, upload, live.number, source.today(), now)


def _corrected(database: Database) -> str | None:
    """Return the name of the batch that the file corrects, if it is there (still)."""
    asked = request.form.get("corrects", "").replace("\0", "")
    with database.session() as session:
        found = batches.find(session, asked)
    return found.name if found else None
