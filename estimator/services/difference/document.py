"""A difference as plain JSON: what the command prints and what the page is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from estimator.engine.money import dollars
from estimator.rulebook.difference import Place, RowChange
from estimator.rulebook.model import Rulebook
from estimator.services.difference.causes import Causes
from estimator.services.difference.changes import ChangedTest, Difference, DollarChange, Presence
from estimator.services.difference.figures import Figures, Priced, Sides
from estimator.services.difference.situations import MONTHS

Document = dict[str, Any]
_DECIDE_COVERAGE = ("Policies", "Benefits")


def as_document(found: Difference, before: Rulebook, after: Rulebook) -> Document:
    """Return a difference as JSON; rows that caused a change are named by their place in rows."""
    places = {change.place: number for number, change in enumerate(found.rows)}
    rows = [row_document(change) for change in found.rows]
    changes = [_change(change, places) for change in found.dollars]
    return {
        "date": found.day.isoformat(),
        "months": MONTHS,
        "rows": rows,
        "summary": _summary(found),
        "coverage": list(_flips(changes, rows)),
        "dollars": changes,
        "tests": [_test(change, places) for change in found.tests],
        "new": _presence(found.new),
        "removed": _presence(found.removed),
        "one_sided": [_change(change, places) for change in found.one_sided],
        "names": _names(before, after),
    }


def _summary(found: Difference) -> Document:
    moves = [change.sides.moves for change in found.dollars]
    return {
        "compared": found.compared,
        "changed": len(moves),
        "rise": sum(move is not None and move > 0 for move in moves),
        "fall": sum(move is not None and move < 0 for move in moves),
        "tests_compared": found.tests_compared,
        "tests_changed": len(found.tests),
    }


def row_document(change: RowChange) -> Document:
    """Return a changed row as JSON."""
    return {
        "change": change.change.value,
        "sheet": change.sheet,
        "key": change.key,
        "row_before": change.row_before,
        "row_after": change.row_after,
        "cells": [
            {"header": cell.header, "before": cell.before, "after": cell.after}
            for cell in change.cells
        ],
    }


def _flips(changes: Iterable[Document], rows: Sequence[Document]) -> Iterator[Document]:
    """Yield each coverage status that changes once, whoever the patient is."""
    seen = set()
    for change in changes:
        one, other = change["before"]["status"], change["after"]["status"]
        cell = {name: change[name] for name in ("clinic_id", "plan_id", "treatment_id")}
        key = (*cell.values(), one, other)
        if one != other and key not in seen:
            seen.add(key)
            causes = {name: change[name] for name in ("rows", "through")}
            deciding = [each for each in change["rows"] if rows[each]["sheet"] in _DECIDE_COVERAGE]
            yield {**cell, "before": one, "after": other, **causes, "rows": deciding}


def _change(change: DollarChange, places: Mapping[Place, int]) -> Document:
    return {
        "clinic_id": change.case.cell.clinic_id,
        "plan_id": change.case.cell.plan_id,
        "treatment_id": change.case.cell.treatment_id,
        "coverage": list(change.case.coverages),
        "met": change.case.met,
        **_sides(change.sides),
        **_causes(change.causes, places),
    }


def _test(change: ChangedTest, places: Mapping[Place, int]) -> Document:
    test = change.test
    return {
        "test_id": test.test_id,
        "checks": test.checks,
        "route": test.route,
        "is_removed": change.is_removed,
        "expected_before": _amount(change.expected_before),
        "expected_after": None if change.is_removed else dollars(test.expect_cents),
        **_sides(change.sides),
        **_causes(change.causes, places),
    }


def _sides(sides: Sides) -> Document:
    return {
        "before": _figures(sides.before),
        "after": _figures(sides.after),
        "change": _amount(sides.moves),
    }


def _figures(side: Figures | None) -> Document | None:
    if side is None:
        return None
    return {
        "status": side.status,
        "route": side.best.route if side.best else None,
        "patient_pays": _pays(side.best),
        "insured": _pays(side.insured),
        "why": side.why,
    }


def _pays(priced: Priced | None) -> Document | None:
    if priced is None:
        return None
    return {name: dollars(cents) for name, cents in priced.pays._asdict().items()}


def _amount(cents: int | None) -> str | None:
    return None if cents is None else dollars(cents)


def _causes(causes: Causes, places: Mapping[Place, int]) -> Document:
    return {
        "rows": [places[change.place] for change in causes.rows],
        "through": [places[change.place] for change in causes.through],
    }


def _presence(presence: Presence) -> Document:
    return {
        "clinics": list(presence.clinics),
        "plans": list(presence.plans),
        "treatments": list(presence.treatments),
    }


def _names(*rulebooks: Rulebook) -> Document:
    """Return what people call things, as the later rulebook does."""
    names: Document = {"clinics": {}, "plans": {}, "treatments": {}, "programs": {}}
    for rulebook in rulebooks:
        for kind in ("clinics", "plans", "treatments"):
            known = getattr(rulebook, kind)
            names[kind].update({name: row.name for name, row in known.items()})
        programs = {name: rows[0].name for name, rows in rulebook.programs.items()}
        names["programs"].update(programs)
    return names
