"""A difference worked out in a process of its own is the same, and never hangs a server."""

from __future__ import annotations

from datetime import date

import pytest

from estimator.rulebook.model import Rulebook
from estimator.rulebook.snapshot import encode
from estimator.services.difference import apart
from estimator.services.difference.apart import DifferenceNotMade, difference_apart
from estimator.services.difference.comparison import compare
from estimator.services.difference.document import as_document
from tests import builders as b

DAY = date(2026, 3, 2)
RULES = (b.BASE, b.treatment(), b.course(times=3, every=7), b.benefit("copay", copay=15))
ONE = b.sheets(*RULES, b.deductible(0), b.cash("infusion", 80))
OTHER = b.sheets(*RULES, b.deductible(0), b.cash("infusion", 95))


def test_it_is_the_same_as_here() -> None:
    one, other = Rulebook(ONE), Rulebook(OTHER)
    made = difference_apart(encode(ONE), encode(OTHER), DAY)
    assert made == as_document(compare(one, other, DAY), one, other)
    assert made["dollars"][0]["change"] == "45.00"


def test_it_is_made_once_for_all_who_look_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = difference_apart(encode(ONE), encode(OTHER), DAY)
    monkeypatch.setattr(apart.sys, "executable", "/nowhere")
    again = difference_apart(encode(ONE), encode(OTHER), DAY)
    assert again == made
    assert again is not made
    with pytest.raises(DifferenceNotMade):
        difference_apart(encode(ONE), encode(ONE), DAY)


def test_one_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(DifferenceNotMade):
        difference_apart(encode(OTHER), encode(ONE), DAY, 0.01)


def test_one_that_fails_tells_nothing_of_the_rules(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DifferenceNotMade):
        difference_apart(encode(ONE), '{"secret": "words"}', DAY)
    assert caplog.messages == ["a difference was not made: CalledProcessError"]
