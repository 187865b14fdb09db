"""Drafts on both databases: uploaded, accepted, withdrawn, with everything in the audit."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from estimator.rulebook import snapshot
from estimator.services.publishing import kept
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.drafts import accept, upload, withdraw
from estimator.services.rulebooks import RulebookRefused
from estimator.storage import audit, drafts
from estimator.storage.database import Database
from estimator.storage.tables import Acceptance, Draft, Event
from tests.builders import limit
from tests.support.rulebooks import NOW, WHY, act, published, sent, workbook


def load(database: Database, number: int) -> Draft:
    with database.session() as session:
        draft = drafts.load(session, number)
    assert draft is not None
    return draft


def accepted(database: Database, number: int) -> dict[str, Acceptance]:
    with database.session() as session:
        return drafts.acceptances(session, number)


def events(database: Database) -> list[Event]:
    with database.session() as session:
        return list(audit.all_events(session))


def decision(draft: Draft) -> str:
    (only,) = kept.to_decide(kept.findings(draft.findings))
    return only


def codes(refused: pytest.ExceptionInfo[RulebookRefused]) -> list[str]:
    return [each.code for each in refused.value.findings]


def test_an_upload_keeps_the_bytes_what_they_say_and_what_is_wrong(database: Database) -> None:
    live = published(database, workbook(70))
    data = workbook(80, decide=True)

    number = upload(database, act(), sent(data, "C:\\rules\\March.xlsx"))

    draft = load(database, number)
    assert (draft.workbook, draft.file_name, draft.state) == (data, "March.xlsx", "open")
    assert (draft.uploaded_by, draft.uploaded_at, draft.reason) == ("robin", NOW, WHY)
    assert (draft.base, draft.release) == (live, None)
    assert draft.snapshot is not None
    assert snapshot.fingerprint(snapshot.decode(draft.snapshot)) == draft.fingerprint
    first = kept.findings(draft.findings)[0]
    assert (first.severity, first.code) == ("decide", "plan-without-deductible")
    (test,) = draft.tests
    assert (test["id"], test["expected"], test["got"], test["passed"]) == (
        "t1",
        "80.00",
        "80.00",
        True,
    )


def test_a_failing_test_is_kept_with_what_it_got_and_the_content(database: Database) -> None:
    draft = load(database, upload(database, act(), sent(workbook(80, expected=81))))

    assert [(each["expected"], each["got"], each["passed"]) for each in draft.tests] == [
        ("81.00", "80.00", False)
    ]
    assert draft.findings[0]["code"] == "failing-test"
    assert draft.fingerprint is not None
    assert draft.snapshot is not None


def test_a_workbook_with_a_stop_is_kept_without_content(database: Database) -> None:
    data = workbook(80, limit("deductible", 1, "silver"))

    draft = load(database, upload(database, act(), sent(data)))

    assert draft.findings[0]["code"] == "unknown-id"
    assert (draft.fingerprint, draft.snapshot, draft.tests) == (None, None, [])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 no workbook", workbook()[:2000]])
def test_what_is_no_workbook_is_refused_and_not_kept(database: Database, data: bytes) -> None:
    with pytest.raises(RulebookRefused) as refused:
        upload(database, act(), sent(data, "offer.pdf"))

    assert {each.severity for each in refused.value.findings} == {"stop"}
    with database.session() as session:
        assert list(drafts.listed(session)) == []
    (event,) = events(database)
    assert (event.action, event.actor, event.details["file"]) == (
        "draft.refuse",
        "robin",
        "offer.pdf",
    )
    assert event.details["findings"] == codes(refused)


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (" \r\n ", "reason-missing"),
        ("a" * 2001, "reason-not-readable"),
        ("a\x00b", "reason-not-readable"),
    ],
)
def test_an_upload_without_a_reason_is_refused(database: Database, why: str, code: str) -> None:
    with pytest.raises(RulebookRefused) as refused:
        upload(database, act(), sent(workbook(), why=why))

    assert codes(refused) == [code]
    assert refused.value.findings[0].field == "why"
    assert events(database) == []


def test_a_finding_is_accepted_by_one_person_with_a_reason(database: Database) -> None:
    number = upload(database, act(), sent(workbook(decide=True)))
    finding = decision(load(database, number))

    accept(database, act("kim"), number, finding, "It has none.")

    kept_ = accepted(database, number)[finding]
    assert (kept_.reason, kept_.accepted_by, kept_.accepted_at) == ("It has none.", "kim", NOW)


def test_accepting_again_replaces_the_reason(database: Database) -> None:
    number = upload(database, act(), sent(workbook(decide=True)))
    finding = decision(load(database, number))

    for who, why in (("kim", "It has none."), ("robin", "Asked the payer.")):
        accept(database, act(who), number, finding, why)

    (only,) = accepted(database, number).values()
    assert (only.reason, only.accepted_by) == ("Asked the payer.", "robin")
    told = [each.details["why"] for each in events(database) if each.action == "draft.accept"]
    assert told == ["It has none.", "Asked the payer."]


def test_only_what_is_to_decide_is_accepted(database: Database) -> None:
    number = upload(database, act(), sent(workbook(80, expected=81)))
    stop = kept.digest(kept.findings(load(database, number).findings)[0])

    for finding in (stop, "0" * 64):
        with pytest.raises(RulebookRefused) as refused:
            accept(database, act(), number, finding, "Never mind.")
        assert codes(refused) == ["not-to-decide"]

    assert accepted(database, number) == {}


def test_a_finding_that_says_something_else_is_another() -> None:
    (found,) = kept.findings(
        [{"severity": "decide", "code": "crossing-rows", "message": "Rows 2 and 3 cross."}]
    )
    (other,) = kept.findings(
        [{"severity": "decide", "code": "crossing-rows", "message": "Rows 2 and 4 cross."}]
    )

    assert kept.digest(found) != kept.digest(other)


def test_a_withdrawn_draft_is_closed(database: Database) -> None:
    number = upload(database, act(), sent(workbook(decide=True)))
    finding = decision(load(database, number))

    withdraw(database, act("kim"), number, "Wrong file.")

    assert load(database, number).state == "withdrawn"
    for again in (
        lambda: withdraw(database, act(), number, "Again."),
        lambda: accept(database, act(), number, finding, "Fine."),
    ):
        with pytest.raises(RulebookRefused) as refused:
            again()
        assert codes(refused) == ["draft-closed"]


def test_a_draft_that_is_not_there_is_said_to_be_missing(database: Database) -> None:
    with pytest.raises(NotThere):
        withdraw(database, act(), 7, "Wrong file.")


def test_every_step_is_in_the_audit(database: Database) -> None:
    data = workbook(decide=True)
    number = upload(database, act(), sent(data))
    finding = decision(load(database, number))
    accept(database, act("kim"), number, finding, "It has none.")
    withdraw(database, act("lou"), number, "Wrong file.")

    told: list[Any] = [(each.actor, each.action, each.about) for each in events(database)]
    assert told == [
        ("robin", "draft.upload", "1"),
        ("kim", "draft.accept", "1"),
        ("lou", "draft.withdraw", "1"),
    ]
    first, second, third = (each.details for each in events(database))
    assert first["workbook"] == hashlib.sha256(data).hexdigest()
    assert (second["code"], second["why"]) == ("plan-without-deductible", "It has none.")
    assert third["why"] == "Wrong file."
