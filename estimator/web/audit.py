"""The page of the audit: what was done by whom, and whether the record of it is whole."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request

from estimator.services import audit_check
from estimator.services.audit_check import Checkpoint, NotACheckpoint, Verdict
from estimator.storage import audit as entries
from estimator.storage.tables import LARGEST_NUMBER
from estimator.web.desk import Desk
from estimator.web.html import page_blueprint
from estimator.web.methods import add_page
from estimator.web.numbers import asked_number

AT_ONCE = 100
WORDS = {
    "draft.upload": "uploaded draft",
    "draft.refuse": "uploaded a file that was refused",
    "draft.accept": "accepted a finding of draft",
    "draft.withdraw": "withdrew draft",
    "draft.check_again": "found something else in draft",
    "draft.download": "downloaded draft",
    "release.publish": "published release",
    "release.roll_back": "rolled back by release",
    "release.download": "downloaded release",
    "database.backup": "backed up everything at",
    "database.restore": "restored everything as of",
    "sign_in": "signed in",
    "sign_in.failed": "could not sign in",
    "sign_out": "signed out",
    "sign_out.everywhere": "signed out everywhere",
    "user.add": "added the account",
    "user.role": "changed the role of",
    "user.password": "set the password of",
    "user.disable": "disabled the account",
    "user.enable": "enabled the account",
    "user.totp": "set up a second factor for",
    "user.totp_off": "removed the second factor of",
    "user.tie": "tied to your organization's sign-in:",
    "estimate.keep": "kept the estimate",
    "estimate.remove": "removed the kept estimate",
    "estimate.expire": "deleted kept estimates that were due",
    "batch.upload": "uploaded the file of patients",
    "batch.cancel": "stopped the file of patients",
    "batch.delete": "deleted the file of patients",
    "widget.save": "changed the widget of",
}
"""What was done, as people say it; anything else by its own name."""
LONGEST = 200


class AuditPage:
    """The view of the audit of one mounted estimator."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def blueprint(self) -> Blueprint:
        """Return the route."""
        blueprint = page_blueprint("audit")
        add_page(blueprint, "/audit", GET=("entries", self.entries))
        return blueprint

    def entries(self) -> str:
        """Show the newest entries, or those before one; check all of them if asked to."""
        before = asked_number("before", LARGEST_NUMBER)
        with self._desk.database.session() as session:
            shown = entries.before(session, before, AT_ONCE)
        checkpoints, problem = self._checkpoints()
        return render_template(
            "estimator/audit.html",
            entries=shown,
            words=WORDS,
            short=_short,
            older=shown[-1].number if len(shown) == AT_ONCE else None,
            checkpoint=checkpoints[-1] if checkpoints else None,
            has_checkpoints=self._desk.checkpoints is not None,
            verdict=self._verdict(checkpoints, problem) if "check" in request.args else None,
        )

    def _verdict(self, checkpoints: list[Checkpoint], problem: str) -> Verdict:
        found = audit_check.verify(self._desk.database, self._desk.audit(), checkpoints)
        return found if found.problem or not problem else Verdict(found.sound, problem)

    def _checkpoints(self) -> tuple[list[Checkpoint], str]:
        """Return the checkpoints, or why they cannot be read."""
        path = self._desk.checkpoints
        if path is None or not path.exists():
            return [], ""
        try:
            return list(audit_check.kept(path)), ""
        except NotACheckpoint as error:
            return [], str(error)
        except OSError as error:
            return [], f"The checkpoints cannot be read: {error.strerror}."


def _short(value: Any) -> str:
    """Return a detail as it fits into a line; of a digest, its beginning."""
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    digest = len(text) == 64 and " " not in text
    return f"{text[:12]}…" if digest else text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
