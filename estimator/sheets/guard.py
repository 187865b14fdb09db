"""Refuses a file before anything reads it."""

from __future__ import annotations

from estimator.findings import Finding


def guard(data: bytes) -> tuple[Finding, ...]:
    """Return why *data* must not be read as a workbook; nothing where it may."""
    return ()
