"""From claim lines to a ledger: who pays which cent of each line.

The lines are put in order and made ready (``claims``); the kernel does the sums; a ``Ledger``
holds the answer. Totals are sums, never stored.
Rule: the contract of adjudication.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from estimator.engine.account import Account, Gauge
from estimator.engine.claims import Claim, Cover, as_second, open_account, prepare
from estimator.engine.coordination import INTEGERS, Supplement
from estimator.engine.kernel import Line, Second, Step, run
from estimator.engine.plan import LimitKey

__all__ = [
    "AMOUNTS",
    "Claim",
    "Cover",
    "Ledger",
    "LedgerLine",
    "LimitMet",
    "adjudicate",
    "as_second",
    "met_of",
    "open_account",
    "prepare",
    "reason_of",
]

AMOUNTS = (
    "allowed",
    "deductible",
    "copay",
    "coinsurance",
    "over_benefit_maximum",
    "not_covered",
    "balance_bill",
    "cash",
    "plan_pays",
    "secondary_pays",
    "assistance",
    "patient_pays",
)
"""The amounts of an adjudicated line, in the order in which they are shown."""


class LimitMet(NamedTuple):
    """What is met of a limit at the end."""

    key: LimitKey
    individual: int
    family: int


class LedgerLine(NamedTuple):
    """A claim with who pays which cent of it, and what was met of its limits after it."""

    claim: Claim
    place: int
    """The claim's place among those given."""
    reason: str
    amounts: Line
    deductible_met: int | None
    """Of the deductible that constrains the line; ``None`` where none does."""
    oop_met: int | None
    """Of the first out-of-pocket maximum that constrains the line."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Adjudicated lines in order, and what is met of every limit at the end."""

    lines: tuple[LedgerLine, ...]
    met: tuple[LimitMet, ...]

    def total(self, amount: str) -> int:
        """Return the sum of one of ``AMOUNTS`` over the lines, in cents."""
        return sum(getattr(line.amounts, amount) for line in self.lines)


def adjudicate(
    claims: Sequence[Claim],
    cover: Cover,
    as_of: date | None = None,
    second: tuple[str, Cover] | Supplement | None = None,
    assistance_used: Mapping[Hashable, int] | None = None,
) -> Ledger:
    """Adjudicate *claims* and return the ledger.

    *as_of* is the day the accumulators were read (default: the earliest claim's); *second* the
    second payer's method and cover, or a supplement; *assistance_used* what each assistance
    pool paid in the calendar year of *as_of*.
    """
    order = sorted(range(len(claims)), key=lambda index: claims[index].date)
    in_order = [claims[index] for index in order]
    read_on = as_of or (in_order[0].date if in_order else None)
    steps = prepare(in_order, cover, read_on, weigh_cash=second is None)
    account = open_account(cover, read_on, assistance_used)
    second_payer = _second_payer(in_order, second, read_on)
    lines = tuple(_ledger_lines(in_order, order, steps, account, second_payer))
    return Ledger(lines, _met_at_end(cover, account))


def _second_payer(
    claims: Sequence[Claim], second: tuple[str, Cover] | Supplement | None, as_of: date | None
) -> Second | None:
    if second is None or isinstance(second, Supplement):
        return None if second is None else Second("supplement", second)
    method, cover = second
    theirs = [as_second(claim) for claim in claims]
    steps = prepare(theirs, cover, as_of, weigh_cash=False)
    return Second(method, None, steps, open_account(cover, as_of))


def _ledger_lines(
    claims: Sequence[Claim],
    order: Sequence[int],
    steps: Sequence[Step],
    account: Account,
    second: Second | None,
) -> Iterator[LedgerLine]:
    for place, line in enumerate(run(steps, account, INTEGERS, second)):
        step = steps[place]
        maximum = step.oop_maxes[0] if step.oop_maxes else None
        yield LedgerLine(
            claims[place],
            order[place],
            reason_of(step, line),
            line,
            met_of(account, step.deductible),
            met_of(account, maximum),
        )


def met_of(account: Account, gauge: Gauge | None) -> int | None:
    """Return what is met of a limit, in cents: the family's figure where it alone counts."""
    if gauge is None:
        return None
    met = account.family if gauge.aggregate else account.individual
    return int(met[gauge.slot])


def reason_of(step: Step, line: Line) -> str:
    """Return why a line came out as it did, in the contract's words."""
    if step.refused is not None:
        return step.refused
    if line.over_visit_limit:
        return "visit_limit"
    return "cash_is_cheaper" if line.by_cash else "covered"


def _met_at_end(cover: Cover, account: Account) -> tuple[LimitMet, ...]:
    kept = zip(cover.keys, account.individual, account.family, strict=True)
    return tuple(LimitMet(key, individual, family) for key, individual, family in kept)
