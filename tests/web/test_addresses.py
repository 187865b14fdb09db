"""Addresses and forms with numbers and names that nothing has, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from estimator.services.accounts.roles import Identity, Role
from tests.support import stored
from tests.web import rules

LARGE = "9" * 25
HUGE = "9" * 5000
"""More digits than Python reads."""


@pytest.fixture
def client(database_url: str) -> Iterator[FlaskClient]:
    identity = Identity("ada", Role.ADMIN)
    with stored.served(database_url, rules.RULES.rows, identify=lambda: identity) as (_, app):
        yield app.test_client()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/rulebook/drafts/{LARGE}", 404),
        (f"/rulebook/drafts/{LARGE}/difference", 404),
        ("/rulebook/drafts/0/difference", 404),
        (f"/rulebook/releases/{LARGE}", 404),
        (f"/rulebook/difference?from=1&to={LARGE}", 404),
        (f"/rulebook/difference?from=-1&to=-{LARGE}", 404),
        (f"/rulebook/forward?made={LARGE}&page=-{LARGE}", 200),
        (f"/estimates?page={LARGE}", 200),
        (f"/audit?before={LARGE}", 200),
        (f"/audit?before=-{LARGE}", 200),
        ("/estimates/%00", 404),
        ("/batches/%00", 404),
    ],
)
def test_what_cannot_be_there_is_not_looked_for(
    client: FlaskClient, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("release", [LARGE, HUGE, "-1", "\u00b2", ""])
def test_a_release_that_cannot_be_is_no_live_one(client: FlaskClient, release: str) -> None:
    sent = {"release": release, "row": "Prices!2", "request": "{}"}

    assert "Another release is live" in client.post("/rulebook/forward", data=sent).text
    assert client.post("/estimates", data=sent).status_code == 422


@pytest.mark.parametrize("corrects", ["\0", "x" * 40, "of another time"])
def test_a_file_that_corrects_no_batch_is_estimated_whole(
    client: FlaskClient, corrects: str
) -> None:
    file = (BytesIO(b"patient_ref,clinic_id\n1,boston\n"), "a\0.csv")

    sent = client.post("/batches", data={"file": file, "corrects": corrects})

    assert sent.status_code == 303
    assert "a.csv" in client.get(sent.headers["Location"]).text
