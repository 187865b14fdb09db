"""The page for rolling forward: which rows need something, and dating those that were checked.

It holds nothing about a patient: rows, and what estimates were billed where they were used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from estimator.services.accounts.roles import Role
from estimator.services.estimating.behind import Spot
from estimator.services.forward.checking import NothingMarked, NotLive, mark_checked
from estimator.services.forward.exposure import MONTHS, ranked, recent_uses
from estimator.services.forward.needs import Need
from estimator.web.access import identity
from estimator.web.bodies import form_body
from estimator.web.desk import Desk
from estimator.web.html import page_blueprint
from estimator.web.methods import add_page
from estimator.web.numbers import asked_number, posted_number
from estimator.web.presenters import forward as presenter
from estimator.web.source import Source

_SPOT = re.compile(r"([A-Za-z]{1,31})!(\d{1,7})")


class Forward:
    """The views of rolling forward of one mounted estimator."""

    def __init__(self, source: Source, desk: Desk) -> None:
        self._source = source
        self._desk = desk

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        blueprint = page_blueprint("forward")
        add_page(
            blueprint, "/rulebook/forward", GET=("rows", self.rows), POST=("check", self.check)
        )
        return blueprint

    def rows(self, told: str = "") -> str:
        """List the rows that need something, those on which most dollars rest first."""
        live, today = self._source.live(), self._source.today()
        uses = recent_uses(self._source.database(), live.number, live.rulebook, today)
        found = ranked(live.rulebook, today, uses)
        made, mounted = (
            asked_number("made", 0),
            (request.blueprint or "").rpartition(".")[0],
        )
        asked = presenter.Asked(
            need=request.args.get("need", ""),
            sheet=request.args.get("sheet", ""),
            page=asked_number("page", 1),
            everything="all" in request.args,
        )
        return render_template(
            "estimator/forward.html",
            shown=presenter.forward(found, asked, live.rulebook),
            asked=asked,
            needs=[need.value for need in Need],
            release=live.number,
            months=MONTHS,
            told=told,
            made=made,
            difference_url=url_for(f"{mounted}.difference.draft", number=made),
            may_check=identity().role.includes(Role.EDITOR),
        )

    def check(self) -> Any:
        """Make a draft in which the rows that were marked are dated today."""
        posted, desk = form_body(), self._desk
        release, spots = posted_number(posted, "release") or 0, set(_spots(posted.get("row", ())))
        try:
            draft = mark_checked(desk.database, desk.act(), release, spots)
        except NotLive:
            return self.rows("Another release is live by now. Mark the rows again.")
        except NothingMarked:
            return self.rows("No row is marked.")
        return redirect(url_for(".rows", made=draft), 303)


def _spots(values: Iterable[str]) -> Iterable[Spot]:
    for value in values:
        match = _SPOT.fullmatch(value)
        if match:
            yield match[1], int(match[2])
