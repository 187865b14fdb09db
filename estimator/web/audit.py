"""The page of the audit: what was done by whom, and whether the record of it is whole."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from estimator.services import audit_check
from estimator.services.audit_check import Checkpoint, NotACheckpoint, Verdict
from estimator.storage import audit as entries
from estimator.storage.secret import NoSecretKey
from estimator.web.desk import Desk
from estimator.web.html import error_page, page_blueprint
from estimator.web.methods import add_page

AT_ONCE = 100
LARGEST = 2**31 - 1


class AuditPage:
    """The view of the audit of one mounted estimator."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def blueprint(self) -> Blueprint:
        """Return the route."""
        blueprint = page_blueprint("audit")
        add_page(blueprint, "/audit", GET=("entries", self.entries))
        blueprint.register_error_handler(NoSecretKey, _no_secret)
        return blueprint

    def entries(self) -> str:
        """Show the newest entries, or those before one; check all of them if asked to."""
        before = request.args.get("before", LARGEST, type=int)
        with self._desk.database.session() as session:
            shown = entries.before(session, min(before, LARGEST), AT_ONCE)
        checkpoints, problem = self._checkpoints()
        return render_template(
            "estimator/audit.html",
            entries=shown,
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


def _no_secret(error: NoSecretKey) -> Response:
    return error_page(503, words=str(error))
