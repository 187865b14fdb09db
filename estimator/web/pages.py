"""The pages for staff: the form, and the answer on the same page."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from estimator.services.accounts.roles import Role
from estimator.services.intake.fields import DocumentRefused
from estimator.services.rulebooks import Live
from estimator.web import assets
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.form import page as form_page
from estimator.web.form.errors import errors
from estimator.web.form.options import Options, options
from estimator.web.form.page import FormPage
from estimator.web.form.posted import Posted
from estimator.web.form.reading import read_form, read_plans
from estimator.web.html import page_blueprint
from estimator.web.methods import refuse_other_methods
from estimator.web.presenters import Shown, present
from estimator.web.presenters.onward import Onward, onward
from estimator.web.source import Source


class Pages:
    """The views of one mounted estimator."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def blueprint(self) -> Blueprint:
        """Return the routes of the form and of what every page loads."""
        blueprint = page_blueprint("pages")
        blueprint.add_url_rule("/", "form", self.show, provide_automatic_options=False)
        blueprint.add_url_rule(
            "/", "submit", self.submit, methods=["POST"], provide_automatic_options=False
        )
        blueprint.add_url_rule(
            "/plan", "plan", self.plan, methods=["POST"], provide_automatic_options=False
        )
        blueprint.add_url_rule(
            "/assets/<asked>/<name>", "asset", assets.asset, provide_automatic_options=False
        )
        refuse_other_methods(blueprint, "/", "not_here_form", "GET", "POST")
        refuse_other_methods(blueprint, "/plan", "not_here_plan", "POST")
        refuse_other_methods(blueprint, "/assets/<asked>/<name>", "not_here_asset", "GET")
        return blueprint

    def show(self) -> str:
        """Show the empty form."""
        return self._empty(request.args.get("clinic", ""))

    def submit(self) -> str:
        """Answer the form, or show what is wrong with it."""
        posted = Posted(form_body())
        if posted("action") == "new":
            return self._empty(posted("clinic"))
        live, choices = self._choices()
        if posted("action") == "plan":
            return _render(FormPage(posted, choices, read_plans(posted, choices)), focus="met")
        return self._answer(posted, live, choices)

    def plan(self) -> str:
        """Show the part of the form that asks what was met of the plan."""
        posted = Posted(form_body())
        _, choices = self._choices()
        form = FormPage(posted, choices, read_plans(posted, choices))
        return render_template("estimator/plan.html", form=form)

    def _answer(self, posted: Posted, live: Live, choices: Options) -> str:
        reading = read_form(posted, choices)
        try:
            answer = self._source.estimate(reading.document, live)
        except DocumentRefused as refused:
            reading.refused = refused.findings
        found = errors(reading)
        if found:
            return _render(FormPage(posted, choices, reading, found))
        form, shown = FormPage(posted, choices, reading), present(answer, live.rulebook)
        if not identity().role.includes(Role.STAFF):
            return _render(form, shown)
        beyond = onward(answer, live.rulebook, self._source.today())
        return _render(form, shown, onward=beyond)

    def _empty(self, clinic: str) -> str:
        _, choices = self._choices()
        posted = form_page.empty(choices, self._source.today(), clinic)
        return _render(FormPage(posted, choices), focus="plan")

    def _choices(self) -> tuple[Live, Options]:
        live = self._source.live()
        return live, options(live.rulebook, self._source.today())


def _render(
    form: FormPage, shown: Shown | None = None, focus: str = "", onward: Onward | None = None
) -> str:
    return render_template(
        "estimator/form.html",
        form=form,
        shown=shown,
        focus=focus,
        onward=onward,
        insurance=form_page.INSURANCE,
        coverage=form_page.COVERAGE,
        authorization=form_page.AUTHORIZATION,
        card_network=form_page.CARD_NETWORK,
        diagnoses=form_page.DIAGNOSES,
    )
