"""The whole answer as the page shows it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.rulebook.model import Rulebook
from estimator.web.presenters import words
from estimator.web.presenters.beside import BesideShown, beside
from estimator.web.presenters.chart import Chart, chart
from estimator.web.presenters.findings import FindingGroup, finding_groups
from estimator.web.presenters.given import given
from estimator.web.presenters.names import Names, names_of
from estimator.web.presenters.phone import Phone, phone
from estimator.web.presenters.treatment import TreatmentShown, treatment


class ComparedShown(NamedTuple):
    """A row of the comparison."""

    name: str
    route: str
    low: str
    typical: str
    high: str
    per_month: str
    difference: str
    visits: str
    share_of_income: str
    anchor: str
    status: str


class Shown(NamedTuple):
    """Everything the page says about an answer."""

    phone: Phone
    given: tuple[tuple[str, str], ...]
    rows: tuple[ComparedShown, ...]
    baseline: str
    with_income: bool
    uneven: bool
    """Somewhere typical is not between low and high."""
    chart: Chart | None
    treatments: tuple[TreatmentShown, ...]
    not_estimated: tuple[TreatmentShown, ...]
    groups: tuple[FindingGroup, ...]
    beside: tuple[BesideShown, ...]
    made_from: str


def present(answer: dict[str, Any], rulebook: Rulebook) -> Shown:
    """Return an answer as the page shows it."""
    names = names_of(rulebook)
    called = {each["treatment_id"]: each["name"] for each in answer["treatments"]}
    start = date.fromisoformat(answer["request"]["start_date"])
    shown = {each["treatment_id"]: treatment(each, names, start) for each in answer["treatments"]}
    rows = answer["comparison"]["rows"]
    baseline = answer["comparison"]["baseline"]
    return Shown(
        phone=phone(answer, names),
        given=tuple(given(answer, rulebook)),
        rows=tuple(_row(row, shown[row["treatment_id"]], names, baseline) for row in rows),
        baseline=called.get(baseline or "", ""),
        with_income=any(row["share_of_income"] for row in rows),
        uneven=any(map(_uneven, rows)),
        chart=chart(rows, called),
        treatments=tuple(each for each in shown.values() if each.routes or each.if_agreed),
        not_estimated=tuple(each for each in shown.values() if each.why_not),
        groups=finding_groups(answer),
        beside=beside(answer["treatments"]),
        made_from=_made_from(answer),
    )


def _row(
    row: dict[str, Any], each: TreatmentShown, names: Names, baseline: str | None
) -> ComparedShown:
    is_baseline = row["treatment_id"] == baseline
    return ComparedShown(
        name=each.name,
        route=names.route(row["route"]),
        low=words.money(row["low"]),
        typical=words.money(row["typical"]),
        high=words.money(row["high"]),
        per_month=words.money(row["per_month"]),
        difference="baseline" if is_baseline else words.signed(row["difference"]),
        visits=words.UNKNOWN if row["visits"] is None else str(row["visits"]),
        share_of_income=words.percent(row["share_of_income"]),
        anchor=f"treatment-{each.treatment_id}",
        status="" if each.tone == "plain" else each.status,
    )


def _uneven(row: dict[str, Any]) -> bool:
    return not Decimal(row["low"]) <= Decimal(row["typical"]) <= Decimal(row["high"])


def _made_from(answer: dict[str, Any]) -> str:
    release = answer["release"]
    if release is None:
        return "Made from a rulebook that is not published."
    return f"Made from release {release} of the rulebook ({answer['fingerprint'][:12]})."
