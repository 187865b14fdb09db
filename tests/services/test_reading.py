"""Bytes → a document, without floats, twins or surprises."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.services.intake.reading import NotJson, read_json


@pytest.mark.parametrize(
    ("data", "document"),
    [
        (b'{"months": 12}', {"months": 12}),
        (b'\xef\xbb\xbf{"a": ["x", null, true]}', {"a": ["x", None, True]}),
        ('"José"'.encode(), "José"),
        (b" [] ", []),
    ],
)
def test_a_document_is_read(data: bytes, document: Any) -> None:
    assert read_json(data) == document


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6"),
        (b"\xff\xfe{}", "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'[{"a": {"b": 1, "b": 2}}]', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b"-Infinity", "Infinity"),
        (b"[" * 100_000, "too large"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "too large"),
    ],
)
def test_what_is_no_document_is_told_in_one_finding(data: bytes, says: str) -> None:
    with pytest.raises(NotJson) as error:
        read_json(data)

    (finding,) = error.value.findings
    assert finding.code == "json-not-readable"
    assert says in finding.message
    assert finding.advice
