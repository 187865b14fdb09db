"""The estimator in Flask: the staff form and the HTTP interface, in any application.

>>> from flask import Flask
>>> app = Flask("clinic")
>>> _ = Estimator(app, url_prefix="/costs")
"""

from __future__ import annotations

import os

from flask import Blueprint, Flask, Response

from estimator.services.accounts.roles import Identity, Role
from estimator.web.access import Access, Identify
from estimator.web.accounts import Accounts
from estimator.web.api import Api
from estimator.web.audit import AuditPage
from estimator.web.batches import BatchPages
from estimator.web.desk import Desk
from estimator.web.difference import Differences
from estimator.web.forward import Forward
from estimator.web.headers import secure
from estimator.web.html import no_such_page
from estimator.web.kept import Kept
from estimator.web.pages import Pages
from estimator.web.rulebook import RulebookPages
from estimator.web.rules import Rules
from estimator.web.settings import Settings, SettingsRefused, read_settings
from estimator.web.source import Source
from estimator.web.widget import Widget
from estimator.web.widget.admin import WidgetAdmin
from estimator.web.widget.counting import Counting
from estimator.web.widget.limits import Limits
from estimator.web.widget.public_api import PublicApi

__all__ = ["Estimator", "Identity", "Role", "Settings", "create_app"]

EXTENSION = "estimator"


class Estimator:
    """A Flask extension. One object serves any number of applications; it keeps none of them.

    To mount a second one in an application, give it another *name* and *url_prefix*.
    Settings come from *settings*, else from the application's ESTIMATOR_* configuration,
    else from the environment. Where the host knows who is asking, its *identify* says so and
    takes the place of accounts here.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "",
        name: str = EXTENSION,
        settings: Settings | None = None,
        identify: Identify | None = None,
    ) -> None:
        self.url_prefix = "/" + url_prefix.strip("/") if url_prefix.strip("/") else ""
        self.name = name
        self.settings = settings
        self.identify = identify
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount it in *app*."""
        mounted = app.extensions.setdefault(EXTENSION, {})
        if self.name in mounted:
            raise ValueError(f"An estimator named {self.name} is mounted already; give a name.")
        settings = self.settings or read_settings(app.config, os.environ)
        mounted[self.name] = source = Source(settings)
        limits = Limits(self.name, settings, source)
        app.register_blueprint(
            self._blueprint(source, settings, limits), url_prefix=self.url_prefix or None
        )

    def _blueprint(self, source: Source, settings: Settings, limits: Limits) -> Blueprint:
        blueprint = Blueprint(self.name, __name__, template_folder="templates")
        counting = Counting(source.database)
        blueprint.register_blueprint(Widget(source, limits, counting).blueprint())
        blueprint.register_blueprint(PublicApi(source, limits).blueprint())
        blueprint.register_blueprint(WidgetAdmin(source, settings, counting).blueprint())
        blueprint.register_blueprint(Api(source, settings).blueprint())
        blueprint.register_blueprint(BatchPages(source, settings).blueprint())
        blueprint.register_blueprint(Pages(source).blueprint())
        blueprint.register_blueprint(Rules(source).blueprint())
        blueprint.register_blueprint(Accounts(self.name, source).blueprint())
        desk = Desk(source, people_counted=self.identify is None)
        blueprint.register_blueprint(RulebookPages(desk).blueprint())
        blueprint.register_blueprint(AuditPage(desk).blueprint())
        blueprint.register_blueprint(Differences(source).blueprint())
        blueprint.register_blueprint(Forward(source, desk).blueprint())
        blueprint.register_blueprint(Kept(source).blueprint())
        blueprint.before_request(Access(self.name, source, self.identify).check)
        blueprint.after_request(secure)
        return blueprint


def create_app(settings: Settings | None = None) -> Flask:
    """Return an application that serves the estimator and nothing else."""
    app = Flask("estimator", static_folder=None)
    try:
        Estimator(app, settings=settings)
    except SettingsRefused as refused:
        raise SystemExit(str(refused)) from None
    app.register_error_handler(404, _nowhere)
    return app


def _nowhere(_error: Exception) -> Response:
    """Answer at an address that is nobody's, where no host application does."""
    return secure(no_such_page(EXTENSION))
