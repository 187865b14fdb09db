"""A difference to read in a terminal: rows sheet by sheet, then dollars, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from estimator.services.difference.document import Document

_ROUTES = {"insured": "with insurance", "self_pay": "without insurance"}


def as_text(document: Document) -> str:
    """Return the whole difference."""
    sections = (_rows, _coverage, _presence, _dollars, _tests)
    parts = ["\n".join(lines) for section in sections if (lines := list(section(document)))]
    return "\n\n".join([*parts, _verdict(document)])


def _verdict(document: Document) -> str:
    told = document["summary"]
    if not document["rows"]:
        return "The two say the same."
    return (
        f"{len(document['rows'])} rows differ. Of {told['compared']:,} estimates over "
        f"{document['months']} months from {document['date']}, {told['changed']:,} change: "
        f"{told['rise']:,} rise, {told['fall']:,} fall. Of {told['tests_compared']} tests, "
        f"{told['tests_changed']} change."
    )


def _rows(document: Document) -> Iterator[str]:
    for sheet, changes in groupby(document["rows"], key=lambda change: change["sheet"]):
        yield f"{sheet}:"
        for change in changes:
            yield f"  {change['change']} {_row_number(change)}: {change['key']}"
            if change["change"] == "changed":
                for cell in change["cells"]:
                    before, after = (cell[side] or "blank" for side in ("before", "after"))
                    yield f"      {cell['header']}: {before} → {after}"


def _row_number(change: Document) -> str:
    before, after = change["row_before"], change["row_after"]
    if before is None or after is None or before == after:
        return f"row {after if after is not None else before}"
    return f"row {before}, now {after}"


def _coverage(document: Document) -> Iterator[str]:
    if document["coverage"]:
        yield "Coverage changes:"
    for flip in document["coverage"]:
        status = f"{flip['before']} → {flip['after']}"
        yield f"  {_case(flip, document)}: {status}{_because(flip, document)}"


def _presence(document: Document) -> Iterator[str]:
    for title in ("new", "removed"):
        for kind, ids in document[title].items():
            if ids:
                names = (f"{document['names'][kind].get(each, each)} ({each})" for each in ids)
                yield f"{title.capitalize()} {kind}: {', '.join(names)}"


def _dollars(document: Document) -> Iterator[str]:
    changes = [*document["dollars"], *document["one_sided"]]
    if changes:
        yield "Dollars, the largest change first:"
    for change in changes:
        who = f"{' and '.join(change['coverage'])}, {change['met']}"
        yield f"  {_moved(change)}  {_case(change, document)}; {who}"
        yield f"      {_figures(change)}{_because(change, document)}"


def _tests(document: Document) -> Iterator[str]:
    if document["tests"]:
        yield "Tests, the largest change first:"
    for change in document["tests"]:
        expected = change["expected_after"] or change["expected_before"]
        gone = ", removed" if change["is_removed"] else f", expects ${expected}"
        yield f"  {_moved(change)}  {change['test_id']}{gone}: {change['checks']}"
        yield f"      {_figures(change)}{_because(change, document)}"


def _case(change: Document, document: Document) -> str:
    names = document["names"]
    plan = names["plans"].get(change["plan_id"], "no insurance")
    treatment = names["treatments"].get(change["treatment_id"], change["treatment_id"])
    clinics = names["clinics"]
    where = "" if len(clinics) == 1 else f", {clinics.get(change['clinic_id'])}"
    return f"{plan}, {treatment}{where}"


def _moved(change: Document) -> str:
    if change["before"] is None or change["after"] is None:
        return "new" if change["before"] is None else "removed"
    if change["change"] is None:
        return "no figure"
    value = Decimal(change["change"])
    return f"{'-' if value < 0 else '+'}${abs(value):,.2f}"


def _figures(change: Document) -> str:
    sides = (change["before"], change["after"])
    told = [" → ".join(_pays(side) for side in sides if side is not None)]
    insured = [side["insured"] for side in sides if side is not None]
    is_told = all(side is None or side["route"] == "insured" for side in sides)
    if all(insured) and not is_told and insured[0] != insured[-1]:
        told.append("with insurance " + " → ".join(_range(each) for each in insured))
    return "; ".join(told)


def _pays(side: Document) -> str:
    if side["patient_pays"] is None:
        return f"no figure ({side['why']})"
    route = _ROUTES.get(side["route"], f"with {side['route'].partition(':')[2]}")
    return f"{_range(side['patient_pays'])} {route}"


def _range(pays: Document) -> str:
    typical, low, high = (f"${Decimal(pays[key]):,.2f}" for key in ("typical", "low", "high"))
    return typical if low == high else f"{typical} ({low} to {high})"


def _because(change: Document, document: Document) -> str:
    rows = document["rows"]
    direct = [_named(rows[place]) for place in change.get("rows", ())]
    through = [_named(rows[place]) for place in change.get("through", ())]
    told = [f"because of {', '.join(direct)}"] if direct else []
    told += [f"through {', '.join(through)}"] if through else []
    return f"; {'; '.join(told)}" if told else ""


def _named(change: Document) -> str:
    return f"{change['sheet']} {_row_number(change)}"
