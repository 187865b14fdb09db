"""A population and one patient at a time: the same routes, statuses and cents on every row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator import shipped
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.model import Rulebook
from estimator.services.batches.population import Estimates, estimate_all
from estimator.services.batches.recheck import (
    RecheckFailed,
    alone,
    recheck,
    request_of,
    together,
)
from estimator.services.batches.sites import Sites
from estimator.services.estimating import estimate
from tests.services.batches.patients import people_of

BOOKS = Path(__file__).parents[2] / "contract" / "books"
TODAY = date(2026, 11, 23)


def opened(path: Path) -> Rulebook:
    return Rulebook(load_workbook_bytes(path.read_bytes()).rows)


@pytest.fixture(scope="module", params=["a", "b", "c"])
def book(request: pytest.FixtureRequest) -> Rulebook:
    return opened(BOOKS / f"book-{request.param}.xlsx")


@pytest.fixture(scope="module")
def ours() -> Sites:
    return Sites(opened(shipped.workbook()))


def everything(book: Rulebook) -> list[str]:
    """Every treatment of a rulebook, and the first beside the last but one."""
    names = list(book.treatments)
    return [*names, f"{names[0]}+{names[-2]}"]


def assert_equal(sites: Sites, seed: int, many: int, treatments: list[str]) -> None:
    people = people_of(sites.rulebook, many, seed, treatments)
    estimates = estimate_all(sites, people, treatments)
    for at in range(many):
        document = request_of(sites.rulebook, people, at)
        answer = alone(estimate(document, sites.rulebook, today=TODAY))
        assert together(estimates, at) == answer, document


SLOW = settings(deadline=None, max_examples=4, suppress_health_check=list(HealthCheck))


@SLOW
@given(seed=st.integers(0, 10**9))
def test_the_books_come_out_as_one_by_one(book: Rulebook, seed: int) -> None:
    assert_equal(Sites(book), seed, 25, everything(book))


@pytest.mark.no_cover
@SLOW
@given(seed=st.integers(0, 10**9))
def test_the_shipped_rules_come_out_as_one_by_one(ours: Sites, seed: int) -> None:
    assert_equal(ours, seed, 6, everything(ours.rulebook))


def test_patients_of_another_limit_on_a_day_do_not_disturb_each_other() -> None:
    """Some have an aggregate deductible already passed, others one that it would pass."""
    assert_equal(Sites(opened(BOOKS / "book-a.xlsx")), 3, 120, ["sertraline", "fluoxetine"])


def test_who_asks_for_less_gets_less(ours: Sites) -> None:
    people = people_of(ours.rulebook, 4, 1, ["sertraline"])
    people = replace(
        people,
        asked=(("sertraline",), ("iv-ketamine", "sertraline")),
        treatments=np.array([0, 1, 0, 1]),
    )

    estimates = estimate_all(ours, people, ["iv-ketamine", "sertraline"])

    asked = [list(together(estimates, at)[0]) for at in range(4)]
    assert asked == [["sertraline"], ["iv-ketamine", "sertraline"]] * 2


def test_nobody_is_no_fault(ours: Sites) -> None:
    people = people_of(ours.rulebook, 0, 1)

    estimates = estimate_all(ours, people, ["sertraline"])

    assert [len(each.route) for each in estimates.outcomes] == [0]


def test_a_sampled_row_that_comes_out_otherwise_stops_the_job(ours: Sites) -> None:
    people = people_of(ours.rulebook, 2, 5, ["sertraline"])
    estimates = estimate_all(ours, people, ["sertraline"])
    recheck(ours.rulebook, people, estimates, "a seed", TODAY)
    (outcome,) = estimates.outcomes
    wrong = Estimates(
        estimates.treatments, (replace(outcome, cents=outcome.cents + 1),), estimates.baseline
    )

    with pytest.raises(RecheckFailed):
        recheck(ours.rulebook, people, wrong, "a seed", TODAY)
