"""The conversation: three short steps, then the answer. The server keeps nothing between them.

Every page carries what was answered before it; so Back works, and so does a browser without
scripts. What is typed goes through the same reading as the staff form, and its findings are
said in a patient's words, field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from estimator.engine.plan import months_later
from estimator.services.estimating import answer_to
from estimator.services.estimating.answer import Answer
from estimator.services.intake.fields import DocumentRefused
from estimator.services.intake.requests import read_request
from estimator.services.rulebooks import Live
from estimator.services.widget.settings import WidgetSettings
from estimator.web.form.errors import errors as form_errors
from estimator.web.form.options import Options, options
from estimator.web.form.posted import Posted, Reading
from estimator.web.form.reading import read_form
from estimator.web.widget import plans
from estimator.web.widget.plans import PlanShown

INSURANCE, STAND, ABOUT, ANSWER = "insurance", "stand", "about", "answer"
INSURED = ("plan", "card")
KINDS = (*INSURED, "none", "unknown")
STARTS = ("0", "1", "3", "6")
"""Months from today in which somebody may want to start."""
MONTHS = "12"
CARD_FIELDS = (
    "card_payer",
    "card_network",
    "card_deductible",
    "card_family_deductible",
    "card_oop_max",
    "card_family_oop_max",
    "card_copay",
    "card_drug_copay",
    "card_coinsurance",
)
FIELDS: Mapping[str, tuple[str, ...]] = {
    INSURANCE: ("insurance", "plan", "plan_id", "coverage", *CARD_FIELDS),
    STAND: ("start",),
    ABOUT: (
        *("age", "diagnosis", "failed_trials", "authorization"),
        *("household_size", "annual_income"),
    ),
}
"""The fields of each step; what is met of limits, on the second, is named after the limits."""
OWN_WORDS = (
    *("plan", "insurance", "coverage", "card_deductible", "card_coinsurance"),
    *("age", "household_size"),
)
CHOICES = ("card_payer", "card_network", "diagnosis", "failed_trials", "authorization", "start")
LONGEST = 200
STAY = "stay-"
"""Begins what asks for the same step in another language."""


class Wrong(NamedTuple):
    """A field that has to be mended, and the name of the text that says how."""

    field: str
    key: str


@dataclass(slots=True)
class Turn:
    """Where the conversation is: the step to show, what is wrong there, the answer at its end."""

    step: str
    posted: Posted
    wrong: Sequence[Wrong] = ()
    candidates: Sequence[PlanShown] = ()
    answer: Answer | None = None
    steps: tuple[str, ...] = field(default=(INSURANCE, STAND, ABOUT))


class Conversation:
    """One clinic's conversation in one language."""

    def __init__(self, live: Live, settings: WidgetSettings, language: str, today: date) -> None:
        self.live = live
        self.settings = settings
        self.language = language
        self.today = today
        self.plans = plans.plans(live.rulebook, language)

    @property
    def options(self) -> Options:
        """What the staff form offers on this day."""
        return options(self.live.rulebook, self.today)

    @property
    def treatments(self) -> list[str]:
        """The clinic's treatments that the rulebook still has; else those it compares."""
        known = self.live.rulebook.treatments
        chosen = [name for name in self.settings.treatments if name in known]
        return chosen or list(self.options.compared)

    def begin(self) -> Turn:
        """Return the first step."""
        return Turn(INSURANCE, Posted({}))

    def take(self, values: Mapping[str, Sequence[str]]) -> Turn:
        """Return what follows what was sent."""
        posted = Posted({name: [each[:LONGEST] for each in sent] for name, sent in values.items()})
        go = posted("go")
        if go == "again":
            return self.begin()
        kind = posted("insurance")
        steps = (INSURANCE, ABOUT) if kind in KINDS and kind not in INSURED else tuple(FIELDS)
        at = posted("step") if posted("step") in steps else INSURANCE
        if go.startswith(STAY) and posted("step") == ANSWER:
            return self._forward(posted, steps, steps[-1])
        if go == "next":
            return self._forward(posted, steps, at)
        back = steps[max(steps.index(at) - 1, 0)]
        to = at if go.startswith(STAY) else back if go == "back" else go
        to = to if to in steps else INSURANCE
        return Turn(to, posted, candidates=self._chosen(posted), steps=steps)

    def _forward(self, posted: Posted, steps: tuple[str, ...], at: str) -> Turn:
        wrong, reading = self._read(posted)
        here = steps[: steps.index(at) + 1]
        stands = [each for each in wrong if step_of(each.field) in here]
        if stands:
            first = step_of(stands[0].field)
            shown = [each for each in stands if step_of(each.field) == first]
            return Turn(first, posted, shown, self._candidates(posted), steps=steps)
        if at != steps[-1]:
            following = steps[steps.index(at) + 1]
            return Turn(following, posted, candidates=self._chosen(posted), steps=steps)
        return self._answer(posted, steps, reading)

    def _answer(self, posted: Posted, steps: tuple[str, ...], reading: Reading) -> Turn:
        live = self.live
        try:
            answer = answer_to(
                reading.document,
                live.rulebook,
                today=self.today,
                release=live.number,
                fingerprint=live.fingerprint,
            )
        except DocumentRefused as refused:
            reading.refused = refused.findings
            wrong = list(_wrong(reading)) or [Wrong("", "errors.other")]
            return Turn(step_of(wrong[0].field), posted, wrong, self._chosen(posted), steps=steps)
        return Turn(ANSWER, posted, answer=answer, steps=steps)

    def _read(self, posted: Posted) -> tuple[list[Wrong], Reading]:
        """Return what is wrong with everything so far, in the order of the steps."""
        if posted("insurance") not in KINDS:
            return [Wrong("insurance", "error.insurance")], Reading()
        plan = self.plan(posted)
        if posted("insurance") == "plan" and plan is None:
            key = "plan.several" if len(self._candidates(posted)) > 1 else "plan.missing"
            return [Wrong("plan", key)], Reading()
        reading = read_form(Posted(self._as_form(posted, plan)), self.options)
        self._authorize(posted, reading.document)
        try:
            read_request(reading.document)
        except DocumentRefused as refused:
            reading.refused = refused.findings
        return sorted(_wrong(reading), key=_place), reading

    def plan(self, posted: Posted) -> PlanShown | None:
        """Return the plan that was chosen, or the only one that fits what was typed."""
        fits = self._candidates(posted)
        chosen = [plan for plan in fits if plan.plan_id == posted("plan_id")]
        if chosen:
            return chosen[0]
        return fits[0] if len(fits) == 1 else None

    def _candidates(self, posted: Posted) -> list[PlanShown]:
        if posted("plan"):
            return plans.fitting(posted("plan"), self.plans)
        return [plan for plan in self.plans if plan.plan_id == posted("plan_id")]

    def _chosen(self, posted: Posted) -> list[PlanShown]:
        plan = self.plan(posted)
        return [] if plan is None else [plan]

    def _as_form(self, posted: Posted, plan: PlanShown | None) -> dict[str, Sequence[str]]:
        """Return what was sent as the staff form would send it."""
        start = posted("start") if posted("start") in STARTS else STARTS[0]
        values = dict(posted.values)
        values |= {
            "clinic": [self.settings.clinic_id],
            "treatments": self.treatments,
            "months": [MONTHS],
            "start_date": [months_later(self.today, int(start)).isoformat()],
            "plan": [plan.plan_id if plan else ""],
            "plan_id": [plan.plan_id if plan else ""],
        }
        for name in ("prior_authorization", "second_plan", "together_first", "together_second"):
            values.pop(name, None)
        return values

    def _authorize(self, posted: Posted, document: dict[str, Any]) -> None:
        answer, _, treatment = posted("authorization").partition(":")
        known = answer in ("approved", "denied") and treatment in self.treatments
        if known and posted("insurance") in INSURED:
            document.setdefault("patient", {})["prior_authorization"] = {treatment: answer}


def _wrong(reading: Reading) -> Iterator[Wrong]:
    for name in dict.fromkeys(error.field for error in form_errors(reading)):
        mended = "plan" if name == "plan_id" else name
        yield Wrong(mended, _key(mended))


def _key(name: str) -> str:
    if not name:
        return "errors.other"
    if name in OWN_WORDS:
        return f"error.{name}"
    return "error.choice" if name in CHOICES else "error.money"


def step_of(name: str) -> str:
    """Return the step on which a field stands; what belongs to none is mended on the first."""
    found = (step for step, names in FIELDS.items() if name in names)
    return next(found, STAND if _is_met(name) else INSURANCE)


def _is_met(name: str) -> bool:
    return name.startswith("met_") or name.endswith("_met")


def _place(wrong: Wrong) -> int:
    return list(FIELDS).index(step_of(wrong.field))


def carried(posted: Posted, shown: Iterable[str]) -> list[tuple[str, str]]:
    """Return what the page has to carry along: everything known but what it asks itself."""
    asked = set(shown)
    return [
        (name, values[0])
        for name, values in posted.values.items()
        if name not in asked and values and values[0] and (_is_met(name) or _known(name))
    ]


def _known(name: str) -> bool:
    return any(name in names for names in FIELDS.values())
