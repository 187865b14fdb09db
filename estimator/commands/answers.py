"""Commands that answer one question: adjudicate, estimate, example, explain."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import click

from estimator.commands.rules import rulebook_option, rules_of
from estimator.commands.terminal import bytes_of, print_json, refuse, say, today
from estimator.services import example as examples
from estimator.services import explanation, explorer
from estimator.services.estimating import estimate as estimate_document
from estimator.services.intake.cases import adjudicate_case
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.reading import read_json


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is not a day written as YYYY-MM-DD.") from None


@click.command()
@click.argument("case", metavar="CASE.json")
@rulebook_option
def adjudicate(case: str, rulebook: str | None) -> None:  # noqa: ARG001 - a case has its plan
    """Adjudicate a case (or a list of cases): its own plan and claims. - reads standard input."""
    _answer_each(_document(case), adjudicate_case)


@click.command()
@click.option("--plan", "plan_id", required=True, metavar="PLAN", help="Plan ID.")
@click.option("--item", "item_id", required=True, metavar="ITEM", help="Item ID.")
@click.option("--date", "day", type=_day, metavar="YYYY-MM-DD", help="Default: today.")
@click.option("--network", type=click.Choice(["in", "out"]), help="Default: as Networks say.")
@click.option("--clinic", "clinic_id", metavar="CLINIC", help="Clinic ID; default: the only one.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@rulebook_option
def explain(day: date | None, as_json: bool, rulebook: str | None, **asked: Any) -> None:
    """Say which rows answer for a plan and an item on a day, and why not others."""
    rules, _, _ = rules_of(rulebook)
    try:
        question = explorer.read_question({**asked, "date": day or today()})
        explained = explorer.explain(rules, question)
    except DocumentRefused as refused:
        refuse(refused.findings)
    if as_json:
        print_json(explanation.as_document(explained))
    else:
        click.echo(explanation.as_text(explained))


@click.command()
@click.argument("request", metavar="REQUEST.json")
@rulebook_option
def estimate(request: str, rulebook: str | None) -> None:
    """Say what treatments cost a patient. - reads standard input; a list gets a list."""
    document = _document(request)
    rules, release, fingerprint = rules_of(rulebook)

    def answer(each: Any) -> dict[str, Any]:
        return estimate_document(
            each, rules, today=today(), release=release, fingerprint=fingerprint
        )

    _answer_each(document, answer)


@click.command()
@rulebook_option
def example(rulebook: str | None) -> None:
    """Print one worked estimate of the example patient."""
    rules, release, fingerprint = rules_of(rulebook)
    click.echo(examples.worked_estimate(rules, today(), release, fingerprint))


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
        return read_json(bytes_of(name))
    except DocumentRefused as refused:
        say(refused.findings)
        sys.exit(1)
