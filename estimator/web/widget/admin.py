"""The administrator's pages: each clinic's widget, with a preview and what to paste where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from estimator.services.audit import Audit
from estimator.services.intake.fields import DocumentRefused
from estimator.services.rulebooks import Live
from estimator.services.widget.colors import is_color
from estimator.services.widget.counts import daily_counts
from estimator.services.widget.settings import (
    LANGUAGES,
    WidgetSettings,
    all_settings,
    read_settings,
    save_settings,
    settings_of,
)
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.headers import content_security_policy, own_headers
from estimator.web.html import page_blueprint
from estimator.web.methods import refuse_other_methods
from estimator.web.settings import Settings
from estimator.web.source import Source
from estimator.web.widget import files
from estimator.web.widget.conversation import Conversation
from estimator.web.widget.counting import Counting
from estimator.web.widget.rendering import address, render
from estimator.web.widget.snippets import snippets

PATH = "/admin/widgets"
FILES = {"admin.css": "text/css", "admin.js": "text/javascript"}
SHADES = ("accent", "background", "text")
TEXTS = ("contact_name", "contact_phone", "contact_email")


class WidgetAdmin:
    """Sets up the widgets of one mounted estimator."""

    def __init__(self, source: Source, settings: Settings, counting: Counting) -> None:
        self._source = source
        self._settings = settings
        self._counting = counting

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = page_blueprint("widget_admin")
        for path, name, view, method in (
            (PATH, "widgets", self.widgets, "GET"),
            (f"{PATH}/<clinic_id>", "widget", self.widget, "GET"),
            (f"{PATH}/<clinic_id>", "save", self.save, "POST"),
            (f"{PATH}/<clinic_id>/preview", "preview", self.preview, "GET"),
            (f"{PATH}/files/<asked>/<name>", "file", self.file, "GET"),
        ):
            rule: dict[str, Any] = {"methods": [method], "provide_automatic_options": False}
            blueprint.add_url_rule(path, name, view, **rule)
            if name != "save":
                taken = ("GET", "POST") if name == "widget" else ("GET",)
                refuse_other_methods(blueprint, path, f"not_here_{name}", *taken)
        return blueprint

    def widgets(self) -> str:
        rulebook = self._source.live().rulebook
        shown = [
            (each, rulebook.clinics[each.clinic_id].name)
            for each in all_settings(self._source.database(), rulebook)
        ]
        pages = {each.clinic_id: address("page", clinic_id=each.clinic_id) for each, _ in shown}
        return render_template("estimator/widget/admin_list.html", widgets=shown, page_urls=pages)

    def widget(self, clinic_id: str) -> str:
        live = self._clinic(clinic_id)
        return self._show(live, settings_of(self._source.database(), clinic_id))

    def save(self, clinic_id: str) -> AnyResponse | str:
        live = self._clinic(clinic_id)
        posted = form_body()
        document = _document(posted)
        try:
            settings = read_settings(clinic_id, document, live.rulebook)
        except DocumentRefused as refused:
            return self._refused(live, clinic_id, document, refused)
        database = self._source.database()
        audit = Audit.of(database, self._settings.secret_key)
        save_settings(database, audit, datetime.now(UTC), identity().name, settings)
        return redirect(url_for(".widget", clinic_id=clinic_id, saved="yes"), 303)

    def _refused(
        self, live: Live, clinic_id: str, document: dict[str, Any], refused: DocumentRefused
    ) -> str:
        """Show the form as it was sent, with what is wrong."""
        kept = settings_of(self._source.database(), clinic_id)
        sent: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
        }
        wrong = [f"{finding.message} {finding.advice}" for finding in refused.findings]
        return self._show(live, replace(kept, **sent), wrong)

    def _show(self, live: Live, settings: WidgetSettings, wrong: Sequence[str] = ()) -> str:
        self._counting.write()
        own_headers({"Content-Security-Policy": content_security_policy(frame_src="'self'")})
        today = self._source.today()
        clinic = settings.clinic_id
        title = live.rulebook.clinics[clinic].name
        return render_template(
            "estimator/widget/admin.html",
            widget=settings,
            clinic=title,
            wrong=wrong,
            saved=request.args.get("saved") == "yes",
            treatments=list(live.rulebook.treatments.values()),
            languages=LANGUAGES,
            snippets=snippets(settings),
            loaders=files.LOADERS,
            counts=daily_counts(self._source.database(), clinic, today),
            preview_url=url_for(".preview", clinic_id=clinic),
            save_url=url_for(".save", clinic_id=clinic),
            list_url=url_for(".widgets"),
            script_url=url_for(".file", asked=files.version(), name="admin.js"),
            style_url=url_for(".file", asked=files.version(), name="admin.css"),
        )

    def preview(self, clinic_id: str) -> str:
        """Show the first step in colors that are not saved yet; only these pages may frame it."""
        live = self._clinic(clinic_id)
        own_headers(
            {
                "Content-Security-Policy": content_security_policy(frame_ancestors="'self'"),
                "X-Frame-Options": "SAMEORIGIN",
            }
        )
        kept = settings_of(self._source.database(), clinic_id)
        asked: dict[str, Any] = {
            name: request.args[name] for name in SHADES if is_color(request.args.get(name, ""))
        }
        radius = request.args.get("radius", "")
        tried = replace(kept, **asked, radius=int(radius) if _is_radius(radius) else kept.radius)
        language = kept.language(request.args.get("lang", ""))
        conversation = Conversation(live, tried, language, self._source.today())
        theme = request.args.get("theme", "")
        return render(conversation, conversation.begin(), framed=True, theme=theme)

    @staticmethod
    def file(asked: str, name: str) -> Response:
        if name not in FILES:
            raise NotFound
        response = Response(files.read(name), content_type=f"{FILES[name]}; charset=utf-8")
        fresh = asked == files.version()
        response.headers["Cache-Control"] = "private, max-age=3600" if fresh else "no-cache"
        return response

    def _clinic(self, clinic_id: str) -> Live:
        live = self._source.live()
        if clinic_id not in live.rulebook.clinics:
            raise NotFound
        return live


def _is_radius(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= files.LARGEST_RADIUS


def _document(posted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the posted form as the settings' document."""

    def one(name: str) -> str:
        return (posted.get(name) or [""])[0].strip()

    radius = one("radius")
    return {
        "served": one("served") == "yes",
        "origins": [line.strip() for line in one("origins").splitlines() if line.strip()],
        "treatments": list(posted.get("treatments") or ()),
        "languages": list(posted.get("languages") or ()),
        "radius": int(radius) if radius.isdigit() else -1,
        **{name: one(name) for name in (*SHADES, *TEXTS)},
    }
