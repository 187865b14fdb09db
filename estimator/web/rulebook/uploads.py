"""The page that takes a workbook."""

from __future__ import annotations

from flask import Response, render_template

from estimator.findings import Finding
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import drafts, view
from estimator.services.publishing.codes import refusal
from estimator.services.publishing.drafts import Upload
from estimator.web.bodies import FileBody, file_body
from estimator.web.desk import Desk
from estimator.web.rulebook.answers import next_page, text

FILE = "workbook"


class Uploads:
    """The views that take a workbook."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def form(self) -> str:
        """Show the empty form."""
        return self._page()

    def upload(self) -> Response | tuple[str, int]:
        """Check a workbook and keep it as a draft, or say why it is not kept."""
        body = file_body(FILE)
        try:
            number = self._keep(body)
        except RulebookRefused as refused:
            return self._page(refused.findings, text(body.fields, "why")), 422
        return next_page(".draft", number=number)

    def _keep(self, body: FileBody) -> int:
        if not body.name and not body.data:
            raise RulebookRefused((refusal("file-missing", field=FILE),))
        sent = Upload(body.name, body.data, text(body.fields, "why"))
        return drafts.upload(self._desk.database, self._desk.act(), sent)

    def _page(self, problems: tuple[Finding, ...] = (), why: str = "") -> str:
        live = view.overview(self._desk.database).live
        return render_template("estimator/upload.html", problems=problems, why=why, live=live)
