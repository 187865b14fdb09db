"""Values on their way into a table and out of it."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import sqlite

from estimator.storage.tables import CompressedText, Moment


@pytest.mark.parametrize("column", [Moment(), CompressedText()], ids=["moment", "text"])
def test_what_is_not_known_stays_not_known(column: Moment | CompressedText) -> None:
    dialect = sqlite.dialect()

    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None


def test_long_texts_take_less_room() -> None:
    text = '{"Plans": [{"Plan ID": "blue-ppo"}]}' * 1000

    kept = CompressedText().process_bind_param(text, sqlite.dialect())

    assert kept is not None
    assert len(kept) < len(text) / 20
