"""A plan as it stands on an insurance card or in a Summary of Benefits and Coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from estimator.rulebook.columns import ANY
from estimator.rulebook.model import Rulebook
from estimator.web.form import typed
from estimator.web.form.asked import FAMILY, Asked, Part
from estimator.web.presenters import words


class Entry(NamedTuple):
    """Something typed: where it goes in the document, and in which field it was typed."""

    key: str
    field: str


LIMITS = (
    (
        "deductible",
        Entry("individual", "card_deductible"),
        Entry(FAMILY, "card_family_deductible"),
    ),
    ("oop_max", Entry("individual", "card_oop_max"), Entry(FAMILY, "card_family_oop_max")),
)
REQUIRED = {
    "card_deductible": "Type the deductible from the card; 0 if the plan has none.",
    "card_coinsurance": "Type the patient's share, such as 20; 0 if the plan pays the rest.",
}


def _asked(kind: str, entries: tuple[Entry, Entry]) -> Asked:
    label = f"{words.KIND_WORDS[kind]}: met so far"
    parts = (Part(each.key, f"{each.field}_met", label, "", label, each.key) for each in entries)
    return Asked({"kind": kind}, tuple(parts))


MET = tuple(_asked(kind, (individual, family)) for kind, individual, family in LIMITS)
"""What to ask of the limits on a card."""


class Categories(NamedTuple):
    """The categories of items that a copay on the card is for."""

    visits: tuple[str, ...]
    drugs: tuple[str, ...]


def categories(rulebook: Rulebook) -> Categories:
    """Return them: drugs, and every medical service but those that decide coverage."""
    mains = {each.main_item for each in rulebook.treatments.values()}
    items = [item for item in rulebook.items.values() if item.billed_to_plan]
    treated = {item.category for item in items if item.item_id in mains}
    drugs = {item.category: None for item in items if item.class_ == "drug"}
    visits = {
        item.category: None
        for item in items
        if item.class_ == "medical" and item.category not in treated
    }
    return Categories(tuple(visits), tuple(drugs))


class Card:
    """Turns the fields of the card into a plan, noting which field each part came from."""

    def __init__(self, value: Callable[[str], str], family: bool, known: Categories) -> None:
        self._value = value
        self._family = family
        self._known = known
        self.places: dict[str, str] = {}

    def missing(self) -> Iterator[str]:
        """Yield the fields that a plan cannot do without."""
        return (name for name in REQUIRED if not self._value(name))

    def plan(self) -> dict[str, Any]:
        """Return the plan as a document."""
        plan: dict[str, Any] = {
            "limits": list(self._limits()),
            "benefits": list(self._benefits()),
        }
        for key, name in (("payer_id", "card_payer"), ("network", "card_network")):
            if self._value(name):
                plan[key] = self._value(name)
                self.places[f"plan.{key}"] = name
        return plan

    def asked(self) -> tuple[Asked, ...]:
        """Return what to ask of the limits that the card has."""
        given = (bool(self._value(individual.field)) for _, individual, _ in LIMITS)
        return tuple(asked for asked, there in zip(MET, given, strict=True) if there)

    def _limits(self) -> Iterator[dict[str, str]]:
        index = 0
        for kind, individual, family in LIMITS:
            if not self._value(individual.field):
                continue
            limit = {"kind": kind}
            for entry in (individual, family) if self._family else (individual,):
                if self._value(entry.field):
                    limit[entry.key] = typed.amount(self._value(entry.field))
                    self.places[f"plan.limits[{index}].{entry.key}"] = entry.field
            index += 1
            yield limit

    def _benefits(self) -> Iterator[dict[str, str]]:
        share = {"category": ANY, "coinsurance": typed.share(self._value("card_coinsurance"))}
        self.places["plan.benefits[0].coinsurance"] = "card_coinsurance"
        yield share
        index = 1
        for name, kinds in (
            ("card_copay", self._known.visits),
            ("card_drug_copay", self._known.drugs),
        ):
            for category in kinds if self._value(name) else ():
                self.places[f"plan.benefits[{index}].copay"] = name
                copay = typed.amount(self._value(name))
                # A card's drug copay is for each prescription filled, not for the day.
                per = "line" if kinds is self._known.drugs else "visit"
                yield {
                    "category": category,
                    "copay": copay,
                    "copay_per": per,
                    "deductible": "waived",
                }
                index += 1
