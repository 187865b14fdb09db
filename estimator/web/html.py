"""What every page of ours shares: its addresses, and how it says that something went wrong."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException, default_exceptions

from estimator.services.rulebooks import NoPublishedRulebook
from estimator.storage.secret import NoSecretKey
from estimator.web import assets
from estimator.web.navigation import frame
from estimator.web.presenters.words import money
from estimator.web.problems import log_fault

WORDS = {
    401: "This page is for the clinic's staff, and nobody is signed in.",
    403: "Your account may not do this. Ask whoever manages accounts.",
    404: "There is no page at this address.",
    405: "This page does not take that kind of request.",
    409: "That cannot be done any more: it is further on. Go back and look again.",
    413: "What was sent is over 1 MB.",
    415: "What was sent is not a form.",
    503: "No rulebook is published yet.",
}


def page_blueprint(name: str) -> Blueprint:
    """Return a blueprint for pages, with the addresses they link to and error pages of ours."""
    blueprint = Blueprint(name, __name__)
    blueprint.context_processor(_addresses)
    for status in default_exceptions:  # a host's handler of a status would come before ours
        blueprint.register_error_handler(status, _http_error)
    blueprint.register_error_handler(NoPublishedRulebook, _no_rulebook)
    blueprint.register_error_handler(NoSecretKey, _no_secret)
    blueprint.register_error_handler(Exception, _fault)
    return blueprint


def _addresses(mounted: str = "") -> dict[str, Any]:
    """Give the templates the addresses of this mounted estimator, and who is asking."""
    mounted = mounted or (request.blueprint or "").rpartition(".")[0]
    kept = assets.version()

    def address(endpoint: str, **values: Any) -> str:
        return url_for(f"{mounted}.{endpoint}", **values)

    return {
        "form_url": address("pages.form"),
        "plan_url": address("pages.plan"),
        "rules_url": address("rules.explorer"),
        "css_url": address("pages.asset", asked=kept, name="estimator.css"),
        "js_url": address("pages.asset", asked=kept, name="estimator.js"),
        "icon_url": address("pages.asset", asked=kept, name="icon.svg"),
        "accounts_css_url": address("pages.asset", asked=kept, name="accounts.css"),
        "session_js_url": address("pages.asset", asked=kept, name="session.js"),
        "batches_url": address("batches.batches"),
        "batches_css_url": address("pages.asset", asked=kept, name="batches.css"),
        "batches_js_url": address("pages.asset", asked=kept, name="batches.js"),
        "frame": frame(address),
        "rulebook_url": address("rulebook.releases"),
        "address": address,
        "asset": partial(address, "pages.asset", asked=kept),
        "estimates_url": address("estimates.keep"),
        "copying_js_url": address("pages.asset", asked=kept, name="copying.js"),
        "difference_css_url": address("pages.asset", asked=kept, name="difference.css"),
        "money": money,
    }


def error_page(status: int, headers: Any = (), words: str = "") -> Response:
    """Return a page that says what went wrong: *words*, or those of the status."""
    words = words or WORDS.get(status, "Something went wrong on our side. Nothing was stored.")
    page = render_template("estimator/error.html", words=words)
    response = Response(page, status, mimetype="text/html")
    response.headers.extend(dict(headers))
    return response


def no_such_page(mounted: str) -> Response:
    """Return the page for an address that belongs to none of our blueprints."""
    page = render_template("estimator/error.html", words=WORDS[404], **_addresses(mounted))
    return Response(page, 404, mimetype="text/html")


def _http_error(error: HTTPException) -> Response:
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return error_page(error.code or 500, kept)


def _no_rulebook(_error: NoPublishedRulebook) -> Response:
    return error_page(503)


def _no_secret(error: NoSecretKey) -> Response:
    return error_page(503, words=str(error))


def _fault(error: Exception) -> Response:
    log_fault(error)
    return error_page(500)
