"""Bad files of patients sent to the real server: how long until it says what is wrong.

``python -m benchmarks.batch_refusals [--rounds 5] [--json FILE]``. Each is sent to ``estimator
serve``; it must be refused with the one finding that is due, and the server must answer at once
afterwards and be no larger. Medians, by the clock, the sending included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import NamedTuple

import requests
import xlsxwriter

from benchmarks.processes import megabytes, processes_of
from benchmarks.served import Server, serving

TARGET = 1.0
SHEET = "xl/worksheets/sheet1.xml"


class Bad(NamedTuple):
    """A file that is refused with one finding."""

    what: str
    name: str
    content: bytes
    code: str


def workbook(rows: list[list[str]], name: str = "Patients") -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet(name)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return stream.getvalue()


def with_rows(xml: bytes) -> bytes:
    """Return a workbook with a header and these rows after it, packed as well as can be."""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([["patient_ref"]]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            text = old.read(info)
            if info.filename == SHEET:
                text = text.replace(b"</sheetData>", xml + b"</sheetData>")
            new.writestr(info.filename, text)
    return stream.getvalue()


def ghosts(many: int = 1_000_000) -> bytes:
    return with_rows(
        b"".join(b'<row r="%d" s="1"><c r="A%d" s="0"/></row>' % (n, n) for n in range(2, many + 2))
    )


def shared_texts_bomb() -> bytes:
    """A workbook whose texts unpack a thousandfold, none of them too long by itself."""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([["patient_ref"], ["a"]]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            text = old.read(info)
            if info.filename == "xl/sharedStrings.xml":
                text = text.replace(b"</sst>", b"<si><t>x</t></si>" * 20_000_000 + b"</sst>")
            new.writestr(info.filename, text)
    return stream.getvalue()


def bad() -> Iterator[Bad]:
    header = b"patient_ref,clinic_id,plan_id,months\n"
    row = b"a,boston-sample,bcbsma-archetype-ppo,12\n"
    whole = workbook([["patient_ref", "clinic_id"], *(["a", "boston-sample"] for _ in range(2000))])
    wide = b"patient_ref," + b",".join(b"c%d" % at for at in range(299)) + b"\na\n"
    sheet = [["patient_ref", "clinic_id"], ["patient_ref", "clinic_id"], ["a", "boston-sample"]]
    yield Bad("no rows, csv", "a.csv", header, "table-without-rows")
    yield Bad("no rows, xlsx", "a.xlsx", workbook([["patient_ref"]]), "table-without-rows")
    yield Bad("two header rows, csv", "a.csv", header * 2 + row, "header-twice")
    yield Bad("two header rows, xlsx", "a.xlsx", workbook(sheet), "header-twice")
    yield Bad("300 columns, csv", "a.csv", wide, "too-many-columns")
    names = [["patient_ref", *(f"c{at}" for at in range(299))], ["a"]]
    yield Bad("300 columns, xlsx", "a.xlsx", workbook(names), "too-many-columns")
    yield Bad("a million ghost rows, nobody", "a.xlsx", ghosts(), "table-without-rows")
    locked = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 100_000
    yield Bad("encrypted", "a.xlsx", locked, "locked-or-old-workbook")
    yield Bad("truncated workbook", "a.xlsx", whole[: len(whole) // 2], "unreadable-table")
    yield Bad("truncated parquet", "a.parquet", b"PAR1" + b"\0" * 9_000, "unreadable-table")
    blank = with_rows(b" " * (200 * 1024 * 1024))
    yield Bad("a bomb: 200 MB of nothing", "a.xlsx", blank, "unpacks-too-large")
    yield Bad("a bomb: 340 MB of texts", "a.xlsx", shared_texts_bomb(), "unpacks-too-large")
    late = header + row * 1_000_000 + b"\0\n"
    yield Bad("no text after a million rows", "a.csv", late, "not-a-table")
    yield Bad(
        "neither text nor a table", "a.csv", b"patient_ref\n" + bytes(range(256)), "not-a-table"
    )


def refused(server: Server, each: Bad) -> float:
    """Return how long it took until the server said what is wrong."""
    begin = time.perf_counter()
    answer = requests.post(
        f"{server.address}/api/v1/batches", files={"file": (each.name, each.content)}, timeout=120
    )
    seconds = time.perf_counter() - begin
    codes = [finding["code"] for finding in answer.json().get("findings", [])]
    assert (answer.status_code, codes) == (422, [each.code]), (each.what, answer.text[:300])
    return seconds


def held(server: Server) -> float:
    """Return what all processes of the server hold, in megabytes."""
    return sum(map(megabytes, processes_of(server.process.pid)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    files = list(bad())
    found: dict[str, list[float]] = {}
    after: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(f"sqlite:///{folder}/it.sqlite3") as server,
    ):
        for each in files * 2:  # each of its processes has loaded what it needs
            refused(server, each)
        before = held(server)
        for _ in range(given.rounds):
            for each in files:
                found.setdefault(each.what, []).append(refused(server, each))
                begin = time.perf_counter()
                assert server.answers()
                seconds = time.perf_counter() - begin
                after[each.what] = max(after.get(each.what, 0), seconds)
        grown = held(server) - before
    for each in files:
        seconds = median(found[each.what])
        verdict = "met" if seconds <= TARGET else "MISSED"
        size = f"{len(each.content) / 1e6:.1f} MB"
        print(f"{each.what:<30} {size:>9} {seconds:>7.2f} s  ≤ {TARGET:.0f} s {verdict}")
    print(f"the server's next answer, the longest: {max(after.values()):.3f} s")
    print(f"the server is {grown:.0f} MB larger")
    if given.json:
        figures = {name: median(many) for name, many in found.items()}
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
