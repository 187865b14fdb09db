"""How fast the cost-sharing formula is: on arrays, on plain integers, and explained line by line.

Run ``python -m benchmarks.kernel``. Every way is checked against the others, to the cent, before
it is measured. Times are this process's own processor time; rounds of all ways are interleaved.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.courses import PEERS_LIMITS, START, Population, every_feature, peers_rule
from estimator.engine.adjudication import adjudicate
from estimator.engine.arrays import ARRAYS, BLOCK
from estimator.engine.claims import Claim, Cover
from estimator.engine.coordination import INTEGERS
from estimator.engine.kernel import Line, run
from estimator.engine.plan import Accumulators, Met

COURSES = 100_000
ONE_BY_ONE = 500
CHECKED = 200
BLOCKS = (1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, COURSES)

LINE_FIELDS = tuple(each.name for each in fields(Line))

Way = Callable[[], Any]


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    value: float
    unit: str
    target: float | None = None
    lower_is_better: bool = False

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.lower_is_better else self.value >= self.target


def on_arrays(patients: Population, block: int = BLOCK) -> Any:
    """Return what each patient pays for the whole course."""
    totals = np.zeros(patients.size, dtype=np.int64)
    for first in range(0, patients.size, block):
        steps, account, second = patients.block(first, block)
        part = totals[first : first + block]
        for line in run(steps, account, ARRAYS, second):
            part += line.patient_pays
    return totals


def on_integers(prepared: list[Any]) -> list[int]:
    """Return the same, patient by patient, by the same kernel."""
    totals = []
    for steps, account, second in prepared:
        totals.append(sum(line.patient_pays for line in run(steps, account, INTEGERS, second)))
    return totals


HandLine = tuple[int, int, int, bool, bool]
"""Allowed, copay, coinsurance in percent, whether the deductible applies, whether it is out."""
HandCourse = tuple[list[HandLine], list[int], list[int]]
"""The lines, and what the patient and the family met of the four limits."""


def by_hand(courses: list[HandCourse], new_year: int) -> list[int]:
    """Return the same for the peers' rule, as one would write it for that rule alone."""
    limits = [(period.limit.individual, period.limit.family or 0) for period in PEERS_LIMITS]
    totals = []
    for lines, opening, family_opening in courses:
        met, family = opening[:], family_opening[:]
        owed = 0
        for place, (allowed, copay, percent, applies, out) in enumerate(lines):
            if place == new_year:
                met, family = [0, 0, 0, 0], [0, 0, 0, 0]
            d, m = (1, 3) if out else (0, 2)
            one, all_ = limits[d]
            room = min(one - met[d], all_ - family[d])
            deductible = min(allowed, max(room, 0)) if applies else 0
            copaid = min(copay, allowed - deductible)
            coinsurance = ((allowed - deductible - copaid) * percent + 50) // 100
            one, all_ = limits[m]
            room = max(min(one - met[m], all_ - family[m]), 0)
            deductible = min(deductible, room)
            pays = min(deductible + copaid + coinsurance, room)
            met[d], family[d] = met[d] + deductible, family[d] + deductible
            met[m], family[m] = met[m] + pays, family[m] + pays
            owed += pays
        totals.append(owed)
    return totals


def hand_courses(patients: Population, number: int) -> list[HandCourse]:
    """Return the first patients of the peers' rule as plain lists."""
    courses = []
    for place in range(number):
        lines = [
            _hand_line(claim, allowed)
            for claim, allowed in zip(
                patients.claims, patients.allowed[:, place].tolist(), strict=True
            )
        ]
        met = [(int(individual[place]), int(family[place])) for individual, family in patients.met]
        courses.append((lines, [one for one, _ in met], [family for _, family in met]))
    return courses


def _hand_line(claim: Claim, allowed: int) -> HandLine:
    benefit = claim.benefit
    assert benefit is not None
    percent = benefit.coinsurance // 10**6
    applies = benefit.deductible == "applies"
    return (allowed, benefit.copay, percent, applies, claim.network == "out")


def check(patients: Population) -> None:
    """Stop unless arrays and integers agree on every amount of every line."""
    steps, account, second = patients.block(0, CHECKED)
    columns = [
        {name: np.broadcast_to(getattr(line, name), (CHECKED,)).tolist() for name in LINE_FIELDS}
        for line in run(steps, account, ARRAYS, second)
    ]
    for place in range(CHECKED):
        steps, account, second = patients.patient(place)
        for column, line in zip(columns, run(steps, account, INTEGERS, second), strict=True):
            for name in LINE_FIELDS:
                assert column[name][place] == getattr(line, name), (place, name)


def seconds(way: Way) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


def interleaved(ways: dict[str, Way], rounds: int) -> dict[str, float]:
    """Return each way's median seconds over rounds in which all take turns."""
    for way in ways.values():
        way()
    taken = [{name: seconds(way) for name, way in ways.items()} for _ in range(rounds)]
    return {name: median(each[name] for each in taken) for name in ways}


def measure_peers_rule(rounds: int) -> Iterator[Figure]:
    patients = peers_rule(COURSES)
    check(patients)
    courses = hand_courses(patients, ONE_BY_ONE)
    new_year = sum(claim.date.year == START.year for claim in patients.claims)
    prepared = [patients.patient(place) for place in range(ONE_BY_ONE)]
    expected = on_arrays(patients)[:ONE_BY_ONE].tolist()
    assert expected == by_hand(courses, new_year) == on_integers(prepared)

    taken = interleaved(
        {
            "arrays": lambda: on_arrays(patients),
            "integers": lambda: on_integers(prepared),
            "by hand": lambda: by_hand(courses, new_year),
        },
        rounds,
    )
    arrays = COURSES / taken["arrays"]
    integers, hand = ONE_BY_ONE / taken["integers"], ONE_BY_ONE / taken["by hand"]
    rule = "the peers' rule"
    yield Figure(f"{rule}, arrays", arrays, "courses/s", 300_000)
    yield Figure(f"{rule}, the same kernel on integers", integers, "courses/s")
    yield Figure(f"{rule}, a loop written by hand for it alone", hand, "courses/s")
    yield Figure("arrays beside the loop written by hand", arrays / hand, "times")
    yield Figure("the kernel on integers beside the loop", integers / hand, "times")
    per_line = 1e6 / integers / len(patients.claims)
    yield Figure("one line of the peers' rule on integers", per_line, "µs", 5, lower_is_better=True)


def measure_every_feature(rounds: int) -> Iterator[Figure]:
    kinds = {
        "every feature, with assistance, arrays": every_feature(COURSES),
        "every feature, with a second payer, arrays": every_feature(COURSES, second=True),
    }
    for patients in kinds.values():
        check(patients)
    ways: dict[str, Way] = {name: partial(on_arrays, patients) for name, patients in kinds.items()}
    for name, taken in interleaved(ways, rounds).items():
        yield Figure(name, COURSES / taken, "courses/s", 60_000)


def measure_explained(rounds: int) -> Iterator[Figure]:
    """One patient, from claims to a ledger that explains every line."""
    kinds = {"the peers' rule": peers_rule(1), "every feature": every_feature(1)}
    for name, patients in kinds.items():
        claims, cover = explained(patients)
        ledger = adjudicate(claims, cover, START)
        assert ledger.total("patient_pays") == on_arrays(patients)[0]
        once = partial(adjudicate, claims, cover, START)
        taken = median(seconds(once) for _ in range(rounds * 60))
        what = f"one explained course, {name}"
        yield Figure(what, taken * 1e6, "µs", 1_000, lower_is_better=True)


def explained(patients: Population) -> tuple[list[Claim], Cover]:
    """Return the first patient's claims and cover, as a case has them."""
    columns = (patients.billed, patients.allowed, patients.cash)
    amounts = zip(*(column[:, 0].tolist() for column in columns), strict=True)
    claims = [
        replace(
            claim,
            billed=billed if claim.billed > claim.allowed or claim.network == "in" else allowed,
            allowed=allowed,
            cash=None if claim.cash is None else cash,
        )
        for claim, (billed, allowed, cash) in zip(patients.claims, amounts, strict=True)
    ]
    limits = {
        key: Met(int(individual[0]), int(family[0]))
        for key, (individual, family) in zip(patients.cover.keys, patients.met, strict=True)
    }
    visits = {key: int(count[0]) for key, count in patients.visits.items()}
    plan_paid = {key: int(paid[0]) for key, paid in patients.plan_paid.items()}
    met = Accumulators(limits=limits, visits=visits, plan_paid=plan_paid)
    return claims, replace(patients.cover, met=met)


def measure_blocks(rounds: int) -> Iterator[Figure]:
    """The peers' rule again, by how many patients a block has."""
    patients = peers_rule(COURSES)
    ways: dict[str, Way] = {
        f"blocks of {block:,}": partial(on_arrays, patients, block) for block in BLOCKS
    }
    for name, taken in interleaved(ways, rounds).items():
        yield Figure(name, COURSES / taken, "courses/s")


PARTS = {
    "peers": measure_peers_rule,
    "features": measure_every_feature,
    "explained": measure_explained,
    "blocks": measure_blocks,
}


def table(figures: Iterable[Figure]) -> Iterator[str]:
    for each in figures:
        sign = "≤" if each.lower_is_better else "≥"
        target = "" if each.target is None else f"{sign} {each.target:,.0f}"
        verdict = {None: "", True: "met", False: "MISSED"}[each.met]
        value = f"{each.value:,.0f}" if each.value >= 100 else f"{each.value:,.2f}"
        yield f"{each.what:<50} {value:>12} {each.unit:<10} {target:>10} {verdict}".rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=7, help="take the median of so many")
    parser.add_argument("--only", choices=PARTS, help="measure one part")
    given = parser.parse_args()
    figures: list[Figure] = []
    for name, part in PARTS.items():
        if given.only in (None, name):
            measured = list(part(given.rounds))
            print(*table(measured), sep="\n", flush=True)
            figures += measured
    if given.json:
        machine = {"python": platform.python_version(), "numpy": np.__version__}
        document = {**machine, "block": BLOCK, "figures": [asdict(each) for each in figures]}
        given.json.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
