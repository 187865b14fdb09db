"""What the template asks of a page of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from estimator.engine.money import cents
from estimator.rulebook.model import Rulebook
from estimator.services.patient import PatientAnswer, Said, Words, patient_answer, words_in
from estimator.services.patient.words import money
from estimator.web.form import fields
from estimator.web.form.card import LIMITS
from estimator.web.widget import conversation as talk
from estimator.web.widget.conversation import Conversation, Turn

THEMES = ("auto", "light", "dark")
DIAGNOSES = ("F32.2", "F32.9", "F33.1", "F33.2", "F33.9")
MOST_TRIALS = 6
CRISIS_NUMBER = "988"
WHO = ("individual", "family")


class Addresses(NamedTuple):
    """The addresses a page names."""

    step: str
    page: str
    script: str
    style: str
    plans: str
    oembed: str
    icon: str


class Field(NamedTuple):
    """A field of the page."""

    name: str
    label: Said
    hint: Said
    value: str
    error: Said


class Choice(NamedTuple):
    """Something to choose."""

    value: str
    label: Said
    chosen: bool
    hint: Said = ()


class Contact(NamedTuple):
    """Whom to ask for a written price."""

    name: str
    phone: str
    email: str
    website: str


def crisis_words(words: Words) -> tuple[str, str, str]:
    """Return the words about a crisis: before the number to call, the number, after it."""
    before, after = words.plain("crisis.words", number="\n").split("\n")
    return before, CRISIS_NUMBER, after


class WidgetPage:
    """One page: a step of the conversation, or the answer."""

    def __init__(
        self,
        conversation: Conversation,
        turn: Turn,
        *,
        framed: bool,
        theme: str,
        addresses: Addresses,
    ) -> None:
        self.turn = turn
        self.framed = framed
        self.theme = theme
        self.addresses = addresses
        self.settings = conversation.settings
        self.conversation = conversation
        self.rulebook: Rulebook = conversation.live.rulebook
        self.words: Words = words_in(conversation.language, self.rulebook)
        self.clinic = self.words.workbook(
            self.rulebook.clinics[conversation.settings.clinic_id].name
        )

    @property
    def title(self) -> str:
        """The title of the document."""
        title = self.words.plain("page.title")
        if self.turn.wrong:
            return self.words.plain("page.error_title", title=title)
        if self.turn.step == talk.ANSWER:
            return self.words.plain("page.answer_title", title=title)
        return title

    @property
    def crisis(self) -> tuple[str, str, str]:
        """The words about a crisis: before the number to call, the number, after it."""
        return crisis_words(self.words)

    @property
    def number(self) -> int:
        """Which step this is."""
        return self.turn.steps.index(self.turn.step) + 1

    @property
    def last(self) -> bool:
        """Whether the answer comes next."""
        return self.turn.step == self.turn.steps[-1]

    @property
    def family(self) -> bool:
        """Whether the plan covers a family."""
        return self.turn.posted("coverage") == "family"

    @property
    def languages(self) -> Sequence[str]:
        """The other languages of this clinic."""
        return [each for each in self.settings.languages if each != self.words.language]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the page takes along without asking."""
        shown: list[str] = list(talk.FIELDS.get(self.turn.step, ()))
        if self.turn.step == talk.STAND:
            shown += [field.name for field in self.met]
        return talk.carried(self.turn.posted, shown)

    def field(self, name: str, label: str, hint: str = "", /, **parts: Said) -> Field:
        """Return a field of ours by its name."""
        said = self.words(label, **parts)
        return self._field(name, said, self.words(hint) if hint else ())

    def _field(self, name: str, label: Said, hint: Said = ()) -> Field:
        keys = [wrong.key for wrong in self.turn.wrong if wrong.field == name]
        error = self.words(keys[0]) if keys else ()
        return Field(name, label, hint, self.turn.posted(name), error)

    def choices(self, name: str, *keys: tuple[str, str]) -> list[Choice]:
        """Return what can be chosen, each by its value and the name of its text."""
        value = self.turn.posted(name)
        return [Choice(each, self.words(key), each == value) for each, key in keys]

    @property
    def candidates(self) -> list[Choice]:
        """The plans that what was typed may mean."""
        chosen = self.turn.posted("plan_id")
        fits = self.turn.candidates
        return [
            Choice(plan.plan_id, plan.name, plan.plan_id == chosen or len(fits) == 1, plan.payer)
            for plan in fits
        ]

    @property
    def payers(self) -> list[Choice]:
        """The insurance companies, for a plan that is typed from its card."""
        value = self.turn.posted("card_payer")
        listed = [
            Choice(row.payer_id, self.words.workbook(row.name), row.payer_id == value)
            for row in self.rulebook.payers.values()
        ]
        by_name = sorted(listed, key=lambda each: each.label[0].text.casefold())
        return [Choice("", self.words("card.payer_unknown"), not value), *by_name]

    @cached_property
    def met(self) -> list[Field]:
        """What can be met of the plan's limits, each with a field."""
        if self.turn.posted("insurance") == "card":
            return list(self._met_of_card())
        plan = self.conversation.plan(self.turn.posted)
        if plan is None:
            return []
        plans = self.conversation.options.search.plans
        limits = next(each["limits"] for each in plans if each["plan_id"] == plan.plan_id)
        asked = [each for each in limits if self._is_asked(each, plan.plan_id)]
        return [field for limit in asked for field in self._met_of(limit)]

    def _is_asked(self, limit: dict[str, Any], plan_id: str) -> bool:
        """Nobody is asked about limits of a network that the clinic is not in."""
        if not cents(limit["individual"]):
            return False
        if limit["network"] != "out":
            return True
        payer = self.rulebook.plans[plan_id].payer_id
        clinic, today = self.settings.clinic_id, self.conversation.today
        row = self.rulebook.network(clinic, payer, plan_id, today)
        return row is None or row.network == "out"

    def _met_of(self, limit: dict[str, Any]) -> list[Field]:
        label = self.words(f"stand.met_{limit['kind']}")
        details = self._details(limit)
        if details:
            label = self.words("stand.detailed", label=label, details=details)
        shown = []
        for who in WHO if self.family else WHO[:1]:
            if limit[who] is not None:
                hint = self.words("stand.of", amount=money(cents(limit[who])))
                said = self.words("stand.family", label=label) if who == "family" else label
                shown.append(self._field(fields.met_name(limit, who), said, hint))
        return shown

    def _details(self, limit: dict[str, Any]) -> Said:
        keys = [f"stand.class_{limit['class']}", f"stand.network_{limit['network']}"]
        parts = [self.words(key) for key in keys if self.words.has(key)]
        between = self.words.number(", ")
        return tuple(
            piece
            for place, part in enumerate(parts)
            for piece in ((*between, *part) if place else part)
        )

    def _met_of_card(self) -> Sequence[Field]:
        shown = []
        for kind, individual, family in LIMITS:
            for entry in (individual, family) if self.family else (individual,):
                if self.turn.posted(entry.field) not in ("", "0"):
                    label = self.words(f"stand.met_{kind}")
                    if entry is family:
                        label = self.words("stand.family", label=label)
                    shown.append(self._field(f"{entry.field}_met", label))
        return shown

    @property
    def starts(self) -> list[Choice]:
        """When somebody would start."""
        value = self.turn.posted("start") or talk.STARTS[0]
        return [
            Choice(each, self.words(f"stand.start_{each}"), each == value) for each in talk.STARTS
        ]

    @property
    def diagnoses(self) -> list[Choice]:
        """The diagnoses that policies ask for."""
        keys = ((code, f"about.diagnosis_{code.replace('.', '').lower()}") for code in DIAGNOSES)
        return self.choices("diagnosis", ("", "about.not_known"), *keys)

    @property
    def trials(self) -> list[Choice]:
        """How many antidepressants did not help."""
        value = self.turn.posted("failed_trials")
        counts = [
            Choice(str(count), self.words.number(count), str(count) == value)
            for count in range(MOST_TRIALS)
        ]
        most = str(MOST_TRIALS)
        more = Choice(most, self.words("about.trials_most", count=most), most == value)
        return [Choice("", self.words("about.not_known"), not value), *counts, more]

    @property
    def authorizations(self) -> list[Choice]:
        """What a plan may have said to the treatments that need its word."""
        value = self.turn.posted("authorization")
        offered = [Choice("", self.words("about.authorization_none"), not value)]
        for treatment in self.conversation.treatments:
            row = self.rulebook.treatments[treatment]
            item = self.rulebook.items.get(row.main_item or "")
            if item is None or item.policy_of is None:
                continue
            for said in ("approved", "denied"):
                name = self.words.workbook(row.name)
                label = self.words(f"about.authorization_{said}", treatment=name)
                each = f"{said}:{treatment}"
                offered.append(Choice(each, label, each == value))
        return offered

    @property
    def insured(self) -> bool:
        """Whether there is a plan to ask about."""
        return self.turn.posted("insurance") in talk.INSURED

    @cached_property
    def answer(self) -> PatientAnswer | None:
        """The answer, in a patient's words."""
        return None if self.turn.answer is None else patient_answer(self.turn.answer, self.words)

    @property
    def contact(self) -> Contact:
        """Whom to ask for a written price: as the clinic says, else as the rulebook knows it."""
        settings = self.settings
        row = self.rulebook.clinics[settings.clinic_id]
        site = row.website or ""
        return Contact(
            settings.contact_name,
            settings.contact_phone or row.phone or "",
            settings.contact_email,
            site if site.startswith(("http://", "https://")) else "",
        )
