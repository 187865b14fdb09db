"""What ships is found in a checkout; test_wheel.py finds it where the package is installed."""

from __future__ import annotations

from estimator import shipped


def test_the_shipped_rules_and_example_stand_in_rules_in_a_checkout() -> None:
    found = (shipped.workbook(), shipped.example_patient())

    assert [path.parent.name for path in found] == ["rules", "rules"]
    assert all(path.exists() for path in found)
