"""Batches over HTTP: send a file, ask how far it is, cancel it, take its results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from pydantic_core import to_json
from werkzeug.exceptions import Conflict, NotFound

from estimator.findings import finding_document
from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.services.batches.jobs import Status
from estimator.storage.tables import Batch
from estimator.web.access import identity
from estimator.web.batches import file_parts, sent
from estimator.web.settings import Settings
from estimator.web.source import Source
from estimator.web.uploads import accept


class BatchApi:
    """The views of one mounted estimator."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source = source
        self._settings = settings

    def batches(self) -> Response:
        """Take a file; answer at once with the batch it makes."""
        key = request.headers.get("Idempotency-Key")
        try:
            batch = accept(self._source, self._settings, key)
        except jobs.KeyUsedOtherwise as error:
            raise Conflict from error
        response = self._answer(batch)
        response.status_code = 202
        response.headers["Location"] = f"{request.path}/{batch.name}"
        return response

    def batch(self, name: str) -> Response:
        """Answer how far a batch is."""
        return _json(_status(self._found(name)))

    def cancel(self, name: str) -> Response:
        """Cancel a batch."""
        database = self._source.database()
        audit = Audit.of(database, self._settings.secret_key or None)
        self._found(name)
        try:
            jobs.cancel(database, audit, name, identity().name, datetime.now(UTC))
        except jobs.NotInThisState as error:
            raise Conflict from error
        return _json(_status(self._found(name)))

    def results(self, name: str, kind: str) -> Response:
        """Send the results as xlsx, csv or parquet."""
        found = self._found(name)
        if kind not in found.files:
            raise NotFound
        return sent(file_parts(self._source, name, kind), kind, name)

    def _answer(self, batch: Batch) -> Response:
        return _json(_status(self._found(batch.name)))

    def _found(self, name: str) -> Status:
        found = jobs.status(self._source.database(), name, datetime.now(UTC))
        if found is None:
            raise NotFound
        return found


def _status(status: Status) -> dict[str, Any]:
    batch = status.batch
    return {
        "batch": batch.name,
        "state": batch.state,
        "release": batch.release,
        "rows": status.rows,
        "done": status.done,
        "errors": status.errors,
        "rows_per_second": status.rows_per_second and round(status.rows_per_second, 1),
        "seconds_left": status.seconds_left and round(status.seconds_left),
        "results": list(status.files),
        "problems": _rows(status.problems),
        "more_problems": status.more_problems,
        "notes": _rows(status.notes),
        "more_notes": status.more_notes,
        "findings": [finding_document(each) for each in jobs.findings_of(batch)],
    }


def _rows(listed: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    return [{"row": row, "message": says} for row, says in listed]


def _json(document: Any) -> Response:
    return Response(to_json(document), content_type="application/json")
