"""Pages that say in what two rulebooks differ: a draft and what it would replace, two releases.

They hold nothing about a patient, so that their addresses may be kept and passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request, url_for

from estimator.rulebook import snapshot
from estimator.rulebook.difference import difference as row_difference
from estimator.services.difference.apart import DifferenceNotMade, difference_apart
from estimator.services.difference.document import row_document
from estimator.services.difference.stored import (
    Pair,
    draft_beside_release,
    release_numbers,
    two_releases,
)
from estimator.web.html import page_blueprint
from estimator.web.methods import add_page
from estimator.web.numbers import asked_number, row_number
from estimator.web.presenters import changed_rows
from estimator.web.presenters import difference as presenter
from estimator.web.source import Source

DRAFT_HINT = "its findings, and where it is approved"


class Back(NamedTuple):
    """The page that a difference belongs to."""

    address: str
    words: str
    hint: str = ""


class Differences:
    """The views of the differences of one mounted estimator."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        blueprint = page_blueprint("difference")
        add_page(blueprint, "/rulebook/drafts/<int:number>/difference", GET=("draft", self.draft))
        add_page(blueprint, "/rulebook/difference", GET=("releases", self.releases))
        return blueprint

    def draft(self, number: int) -> str:
        """Show what a draft would change."""
        pair = draft_beside_release(self._source.database(), row_number(number))
        if pair is None:
            abort(404)
        back = Back(rulebook("draft", number=number), f"Draft {number}", DRAFT_HINT)
        return self._show(pair, url_for(".draft", number=number), {}, back)

    def releases(self) -> str:
        """Show what changed from one release to another: by default, the last change."""
        numbers = release_numbers(self._source.database())
        newest = numbers[0] if numbers else 0
        after = asked_number("to", newest)
        before = asked_number("from", max(after - 1, 1))
        pair = two_releases(self._source.database(), before, after)
        if pair is None:
            abort(404)
        asked = {"from": before, "to": after}
        back = Back(rulebook("release", number=after), f"Release {after}")
        return self._show(pair, url_for(".releases"), asked, back, numbers)

    def _show(
        self,
        pair: Pair,
        address: str,
        asked: dict[str, Any],
        back: Back,
        numbers: Sequence[int] = (),
    ) -> str:
        everything, page = "all" in request.args, asked_number("page", 1)
        shown, sheets = None, tuple[changed_rows.SheetShown, ...]()
        if pair.after is not None:
            sides = (pair.before.snapshot, pair.after.snapshot)
            try:
                made = difference_apart(*sides, self._source.today())
                shown = presenter.difference(made, page, everything)
            except DifferenceNotMade:
                sheets = tuple(changed_rows.sheets(_rows(*sides), everything))
        return render_template(
            "estimator/difference.html",
            pair=pair,
            address=address,
            asked=asked,
            back=back,
            numbers=numbers,
            everything=everything,
            shown=shown,
            sheets=shown.sheets if shown else sheets,
        )


def rulebook(endpoint: str, **values: Any) -> str:
    """Return the address of a page about rules, beside which this one is mounted."""
    mounted = (request.blueprint or "").rpartition(".")[0]
    return url_for(f"{mounted}.rulebook.{endpoint}", **values)


def _rows(before: str, after: str) -> list[dict[str, Any]]:
    """Return the changed rows alone, which take no time."""
    one, other = snapshot.decode(before), snapshot.decode(after)
    return [row_document(change) for change in row_difference(one, other)]
