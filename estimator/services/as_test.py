"""An estimate as rows to paste into the sheet Tests, where that sheet can say what was asked.

A row is offered only where running it gives the figure of the estimate; else it is said what
the sheet has no column for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any

from estimator.engine.money import cents
from estimator.rulebook.model import Rulebook
from estimator.rulebook.rows import TestRow
from estimator.rulebook.schema import SHEET_BY_NAME
from estimator.rulebook.written import cell_text
from estimator.services.estimating import answer_to
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.requests import JOIN
from estimator.services.rulebook_tests import ROUTES, request_of

_ROUTE_NAMES = {route: name for name, route in ROUTES.items()}
_PATIENT = {
    "age": "age",
    "diagnosis": "diagnosis",
    "failed_trials": "failed trials",
    "household_size": "household size",
    "annual_income": "income",
}


@dataclass(frozen=True, slots=True)
class AsTest:
    """A route of an estimate as a row of Tests, or why it cannot be one."""

    treatment_id: str
    route: str
    text: str | None
    """Its cells in the order of the sheet, with tabs between them."""
    why_not: str = ""


def as_tests(answer: Mapping[str, Any], rulebook: Rulebook, today: date) -> Iterator[AsTest]:
    """Yield each route of an estimate made by *rulebook* as a row of Tests."""
    taken = {test.test_id for test in rulebook.tests}
    treated = [each for each in answer["treatments"] if each["routes"]]
    ids = [each["treatment_id"] for each in treated]
    tests = {id_: _test(answer, id_, rulebook, today) for id_ in ids if not _never(answer, id_)}
    gives = _figures(rulebook, tests.values())
    for each in treated:
        for route in each["routes"]:
            id_, name, pays = each["treatment_id"], route["route"], route["patient_pays"]["typical"]
            if gives.get((id_, name)) == cents(pays):
                row = replace(tests[id_], route=_route(name), expect_cents=cents(pays))
                yield AsTest(id_, name, _text(replace(row, test_id=_free(row, taken))))
            else:
                yield AsTest(id_, name, None, _why_not(answer, id_))


def _never(answer: Mapping[str, Any], treatment_id: str) -> list[str]:
    """Return what no row can say."""
    request = answer["request"]
    found = ["two treatments together"] if JOIN in treatment_id else []
    found += ["a plan typed from the card"] if "plan" in request else []
    found += ["a second insurance"] if "secondary" in request else []
    return found + (["assistance already used"] if request.get("assistance_used") else [])


def _test(answer: Mapping[str, Any], treatment_id: str, rulebook: Rulebook, today: date) -> TestRow:
    request = answer["request"]
    given = request["patient"].get("prior_authorization", "unknown")
    authorized = given if isinstance(given, str) else given.get(treatment_id, "unknown")
    bare = TestRow(
        row=0,
        test_id="new",
        checks=f"{treatment_id} from {request['start_date']}",
        clinic_id=request["clinic_id"],
        plan_id=request.get("plan_id"),
        treatment_id=treatment_id,
        route="insured",
        start_date=date.fromisoformat(request["start_date"]),
        months=request["months"],
        coverage=request["coverage"] if "plan_id" in request else None,
        prior_authorization=None if authorized == "unknown" else authorized,
        expect_cents=0,
        source=_source(answer),
        checked_on=today,
    )
    met = _met(request, bare, rulebook)
    return replace(
        bare, deductible_met_cents=met.get("deductible"), oop_met_cents=met.get("oop_max")
    )


def _source(answer: Mapping[str, Any]) -> str:
    if answer["release"] is None:
        return "an estimate; work it out by hand before relying on it"
    return f"an estimate of release {answer['release']}; work it out by hand before relying on it"


def _met(request: Mapping[str, Any], test: TestRow, rulebook: Rulebook) -> dict[str, int]:
    """Return what is met of the limits that the columns of a row speak of."""
    asked = replace(test, deductible_met_cents=0, oop_met_cents=0)
    meant = {_key(each) for each in request_of(rulebook, asked).get("accumulators", ())}
    found: dict[str, int] = {}
    for each in request.get("accumulators", ()):
        if _key(each) in meant:
            found.setdefault(each["kind"], cents(each["individual"]))
    return found


def _key(accumulator: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        accumulator["kind"],
        accumulator.get("class", "all"),
        accumulator.get("network", "all"),
    )


def _figures(rulebook: Rulebook, tests: Iterable[TestRow]) -> dict[tuple[str, str], int]:
    """Return what rows give in cents, by treatment and route; those that ask alike at once."""
    alike: dict[str, tuple[dict[str, Any], list[TestRow]]] = {}
    for test in tests:
        asked = request_of(rulebook, test)
        key = json.dumps({**asked, "treatments": None}, sort_keys=True)
        alike.setdefault(key, (asked, []))[1].append(test)
    found: dict[tuple[str, str], int] = {}
    for asked, same in alike.values():
        treatments = [test.treatment_id for test in same]
        found.update(_run(rulebook, {**asked, "treatments": treatments}, same[0].start_date))
    return found


def _run(
    rulebook: Rulebook, request: Mapping[str, Any], today: date
) -> Iterator[tuple[tuple[str, str], int]]:
    try:
        answer = answer_to(request, rulebook, today=today)
    except DocumentRefused:
        return
    for each in answer.treatments:
        for route in each.routes:
            yield (each.treatment, route.cost.route), route.cost.patient_pays.typical


def _why_not(answer: Mapping[str, Any], treatment_id: str) -> str:
    request = answer["request"]
    missing = _never(answer, treatment_id)
    if not missing:
        missing = [words for name, words in _PATIENT.items() if name in request["patient"]]
        missing += ["all that is met"] if request.get("accumulators") else []
    what = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else "".join(missing)
    return f"The sheet Tests has no column for {what or 'what was asked'}."


def _route(name: str) -> str:
    return _ROUTE_NAMES.get(name, name.partition(":")[2])


def _free(test: TestRow, taken: set[str]) -> str:
    """Return an ID that no test has, and take it."""
    named = f"{test.treatment_id}-{test.route}-{test.start_date:%Y%m%d}"
    ids = (named if number == 1 else f"{named}-{number}" for number in count(1))
    found = next(each for each in ids if each not in taken)
    taken.add(found)
    return found


def _text(test: TestRow) -> str:
    sheet = SHEET_BY_NAME["Tests"]
    cells = (cell_text(sheet, column, test) for column in sheet.columns)
    return "\t".join(" ".join(cell.split()) for cell in cells)
