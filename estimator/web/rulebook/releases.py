"""The pages of releases: which is live, how each came about, going back to one."""

from __future__ import annotations

from flask import Response, render_template
from werkzeug.exceptions import NotFound

from estimator.findings import Finding
from estimator.services.accounts.roles import Role
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import copies, releasing, view
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.gate import Approval
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.desk import Desk
from estimator.web.numbers import posted_number, row_number
from estimator.web.rulebook import answers
from estimator.web.rulebook.shown import accepted_shown
from estimator.web.rulebook.steps import waiting


class Releases:
    """The views of releases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def overview(self) -> str:
        """List what is live, what is on its way, and what was."""
        who, desk = identity(), self._desk
        seen = view.overview(desk.database)
        role = who.role
        return render_template(
            "estimator/releases.html",
            seen=seen,
            waiting=list(map(waiting, view.open_drafts(desk.database, who.name, desk.rule))),
            closed=[draft for draft in seen.drafts if draft.state != "open"],
            may_upload=role.includes(Role.EDITOR),
            may_see_audit=role.includes(Role.ADMIN),
        )

    def release(self, number: int) -> str:
        """Show one release with everything that led to it."""
        return self._page(number)

    def original(self, number: int) -> Response:
        """Give the file as it was uploaded, byte for byte."""
        return self._copy(number, copies.AS_IT_CAME, f"release-{number}.xlsx")

    def clean(self, number: int) -> Response:
        """Give what the release says as a workbook written anew."""
        return self._copy(number, copies.CLEAN, f"release-{number}-clean.xlsx")

    def roll_back(self, number: int) -> Response | tuple[str, int]:
        """Publish a release again under the next number."""
        fields, number = form_body(), row_number(number)
        why, live = answers.text(fields, "why"), posted_number(fields, "live")
        desk = self._desk
        try:
            approval = Approval(why, live, desk.rule)
            made = releasing.roll_back(desk.database, desk.act(), number, approval)
        except NotThere as error:
            raise NotFound from error
        except RulebookRefused as refused:
            return self._page(number, refused.findings, why), 422
        desk.keep_checkpoint()
        return answers.next_page(".release", number=made)

    def _page(self, number: int, problems: tuple[Finding, ...] = (), why: str = "") -> str:
        seen = view.release_view(self._desk.database, row_number(number))
        if seen is None:
            raise NotFound
        return render_template(
            "estimator/release.html",
            release=seen.release,
            live=seen.live,
            accepted=accepted_shown(seen.release.accepted),
            problems=problems,
            why=why,
            may_roll_back=identity().role.includes(Role.APPROVER),
        )

    def _copy(self, number: int, kind: str, name: str) -> Response:
        number, desk = row_number(number), self._desk
        return answers.workbook(
            lambda: copies.of_release(desk.database, desk.act(), number, kind), name
        )
