"""estimator release: the life of a release from a terminal, under the rules of the pages."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable

import click

from estimator.commands.database import act, checkpoints, opened
from estimator.commands.terminal import bytes_of, fail, now, reason, say
from estimator.services import audit_check
from estimator.services.checking import RulebookRefused
from estimator.services.publishing import drafts, releasing, view
from estimator.services.publishing.act import Act
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.drafts import Upload
from estimator.services.publishing.gate import Approval
from estimator.services.publishing.kept import to_decide
from estimator.services.publishing.two_people import TwoPeople, TwoPersonRule
from estimator.storage.database import Database
from estimator.storage.tables import LARGEST_NUMBER

_ACCEPTED = re.compile(r"(?P<code>[a-z-]+)@(?P<place>[^=]+)=(?P<why>.+)", re.DOTALL)

NUMBER = click.IntRange(1, LARGEST_NUMBER)

why_option = click.option("--why", required=True, help="Kept with the release, for colleagues.")


@click.group()
def release() -> None:
    """List releases, publish a workbook, go back to an earlier release."""


@release.command(name="list")
def list_() -> None:
    """List all releases and open drafts, newest first."""
    with opened() as database:
        seen = view.overview(database)
    for each in (draft for draft in seen.drafts if draft.state == "open"):
        click.echo(f"draft {each.number}: {each.file_name}, {each.uploaded_by}. {each.reason}")
    for number, made in enumerate(seen.releases):
        live = " (live)" if number == 0 else ""
        again = f" Release {made.rollback_of} again." if made.rollback_of else ""
        at = made.published_at.strftime("%Y-%m-%d %H:%M UTC")
        click.echo(f"release {made.number}{live}: {at}, {made.published_by}.{again} {made.reason}")
    if not seen.releases:
        click.echo("Nothing is published yet.")


@release.command()
@click.argument("workbook", metavar="FILE.xlsx")
@why_option
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="CODE@SHEET!CELL=REASON",
    help="Accept a finding to decide on, with a reason; may be given again.",
)
def publish(workbook: str, why: str, accepted: tuple[str, ...]) -> None:
    """Upload a workbook and publish it, if nothing stands in the way.

    What is not published stays as a draft, to be mended or approved on the pages, or by another
    person with: estimator release approve NUMBER
    """
    pairs = [_acceptance(each) for each in accepted]
    data = bytes_of(workbook)
    with opened() as database:
        who = act(database)
        number = drafts.upload(database, who, Upload(workbook, data, why))
        _accept(database, who, number, pairs)
        _publish(database, who, number, why, None)


@release.command()
@click.argument("number", metavar="DRAFT", type=NUMBER)
@why_option
@click.option("--live", type=int, help="The release you compared it with, if another went live.")
def approve(number: int, why: str, live: int | None) -> None:
    """Publish a draft that is uploaded already."""
    with opened() as database:
        _publish(database, act(database), number, why, live)


@release.command()
@click.argument("number", metavar="RELEASE", type=NUMBER)
@why_option
def rollback(number: int, why: str) -> None:
    """Publish an earlier release again under the next number."""
    with opened() as database:
        current = view.overview(database).live
        approval = Approval(why, current.number if current else None, _rule())
        made = releasing.roll_back(database, act(database), number, approval)
        _keep_checkpoint(database)
    click.echo(f"Release {made} is live: release {number} again.")


def _publish(database: Database, who: Act, number: int, why: str, live: int | None) -> None:
    seen = view.draft_view(database, number, who.who, _rule())
    if seen is None:
        raise NotThere(f"there is no draft {number}")
    approval = Approval(why, live or seen.draft.base, _rule())
    try:
        made = releasing.publish(database, who, number, approval)
    except RulebookRefused as refused:
        say(refused.findings)
        click.echo(f"Nothing is published. The workbook is kept as draft {number}.", err=True)
        sys.exit(1)
    _keep_checkpoint(database)
    click.echo(f"Release {made} is live.")


def _acceptance(text: str) -> tuple[str, str]:
    """Return what is to be accepted, as CODE@PLACE, and why."""
    parts = _ACCEPTED.fullmatch(text)
    if parts is None:
        fail(f'--accept takes CODE@SHEET!CELL=REASON, not "{text}".')
    return f"{parts['code']}@{parts['place']}", parts["why"]


def _accept(database: Database, who: Act, number: int, pairs: Iterable[tuple[str, str]]) -> None:
    seen = view.draft_view(database, number, who.who, _rule())
    waiting = to_decide(seen.findings if seen else ())
    for what, why in pairs:
        named = [key for key, each in waiting.items() if f"{each.code}@{each.where}" == what]
        if not named:
            offered = ", ".join(f"{each.code}@{each.where}" for each in waiting.values())
            fail(f"{what} is not to be decided on. To decide: {offered or 'nothing'}.")
        for key in named:
            drafts.accept(database, who, number, key, why)


def _rule() -> TwoPersonRule:
    said = os.environ.get("ESTIMATOR_TWO_PEOPLE", TwoPeople.AUTO.value)
    try:
        return TwoPersonRule(TwoPeople(said))
    except ValueError:
        fail(f"ESTIMATOR_TWO_PEOPLE is auto, always or never, not {said}.")


def _keep_checkpoint(database: Database) -> None:
    path = checkpoints()
    try:
        if path is not None:
            audit_check.keep_head(database, path, now())
    except OSError as error:
        click.echo(f"The audit's checkpoint cannot be written: {reason(error)}.", err=True)
