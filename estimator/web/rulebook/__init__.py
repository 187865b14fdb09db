"""The pages of a rulebook's life: releases and drafts, upload, publishing, rolling back."""

from __future__ import annotations

from flask import Blueprint, Response

from estimator.web.desk import Desk
from estimator.web.html import error_page, page_blueprint
from estimator.web.methods import add_page
from estimator.web.rulebook.drafts import Drafts
from estimator.web.rulebook.releases import Releases
from estimator.web.rulebook.uploads import Uploads

TOO_LARGE = "The file is over 10 MB. Remove pictures and sheets that are not rules."


class RulebookPages:
    """The views about rules of one mounted estimator."""

    def __init__(self, desk: Desk) -> None:
        self._releases = Releases(desk)
        self._drafts = Drafts(desk)
        self._uploads = Uploads(desk)

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        blueprint = page_blueprint("rulebook")
        self._add_releases(blueprint)
        self._add_drafts(blueprint)
        blueprint.register_error_handler(413, _too_large)
        return blueprint

    def _add_releases(self, blueprint: Blueprint) -> None:
        views, one = self._releases, "/rulebook/releases/<int:number>"
        add_page(blueprint, "/rulebook", GET=("releases", views.overview))
        add_page(blueprint, one, GET=("release", views.release))
        add_page(blueprint, f"{one}/workbook", GET=("original", views.original))
        add_page(blueprint, f"{one}/clean", GET=("clean", views.clean))
        add_page(blueprint, f"{one}/rollback", POST=("roll_back", views.roll_back))

    def _add_drafts(self, blueprint: Blueprint) -> None:
        uploads, views, one = self._uploads, self._drafts, "/rulebook/drafts/<int:number>"
        add_page(
            blueprint,
            "/rulebook/upload",
            GET=("upload_form", uploads.form),
            POST=("upload", uploads.upload),
        )
        add_page(blueprint, one, GET=("draft", views.draft))
        add_page(blueprint, f"{one}/workbook", GET=("draft_original", views.original))
        add_page(blueprint, f"{one}/errors", GET=("draft_errors", views.errors))
        add_page(blueprint, f"{one}/accept", POST=("accept", views.accept))
        add_page(blueprint, f"{one}/withdraw", POST=("withdraw", views.withdraw))
        add_page(blueprint, f"{one}/publish", POST=("publish", views.publish))


def _too_large(_error: Exception) -> Response:
    return error_page(413, words=TOO_LARGE)
