"""The page that says which row of the rulebook answers, and why not others.

It holds nothing about a patient, so that its address may be kept and passed on.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from estimator.services import explorer
from estimator.services.intake.fields import DocumentRefused
from estimator.services.rulebooks import Live
from estimator.web.form import question
from estimator.web.form.errors import errors
from estimator.web.form.options import options
from estimator.web.form.page import FormPage
from estimator.web.form.posted import Posted, Reading
from estimator.web.html import page_blueprint
from estimator.web.methods import refuse_other_methods
from estimator.web.presenters.ladders import Explained, explained
from estimator.web.source import Source


class Rules:
    """The views of the rules of one mounted estimator."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def blueprint(self) -> Blueprint:
        """Return the route of the explorer."""
        blueprint = page_blueprint("rules")
        blueprint.add_url_rule("/rules", "explorer", self.explore, provide_automatic_options=False)
        refuse_other_methods(blueprint, "/rules", "not_here_explorer", "GET")
        return blueprint

    def explore(self) -> str:
        """Ask for a plan, an item, a place and a day, and show the ladders that answer."""
        live, today = self._source.live(), self._source.today()
        choices = options(live.rulebook, today)
        asked = Posted(request.args.to_dict(flat=False))
        if "plan" not in request.args:
            form = FormPage(question.unasked(choices, today, asked("clinic")), choices)
            return _render(form, live.number)
        reading = question.read_question(asked, choices)
        shown = _answer(live, reading)
        return _render(FormPage(asked, choices, reading, errors(reading)), live.number, shown)


def _answer(live: Live, reading: Reading) -> Explained | None:
    try:
        asked = explorer.read_question(reading.document)
        return explained(explorer.explain(live.rulebook, asked))
    except DocumentRefused as refused:
        reading.refused = refused.findings
        return None


def _render(form: FormPage, release: int | None, shown: Explained | None = None) -> str:
    return render_template(
        "estimator/rules.html",
        form=form,
        shown=shown,
        release=release,
        networks=question.NETWORKS,
    )
