"""The peers' rule as a workbook of formulas that LibreOffice calculates and saves as text."""

from __future__ import annotations

import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from task import Answer, Line, Task, answer, networks, patients, turned

PAYS = 10
"""The place of what the patient pays: column K."""


def by_row(task: Task) -> Answer:
    """A row for each patient and line, eight formulas a row."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "courses.xlsx")
        seconds = _saved(book, _rows(task))
        with book.with_suffix(".csv").open() as file:
            owed = [int(row[PAYS]) for row in csv.reader(file)]
    many = len(task["lines"])
    return Answer(seconds, turned([owed[at : at + many] for at in range(0, len(owed), many)]))


def start(_task: Task) -> Answer:
    """The same program with a workbook of one cell."""
    with tempfile.TemporaryDirectory() as folder:
        return Answer(_saved(Path(folder, "one.xlsx"), iter([[1]])), [])


def _saved(path: Path, rows: Iterator[list[int | str]]) -> float:
    """Return the seconds in which LibreOffice opens, calculates and saves the rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)
    profile = f"-env:UserInstallation=file://{Path(tempfile.gettempdir(), 'soffice-peer')}"
    command = ["soffice", profile, "--headless", "--norestore", "--convert-to", "csv"]
    begin = time.perf_counter()
    subprocess.run([*command, "--outdir", path.parent, path], check=True, capture_output=True)
    return time.perf_counter() - begin


def _rows(task: Task) -> Iterator[list[int | str]]:
    """Yield A: allowed, B to E: what was met before the course, F to M: formulas."""
    row = 0
    for allowed, *opening in patients(task):
        met, family = opening
        last: dict[bool, int] = {}
        for amount, line in zip(allowed, task["lines"], strict=True):
            row += 1
            if line["new_year"]:
                met, family, last = [0] * 4, [0] * 4, {}
            d, m = networks(line)
            given = [amount, met[d], family[d], met[m], family[m]]
            yield [*given, *_formulas(task, line, row, last.get(line["out"]))]
            last[line["out"]] = row


def _formulas(task: Task, line: Line, row: int, last: int | None) -> list[str]:
    (d, fd), (m, fm) = (task["limits"][place] for place in networks(line))
    used, paid = (f"-L{last}", f"-M{last}") if last else ("", "")
    whole = f"=MIN(A{row},MAX(0,MIN({d}-B{row}{used},{fd}-C{row}{used})))"
    return [
        whole if line["applies"] else "=0",  # F: the deductible owed
        f"=MIN({line['copay']},A{row}-F{row})",  # G: the copay
        f"=INT(((A{row}-F{row}-G{row})*{line['percent']}+50)/100)",  # H: the coinsurance
        f"=MAX(0,MIN({m}-D{row}{paid},{fm}-E{row}{paid}))",  # I: room in the maximum
        f"=MIN(F{row},I{row})",  # J: what is credited to the deductible
        f"=MIN(J{row}+G{row}+H{row},I{row})",  # K: what the patient pays
        f"=L{last}+J{row}" if last else f"=J{row}",  # L: credited so far
        f"=M{last}+K{row}" if last else f"=K{row}",  # M: paid so far
    ]


if __name__ == "__main__":
    answer({"by_row": by_row, "start": start})
