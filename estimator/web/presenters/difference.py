"""A difference as the page shows it: dollars first, then the rows, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from estimator.web.presenters import words
from estimator.web.presenters.changed_rows import SheetShown, anchor, place_of, sheets
from estimator.web.presenters.moves import Moves, moves
from estimator.web.presenters.names import ROUTES

Document = dict[str, Any]
PER_PAGE = 40


class CauseShown(NamedTuple):
    """A changed row that a figure comes from."""

    anchor: str
    words: str


class DollarShown(NamedTuple):
    """A figure that changed."""

    what: str
    who: str
    before: str
    after: str
    change: str
    insured: str
    because: tuple[CauseShown, ...]
    through: tuple[CauseShown, ...]


class FlipShown(NamedTuple):
    """A coverage status that changed."""

    what: str
    before: str
    after: str
    because: tuple[CauseShown, ...]


class ShownTest(NamedTuple):
    """A row of Tests whose figure changed."""

    name: str
    checks: str
    expects: str
    before: str
    after: str
    change: str
    passes: bool
    because: tuple[CauseShown, ...]


class Paging(NamedTuple):
    """Which part of a list is shown."""

    first: int
    last: int
    of: int
    page: int
    pages: int


class DifferenceShown(NamedTuple):
    """Everything the page says about a difference."""

    day: str
    months: str
    summary: tuple[str, ...]
    flips: tuple[FlipShown, ...]
    presence: tuple[tuple[str, tuple[str, ...]], ...]
    chart: Moves | None
    dollars: tuple[DollarShown, ...]
    one_sided: tuple[DollarShown, ...]
    paging: Paging
    tests: tuple[ShownTest, ...]
    sheets: tuple[SheetShown, ...]


def difference(document: Document, page: int = 1, everything: bool = False) -> DifferenceShown:
    """Return a page of a difference, or everything on one."""
    shown = _Shown(document)
    changes = document["dollars"]
    paging = _paging(len(changes), page, len(changes) if everything else PER_PAGE)
    part = changes[max(paging.first - 1, 0) : paging.last]
    return DifferenceShown(
        day=words.day(document["date"]),
        months=words.months(document["months"]),
        summary=tuple(_summary(document)),
        flips=tuple(map(shown.flip, document["coverage"])),
        presence=tuple(shown.presence()),
        chart=moves(document["dollars"], shown.what),
        dollars=tuple(map(shown.dollar, part)),
        one_sided=tuple(map(shown.dollar, document["one_sided"])),
        paging=paging,
        tests=tuple(map(shown.test, document["tests"])),
        sheets=tuple(sheets(document["rows"], everything)),
    )


def _paging(count: int, page: int, per_page: int) -> Paging:
    pages = max(-(-count // max(per_page, 1)), 1)
    page = min(max(page, 1), pages)
    last = min(page * per_page, count)
    return Paging(min((page - 1) * per_page + 1, last), last, count, page, pages)


def _summary(document: Document) -> Iterator[str]:
    told = document["summary"]
    if not document["rows"]:
        yield "The two say the same."
        return
    rows = len(document["rows"])
    yield f"{rows} row{' differs' if rows == 1 else 's differ'}."
    if not told["changed"]:
        yield f"None of {told['compared']:,} estimates changes."
    else:
        rest = told["changed"] - told["rise"] - told["fall"]
        yield (
            f"Of {told['compared']:,} estimates {told['changed']:,} change: {told['rise']:,} rise, "
            f"{told['fall']:,} fall{f', {rest:,} keep their typical figure' if rest else ''}."
        )
    yield f"Of {told['tests_compared']} tests {told['tests_changed'] or 'none'} change{_s(told)}."


def _s(told: Document) -> str:
    return "s" if told["tests_changed"] in (0, 1) else ""


class _Shown:
    """Turns parts of a document into what the page shows, with the names of things."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names = document["names"]

    def what(self, change: Document) -> str:
        """Return the plan, the treatment and, where there are several, the clinic."""
        plan = self._called("plans", change["plan_id"]) if change["plan_id"] else "No insurance"
        treatment = self._called("treatments", change["treatment_id"])
        clinics = self._names["clinics"]
        where = f", {self._called('clinics', change['clinic_id'])}" if len(clinics) > 1 else ""
        return f"{plan}: {treatment}{where}"

    def dollar(self, change: Document) -> DollarShown:
        """Return a figure that changed."""
        return DollarShown(
            what=self.what(change),
            who=f"{' and '.join(change['coverage'])}, {change['met']}",
            before=self._pays(change["before"], "not there"),
            after=self._pays(change["after"], "not there"),
            change=_moved(change),
            insured=_insured(change),
            because=self._causes(change["rows"]),
            through=self._causes(change["through"]),
        )

    def flip(self, change: Document) -> FlipShown:
        """Return a coverage status that changed."""
        return FlipShown(
            self.what(change),
            words.STATUSES[change["before"]],
            words.STATUSES[change["after"]],
            self._causes(change["rows"] or change["through"]),
        )

    def test(self, change: Document) -> ShownTest:
        """Return a test whose figure changed."""
        expected = change["expected_after"] or change["expected_before"]
        after = change["after"] and change["after"]["patient_pays"]
        return ShownTest(
            name=change["test_id"],
            checks=change["checks"],
            expects="removed" if change["is_removed"] else words.money(expected),
            before=self._pays(change["before"], "cannot be asked"),
            after=self._pays(change["after"], "cannot be asked"),
            change=_moved(change),
            passes=bool(after and after["typical"] == expected),
            because=self._causes([*change["rows"], *change["through"]]),
        )

    def presence(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield what is new and what is removed."""
        for title in ("new", "removed"):
            for kind, ids in self._document[title].items():
                if ids:
                    called = (f"{self._called(kind, each)} ({each})" for each in ids)
                    yield f"{title.capitalize()} {kind}", tuple(called)

    def _called(self, kind: str, name: str) -> str:
        return str(self._names[kind].get(name, name))

    def _pays(self, side: Document | None, without: str) -> str:
        if side is None:
            return without
        if side["patient_pays"] is None:
            return f"no figure: {side['why']}"
        return f"{_range(side['patient_pays'])}, {self._route(side['route'])}"

    def _route(self, route: str) -> str:
        known = ROUTES.get(route)
        program = route.partition(":")[2]
        return known.lower() if known else f"with {self._called('programs', program)}"

    def _causes(self, places: Iterable[int]) -> tuple[CauseShown, ...]:
        rows = self._document["rows"]
        return tuple(
            CauseShown(anchor(place), f"{rows[place]['sheet']} {place_of(rows[place])}")
            for place in places
        )


def _moved(change: Document) -> str:
    if change["before"] is None or change["after"] is None:
        return words.UNKNOWN
    return words.signed(change["change"])


def _insured(change: Document) -> str:
    """Return what insurance leaves on both sides, where it is not what is shown already."""
    sides = [side for side in (change["before"], change["after"]) if side is not None]
    told = [side["insured"] for side in sides]
    is_told = all(side["route"] == "insured" for side in sides)
    if is_told or not all(told) or told[0] == told[-1]:
        return ""
    return " → ".join(words.money(each["typical"]) for each in told)


def _range(pays: Document) -> str:
    typical, low, high = (words.money(pays[key]) for key in ("typical", "low", "high"))
    return typical if low == high else f"{typical} ({low} to {high})"
