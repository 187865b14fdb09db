"""``estimator forward``, run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from estimator.rulebook.template import write_workbook
from estimator.storage import row_uses
from estimator.storage.row_uses import Count, Key
from tests import builders as b
from tests.support import stored

COMMAND = Path(sys.executable).with_name("estimator")
OVER = {"effective_from": date(2020, 1, 1), "effective_to": date(2021, 1, 1)}
BOOK = b.sheets(
    b.clinic(), b.item("infusion"), b.item("pill"),
    b.cash("infusion", 80, **OVER), b.cash("pill", 8, **OVER),
)  # fmt: skip


def forward(url: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "forward", *arguments],
        env=os.environ | {"ESTIMATOR_DATABASE_URL": url},
        text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_published_rows_come_by_dollars(sqlite_url: str) -> None:
    with stored.served(sqlite_url, BOOK) as (database, _):
        this_month = date.today().replace(day=1)  # noqa: DTZ011 - as the command counts
        with database.writing() as session:
            row_uses.add(session, {Key(1, this_month, "Prices", 3): Count(2, 123_456)})
        text, document = forward(sqlite_url), forward(sqlite_url, "--json")
    first, second, *_, last = text.stdout.splitlines()
    assert first.split() == [
        *("$1,234.56", "Prices", "row", "3", "ended", "2021-01-01", "cash,", "*,", "*,", "*,"),
        *("pill,", "all,", "2020-01-01"),
    ]
    assert second.split()[:4] == ["not", "used", "Prices", "row"]
    assert last == "5 rows need something."
    told = json.loads(document.stdout)[0]
    assert (told["uses"], told["billed"], told["need"]) == (2, "1234.56", "ended")


def test_a_workbook_is_looked_at_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(write_workbook(BOOK))
    done = forward("sqlite:////proc/nowhere/none.sqlite3", "--rulebook", tmp_path / "a.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split()[:5] == ["-", "Prices", "row", "2", "ended"]
