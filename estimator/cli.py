"""The services from a terminal.

Answers go to standard output, findings to standard error. Exit codes: 0 done, 1 the
document or workbook has something to mend, 2 it cannot be read (or the command is misused).
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from estimator import __version__
from estimator.commands import accounts
from estimator.commands.terminal import (
    UNREADABLE,
    database_url,
    fail,
    finding_text,
    now,
    print_json,
    reason,
    refuse,
    say,
    today,
)
from estimator.findings import Finding, stops
from estimator.rulebook import text_form
from estimator.rulebook.template import write_workbook
from estimator.services import clinic_workbook, example, explorer, rulebooks
from estimator.services.estimating import estimate as estimate_document
from estimator.services.intake.cases import adjudicate_case
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.reading import read_json
from estimator.services.rulebooks import DatabaseUnavailable, RulebookRefused

BYTES_LIMIT = 64 * 1024 * 1024


class _Commands(click.Group):
    """The commands; what the machine refuses is said in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our answers has had enough
            about = f"{error.filename} " if error.filename else "The answer "
            fail(f"{about}cannot be read or written: {reason(error)}.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="estimator")
def main() -> None:
    """Say what ketamine infusions cost a patient out of pocket, beside SSRIs."""


main.add_command(accounts.user)


@main.command()
@click.argument("workbook", metavar="FILE.xlsx")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(workbook: str, as_json: bool) -> None:
    """Print everything wrong with a workbook of rules.

    Exit code 0: it can be published; 1: it cannot; 2: it cannot be read.
    """
    checked = rulebooks.check(_bytes_of(workbook), today())
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


def _report(workbook: str, checked: rulebooks.Checked) -> str:
    lines = [finding_text(finding) for finding in checked.findings]
    if checked.publishable:
        verdict = f"{workbook} can be published. Fingerprint {checked.fingerprint}"
    else:
        count = sum(finding.severity == "stop" for finding in checked.findings)
        verdict = f"{workbook} cannot be published: {count} to mend first."
    return "\n".join([*lines, verdict])


@main.command()
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
    checked = rulebooks.check(_bytes_of(source), today())
    if checked.rulebook is None:
        refuse(checked.findings)
    rows = checked.loaded.rows
    answers, found = clinic_workbook.typed_answers(rows, given, payers)
    if found:
        refuse(found)
    return clinic_workbook.new_workbook(checked.loaded, answers, today())


@main.command()
@click.argument("workbook", metavar="FILE.xlsx")
@click.argument("result", metavar="NEW.xlsx", type=click.Path(path_type=Path))
def setup(workbook: str, result: Path) -> None:
    """Write a new workbook with the answers of the page "Set up your clinic" as rows."""
    done = clinic_workbook.set_up(_bytes_of(workbook), today())
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


@main.command()
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


@main.command()
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


rulebook_option = click.option(
    "--rulebook", metavar="FILE.xlsx", help="Use this workbook, not the published release."
)


@main.command()
@click.argument("case", metavar="CASE.json")
@click.option(
    "--rulebook", metavar="FILE.xlsx", help="Taken as by the others; a case brings its own plan."
)
def adjudicate(case: str, rulebook: str | None) -> None:  # noqa: ARG001 - said above
    """Adjudicate a case (or a list of cases): one plan and its claims. - reads standard input."""
    _answer_each(_document(case), adjudicate_case)


@main.command()
@click.option("--plan", "plan_id", required=True, metavar="PLAN", help="Plan ID.")
@click.option("--item", "item_id", required=True, metavar="ITEM", help="Item ID.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day; default: today.")
@click.option("--network", type=click.Choice(["in", "out"]), help="Default: as Networks say.")
@click.option("--clinic", "clinic_id", metavar="CLINIC", help="Clinic ID; default: the only one.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@rulebook_option
def explain(day: datetime | None, as_json: bool, rulebook: str | None, **asked: Any) -> None:
    """Say which rows answer for a plan and an item on a day, and why not others."""
    rules, _, _ = _rules(rulebook)
    question = explorer.Question(day=day.date() if day else today(), **asked)
    try:
        ladders = explorer.explain(rules, question)
    except DocumentRefused as refused:
        refuse(refused.findings)
    if as_json:
        print_json(explorer.as_document(question, ladders))
    else:
        click.echo(explorer.as_text(question, ladders))


@main.command()
@click.argument("request", metavar="REQUEST.json")
@rulebook_option
def estimate(request: str, rulebook: str | None) -> None:
    """Say what treatments cost a patient. - reads standard input; a list gets a list."""
    document = _document(request)
    rules, release, fingerprint = _rules(rulebook)

    def answer(each: Any) -> dict[str, Any]:
        return estimate_document(
            each, rules, today=today(), release=release, fingerprint=fingerprint
        )

    _answer_each(document, answer)


@main.command(name="example")
@rulebook_option
def example_(rulebook: str | None) -> None:
    """Print one worked estimate of the example patient."""
    rules, release, fingerprint = _rules(rulebook)
    click.echo(example.worked_estimate(rules, today(), release, fingerprint))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; default: one a core.")
@click.option("--example", "show_example", is_flag=True, help="Print a worked estimate first.")
def serve(host: str, port: int, workers: int | None, show_example: bool) -> None:
    """Serve the form and the API through a production server."""
    rules, release, fingerprint = _rules(None)
    if show_example:
        click.echo(example.worked_estimate(rules, today(), release, fingerprint) + "\n")
    click.echo(f"Open http://{host}:{port}/ in a browser. Control-C stops it.")
    accounts.say_what_is_open(host)
    sys.stdout.flush()
    # A program of its own: what publishing and the example needed is not kept in memory.
    os.execv(  # noqa: S606 - our own interpreter and arguments
        sys.executable,
        [
            *(sys.executable, "-m", "gunicorn", "estimator.web:create_app()"),
            *("--config", "python:estimator.web.server"),
            *("--bind", f"{host}:{port}", "--workers", str(workers or os.cpu_count() or 1)),
        ],
    )


def _rules(workbook: str | None) -> tuple[Any, int | None, str]:
    """Return the rulebook to use, with its release and fingerprint."""
    if workbook is None:
        try:
            live = rulebooks.prepared(database_url(), now())
        except DatabaseUnavailable as error:
            fail(f"The database of ESTIMATOR_DATABASE_URL cannot be used: {error}")
        return live.rulebook, live.number, live.fingerprint
    try:
        rules, fingerprint = rulebooks.open_workbook(_bytes_of(workbook), today())
    except RulebookRefused as refused:
        say(finding for finding in refused.findings if finding.severity == "stop")
        sys.exit(1)
    return rules, None, fingerprint


def _answer_each(document: Any, answer: Callable[[Any], Any]) -> None:
    """Print the answer to a document, or the list of answers to a list of them."""
    many = isinstance(document, list)
    answers: list[Any] = []
    refused = False
    for index, each in enumerate(document if many else [document]):
        try:
            answers.append(answer(each))
        except DocumentRefused as refusal:
            refused = True
            say(refusal.findings, f"document {index + 1}: " if many else "")
    if refused:
        sys.exit(1)
    print_json(answers if many else answers[0])


def _document(name: str) -> Any:
    try:
        return read_json(_bytes_of(name))
    except DocumentRefused as refused:
        say(refused.findings)
        sys.exit(1)


def _bytes_of(name: str) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``."""
    if name == "-":
        return sys.stdin.buffer.read(BYTES_LIMIT)
    try:
        with Path(name).open("rb") as file:
            return file.read(BYTES_LIMIT)
    except OSError as error:
        fail(f"{name} cannot be read: {reason(error)}.")


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
