"""One cell is read as its column says, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.rulebook.cells import read_cell
from estimator.rulebook.codes import CODES
from estimator.rulebook.columns import Column, Kind
from estimator.rulebook.percents import SHARE, doubt_of
from estimator.rulebook.problems import UnreadableError
from estimator.sheets.table import Cell


def read(kind: Kind, value: Any, number_format: str = "General", **more: Any) -> Any:
    column = Column(name="x", header="X", kind=kind, help="", **more)
    cell = Cell(row=2, column=1, value=value, number_format=number_format)
    return read_cell(column, cell, doubt_of("Any", column, {}))


def number(text: str) -> Decimal:
    return Decimal(text)


READ_AS = [
    (Kind.MONEY, number("1234.5"), 123450),
    (Kind.MONEY, "$1,234.50", 123450),
    (Kind.MONEY, "1,234", 123400),
    (Kind.MONEY, " 480.00\u00a0", 48000),
    (Kind.UNIT_PRICE, "0.035", number("0.035")),
    (Kind.UNIT_PRICE, "$1,250", number("1250")),
    (Kind.PERCENT, number("20"), number("20")),
    (Kind.PERCENT, "20%", number("20")),
    (Kind.PERCENT, "0.5 %", number("0.5")),
    (Kind.PERCENT, number("0"), number("0")),
    (Kind.COUNT, number("3.0"), 3),
    (Kind.COUNT_OR_ANY, "*", "*"),
    (Kind.YES_NO, True, True),
    (Kind.YES_NO, "NO", False),
    (Kind.DATE, date(2026, 7, 1), date(2026, 7, 1)),
    (Kind.DATE, "2026-07-01", date(2026, 7, 1)),
    (Kind.DATE, "2026-07-01 00:00:00", date(2026, 7, 1)),
    (Kind.MONTH_DAY, date(2026, 7, 1), "07-01"),
    (Kind.MONTH_DAY, "07-01", "07-01"),
    (Kind.ID, number("4021"), "4021"),
    (Kind.ID, "gold\u20112026", "gold-2026"),
    (Kind.CODE, number("99214"), "99214"),
    (Kind.TEXT, number("6175550100"), "6175550100"),
    (Kind.TEXT, "one\r\ntwo  three", "one\ntwo three"),
    (Kind.TEXTS, "Acme; ACME Health ;;Acme", ("Acme", "ACME Health")),
    (Kind.CODES, "F32.2, F33;f34", ("F32.2", "F33", "f34")),
]


@pytest.mark.parametrize(("kind", "value", "meant"), READ_AS)
def test_what_can_be_read_in_one_way_is_read(kind: Kind, value: Any, meant: Any) -> None:
    assert read(kind, value) == meant


@pytest.mark.parametrize("seen", ["In Network", "in network", " IN\u00a0NETWORK "])
def test_a_word_is_given_the_spelling_of_its_list(seen: str) -> None:
    assert read(Kind.WORD, seen, words=("In network", "out")) == "In network"


def test_a_percentage_by_format_means_what_is_displayed() -> None:
    assert read(Kind.PERCENT, number("0.2"), "0%") == 20
    assert read(Kind.PERCENT, number("0.005"), "0.0%") == number("0.5")


def test_zeros_that_a_format_shows_are_part_of_a_code() -> None:
    assert read(Kind.CODE, number("636"), "00000") == "00636"


def test_an_ambiguous_percentage_is_refused_with_both_readings() -> None:
    with pytest.raises(UnreadableError) as refused:
        read(Kind.PERCENT, number("0.2"))
    assert refused.value.says == "is 0.2, which would be 0.2%."
    assert refused.value.advice.startswith("If 20% is meant, type 20.")


def test_a_text_date_is_refused_with_its_readings() -> None:
    with pytest.raises(UnreadableError) as refused:
        read(Kind.DATE, "1/2/2026")
    assert "2026-01-02 or 2026-02-01" in refused.value.says


def test_a_word_close_to_one_of_the_list_is_named() -> None:
    with pytest.raises(UnreadableError) as refused:
        read(Kind.WORD, "coinsurence", words=("copay", "coinsurance"))
    assert refused.value.advice.startswith("Did you mean coinsurance?")


@contextmanager
def suppress_known() -> Iterator[None]:
    """Let a refusal pass that has a known code and says something."""
    try:
        yield
    except UnreadableError as refused:
        if refused.code not in CODES or not refused.says:
            raise


VALUES = st.one_of(
    st.text(),
    st.from_regex(r"[-$ ]{0,2}[0-9.,%]{1,12}[%/-]?[0-9]{0,4}", fullmatch=True),
    st.booleans(),
    st.dates(),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=7, min_value=-(10**12), max_value=10**12
    ),
)


@given(st.sampled_from(list(Kind)), VALUES, st.sampled_from(["General", "0%", "00000", "@"]))
def test_whatever_stands_in_a_cell_is_read_or_refused_with_a_known_code(
    kind: Kind, value: Any, number_format: str
) -> None:
    if isinstance(value, str) and not value.strip():
        return
    with suppress_known():
        read(kind, value, number_format, words=("in", "out"))


@given(st.decimals(min_value=0, max_value=100, places=6))
def test_a_percentage_is_never_read_as_another_one(percent: Decimal) -> None:
    """20%, as text or by format, or 20 where it cannot be a share."""
    column = Column(name="x", header="X", kind=Kind.PERCENT, help="")
    as_text = Cell(row=2, column=1, value=f"{percent}%")
    as_share = Cell(row=2, column=1, value=percent / 100, number_format="0.00%")
    assert read_cell(column, as_text, SHARE) == percent
    assert read_cell(column, as_share, SHARE) == percent
