"""Whether a release needs two people: one who uploads, another who approves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from estimator.storage import accounts


class TwoPeople(StrEnum):
    """When two people are needed."""

    AUTO = "auto"
    """Once there are two."""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class TwoPersonRule:
    """The rule of one installation."""

    when: TwoPeople = TwoPeople.AUTO
    counted: bool = True
    """``False``: a host application knows its people, and how many they are it does not say."""

    def holds(self, session: Session) -> bool:
        """Whether two people are needed now."""
        if self.when is TwoPeople.AUTO:
            return not self.counted or accounts.enabled(session) >= 2
        return self.when is TwoPeople.ALWAYS


TERMINAL = " (command line)"
"""How the name of the machine's own user ends, which no account's does."""


def one_person(names: Iterable[str]) -> bool:
    """Whether all *names* are of one person; by a terminal they are the same as by the pages.

    >>> one_person(["robin", "Robin (command line)"]), one_person(["robin", "kim"])
    (True, False)
    """
    return len({name.removesuffix(TERMINAL).strip().casefold() for name in names}) == 1
