"""The results of a piece: our columns, and what adds up over all pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from estimator.services.batches.days import Array, day_of
from estimator.services.batches.population import (
    NO_ROUTE,
    NOT_ASKED,
    STATUSES,
    Estimates,
    estimate_all,
)
from estimator.services.batches.recheck import recheck
from estimator.services.batches.rows import RowReader, RowsRead, together
from estimator.services.batches.schedule import THREE, TYPICAL
from estimator.services.batches.sites import Sites
from estimator.sheets.grids.piece import Piece, decode, encode
from estimator.sheets.grids.writing import amounts

OK, ERROR = "ok", "error"
MOST_LISTED = 2_000
"""Rows of one piece that are listed apart; every row says its own all the same."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What adds up over pieces."""

    rows: int
    errors: int
    costs: list[tuple[str, str, str, int, int]]
    """Plan, treatment, coverage status, patients, and the sum of what they pay, in cents."""
    problems: list[tuple[int, str]]
    """Row numbers with what is wrong with each, the first of many."""
    notes: list[tuple[int, str]]
    """Row numbers with what is to be known of each, the first of many."""
    noted: int
    """Rows that are estimated and of which something is to be known."""


def estimate_piece(
    reader: RowReader, sites: Sites, piece: Piece, treatments: Sequence[str], seed: str
) -> tuple[bytes, Tally]:
    """Return the results of a piece as bytes, and what adds up.

    Raises ``RecheckFailed``.
    """
    read = reader.read(piece)
    estimates = estimate_all(sites, read.people, treatments)
    recheck(reader.rulebook, read.people, estimates, seed, day_of(reader.today))
    return encode(_batch(piece, read, estimates)), _tally(piece, read, estimates)


def _batch(piece: Piece, read: RowsRead, estimates: Estimates) -> Any:
    many = piece.rows
    where = np.full(many, NO_ROUTE, dtype=np.int64)
    where[read.good] = np.arange(len(read.good))
    good = where != NO_ROUTE
    spread = np.maximum(where, 0)
    columns = {"message": _message(read)}
    for number, outcome in enumerate(estimates.outcomes):
        coverage = _spread(outcome.coverage, spread, good, NOT_ASKED)
        route = _spread(outcome.route, spread, good, NO_ROUTE)
        columns[f"route {number}"] = _named(outcome.routes, route)
        columns[f"coverage {number}"] = _named(STATUSES, coverage)
        for scenario in range(THREE):
            cents = _spread(outcome.cents[scenario], spread, good, 0)
            columns[f"cents {number} {scenario}"] = pa.array(cents)
    columns["baseline"] = _named(
        estimates.treatments, _spread(estimates.baseline, spread, good, NO_ROUTE)
    )
    columns["status"] = pa.array(np.where(good, OK, ERROR), pa.string())
    return pa.record_batch(list(columns.values()), names=list(columns))


def _message(read: RowsRead) -> Any:
    """Return what is said of each row, on one line: a cell of a long sheet shows no more."""
    return pc.replace_substring(together([read.problems, read.notes]), "\n", " ")


def _spread(values: Array, where: Array, good: Array, missing: int) -> Array:
    """Return values of the good rows for all rows."""
    if not len(values):
        return np.full(len(where), missing, dtype=np.int64)
    return np.where(good, values[where], missing)


def _named(names: Sequence[str], places: Array) -> Any:
    """Return the names at places; null where a place is below zero."""
    at = pa.array(np.maximum(places, 0), mask=places < 0)
    return pa.array(names or [""], pa.string()).take(at)


def _tally(piece: Piece, read: RowsRead, estimates: Estimates) -> Tally:
    noted = pc.sum(pc.is_valid(read.notes)).as_py() or 0
    return Tally(
        piece.rows,
        piece.rows - len(read.good),
        list(_costs(read, estimates)),
        _listed(piece, read.problems),
        _listed(piece, read.notes),
        noted,
    )


def _listed(piece: Piece, said: Any) -> list[tuple[int, str]]:
    """Return the first rows of which anything is said, with it."""
    rows = np.flatnonzero(np.asarray(pc.is_valid(said)))[:MOST_LISTED]
    numbers = np.asarray(piece.numbers)[rows].tolist()
    return list(zip(numbers, said.take(pa.array(rows)).to_pylist(), strict=True))


def _costs(read: RowsRead, estimates: Estimates) -> Any:
    people = read.people
    for treatment, outcome in zip(estimates.treatments, estimates.outcomes, strict=True):
        priced = outcome.route != NO_ROUTE
        together = (people.plan * len(STATUSES) + outcome.coverage)[priced]
        found, where = np.unique(together, return_inverse=True)
        sums = np.zeros(len(found), dtype=np.int64)
        np.add.at(sums, where, outcome.cents[TYPICAL][priced])
        counts = np.bincount(where, minlength=len(found))
        for pair, many, cents in zip(found.tolist(), counts.tolist(), sums.tolist(), strict=True):
            plan, status = divmod(pair, len(STATUSES))
            yield people.plans[plan] or "", treatment, STATUSES[status], many, cents


def result_columns(data: bytes, many: int, release: int | None) -> list[Any]:
    """Return our columns of a piece as they are written, for *many* treatments."""
    batch = decode(data)
    rows = batch.num_rows
    columns = [batch.column("status"), batch.column("message")]
    for number in range(many):
        route = batch.column(f"route {number}")
        known = np.asarray(pc.is_valid(route))
        columns += [route, batch.column(f"coverage {number}")]
        columns += [
            amounts(np.asarray(batch.column(f"cents {number} {scenario}")), known)
            for scenario in range(THREE)
        ]
    numbered = pa.array([release] * rows, pa.int64())
    good = pc.equal(batch.column("status"), OK)
    released = pc.if_else(good, numbered, pa.scalar(None, pa.int64()))
    return [*columns, batch.column("baseline"), released]
