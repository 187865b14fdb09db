from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from estimator.engine import money


def test_a_share_is_rounded_half_up_to_the_cent() -> None:
    half = money.rate("0.5")

    assert [money.share(cents, half) for cents in (0, 1, 2, 3)] == [0, 1, 1, 2]


def test_the_largest_amount_times_the_largest_rate_fits_arrays() -> None:
    largest = money.LARGEST_CENTS - 1
    amounts = np.array([largest], dtype=np.int64)

    assert money.share(amounts, money.RATE_ONE).tolist() == [largest]


@pytest.mark.parametrize(
    ("text", "cents"), [("0", 0), ("480.00", 48000), ("0.05", 5), ("7.5", 750)]
)
def test_dollars_are_read_as_cents(text: str, cents: int) -> None:
    assert money.cents(text) == cents


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1.005", "more than two decimal places"),
        ("-1", "below zero"),
        ("100000000", "100 million"),
        ("twelve", "not a number"),
        ("NaN", "not a number"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        money.cents(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.123456789", "more than eight decimal places"),
        ("1.1", "not between 0 and 1"),
        ("-0.1", "not between 0 and 1"),
        ("20%", "not a number"),
    ],
)
def test_what_is_no_rate_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        money.rate(text)


def test_a_percentage_is_a_rate() -> None:
    assert money.percent(Decimal(20)) == money.rate("0.20")


@pytest.mark.parametrize("text", ["0", "1", "0.125", "0.2", "0.00000001"])
def test_a_rate_is_shown_as_it_was_read(text: str) -> None:
    assert money.rate_text(money.rate(text)) == text


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (48000, "480.00"), (-48005, "-480.05")]
)
def test_cents_are_shown_as_dollars(cents: int, text: str) -> None:
    assert money.dollars(cents) == text


def test_exact_dollars_round_half_up() -> None:
    assert money.round_to_cents(Decimal("10.005")) == 1001
    assert money.round_to_cents(Decimal("10.0049")) == 1000


def test_a_half_goes_away_from_zero_on_both_sides() -> None:
    assert [money.half_up(numerator, 2) for numerator in (5, -5, 4, -4)] == [3, -3, 2, -2]
