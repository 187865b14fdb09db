"""Commands on workbooks of rules: check, new, setup, pack, unpack."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from estimator.commands.terminal import (
    UNREADABLE,
    bytes_of,
    fail,
    finding_text,
    print_json,
    refuse,
    say,
    today,
)
from estimator.findings import Finding, stops
from estimator.rulebook import text_form
from estimator.rulebook.template import write_workbook
from estimator.services import clinic_workbook, rulebooks


@click.command()
@click.argument("workbook", metavar="FILE.xlsx")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(workbook: str, as_json: bool) -> None:
    """Print everything wrong with a workbook of rules.

    Exit code 0: it can be published; 1: it cannot; 2: it cannot be read.
    """
    checked = rulebooks.check(bytes_of(workbook), today())
    if as_json:
        print_json(
            {
                "publishable": checked.publishable,
                "fingerprint": checked.fingerprint,
                "findings": [_workbook_finding(finding) for finding in checked.findings],
            }
        )
    else:
        click.echo(_report(workbook, checked))
    if not checked.loaded.readable:
        sys.exit(UNREADABLE)
    sys.exit(0 if checked.publishable else 1)


def _workbook_finding(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "header": finding.header,
        "shown": finding.shown,
        "message": finding.message,
        "advice": finding.advice,
    }


def _report(workbook: str, checked: rulebooks.Checked) -> str:
    lines = [finding_text(finding) for finding in checked.findings]
    if checked.publishable:
        verdict = f"{workbook} can be published. Fingerprint {checked.fingerprint}"
    else:
        count = sum(finding.severity == "stop" for finding in checked.findings)
        verdict = f"{workbook} cannot be published: {count} to mend first."
    return "\n".join([*lines, verdict])


@click.command()
@click.argument("workbook", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option("--from", "source", metavar="RULES.xlsx", help="Begin with the rules of this one.")
@click.option("--clinic", "name", metavar="NAME", help="Your clinic, as patients read it.")
@click.option("--state", metavar="XX", help="Its state, in two letters.")
@click.option("--price-infusion", "infusion", metavar="$", help="What one costs without insurance.")
@click.option("--price-evaluation", "evaluation", metavar="$", help="The first evaluation.")
@click.option("--price-follow-up", "follow_up", metavar="$", help="A follow-up visit.")
@click.option("--billed-infusion", "billed", metavar="$", help="What insurance is billed for one.")
@click.option("--in-network", default="", metavar="PAYER,...", help="IDs or names of payers.")
def new(workbook: Path, source: str | None, in_network: str, **texts: str | None) -> None:
    """Write a workbook of rules with its dropdowns: an empty one, or your clinic's own.

    With --from and --clinic it has the rules there are, without sample clinics, and a page
    "Set up your clinic" for what is not given here.
    """
    given = {name: text for name, text in texts.items() if text}
    payers = [each.strip() for each in in_network.split(",") if each.strip()]
    if (source is None) != ("name" not in given) or (source is None and (given or payers)):
        fail("--from and --clinic belong together, and the other options to them.")
    content = _clinic_workbook(source, given, payers) if source else write_workbook()
    _write_new(workbook, content)
    click.echo(f"{workbook} is written. Fill it in, then: estimator check {workbook}")


def _clinic_workbook(source: str, given: dict[str, str], payers: list[str]) -> bytes:
    checked = rulebooks.check(bytes_of(source), today())
    if checked.rulebook is None:
        refuse(checked.findings)
    rows = checked.loaded.rows
    answers, found = clinic_workbook.typed_answers(rows, given, payers)
    if found:
        refuse(found)
    return clinic_workbook.new_workbook(checked.loaded, answers, today())


@click.command()
@click.argument("workbook", metavar="FILE.xlsx")
@click.argument("result", metavar="NEW.xlsx", type=click.Path(path_type=Path))
def setup(workbook: str, result: Path) -> None:
    """Write a new workbook with the answers of the page "Set up your clinic" as rows."""
    done = clinic_workbook.set_up(bytes_of(workbook), today())
    if done.workbook is None:
        refuse(done.findings)
    _write_new(result, done.workbook)
    for change in done.changes:
        cells = ", ".join(f"{cell.header} {cell.after or 'blank'}" for cell in change.cells)
        click.echo(f"{change.sheet}, row {change.change}: {cells}")
    click.echo(f"{result} is written. Next: estimator check {result}")


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; leave nothing half written."""
    try:
        file = path.open("xb")
    except FileExistsError:
        fail(f"{path} is there already; choose another name, or move it away.")
    try:
        with file:
            file.write(content)
    except OSError:
        path.unlink()
        raise


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("workbook", metavar="FILE.xlsx", type=click.Path(path_type=Path))
def pack(folder: Path, workbook: Path) -> None:
    """Write the workbook of a folder of CSV files."""
    if workbook.exists() and not workbook.is_file():
        fail(f"{workbook} is no file; choose another name.")
    target = workbook.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        findings = text_form.pack(folder, part)
        if not stops(findings):
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _converted(findings, workbook)


@click.command()
@click.argument("workbook", metavar="FILE.xlsx", type=click.Path(path_type=Path, exists=True))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def unpack(workbook: Path, folder: Path) -> None:
    """Write a workbook as a folder of CSV files, one for each sheet."""
    target = folder.absolute()
    there = next(each for each in (target, *target.parents) if each.is_dir())
    with TemporaryDirectory(dir=there, prefix=".unpacked-") as part:
        findings = text_form.unpack(workbook, Path(part))
        if not stops(findings):
            target.mkdir(parents=True, exist_ok=True)
            for file in Path(part).iterdir():
                file.replace(target / file.name)
    _converted(findings, folder)


def _converted(findings: Iterable[Finding], written: Path) -> None:
    found = tuple(findings)
    say(found)
    if stops(found):
        sys.exit(1)
    click.echo(f"{written} is written.")
