"""The pages of batches: send a file of patients, watch it, take its results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import Conflict, NotFound
from werkzeug.wrappers import Response as AnyResponse

from estimator.services.audit import Audit
from estimator.services.batches import jobs
from estimator.services.batches.columns import COLUMNS
from estimator.services.batches.jobs import Status
from estimator.services.intake.fields import DocumentRefused
from estimator.storage import batches
from estimator.web.access import identity
from estimator.web.html import page_blueprint
from estimator.web.methods import refuse_other_methods
from estimator.web.settings import Settings
from estimator.web.source import Source
from estimator.web.uploads import accept

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
MOST_LISTED = 50
STATES = {
    "reading": "The file is being read",
    "mapping": "One thing is missing: which column is which",
    "running": "Patients are being estimated",
    "writing": "The results are being written",
    "done": "Done",
    "failed": "The file cannot be estimated",
    "cancelled": "Cancelled",
}


class BatchPages:
    """The views of one mounted estimator."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source = source
        self._settings = settings

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = page_blueprint("batches")
        for path, endpoint, view, method in (
            ("/batches", "batches", self.all, "GET"),
            ("/batches", "upload", self.upload, "POST"),
            ("/batches/template.xlsx", "template", self.template, "GET"),
            ("/batches/<name>", "batch", self.one, "GET"),
            ("/batches/<name>/progress", "progress", self.progress, "GET"),
            ("/batches/<name>/columns", "columns", self.columns, "POST"),
            ("/batches/<name>/cancel", "cancel", self.cancel, "POST"),
            ("/batches/<name>/delete", "delete", self.delete, "POST"),
            ("/batches/<name>/results.<kind>", "results", self.results, "GET"),
        ):
            blueprint.add_url_rule(
                path, endpoint, view, methods=[method], provide_automatic_options=False
            )
            if endpoint != "upload":
                taken = ("GET", "POST") if path == "/batches" else (method,)
                refuse_other_methods(blueprint, path, f"not_here_{endpoint}", *taken)
        return blueprint

    def all(self) -> str:
        """Show the batches, and where to send a file."""
        return self._list()

    def upload(self) -> AnyResponse | tuple[str, int]:
        """Take a file; go to its page, or say what is wrong with it."""
        try:
            batch = accept(self._source, self._settings)
        except DocumentRefused as refused:
            return self._list(refused), 422
        return redirect(url_for(".batch", name=batch.name), 303)

    def template(self) -> Response:
        """Send an empty file of patients."""
        from estimator.services.batches.template import template  # noqa: PLC0415 - seldom asked

        made = template(self._source.live().rulebook, self._source.today())
        return sent(iter([made]), "xlsx", "patients")

    def one(self, name: str) -> str:
        """Show a batch."""
        status = self._status(name)
        header = status.batch.layout.get("header", [])
        missing = jobs.missing_columns(status.batch) if status.batch.state == "mapping" else ()
        return self._render("batch", status=status, header=header, missing=missing)

    def progress(self, name: str) -> str:
        """Show how far a batch is, for the page to put in its place."""
        return self._render("_progress", status=self._status(name))

    def columns(self, name: str) -> AnyResponse:
        """Take which column is which, and read the file again."""
        chosen = {ours: request.form.get(ours, "") for ours in COLUMNS}
        try:
            jobs.choose_columns(self._source.database(), name, chosen, _now())
        except jobs.NotInThisState as error:
            raise Conflict from error
        return redirect(url_for(".batch", name=name), 303)

    def cancel(self, name: str) -> AnyResponse:
        """Cancel a batch."""
        with suppress(jobs.NotInThisState):  # it ended in the same moment; its page says how
            jobs.cancel(self._source.database(), self._audit(), name, identity().name, _now())
        return redirect(url_for(".batch", name=name), 303)

    def delete(self, name: str) -> AnyResponse:
        """Remove a batch with its files."""
        try:
            jobs.delete(self._source.database(), self._audit(), name, identity().name, _now())
        except jobs.NotInThisState as error:
            raise NotFound from error
        return redirect(url_for(".batches"), 303)

    def results(self, name: str, kind: str) -> Response:
        """Send the results."""
        status = self._status(name)
        if kind not in status.files:
            raise NotFound
        stem = status.batch.file_name.rpartition(".")[0] or "patients"
        return sent(file_parts(self._source, name, kind), kind, f"{stem}-estimates")

    def _list(self, refused: DocumentRefused | None = None) -> str:
        with self._source.database().session() as session:
            listed = batches.newest(session, MOST_LISTED)
        findings = refused.findings if refused else ()
        return self._render(
            "batches", listed=listed, findings=findings, corrects=request.values.get("corrects", "")
        )

    def _status(self, name: str) -> Status:
        found = jobs.status(self._source.database(), name, _now())
        if found is None:
            raise NotFound
        return found

    def _render(self, page: str, **shown: Any) -> str:
        status = shown.get("status")
        findings = jobs.findings_of(status.batch) if status else shown.pop("findings", ())
        return render_template(
            f"estimator/batches/{page}.html",
            findings=findings,
            states=STATES,
            days=self._settings.batch_days,
            **shown,
        )

    def _audit(self) -> Audit:
        return Audit.of(self._source.database(), self._settings.secret_key or None)


def file_parts(source: Source, name: str, kind: str) -> Iterator[bytes]:
    """Yield the parts of a batch's file, one at a time from the database."""
    with source.database().session() as session:
        yield from batches.parts(session, name, kind)


def sent(content: Iterator[bytes], kind: str, stem: str) -> Response:
    """Return a file to be saved."""
    plain = "".join(sign if sign.isalnum() or sign in "-_ ." else "-" for sign in stem)[:80]
    response = Response(content, content_type=TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{plain}.{kind}")
    return response


def _now() -> datetime:
    return datetime.now(UTC)
