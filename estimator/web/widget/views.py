"""The views that patients and clinics' sites ask for. All of them are public."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from pydantic_core import to_json
from werkzeug.exceptions import HTTPException, NotFound, default_exceptions

from estimator.services.patient import words_in
from estimator.services.patient.words import Words
from estimator.services.rulebooks import Live, NoPublishedRulebook
from estimator.services.widget.settings import LANGUAGES, WidgetSettings, settings_of
from estimator.web.assets import FOR_GOOD
from estimator.web.bodies import form_body
from estimator.web.methods import refuse_other_methods
from estimator.web.problems import log_fault
from estimator.web.source import Source
from estimator.web.widget import files, oembed, plans, policy
from estimator.web.widget.conversation import ANSWER, STAY, Conversation, Turn
from estimator.web.widget.counting import ANSWERED, OPENED, Counting
from estimator.web.widget.limits import Limits
from estimator.web.widget.page import crisis_words
from estimator.web.widget.rendering import address, render

BRIEFLY = "public, max-age=300"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class Widget:
    """The widget of every clinic of one mounted estimator."""

    def __init__(self, source: Source, limits: Limits, counting: Counting) -> None:
        self._source = source
        self._limits = limits
        self._counting = counting

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = Blueprint("widget", __name__)
        limited = self._limits.limited
        blueprint.before_request(self._limits.begin)
        for path, name, view in (
            ("/embed/<name>.js", "loader", self.loader),
            ("/embed/versions.json", "versions", self.versions),
            ("/embed/files/<asked>/widget.js", "script", self.script),
            ("/embed/files/<asked>/<tokens>.css", "style", self.style),
            ("/embed/plans/<asked>/<lang>.json", "plans", self.plans),
            ("/embed/frame/<clinic_id>", "frame", limited(self.frame)),
            ("/cost/<clinic_id>", "page", limited(self.page)),
            ("/oembed", "oembed", limited(self.oembed)),
        ):
            blueprint.add_url_rule(path, name, view, provide_automatic_options=False)
            taken = ("GET", "POST") if name in ("frame", "page") else ("GET",)
            refuse_other_methods(blueprint, path, f"not_here_{name}", *taken)
        for path, name, view in (
            ("/embed/frame/<clinic_id>", "frame_step", limited(self.frame_step)),
            ("/cost/<clinic_id>", "page_step", limited(self.page_step)),
        ):
            blueprint.add_url_rule(
                path, name, view, methods=["POST"], provide_automatic_options=False
            )
        for status in default_exceptions:
            blueprint.register_error_handler(status, _http_error)
        blueprint.register_error_handler(NoPublishedRulebook, _not_ready)
        blueprint.register_error_handler(Exception, _fault)
        blueprint.after_request(policy.pack)
        blueprint.after_request(_readable_by_frame)
        return blueprint

    def loader(self, name: str) -> Response:
        data = files.loader(name)
        if data is None:
            raise NotFound
        kept = FOR_GOOD if name != files.SERIES else BRIEFLY
        return _file(data, ".js", kept)

    def versions(self) -> Response:
        """Tell every version with the hash that holds a page to it."""
        listed = {
            number: {
                "url": address("loader", name=f"v{number}", _external=True),
                "integrity": integrity,
            }
            for number, integrity in files.LOADERS.items()
        }
        document = {
            "evergreen": address("loader", name=files.SERIES, _external=True),
            "newest": files.NEWEST,
            "versions": listed,
        }
        response = Response(to_json(document), content_type="application/json")
        response.headers["Cache-Control"] = BRIEFLY
        return policy.for_everybody(response)

    def script(self, asked: str) -> Response:
        return _file(files.read("widget.js"), ".js", _kept(asked))

    def style(self, asked: str, tokens: str) -> Response:
        data = files.style(tokens)
        if data is None:
            raise NotFound
        return _file(data, ".css", _kept(asked))

    def plans(self, asked: str, lang: str) -> Response:
        """Give the whole list of plans: which of them somebody has, the server does not learn."""
        if lang not in LANGUAGES:
            raise NotFound
        live = self._source.live()
        response = Response(plans.listed(live.rulebook, lang), content_type="application/json")
        fresh = asked == live.fingerprint[:12]
        response.headers["Cache-Control"] = FOR_GOOD if fresh else "no-cache"
        return policy.for_everybody(response)

    def frame(self, clinic_id: str) -> str:
        return self._show(clinic_id, framed=True)

    def frame_step(self, clinic_id: str) -> str:
        return self._show(clinic_id, framed=True, posted=form_body())

    def page(self, clinic_id: str) -> str:
        return self._show(clinic_id, framed=False)

    def page_step(self, clinic_id: str) -> str:
        return self._show(clinic_id, framed=False, posted=form_body())

    def _show(self, clinic_id: str, *, framed: bool, posted: Any = None) -> str:
        live, settings = self._served(clinic_id)
        if framed:
            policy.frame_by(settings.origins)
        today = self._source.today()
        language = settings.language(_language(posted))
        conversation = Conversation(live, settings, language, today)
        turn = conversation.begin() if posted is None else conversation.take(posted)
        self._count(clinic_id, turn, posted is None)
        theme = _sent(posted, "theme") or request.args.get("theme", "")
        return render(conversation, turn, framed=framed, theme=theme)

    def _count(self, clinic_id: str, turn: Turn, opened: bool) -> None:
        today = self._source.today()
        if opened:
            self._counting.add(clinic_id, today, OPENED)
        elif turn.step == ANSWER:
            self._counting.add(clinic_id, today, ANSWERED)

    def _served(self, clinic_id: str) -> tuple[Live, WidgetSettings]:
        """Return the rulebook and a clinic's settings; a clinic that is closed is not there."""
        live = self._source.live()
        if clinic_id not in live.rulebook.clinics:
            raise NotFound
        settings = settings_of(self._source.database(), clinic_id)
        if not settings.served:
            raise NotFound
        return live, settings

    def oembed(self) -> Response:
        """Tell a site how to show a hosted page whose address somebody pasted there."""
        if request.args.get("format", "json") != "json":
            abort(HTTPStatus.NOT_IMPLEMENTED)
        clinic_id, language = self._pasted(request.args.get("url", ""))
        live, settings = self._served(clinic_id)
        words = words_in(settings.language(language), live.rulebook)
        query = {"clinic_id": clinic_id, "lang": words.language, "_external": True}
        document = oembed.document(
            page=address("page", **query),
            frame=address("frame", **query),
            title=words.plain("page.title"),
            provider="".join(p.text for p in words.workbook(live.rulebook.clinics[clinic_id].name)),
            sides=(
                oembed.size(request.args.get("maxwidth", ""), oembed.WIDTH),
                oembed.size(request.args.get("maxheight", ""), oembed.HEIGHT),
            ),
        )
        response = Response(to_json(document), content_type="application/json")
        response.headers["Cache-Control"] = BRIEFLY
        return policy.for_everybody(response)

    def _pasted(self, url: str) -> tuple[str, str]:
        """Return the clinic and language that a pasted address names."""
        prefix = address("page", clinic_id="0", _external=True).removesuffix("0")
        path = oembed.path_of(url, prefix)
        if path is None:
            raise NotFound
        clinic_id, _, query = path.partition("?")
        return clinic_id, "es" if "lang=es" in query.split("&") else ""


def _language(posted: Any) -> str:
    """Return the language asked for: by a button, by the page before, by the address."""
    go = _sent(posted, "go")
    if go.startswith(STAY):
        return go.removeprefix(STAY)
    return _sent(posted, "lang") or request.args.get("lang", "")


def _sent(posted: Any, name: str) -> str:
    values = (posted or {}).get(name) or [""]
    return str(values[0])


def _kept(asked: str) -> str:
    return FOR_GOOD if asked == files.version() else "no-cache"


def _file(data: bytes, ending: str, kept: str) -> Response:
    response = Response(data, content_type=TYPES[ending])
    response.headers["Cache-Control"] = kept
    return policy.for_everybody(response)


def _readable_by_frame(response: Response) -> Response:
    """Let our own frame read what it asked for, an error too."""
    if policy.ORIGIN in response.headers:
        return response
    return policy.for_own_frame(response)


MESSAGES = {404: "page.missing", 429: "page.too_many", 503: "page.not_ready"}


def _message(status: int, headers: Any = ()) -> Response:
    asked = request.args.get("lang", "")
    words = Words(asked if asked in LANGUAGES else LANGUAGES[0])
    said = words.plain(MESSAGES.get(status, "page.fault"))
    kept = files.version()
    style = address("style", asked=kept, tokens=files.tokens(WidgetSettings(clinic_id="")))
    page = render_template(
        "estimator/widget/message.html",
        words=words,
        said=said,
        style=style,
        crisis=crisis_words(words),
    )
    response = Response(page, status, mimetype="text/html")
    response.headers.extend(dict(headers))
    return response


def _http_error(error: HTTPException) -> Response:
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return _message(error.code or 500, kept)


def _not_ready(_error: NoPublishedRulebook) -> Response:
    return _message(HTTPStatus.SERVICE_UNAVAILABLE)


def _fault(error: Exception) -> Response:
    log_fault(error)
    return _message(HTTPStatus.INTERNAL_SERVER_ERROR)
