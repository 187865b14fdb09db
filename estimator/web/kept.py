"""Estimates that staff keep: keep one, see all, see one made again, remove one.

An address holds a random name and nothing else.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, url_for

from estimator.services.audit import Audit
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.reading import read_json
from estimator.services.kept.estimates import Keeping, NoSuchRelease, kept_estimates, remade
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.html import error_page, page_blueprint
from estimator.web.methods import add_page
from estimator.web.numbers import asked_number, posted_number
from estimator.web.presenters import kept as presenter
from estimator.web.presenters import present
from estimator.web.source import Source

PER_PAGE = 50


class Kept:
    """The views of the kept estimates of one mounted estimator."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        blueprint = page_blueprint("estimates")
        add_page(blueprint, "/estimates", GET=("everyone", self.everyone), POST=("keep", self.keep))
        add_page(blueprint, "/estimates/<name>", GET=("one", self.one))
        add_page(blueprint, "/estimates/<name>/remove", POST=("remove", self.remove))
        blueprint.register_error_handler(DocumentRefused, _refused)
        blueprint.register_error_handler(NoSuchRelease, _no_release)
        return blueprint

    def keep(self) -> Any:
        """Keep the estimate of a request, by the release that answered it."""
        posted = form_body()
        document = read_json((posted.get("request") or [""])[0].encode())
        release = posted_number(posted, "release") or 0
        name = self._keeping().keep(document, release, self._source.now(), identity().name)
        return redirect(url_for(".one", name=name), 303)

    def everyone(self) -> str:
        """List what is kept."""
        self._keeping().expire(self._source.now())
        page = max(asked_number("page", 1), 1)
        found, count = kept_estimates(self._source.database(), page, PER_PAGE)
        rulebook = self._source.live().rulebook
        return render_template(
            "estimator/kept_all.html",
            rows=[presenter.listed(each, rulebook) for each in found],
            page_number=page,
            pages=max(-(-count // PER_PAGE), 1),
            count=count,
            days=self._source.settings.keep_estimates_days,
        )

    def one(self, name: str) -> str:
        """Show an estimate made again."""
        self._keeping().expire(self._source.now())
        made = remade(self._source.database(), name)
        if made is None:
            abort(404)
        return render_template(
            "estimator/kept.html",
            about=presenter.about(made),
            shown=present(made.answer, made.rulebook) if made.answer else None,
        )

    def remove(self, name: str) -> Any:
        """Remove an estimate."""
        if not self._keeping().remove(name, self._source.now(), identity().name):
            abort(404)
        return redirect(url_for(".everyone"), 303)

    def _keeping(self) -> Keeping:
        settings, database = self._source.settings, self._source.database()
        audit = Audit.of(database, settings.secret_key)
        return Keeping(database, audit, settings.keep_estimates_days)


def _no_release(error: NoSuchRelease) -> Response:
    return error_page(422, words=str(error))


def _refused(error: DocumentRefused) -> Response:
    return error_page(422, words=" ".join(finding.message for finding in error.findings))
