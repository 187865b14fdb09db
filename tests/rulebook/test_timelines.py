"""Which row answers on a day: the most specific one, and among its dates the one in force."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.rulebook.ladder import Ladder, Span, spans
from estimator.rulebook.rows import ParameterRow
from tests.builders import parameter


def row(value: int, first: str, last: str | None = None, name: str = "any") -> ParameterRow:
    return parameter(name, value, effective_from=first, effective_to=last)


def ladder(*rows: ParameterRow) -> Ladder[ParameterRow]:
    return Ladder(rows, lambda row: row.parameter)


def found(rows: Ladder[ParameterRow], day: str, *keys: str) -> int | None:
    row = rows.find(keys or ("any",), date.fromisoformat(day))
    return None if row is None else int(row.value)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        ("2025-12-31", None),
        ("2026-01-01", 1),
        ("2026-06-30", 1),
        ("2026-07-01", 2),
        ("2026-09-30", 2),
        ("2026-10-01", None),
        ("2026-12-31", None),
        ("2027-01-01", 3),
        ("2999-01-01", 3),
    ],
)
def test_the_day_of_service_chooses_the_row(day: str, value: int | None) -> None:
    # A blank end lasts until the day before the next row of the key; a given one is kept.
    rows = ladder(row(3, "2027-01-01"), row(1, "2026-01-01"), row(2, "2026-07-01", "2026-09-30"))

    assert found(rows, day) == value


def test_the_first_key_that_has_a_row_on_the_day_answers() -> None:
    rows = ladder(
        row(1, "2026-03-01", "2026-03-31", "clinic"),
        row(2, "2026-02-01", name="payer"),
        row(3, "2026-01-01"),
    )

    def asked(day: str) -> int | None:
        return found(rows, day, "clinic", "payer", "any")

    assert [asked(f"2026-0{month}-15") for month in range(1, 6)] == [3, 2, 1, 2, 2]
    assert asked("2025-12-31") is None


def test_a_key_that_no_row_has_finds_nothing() -> None:
    assert found(ladder(row(1, "2026-01-01")), "2026-01-01", "other") is None
    assert ladder(row(1, "2026-01-01")).spans("other") == []


def test_the_last_day_of_the_calendar_has_a_row_too() -> None:
    assert found(ladder(row(1, "2026-01-01")), "9999-12-31") == 1
    assert found(ladder(row(1, "2026-01-01", "9999-12-31")), "9999-12-31") == 1


def test_spans_are_in_order_of_their_days() -> None:
    first, second = row(1, "2026-01-01"), row(2, "2026-07-01")

    assert spans([second, first]) == [
        Span(date(2026, 1, 1), date(2026, 6, 30), first),
        Span(date(2026, 7, 1), date.max, second),
    ]


@st.composite
def timelines(draw: st.DrawFn) -> list[ParameterRow]:
    """Rows of three keys on which no two of one key hold on one day."""
    rows = []
    for key in ("a", "b", "c"):
        days = sorted(draw(st.sets(st.integers(1, 28), max_size=6)))
        for place, day in enumerate(days):
            after = days[place + 1] if place + 1 < len(days) else 29
            last = draw(st.one_of(st.none(), st.integers(day, after - 1)))
            text = None if last is None else f"2026-02-{last:02d}"
            rows.append(row(100 * ord(key) + day, f"2026-02-{day:02d}", text, key))
    return rows


@given(timelines(), st.integers(1, 28), st.permutations(["a", "b", "c"]))
def test_every_day_is_answered_as_by_looking_at_every_row(
    rows: list[ParameterRow], day: int, keys: list[str]
) -> None:
    def holds(row: ParameterRow, others: list[ParameterRow]) -> bool:
        last = row.effective_to
        following = [
            each.effective_from for each in others if each.effective_from > row.effective_from
        ]
        if last is None and following:
            return row.effective_from.day <= day < min(following).day
        return row.effective_from.day <= day and (last is None or day <= last.day)

    expected = None
    for key in reversed(keys):
        same = [row for row in rows if row.parameter == key]
        for each in same:
            if holds(each, same):
                expected = each

    assert ladder(*rows).find(tuple(keys), date(2026, 2, day)) is expected
