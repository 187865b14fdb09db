"""Work over several cores comes back whole and in order, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from estimator.rulebook.model import Rulebook
from estimator.services.difference.comparison import compare
from estimator.services.difference.cores import FEWEST, available, spread
from estimator.services.difference.document import as_document
from tests import builders as b

PIECES = range(FEWEST + 3)


@pytest.mark.parametrize("cores", [1, 2, 3, 40])
def test_what_comes_of_it_is_in_the_order_of_the_pieces(cores: int) -> None:
    found = list(spread(lambda piece: [piece, -piece], PIECES, cores))
    assert found == [each for piece in PIECES for each in (piece, -piece)]


def test_it_is_shared_by_as_many_processes_as_there_are_cores() -> None:
    assert len(set(spread(lambda _: [os.getpid()], PIECES, 3))) == 3


def test_little_work_stays_here() -> None:
    assert set(spread(lambda _: [os.getpid()], PIECES[: FEWEST - 1], 2)) == {os.getpid()}
    assert list(spread(lambda _: [os.getpid()], [], 2)) == []


def test_a_process_that_ends_before_it_answers_is_not_taken_for_nothing() -> None:
    here = os.getpid()

    def work(_: int) -> Iterator[int]:
        if os.getpid() != here:
            os._exit(1)
        yield 1

    with pytest.raises(EOFError):
        list(spread(work, PIECES, 2))


def test_a_difference_is_the_same_on_several_cores() -> None:
    plans = [f"p{number}" for number in range(FEWEST)]
    rows = (
        b.BASE,
        b.treatment(),
        b.course(times=3, every=7),
        *(b.plan(name) for name in plans),
        *(b.limit("deductible", 100 * place, name) for place, name in enumerate(plans)),
        b.cash("infusion", 80),
    )
    one, other = (
        Rulebook(b.sheets(*rows, *(b.benefit("copay", "*", name, copay=copay) for name in plans)))
        for copay in (15, 25)
    )

    alone = compare(one, other, b.TODAY)

    assert len(alone.dollars) >= FEWEST
    shared = compare(one, other, b.TODAY, 2)
    assert as_document(shared, one, other) == as_document(alone, one, other)
    assert available() >= 1
