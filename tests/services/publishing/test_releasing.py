"""Publishing and rolling back on both databases: what stands in the way, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from estimator import __version__
from estimator.rulebook import snapshot
from estimator.services import rulebooks
from estimator.services.publishing import kept
from estimator.services.publishing.codes import NotThere
from estimator.services.publishing.drafts import accept, upload, withdraw
from estimator.services.publishing.releasing import publish, roll_back
from estimator.services.publishing.two_people import TwoPeople, TwoPersonRule
from estimator.services.rulebooks import RulebookRefused
from estimator.storage import audit, drafts, releases
from estimator.storage.database import Database
from estimator.storage.tables import Draft, Release, User
from tests.builders import ask, cash, limit, pays
from tests.support.publishing import at_once
from tests.support.rulebooks import NOW, TWO, act, approval, published, sent, workbook


def draft_of(database: Database, data: bytes, who: str = "robin") -> int:
    return upload(database, act(who), sent(data))


def release(database: Database, number: int) -> Release:
    with database.session() as session:
        found = releases.load(session, number)
    assert found is not None
    return found


def draft(database: Database, number: int) -> Draft:
    with database.session() as session:
        found = drafts.load(session, number)
    assert found is not None
    return found


def decision(database: Database, number: int) -> str:
    (only,) = kept.to_decide(kept.findings(draft(database, number).findings))
    return only


def codes_of(draft: Draft) -> set[str]:
    return {each["code"] for each in draft.findings}


def refused(work: Callable[[], Any]) -> list[str]:
    """Return the codes of what stands in the way."""
    with pytest.raises(RulebookRefused) as why:
        work()
    return [each.code for each in why.value.findings]


def told(database: Database) -> list[tuple[str, str, str]]:
    with database.session() as session:
        return [(each.actor, each.action, each.about) for each in audit.all_events(session)]


def test_a_published_draft_is_live_with_all_that_led_to_it(database: Database) -> None:
    data = workbook(80, decide=True)
    number = draft_of(database, data)
    accept(database, act("lou"), number, decision(database, number), "It has none.")

    made = publish(database, act("kim"), number, approval(None, why="Checked with Lou"))

    new = release(database, made)
    assert (new.number, new.workbook, new.engine_version) == (1, data, __version__)
    assert (new.uploaded_by, new.published_by, new.published_at) == ("robin", "kim", NOW)
    assert (new.reason, new.rollback_of) == ("Checked with Lou", None)
    (accepted,) = new.accepted
    assert accepted["code"] == "plan-without-deductible"
    assert (accepted["reason"], accepted["accepted_by"]) == ("It has none.", "lou")
    assert accepted["accepted_at"] == NOW.isoformat()
    assert [each["passed"] for each in new.tests] == [True]
    assert new.fingerprint == draft(database, number).fingerprint
    assert (draft(database, number).state, draft(database, number).release) == ("published", 1)
    live = rulebooks.live(database)
    assert (live.number, pays(ask(live.rulebook), "self_pay")) == (1, "80.00")
    assert told(database)[-1] == ("kim", "release.publish", "1")


STOPPED = {
    "draft-has-stops": workbook(80, limit("deductible", 1, "silver")),
    "a failing test": workbook(80, expected=81),
    "finding-not-accepted": workbook(80, decide=True),
}


@pytest.mark.parametrize("code", STOPPED)
def test_what_stands_in_the_way_is_not_published(database: Database, code: str) -> None:
    number = draft_of(database, STOPPED[code])

    found = refused(lambda: publish(database, act("kim"), number, approval(None)))

    assert found == [code if code in found else "draft-has-stops"]
    assert draft(database, number).state == "open"
    with database.session() as session:
        assert releases.current_number(session) is None


def test_everything_in_the_way_is_said_at_once(database: Database) -> None:
    published(database, workbook(70))
    number = draft_of(database, workbook(80, decide=True, expected=81))

    found = refused(lambda: publish(database, act("Robin"), number, approval(None, TWO)))

    assert found == [
        "draft-has-stops",
        "finding-not-accepted",
        "live-release-moved",
        "needs-another-person",
    ]


@pytest.mark.parametrize("close", ["publish", "withdraw"])
def test_a_closed_draft_is_not_published(database: Database, close: str) -> None:
    number = draft_of(database, workbook())
    if close == "publish":
        publish(database, act("kim"), number, approval(None))
    else:
        withdraw(database, act(), number, "Wrong file.")

    assert refused(lambda: publish(database, act("kim"), number, approval(1))) == ["draft-closed"]


def test_what_is_not_there_is_said_to_be_missing(database: Database) -> None:
    for work in (publish, roll_back):
        with pytest.raises(NotThere):
            work(database, act(), 9, approval(None))


def test_publishing_needs_a_reason(database: Database) -> None:
    number = draft_of(database, workbook())

    for work in (publish, roll_back):
        assert refused(lambda w=work: w(database, act(), number, approval(None, why=" "))) == [
            "reason-missing"
        ]


@pytest.mark.parametrize(
    ("rule", "accounts", "asks"),
    [
        (TwoPersonRule(TwoPeople.ALWAYS), 0, True),
        (TwoPersonRule(TwoPeople.NEVER), 2, False),
        (TwoPersonRule(TwoPeople.AUTO), 0, False),
        (TwoPersonRule(TwoPeople.AUTO), 1, False),
        (TwoPersonRule(TwoPeople.AUTO), 2, True),
        (TwoPersonRule(TwoPeople.AUTO, counted=False), 0, True),
    ],
)
def test_two_people_are_needed_once_there_are_two(
    database: Database, rule: TwoPersonRule, accounts: int, asks: bool
) -> None:
    with database.writing() as session:
        users = [*(("kim", None), ("robin", None))[:accounts], ("gone", NOW)]
        session.add_all(
            User(name=name, role="approver", failures=0, created_at=NOW, disabled_at=left)
            for name, left in users
        )
    number = draft_of(database, workbook(), "robin")

    def by(who: str) -> Callable[[], int]:
        return lambda: publish(database, act(who), number, approval(None, rule))

    if asks:
        assert refused(by("ROBIN")) == ["needs-another-person"]
        assert by("kim")() == 1
    else:
        assert by("robin")() == 1


def test_a_release_that_went_live_meanwhile_is_looked_at_first(database: Database) -> None:
    mine = draft_of(database, workbook(80))
    published(database, workbook(70))

    assert refused(lambda: publish(database, act("kim"), mine, approval(None))) == [
        "live-release-moved"
    ]

    assert draft(database, mine).base is None
    assert publish(database, act("kim"), mine, approval(1)) == 2


def test_what_changed_since_the_upload_is_found_and_kept(database: Database) -> None:
    """The last row of a key ends: a month later there is something to say about it."""
    data = workbook(80, cash("fee", 5, effective_to="2026-06-30"))
    number = draft_of(database, data)
    before = codes_of(draft(database, number))
    later = act("kim", NOW + timedelta(days=200))

    found = refused(lambda: publish(database, later, number, approval(9)))

    assert found == ["live-release-moved"]
    assert "ended-row" in codes_of(draft(database, number)) - before
    assert told(database)[-1] == ("kim", "draft.check_again", "1")


def test_rolling_back_publishes_the_same_again(database: Database) -> None:
    published(database, workbook(70))
    published(database, workbook(80), live=1)

    made = roll_back(database, act("kim"), 1, approval(2, why="80 was a typing error"))

    old, new = release(database, 1), release(database, made)
    assert (new.number, new.rollback_of, new.reason) == (3, 1, "80 was a typing error")
    assert (new.workbook, new.snapshot) == (old.workbook, old.snapshot)
    assert (new.fingerprint, new.uploaded_by, new.published_by) == (
        old.fingerprint,
        "robin",
        "kim",
    )
    assert [(each["got"], each["passed"]) for each in new.tests] == [("70.00", True)]
    assert pays(ask(rulebooks.live(database).rulebook), "self_pay") == "70.00"
    assert told(database)[-1] == ("kim", "release.roll_back", "3")


def test_what_was_accepted_stays_accepted_when_rolled_back(database: Database) -> None:
    number = draft_of(database, workbook(70, decide=True))
    accept(database, act("lou"), number, decision(database, number), "It has none.")
    publish(database, act("kim"), number, approval(None))
    published(database, workbook(80), live=1)

    made = roll_back(database, act("kim"), 1, approval(2))

    assert release(database, made).accepted == release(database, 1).accepted != []


def test_an_earlier_release_that_today_stops_is_not_rolled_back(database: Database) -> None:
    """Its Tests are run by today's program, which may give something else than then."""
    data = workbook(70, expected=71)
    loaded = rulebooks.check(data, NOW.date()).loaded
    new = rulebooks.new_release(workbook(70), NOW, "robin", "First")
    with database.writing() as session:
        releases.publish(session, replace(new, snapshot=snapshot.encode(loaded.rows)))
    published(database, workbook(80), live=1)

    assert refused(lambda: roll_back(database, act("kim"), 1, approval(2))) == ["release-has-stops"]


def test_the_live_release_is_not_rolled_back_to(database: Database) -> None:
    published(database, workbook(70))

    assert refused(lambda: roll_back(database, act("kim"), 1, approval(1))) == ["already-live"]


def test_rolling_back_beside_another_live_release_is_asked_again(database: Database) -> None:
    published(database, workbook(70))
    published(database, workbook(80), live=1)

    assert refused(lambda: roll_back(database, act("kim"), 1, approval(1))) == [
        "live-release-moved"
    ]


def test_two_people_have_looked_at_what_is_rolled_back(database: Database) -> None:
    """One of them may be the one who approved it then: what is wrong now should go at once."""
    alone = draft_of(database, workbook(70), "robin")
    publish(database, act("robin"), alone, approval(None))
    published(database, workbook(80), live=1)
    published(database, workbook(90), live=2)

    def back(who: str, number: int, live: int) -> Callable[[], int]:
        return lambda: roll_back(database, act(who), number, approval(live, TWO))

    assert refused(back("robin", 1, 3)) == ["needs-another-person"]
    assert back("robin", 2, 3)() == 4
    assert back("kim", 1, 4)() == 5


def publish_first(database: Database) -> str:
    try:
        return f"release {publish(database, act('kim'), 1, approval(None))}"
    except RulebookRefused as error:
        return error.findings[0].code


def publish_own(database: Database) -> str:
    """Upload and publish in turn, asking again wherever another was quicker."""
    number = upload(database, act(), sent(workbook(80)))
    for _ in range(50):
        with database.session() as session:
            live = releases.current_number(session)
        try:
            return f"release {publish(database, act('kim'), number, approval(live))}"
        except RulebookRefused:
            continue
    return "never"


def test_of_several_who_publish_one_draft_one_does(database: Database, database_url: str) -> None:
    draft_of(database, workbook())

    answers = at_once(publish_first, database_url)

    assert sorted(answers) == ["draft-closed"] * 3 + ["release 1"]


def test_publishers_at_once_each_get_a_number(database: Database, database_url: str) -> None:
    answers = at_once(publish_own, database_url)

    assert sorted(answers) == [f"release {number}" for number in range(1, 5)]
    actions = [action for _, action, _ in told(database)]
    assert (actions.count("release.publish"), actions.count("draft.upload")) == (4, 4)
