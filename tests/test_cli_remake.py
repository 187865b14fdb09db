"""``estimator remake``, run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from estimator.services.audit import Audit
from estimator.services.kept.estimates import Keeping
from estimator.storage.tables import KeptEstimate
from tests import builders as b
from tests.support import stored

COMMAND = Path(sys.executable).with_name("estimator")
BOOK = b.sheets(b.BASE, b.treatment(), b.course(times=3, every=7), b.cash("infusion", 80))


def remake(url: str, name: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ESTIMATOR_DATABASE_URL": url}
    return subprocess.run(
        [COMMAND, "remake", name],
        env=environment, text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_kept_estimate_is_made_again(sqlite_url: str) -> None:
    with stored.served(sqlite_url, BOOK) as (database, _):
        keeping = Keeping(database, Audit.of(database, stored.SECRET), days=365)
        name = keeping.keep({"clinic_id": "main"}, 1, stored.NOW, "robin")
        done = remake(sqlite_url, name)
        made = json.loads(done.stdout)
        assert (done.returncode, made["is_equal"], made["release"]) == (0, True, 1)
        assert b.pays(made["answer"], "self_pay") == "240.00"

        with database.writing() as session:
            session.get_one(KeptEstimate, name).answer_digest = "0" * 64
        done = remake(sqlite_url, name)
        assert (done.returncode, json.loads(done.stdout)["is_equal"]) == (1, False)

        done = remake(sqlite_url, "nothing")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "No estimate of the name nothing is kept.\n"
