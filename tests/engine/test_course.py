from __future__ import annotations

from datetime import date

import pytest

from estimator.engine.course import CourseStep, Scenario, course_end, month_of

START = date(2026, 1, 5)
END = course_end(START, 3)


@pytest.mark.parametrize(("scenario", "times"), [("low", 1), ("typical", 2), ("high", 4)])
def test_an_item_is_given_as_often_as_its_scenario_says(scenario: Scenario, times: int) -> None:
    step = CourseStep(first_day=1, every_days=7, times={"low": 1, "typical": 2, "high": 4})

    days = list(step.dates(START, END, scenario))

    assert days == [date(2026, 1, 6 + 7 * index) for index in range(times)]


def test_an_item_without_a_number_of_times_is_given_as_long_as_the_course_lasts() -> None:
    step = CourseStep(first_day=0, every_days=30, times={"typical": None})

    days = list(step.dates(START, END, "typical"))

    assert days == [START, date(2026, 2, 4), date(2026, 3, 6)]
    assert course_end(START, 3) == date(2026, 4, 5)


def test_an_item_that_does_not_come_again_is_given_once() -> None:
    step = CourseStep(first_day=3, every_days=None, times={"typical": 9})

    assert list(step.dates(START, END, "typical")) == [date(2026, 1, 8)]


def test_an_item_whose_first_day_is_past_the_course_is_never_given() -> None:
    step = CourseStep(first_day=90, every_days=7, times={"typical": 1})

    assert list(step.dates(START, END, "typical")) == []


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 1, 31), 0),
        (date(2026, 2, 27), 0),
        (date(2026, 2, 28), 1),
        (date(2027, 2, 1), 12),
    ],
)
def test_a_month_of_the_course_begins_on_the_day_of_its_start(day: date, month: int) -> None:
    assert month_of(day, date(2026, 1, 31)) == month
