"""The pages for staff: the form, and the answer on the same page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException, default_exceptions

from estimator.services.estimating import estimate
from estimator.services.intake.fields import DocumentRefused
from estimator.services.rulebooks import Live, NoPublishedRulebook
from estimator.web import assets
from estimator.web.bodies import form_body
from estimator.web.form import page as form_page
from estimator.web.form.errors import errors
from estimator.web.form.options import Options, options
from estimator.web.form.page import FormPage
from estimator.web.form.reading import Posted, Reading, read_form, read_plan
from estimator.web.methods import refuse_other_methods
from estimator.web.presenters import Shown, present
from estimator.web.problems import log_fault
from estimator.web.source import Source


class Pages:
    """The views of one mounted estimator."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = Blueprint("pages", __name__)
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
        blueprint.context_processor(addresses)
        for status in default_exceptions:  # a host's handler of a status would come before ours
            blueprint.register_error_handler(status, http_error)
        blueprint.register_error_handler(NoPublishedRulebook, no_rulebook)
        blueprint.register_error_handler(Exception, fault)
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
            return _render(FormPage(posted, choices, read_plan(posted, choices)), focus="met")
        return self._answer(posted, live, choices)

    def plan(self) -> str:
        """Show the part of the form that asks what was met of the plan."""
        posted = Posted(form_body())
        _, choices = self._choices()
        form = FormPage(posted, choices, read_plan(posted, choices))
        return render_template("estimator/plan.html", form=form)

    def _answer(self, posted: Posted, live: Live, choices: Options) -> str:
        reading = read_form(posted, choices)
        try:
            answer = self._estimate(live, reading)
        except DocumentRefused as refused:
            reading.refused = refused.findings
        found = errors(reading)
        if found:
            return _render(FormPage(posted, choices, reading, found))
        return _render(FormPage(posted, choices, reading), present(answer, live.rulebook))

    def _estimate(self, live: Live, reading: Reading) -> dict[str, Any]:
        return estimate(
            reading.document,
            live.rulebook,
            today=self._source.today(),
            release=live.number,
            fingerprint=live.fingerprint,
        )

    def _empty(self, clinic: str) -> str:
        _, choices = self._choices()
        posted = form_page.empty(choices, self._source.today(), clinic)
        return _render(FormPage(posted, choices), focus="plan")

    def _choices(self) -> tuple[Live, Options]:
        live = self._source.live()
        return live, options(live.rulebook, self._source.today())


def _render(form: FormPage, shown: Shown | None = None, focus: str = "") -> str:
    return render_template(
        "estimator/form.html",
        form=form,
        shown=shown,
        focus=focus,
        insurance=form_page.INSURANCE,
        coverage=form_page.COVERAGE,
        authorization=form_page.AUTHORIZATION,
        card_network=form_page.CARD_NETWORK,
        diagnoses=form_page.DIAGNOSES,
    )


def addresses() -> dict[str, Any]:
    """Give the templates the addresses of this mounted estimator."""
    kept = assets.version()
    mounted = (request.blueprint or "").rpartition(".")[0]
    return {
        "form_url": url_for(f"{mounted}.pages.form"),
        "plan_url": url_for(f"{mounted}.pages.plan"),
        "batches_url": url_for(f"{mounted}.batches.batches"),
        "css_url": url_for(f"{mounted}.pages.asset", asked=kept, name="estimator.css"),
        "js_url": url_for(f"{mounted}.pages.asset", asked=kept, name="estimator.js"),
        "batches_css_url": url_for(f"{mounted}.pages.asset", asked=kept, name="batches.css"),
        "batches_js_url": url_for(f"{mounted}.pages.asset", asked=kept, name="batches.js"),
        "icon_url": url_for(f"{mounted}.pages.asset", asked=kept, name="icon.svg"),
    }


WORDS = {
    401: "This page is for the clinic's staff, and nobody is signed in.",
    403: "Your account may not do this. Ask whoever manages accounts.",
    404: "There is no page at this address.",
    405: "This page does not take that kind of request.",
    409: "That cannot be done any more: the file is further on. Go back and look again.",
    413: "What was sent is too large.",
    415: "What was sent is not a form.",
    503: "No rulebook is published yet.",
}


def _error_page(status: int, headers: Any = ()) -> Response:
    words = WORDS.get(status, "Something went wrong on our side. Nothing was stored.")
    page = render_template("estimator/error.html", words=words)
    response = Response(page, status, mimetype="text/html")
    response.headers.extend(dict(headers))
    return response


def http_error(error: HTTPException) -> Response:
    """Show an error in plain words."""
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return _error_page(error.code or 500, kept)


def no_rulebook(_error: NoPublishedRulebook) -> Response:
    """Say that there is no rulebook."""
    return _error_page(503)


def fault(error: Exception) -> Response:
    """Log where a fault happened, and apologise."""
    log_fault(error)
    return _error_page(500)
