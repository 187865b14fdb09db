"""The five roles. Each may do what the ones before it may, and something more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do.

    >>> Role.APPROVER.includes(Role.EDITOR), Role.STAFF.includes(Role.EDITOR)
    (True, False)
    """

    VIEWER = "viewer"
    """Makes estimates; sees rules, releases and how they came about."""
    STAFF = "staff"
    """Keeps estimates, makes tests of them, runs batches."""
    EDITOR = "editor"
    """Uploads rulebooks, mends them, accepts findings with a reason."""
    APPROVER = "approver"
    """Publishes what somebody else uploaded; rolls back."""
    ADMIN = "admin"
    """Manages accounts and clinics."""

    def includes(self, other: Role) -> bool:
        """Whether this role may do what *other* may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: the name that the audit records, and the role."""

    name: str
    role: Role
