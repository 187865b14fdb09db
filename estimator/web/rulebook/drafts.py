"""The pages of drafts: what is wrong, deciding on it, publishing, withdrawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from flask import Response, current_app, render_template, request, url_for
from werkzeug.exceptions import NotFound

from estimator.findings import Finding
from estimator.services.accounts.roles import Role
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import copies, drafts, releasing, view
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.gate import Approval
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.desk import Desk
from estimator.web.numbers import posted_number, row_number
from estimator.web.rulebook import answers
from estimator.web.rulebook.shown import DraftPage, Filter
from estimator.web.rulebook.steps import next_step


class Drafts:
    """The views of drafts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def draft(self, number: int) -> str:
        """Show a draft: what was found, what its Tests gave, what is still in the way."""
        return self._page(number)

    def original(self, number: int) -> Response:
        """Give the file as it was uploaded, byte for byte."""
        return self._copy(number, copies.AS_IT_CAME, f"draft-{number}.xlsx")

    def errors(self, number: int) -> Response | tuple[str, int]:
        """Give what the draft says as a workbook written anew, with its errors."""
        name = f"draft-{number}-errors.xlsx"
        return self._do(number, lambda: self._copy(number, copies.ERRORS, name))

    def accept(self, number: int) -> Response | tuple[str, int]:
        """Accept one finding to decide on."""
        fields = form_body()
        finding, why = answers.text(fields, "finding"), answers.text(fields, "why")
        chosen = {name: answers.text(fields, name) for name in ("severity", "sheet")}

        def work() -> Response:
            drafts.accept(self._desk.database, self._desk.act(), number, finding, why)
            kept = {name: value for name, value in chosen.items() if value}
            return answers.next_page(".draft", f"finding-{finding[:12]}", number=number, **kept)

        return self._do(number, work, f"why-{finding[:12]}", why)

    def withdraw(self, number: int) -> Response | tuple[str, int]:
        """Close a draft without publishing it."""
        why = answers.text(form_body(), "withdraw_why")

        def work() -> Response:
            drafts.withdraw(self._desk.database, self._desk.act(), number, why)
            return answers.next_page(".draft", number=number)

        return self._do(number, work, "withdraw_why", why)

    def publish(self, number: int) -> Response | tuple[str, int]:
        """Let a draft go live."""
        fields = form_body()
        why, live = answers.text(fields, "why"), posted_number(fields, "live")
        desk = self._desk

        def work() -> Response:
            approval = Approval(why, live, desk.rule)
            made = releasing.publish(desk.database, desk.act(), number, approval)
            desk.keep_checkpoint()
            return answers.next_page(".release", number=made)

        return self._do(number, work, "why", why)

    def _do(
        self, number: int, work: Callable[[], Response], field: str = "why", typed: str = ""
    ) -> Response | tuple[str, int]:
        """Do something to a draft, or show it with what stands in the way.

        *field* is where the reason was typed, which is shown again.
        """
        row_number(number)
        try:
            return work()
        except NotThere as error:
            raise NotFound from error
        except RulebookRefused as refused:
            problems = (
                replace(each, field=field) if each.field == "why" else each
                for each in refused.findings
            )
            return self._page(number, tuple(problems), {field: typed}), 422

    def _page(
        self,
        number: int,
        problems: tuple[Finding, ...] = (),
        typed: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        who, desk = identity(), self._desk
        seen = view.draft_view(desk.database, row_number(number), who.name, desk.rule)
        if seen is None:
            raise NotFound
        may_publish = who.role.includes(Role.APPROVER) and seen.draft.state == "open"
        chosen = Filter(answers.asked("severity"), answers.asked("sheet"))
        return render_template(
            "estimator/draft.html",
            shown=DraftPage(seen, chosen),
            draft=seen.draft,
            problems=problems,
            typed=typed,
            difference_url=_difference(number),
            may_edit=who.role.includes(Role.EDITOR) and seen.draft.state == "open",
            may_publish=may_publish,
            next=next_step(seen.against, may_publish),
        )

    def _copy(self, number: int, kind: str, name: str) -> Response:
        number, desk = row_number(number), self._desk
        return answers.workbook(
            lambda: copies.of_draft(desk.database, desk.act(), number, kind), name
        )


def _difference(number: int) -> str:
    """Return the address of what changes, where that page is mounted."""
    mounted = (request.blueprint or "").rpartition(".")[0]
    endpoint = f"{mounted}.difference.draft"
    return url_for(endpoint, number=number) if endpoint in current_app.view_functions else ""
