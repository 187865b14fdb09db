"""Files of patients that are refused: what their senders are told to do."""

from __future__ import annotations

from io import BytesIO

import pytest

from estimator.services.batches.opening import BatchRefused, opened
from tests.sheets.grids.bad_files import BAD

OLD = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600
LOCKED = OLD + "EncryptedPackage".encode("utf-16-le")


def advice(data: bytes, ending: str) -> str:
    with pytest.raises(BatchRefused) as refused, opened(BytesIO(data), ending) as table:
        list(table.pieces)
    (finding,) = refused.value.findings
    return finding.advice


@pytest.mark.parametrize(
    ("data", "ending", "says"),
    [
        (b"%PDF-1.7\n", ".xlsx", "Choose the workbook itself, an .xlsx file."),
        (OLD, ".xlsx", "Save it as .xlsx."),
        (LOCKED, ".xlsx", "Take the password away"),
        (b"", ".xlsx", "Choose the file again."),
        (b"<html><table>", ".csv", "Open it in a spreadsheet program and save it as .xlsx."),
        (b"PK\x03\x04....", ".csv", "Save it as .xlsx or .csv."),
    ],
)
def test_a_file_of_another_kind_is_told_the_way_of_its_kind(
    data: bytes, ending: str, says: str
) -> None:
    assert advice(data, ending).startswith(says)


@pytest.mark.parametrize("what", BAD)
def test_no_advice_speaks_of_rules_to_who_sends_patients(what: str) -> None:
    data, ending, _ = BAD[what]

    assert advice(data, ending)
    assert "rule" not in advice(data, ending)
