"""``estimator forward``: which rows have ended, grow stale or lack next year's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import click

from estimator.commands.terminal import bytes_of, database_url, fail, now, print_json, refuse, today
from estimator.engine.money import dollars
from estimator.services import rulebooks
from estimator.services.forward.exposure import Exposed, ranked, recent_uses
from estimator.services.rulebooks import DatabaseUnavailable, RulebookRefused
from estimator.storage.database import open_database


@click.command()
@click.option(
    "--rulebook", metavar="FILE.xlsx", help="Use this workbook, not the published release."
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def forward(rulebook: str | None, as_json: bool) -> None:
    """Print the rows that have ended, grow stale or lack next year's.

    Those of the published release come in the order of the dollars that recent estimates were
    billed where they were used.
    """
    day = today()
    found = _of_file(rulebook, day) if rulebook else _of_release(day)
    if as_json:
        print_json([_document(each) for each in found])
    else:
        click.echo(_text(found))


def _of_file(name: str, day: date) -> list[Exposed]:
    try:
        rules, _ = rulebooks.open_workbook(bytes_of(name), day)
    except RulebookRefused as refused:
        refuse(refused.findings)
    return ranked(rules, day)


def _of_release(day: date) -> list[Exposed]:
    try:
        live = rulebooks.prepared(database_url(), now())
    except DatabaseUnavailable as error:
        fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
    database = open_database(database_url())
    try:
        return ranked(live.rulebook, day, recent_uses(database, live.number, live.rulebook, day))
    finally:
        database.close()


def _document(each: Exposed) -> dict[str, Any]:
    needy, used = each.needy, each.used
    return {
        "sheet": needy.sheet,
        "row": needy.row,
        "key": needy.key,
        "need": needy.need.value,
        "date": needy.day.isoformat() if needy.day else None,
        "uses": used.uses if used else None,
        "billed": dollars(used.cents) if used else None,
        "source": needy.source,
    }


def _text(found: Iterable[Exposed]) -> str:
    lines = [_line(each) for each in found]
    many = f"{len(lines)} row{' needs' if len(lines) == 1 else 's need'} something."
    return "\n".join([*lines, many if lines else "No row needs anything."])


def _line(each: Exposed) -> str:
    needy, used = each.needy, each.used
    billed = "-" if used is None else f"${used.cents / 100:,.2f}" if used.uses else "not used"
    place = f"{needy.sheet} row {needy.row}"
    need = f"{needy.need.value}{f' {needy.day}' if needy.day else ''}"
    return f"{billed:>14}  {place:<18} {need:<27} {needy.key}"
