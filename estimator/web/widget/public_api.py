"""The same figures as JSON, for a clinic that builds a page of its own.

Browsers let pages of the clinic's own sites read them, and no other site's. A request is the
contract's, and so is its answer; the clinic and its treatments come from the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from pydantic_core import to_json
from werkzeug.exceptions import NotFound

from estimator.services import catalogue
from estimator.services.estimating import estimate
from estimator.services.rulebooks import Live
from estimator.services.widget.settings import WidgetSettings, settings_of
from estimator.web import problems
from estimator.web.api import VERSION
from estimator.web.bodies import json_body
from estimator.web.methods import refuse_other_methods
from estimator.web.source import Source
from estimator.web.widget import policy
from estimator.web.widget.conversation import Conversation
from estimator.web.widget.limits import Limits

BRIEFLY = "public, max-age=300"
PATH = f"{VERSION}/widget/<clinic_id>"


class PublicApi:
    """What a clinic's own page may ask."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = Blueprint("widget_api", __name__)
        limited = self._limits.limited
        blueprint.before_request(self._limits.begin)
        for path, name, method, view in (
            (PATH, "clinic", "GET", limited(self.clinic)),
            (f"{PATH}/estimates", "estimates", "POST", limited(self.estimates)),
        ):
            rule: dict[str, Any] = {"methods": [method], "provide_automatic_options": False}
            blueprint.add_url_rule(path, name, view, **rule)
            asked: dict[str, Any] = {"methods": ["OPTIONS"], "provide_automatic_options": False}
            blueprint.add_url_rule(path, f"{name}_asked", self._asked(method), **asked)
            refuse_other_methods(blueprint, path, f"not_here_{name}", method, "OPTIONS")
        for kind, handler in problems.HANDLERS:
            blueprint.register_error_handler(kind, handler)
        blueprint.after_request(self._readable)
        return blueprint

    @staticmethod
    def _asked(method: str) -> Callable[..., Response]:
        """Return the answer to a browser that asks whether a page may send something."""

        def view(clinic_id: str) -> Response:  # noqa: ARG001 - the headers depend on it
            return Response(status=204, headers={"Allow": f"{method}, OPTIONS"})

        return view

    def clinic(self, clinic_id: str) -> Response:
        live, settings = self._served(clinic_id)
        offered = self._treatments(live, settings)
        clinics = catalogue.clinics(live.rulebook)
        document = {
            **next(each for each in clinics if each["clinic_id"] == clinic_id),
            "languages": list(settings.languages),
            "contact": {
                "name": settings.contact_name,
                "phone": settings.contact_phone,
                "email": settings.contact_email,
            },
            "treatments": [
                each
                for each in catalogue.treatments(live.rulebook)
                if each["treatment_id"] in offered
            ],
            "plans": catalogue.plans(live.rulebook, self._source.today()),
        }
        response = Response(to_json(document), content_type="application/json")
        response.headers["Cache-Control"] = BRIEFLY
        return response

    def estimates(self, clinic_id: str) -> Response:
        live, settings = self._served(clinic_id)
        document = json_body()
        if isinstance(document, dict):
            document = {
                "treatments": self._treatments(live, settings),
                "detail": "summary",
                **document,
                "clinic_id": clinic_id,
            }
        answer: dict[str, Any] = estimate(
            document,
            live.rulebook,
            today=self._source.today(),
            release=live.number,
            fingerprint=live.fingerprint,
        )
        return Response(to_json(answer), content_type="application/json")

    def _treatments(self, live: Live, settings: WidgetSettings) -> list[str]:
        return Conversation(live, settings, "en", self._source.today()).treatments

    def _served(self, clinic_id: str) -> tuple[Live, WidgetSettings]:
        live = self._source.live()
        settings = settings_of(self._source.database(), clinic_id)
        if clinic_id not in live.rulebook.clinics or not settings.served:
            raise NotFound
        return live, settings

    def _readable(self, response: Response) -> Response:
        """Let the clinic's own sites read what they get, a refusal too."""
        clinic_id = (request.view_args or {}).get("clinic_id", "")
        origin = request.headers.get("Origin")
        if not origin:
            response.vary.add("Origin")
            return response
        return policy.for_sites(response, settings_of(self._source.database(), clinic_id))
