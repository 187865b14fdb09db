"""What was asked, so that a printed page says what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from estimator.rulebook.model import Rulebook
from estimator.services import catalogue
from estimator.web.presenters import words


def given(answer: dict[str, Any], rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    """Yield what was asked: each with its name."""
    request = answer["request"]
    clinic = rulebook.clinics.get(request["clinic_id"])
    name = clinic.name if clinic else request["clinic_id"]
    yield "Clinic", ", ".join(filter(None, (name, _network(request, rulebook))))
    yield "Insurance", _insurance(request, rulebook)
    second = request.get("secondary")
    if second:
        yield "Second insurance", _plan(second, rulebook) or "a plan as given"
    for title, accumulators in (
        ("Met so far", request["accumulators"]),
        ("Met of the second plan", second.get("accumulators", ()) if second else ()),
    ):
        if accumulators:
            yield title, "; ".join(_met(accumulators))
    yield "Course", f"{words.months(request['months'])} from {words.day(request['start_date'])}"


def _network(request: dict[str, Any], rulebook: Rulebook) -> str:
    """Return whether the clinic is in the plan's network, where that was given or looked up."""
    network = request.get("plan", {}).get("network")
    if "plan_id" in request:
        start = date.fromisoformat(request["start_date"])
        network = catalogue.clinic_network(
            rulebook, request["plan_id"], request["clinic_id"], start
        )
    return words.NETWORK.get(network, "")


def _insurance(request: dict[str, Any], rulebook: Rulebook) -> str:
    if "plan" in request:
        payer = rulebook.payers.get(request["plan"].get("payer_id", ""))
        of = f" of {payer.name}" if payer else ""
        coverage = words.COVERAGE[request["coverage"]]
        return f"a plan{of} as typed from the card, {coverage}"
    return _plan(request, rulebook) or {"none": "none"}.get(request["insurance"], "not known")


def _plan(said: dict[str, Any], rulebook: Rulebook) -> str:
    plan = rulebook.plans.get(said.get("plan_id", ""))
    if plan is None:
        return ""
    payer = rulebook.payers[plan.payer_id].name
    name = plan.name if payer in plan.name else f"{plan.name}, {payer}"
    return f"{name}, {words.COVERAGE[said['coverage']]}"


def _met(accumulators: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in accumulators:
        if each["kind"] == "visits":
            yield f"{each['count']} visit{'' if each['count'] == 1 else 's'} used"
        elif each["kind"] == "plan_paid":
            yield f"{words.money(each['amount'])} paid by the plan"
        else:
            family = f" (family {words.money(each['family'])})" if "family" in each else ""
            yield f"{words.limit(each)} {words.money(each['individual'])}{family}"
