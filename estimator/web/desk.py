"""What the pages about rules share: who acts, on which database, under which settings."""

from __future__ import annotations

import logging
from pathlib import Path

from estimator.services import audit_check
from estimator.services.audit import Audit
from estimator.services.publishing.act import Act
from estimator.services.publishing.report import report_apart
from estimator.services.publishing.two_people import TwoPeople, TwoPersonRule
from estimator.storage.database import Database
from estimator.web.access import identity
from estimator.web.source import Source

logger = logging.getLogger(__name__)


class Desk:
    """The rules of one mounted estimator, for whoever sends the request at hand."""

    def __init__(self, source: Source, *, people_counted: bool) -> None:
        self._source = source
        self.rule = TwoPersonRule(TwoPeople(source.settings.two_people), people_counted)

    @property
    def database(self) -> Database:
        """The database."""
        return self._source.database()

    def audit(self) -> Audit:
        """Return the audit; raises ``NoSecretKey``."""
        return Audit.of(self.database, self._source.settings.secret_key)

    def act(self) -> Act:
        """Return who acts, now; raises ``NoSecretKey``."""
        now, today = self._source.now(), self._source.today()
        return Act(identity().name, now, today, self.audit(), report_apart)

    @property
    def checkpoints(self) -> Path | None:
        """The file of the audit's checkpoints, where there is one."""
        named = self._source.settings.audit_checkpoint
        return Path(named) if named else None

    def keep_checkpoint(self) -> None:
        """Note the audit's last entry outside the database, if that is set up.

        What was just published is published whatever happens here; the audit's page says how
        old the last checkpoint is.
        """
        path = self.checkpoints
        if path is None:
            return
        try:
            audit_check.keep_head(self.database, path, self._source.now())
        except OSError as error:
            logger.error("The audit's checkpoint cannot be written: %s", error.strerror)
