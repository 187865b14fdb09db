"""The HTTP interface: one document in, one document out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from pydantic_core import to_json
from werkzeug.exceptions import NotFound

from estimator import __version__
from estimator.services import catalogue
from estimator.services.intake.cases import adjudicate_case
from estimator.services.rulebooks import Live
from estimator.web import problems
from estimator.web.batch_api import BatchApi
from estimator.web.bodies import json_body
from estimator.web.methods import FALLBACK, METHODS, refuse_other_methods
from estimator.web.openapi import describe
from estimator.web.settings import Settings
from estimator.web.source import Source

VERSION = "/api/v1"


class Api:
    """The views of one mounted estimator."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source = source
        self._batches = BatchApi(source, settings)
        self._description: str | None = None

    def blueprint(self) -> Blueprint:
        """Return the routes, with error handlers of their own."""
        blueprint = Blueprint("api", __name__)
        self._route(blueprint, f"{VERSION}/estimates", "POST", self.estimates)
        self._route(blueprint, f"{VERSION}/adjudications", "POST", self.adjudications)
        self._route(blueprint, f"{VERSION}/release", "GET", self.release)
        batches = f"{VERSION}/batches"
        self._route(blueprint, batches, "POST", self._batches.batches)
        self._route(blueprint, f"{batches}/<name>", "GET", self._batches.batch, "batch")
        self._route(blueprint, f"{batches}/<name>/cancel", "POST", self._batches.cancel)
        results = f"{batches}/<name>/results.<kind>"
        self._route(blueprint, results, "GET", self._batches.results, "results")
        for name in ("clinics", "payers", "plans", "treatments"):
            self._route(blueprint, f"{VERSION}/{name}", "GET", self._catalogue(name))
        self._route(blueprint, f"{VERSION}/openapi.json", "GET", self.openapi)
        self._route(blueprint, "/healthz", "GET", self.healthz)
        self._route(blueprint, "/readyz", "GET", self.readyz)
        for number, path in enumerate(("/api/", "/api/<path:rest>")):
            blueprint.add_url_rule(
                path, f"{FALLBACK}_at_all_{number}", _nothing, methods=sorted(METHODS)
            )
        for kind, handler in problems.HANDLERS:
            blueprint.register_error_handler(kind, handler)
        return blueprint

    @staticmethod
    def _route(
        blueprint: Blueprint, path: str, method: str, view: Callable[..., Response], name: str = ""
    ) -> None:
        name = name or path.rsplit("/", 1)[-1].split(".", maxsplit=1)[0]
        blueprint.add_url_rule(path, name, view, methods=[method], provide_automatic_options=False)
        refuse_other_methods(blueprint, path, f"{FALLBACK}_{name}", method)

    def estimates(self) -> Response:
        document = json_body()
        return _json(self._source.estimate(document, self._source.live()))

    def adjudications(self) -> Response:
        return _json(adjudicate_case(json_body()))

    def release(self) -> Response:
        live = self._source.live()
        return _kept(
            live,
            {
                "release": live.number,
                "fingerprint": live.fingerprint,
                "published_at": live.published_at.isoformat(),
                "engine_version": __version__,
            },
        )

    def _catalogue(self, name: str) -> Callable[[], Response]:
        def view() -> Response:
            live = self._source.live()
            listing = getattr(catalogue, name)
            if name != "plans":
                return _kept(live, {name: listing(live.rulebook)})
            today = self._source.today()
            return _kept(live, {name: listing(live.rulebook, today)}, today.isoformat())

        return view

    def openapi(self) -> Response:
        if self._description is None:
            self._description = json.dumps(describe(self._prefix()))
        response = Response(self._description, content_type="application/json")
        return _validated(response, __version__)

    def _prefix(self) -> str:
        return request.root_path + request.path.removesuffix(f"{VERSION}/openapi.json")

    def healthz(self) -> Response:
        return _json({"status": "ok"})

    def readyz(self) -> Response:
        return _json({"status": "ready", "release": self._source.live().number})


def _json(document: Any) -> Response:
    return Response(to_json(document), content_type="application/json")


def _kept(live: Live, document: Any, *parts: str) -> Response:
    """Return a document that holds as long as the release and *parts* stay the same."""
    return _validated(_json(document), str(live.number), live.fingerprint, *parts)


def _validated(response: Response, *parts: str) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag("-".join(parts))
    response.make_conditional(request)
    return response


def _nothing(**_path: str) -> Response:
    raise NotFound
