"""What is kept can be made again, to the cent, and says nothing of who the patient is."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from estimator.services.audit import Audit
from estimator.services.estimating import estimate
from estimator.services.intake.fields import DocumentRefused
from estimator.services.kept.digest import digest_of
from estimator.services.kept.estimates import (
    Keeping,
    NoSuchRelease,
    kept_estimates,
    remade,
)
from estimator.storage.database import Database
from estimator.storage.tables import Event, KeptEstimate
from tests import builders as b
from tests.support import stored
from tests.support.stored import NOW
from tests.web import rules

BOOK = rules.RULES.rows
DEARER = {
    **BOOK,
    "Prices": tuple(
        b.cash("infusion", 999) if row.kind == "cash" and row.item_id == "infusion" else row
        for row in BOOK["Prices"]
    ),
}
REQUESTS: dict[str, dict[str, Any]] = {
    "listed": {
        "plan_id": "gold",
        "coverage": "family",
        "as_of": "2026-02-01",
        "accumulators": [
            {"kind": "deductible", "network": "in", "individual": "100.00", "family": "250.00"}
        ],
        "patient": {"age": 44, "diagnosis": "F33.2", "prior_authorization": {"ketamine": "denied"}},
    },
    "from the card": {
        "plan": {
            "network": "in",
            "limits": [{"kind": "deductible", "individual": "1500.00"}],
            "benefits": [
                {"category": "*", "coinsurance": "0.2"},
                {"category": "generic", "copay": "10", "copay_per": "line", "deductible": "waived"},
            ],
        },
    },
    "second plan": {"plan_id": "gold", "secondary": {"plan_id": "silver"}},
    "whole second plan": {
        "plan_id": "gold",
        "secondary": {
            "method": "standard",
            "plan": {"benefits": [{"category": "*", "coinsurance": "0.5"}]},
        },
    },
    "nobody pays": {
        "assistance_used": {"helping-hand": "12.34"},
        "treatments": ["ketamine+sertraline"],
    },
    "not known": {
        "insurance": "unknown",
        "patient": {"household_size": 2, "annual_income": "20000"},
    },
}


@pytest.fixture
def keeping(database: Database) -> Keeping:
    stored.publish(database, BOOK, DEARER)
    return Keeping(database, Audit.of(database, stored.SECRET), days=365)


def keep(keeping: Keeping, release: int = 1, /, **request: Any) -> str:
    return keeping.keep({"clinic_id": "main", **request}, release, NOW, "robin")


def events(database: Database) -> list[tuple[str, str, str]]:
    with database.session() as session:
        found = session.scalars(select(Event).order_by(Event.number))
        return [(event.actor, event.action, event.about) for event in found]


def test_every_kind_of_request_is_made_again_to_the_cent(keeping: Keeping) -> None:
    for request in REQUESTS.values():
        made = remade(keeping.database, keep(keeping, **request))
        assert made is not None
        assert made.is_equal
        assert made.answer is not None
        again = estimate({"clinic_id": "main", **request}, rules.RULES, today=NOW.date())
        assert made.answer["treatments"] == again["treatments"]
        assert made.answer["release"] == 1


def test_each_is_made_again_from_its_own_release(keeping: Keeping) -> None:
    first, second = keep(keeping, 1), keep(keeping, 2)
    made = [remade(keeping.database, name) for name in (first, second)]
    assert [each and each.is_equal for each in made] == [True, True]
    pays = [b.pays(each.answer, "self_pay") for each in made if each and each.answer]
    assert pays == ["2910.00", "6054.00"]


def test_a_record_that_was_changed_is_not_equal(keeping: Keeping) -> None:
    name = keep(keeping, plan_id="gold")
    with keeping.database.writing() as session:
        row = session.get_one(KeptEstimate, name)
        row.request = json.dumps({**json.loads(row.request), "months": 11})
    made = remade(keeping.database, name)
    assert made is not None
    assert not made.is_equal
    assert not made.engine_differs


def test_one_that_the_engine_refuses_now_says_why(keeping: Keeping) -> None:
    name = keep(keeping)
    with keeping.database.writing() as session:
        row = session.get_one(KeptEstimate, name)
        row.request, row.engine_version = json.dumps({"moon": "full"}), "0.0.1"
    made = remade(keeping.database, name)
    assert made is not None
    assert (made.answer, made.is_equal, made.engine_differs) == (None, False, True)
    assert made.findings[0].code == "unknown-key"


def test_keeping_and_removing_are_in_the_audit_without_the_request(keeping: Keeping) -> None:
    name = keep(keeping, plan_id="gold", patient={"age": 44})
    assert keeping.remove(name, NOW, "sam")
    assert not keeping.remove(name, NOW, "sam")
    assert remade(keeping.database, name) is None
    assert events(keeping.database) == [
        ("robin", "estimate.keep", name),
        ("sam", "estimate.remove", name),
    ]


def test_what_was_kept_long_enough_is_deleted_and_the_audit_says_so(keeping: Keeping) -> None:
    old, fresh = keep(keeping), keeping.keep({"clinic_id": "main"}, 1, NOW + timedelta(2), "robin")
    keeping.expire(NOW + timedelta(365))
    assert remade(keeping.database, old) is not None
    keeping.expire(NOW + timedelta(365, 1))
    assert remade(keeping.database, old) is None
    assert remade(keeping.database, fresh) is not None
    assert events(keeping.database)[-1] == ("estimator", "estimate.expire", "")
    keeping.expire(NOW + timedelta(365, 1))
    assert len(events(keeping.database)) == 3


def test_keeping_deletes_what_is_due_as_well(keeping: Keeping) -> None:
    old = keep(keeping)
    keeping.keep({"clinic_id": "main"}, 1, NOW + timedelta(400), "robin")
    assert remade(keeping.database, old) is None


def test_the_list_is_paged_the_newest_first(keeping: Keeping) -> None:
    names = [
        keeping.keep({"clinic_id": "main"}, 1, NOW + timedelta(minutes=n), "robin")
        for n in range(3)
    ]
    found, count = kept_estimates(keeping.database, 1, 2)
    rest, _ = kept_estimates(keeping.database, 2, 2)
    assert ([each.name for each in (*found, *rest)], count) == (names[::-1], 3)


def test_what_a_plan_is_called_is_not_kept(keeping: Keeping) -> None:
    plan = {"name": "Card of Kim Lee", **REQUESTS["from the card"]["plan"]}
    name = keep(keeping, plan=plan)
    with keeping.database.session() as session:
        assert "Kim" not in session.get_one(KeptEstimate, name).request
    made = remade(keeping.database, name)
    assert made is not None
    assert made.is_equal


def test_a_document_that_cannot_be_used_is_not_kept(keeping: Keeping) -> None:
    with pytest.raises(DocumentRefused):
        keep(keeping, plan_id="none such")
    with pytest.raises(NoSuchRelease):
        keep(keeping, 9)
    assert kept_estimates(keeping.database, 1, 9)[1] == 0


def test_a_digest_sees_every_figure_and_no_words() -> None:
    answer = estimate({"clinic_id": "main", "plan_id": "gold"}, rules.RULES, today=NOW.date())
    same = deepcopy(answer)
    same["engine_version"] = "9"
    same["findings"] = []
    same["treatments"][0]["name"] = "Another name"
    same["treatments"][0]["routes"][0]["assumes"] = []
    same["treatments"][0]["routes"][0]["lines"][0]["description"] = "in other words"
    same["treatments"][0]["routes"][0]["lines"][0]["rule"]["source"] = "elsewhere"
    assert digest_of(same) == digest_of(answer)
    for path, value in (
        (("treatments", 0, "routes", 0, "lines", 0, "copay"), "1.00"),
        (("treatments", 0, "routes", 0, "lines", 0, "rule", "row"), 77),
        (("treatments", 0, "routes", 0, "by_month", 3), "1.00"),
        (("treatments", 0, "coverage", "status"), "covered"),
        (("comparison", "rows", 0, "per_month"), "1.00"),
        (("request", "months"), 11),
    ):
        other = deepcopy(answer)
        inner: Any = other
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        assert digest_of(other) != digest_of(answer), path
