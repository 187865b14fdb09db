"""What to ask of a plan: how much is met of its limits, how much is used of its benefits.

Each question is one accumulator of the request; the page shows its fields, the reader fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.web.form import fields, typed
from estimator.web.form.search import Plan
from estimator.web.presenters import words

FAMILY = "family"
SECOND = "second_"
"""Begins the names of the fields that ask of a second plan."""
INSURED = "insured"
"""Asked of patients with a plan only."""


class Part(NamedTuple):
    """An amount of an accumulator: its key, its field, and how the field is called."""

    key: str
    name: str
    label: str
    hint: str
    told: str
    """How a finding calls it, away from the heading that the field stands under."""
    whose: str = ""
    """For whom it is asked, where not for everybody: individual, family, insured patients."""
    reads: Callable[[str], str] = typed.amount

    @property
    def is_use(self) -> bool:
        """Whether it is about the use of a benefit, and so has a long label."""
        return self.key in ("count", "amount")

    @property
    def is_money(self) -> bool:
        """Whether dollars are asked for, and not a count."""
        return self.reads is typed.amount


class Asked(NamedTuple):
    """One accumulator to ask for: which it is, and its parts."""

    which: Mapping[str, str]
    parts: tuple[Part, ...]


def asked_of(plan: Plan, uses: Iterable[Mapping[str, Any]], prefix: str = "") -> tuple[Asked, ...]:
    """Return what to ask of a plan's limits and of the *uses* of its benefits.

    The names of the fields begin with *prefix*. Of a limit of $0 nothing can be met.
    """
    limits = (_limit(limit, prefix) for limit in plan["limits"])
    uses_asked = (_use(use, prefix) for use in uses)
    return tuple(each for each in (*limits, *uses_asked) if each.parts)


def _limit(limit: Mapping[str, Any], prefix: str) -> Asked:
    key = {part: limit[part] for part in ("kind", "class", "network")}
    return Asked(key, tuple(_limit_parts(limit, prefix)))


def _limit_parts(limit: Mapping[str, Any], prefix: str) -> Iterator[Part]:
    label = words.limit(limit)
    for who in ("individual", FAMILY):
        if limit[who] is not None and Decimal(limit[who]):
            yield Part(
                key=who,
                name=f"{prefix}{fields.met_name(limit, who)}",
                label=label,
                hint=f"met, of {_dollars(limit[who])}",
                told=_told(f"{label}: met so far", prefix),
                whose=who if limit[FAMILY] is not None else "",
            )


def _use(use: Mapping[str, Any], prefix: str) -> Asked:
    which = {"kind": use["kind"], "rule_id": use["rule_id"]}
    return Asked(which, (USES[use["kind"]](use, prefix),))


def _visits(use: Mapping[str, Any], prefix: str) -> Part:
    label = f"Visits used: {_about(use)}"
    return Part(
        key="count",
        name=f"{prefix}visits_{use['rule_id']}",
        label=label,
        hint="; ".join(_visit_terms(use)),
        told=_told(label, prefix),
        reads=typed.whole,
    )


def _visit_terms(use: Mapping[str, Any]) -> Iterator[str]:
    if use["visit_limit"] is not None:
        yield f"of the {use['visit_limit']} a plan year that are covered"
    if use["deductible_waived_visits"]:
        yield f"the first {use['deductible_waived_visits']} of a plan year skip the deductible"


def _paid(use: Mapping[str, Any], prefix: str) -> Part:
    label = f"Paid by the plan: {_about(use)}"
    return Part(
        key="amount",
        name=f"{prefix}paid_{use['rule_id']}",
        label=label,
        hint=f"of at most {_dollars(use['plan_pays_max'])} a plan year",
        told=_told(label, prefix),
    )


USES: dict[str, Callable[[Mapping[str, Any], str], Part]] = {
    "visits": _visits,
    "plan_paid": _paid,
}


def _about(use: Mapping[str, Any]) -> str:
    """Return what a benefit is for, without the details that follow a comma."""
    return "; ".join(about.partition(",")[0] for about in use["about"])


def _told(label: str, prefix: str) -> str:
    return f"{label} (second plan)" if prefix else label


def _dollars(amount: str) -> str:
    return words.money(amount).removesuffix(".00")


def programs_asked(programs: Iterable[Mapping[str, Any]], year: int) -> tuple[Part, ...]:
    """Return what to ask of the programs: how much each has paid in the calendar *year*."""
    return tuple(
        Part(
            key=each["program_id"],
            name=f"used_{each['program_id']}",
            label=each["name"],
            hint=f"paid in {year}, of at most {_dollars(each['annual_max'])} a year",
            told=f"{each['name']}: already used",
            whose=INSURED if each["insured"] else "",
        )
        for each in programs
    )
