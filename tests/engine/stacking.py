"""Many patients who take one course: variants of a case, and their amounts stacked in arrays."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from estimator.engine.account import Account
from estimator.engine.kernel import Second, Step
from estimator.engine.plan import Met

AMOUNTS = {
    *("individual", "family", "carryover_individual", "carryover_family", "amount", "used"),
    *("billed", "allowed", "secondary_allowed", "cash"),
}
STEP_AMOUNTS = ("billed", "allowed", "balance_bill", "cash")
FACTORS = (0, 25, 50, 99, 100, 100, 101, 300)

Run = tuple[list[Step], Account, Second | None]


def variant(case: Mapping[str, Any], random: Random) -> dict[str, Any]:
    """Return the case with other amounts and counts, but the same plan, dates and keys."""
    changed: dict[str, Any] = {
        key: [_varied(row, random) for row in rows]
        for key, rows in case.items()
        if key in ("claims", "accumulators", "assistance")
    }
    secondary = case.get("secondary", {})
    if "plan" in secondary:
        met = [_varied(row, random) for row in secondary["accumulators"]]
        changed["secondary"] = {**secondary, "accumulators": met}
    return {**case, **changed}


def _varied(row: Mapping[str, Any], random: Random) -> dict[str, Any]:
    varied = dict(row)
    for key, value in row.items():
        if key == "count":
            varied[key] = random.randrange(4)
        if key in AMOUNTS:
            cents = int(float(value) * 100) * random.choice(FACTORS) // 100
            cents = max(cents, 1) if key == "cash" else cents
            varied[key] = f"{cents / 100:.2f}"
    return varied


def stack(runs: Sequence[Run]) -> Run:
    """Return one run in which every amount is an array of the runs' amounts."""
    steps = [stacked_step(column) for column in zip(*(run[0] for run in runs), strict=True)]
    account = stacked_account([run[1] for run in runs])
    second = runs[0][2]
    if second is not None and second.account is not None:
        seconds = [run[2] for run in runs if run[2] is not None]
        second = second._replace(
            steps=[
                stacked_step(column)
                for column in zip(*(each.steps for each in seconds), strict=True)
            ],
            account=stacked_account([each.account for each in seconds if each.account]),
        )
    return steps, account, second


def stacked_step(steps: Sequence[Step]) -> Step:
    amounts = {
        name: stacked([getattr(step, name) for step in steps])
        for name in STEP_AMOUNTS
        if getattr(steps[0], name) is not None
    }
    return replace(steps[0], **amounts)


def stacked_account(accounts: Sequence[Account]) -> Account:
    slots = zip(*(account.opening for account in accounts), strict=True)
    return Account(
        opening=[Met(*map(stacked, zip(*column, strict=True))) for column in slots],
        opening_visits=_stacked_values([account.opening_visits for account in accounts]),
        opening_plan_paid=_stacked_values([account.opening_plan_paid for account in accounts]),
        assistance=_stacked_values([account.assistance for account in accounts]),
    )


def _stacked_values(mappings: Sequence[Mapping[Hashable, Any]]) -> dict[Hashable, Any]:
    return {key: stacked([mapping[key] for mapping in mappings]) for key in mappings[0]}


def stacked(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)
