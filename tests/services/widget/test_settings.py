from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from estimator.services.audit import Audit
from estimator.services.intake.fields import DocumentRefused
from estimator.services.widget.counts import daily_counts, record
from estimator.services.widget.settings import (
    WidgetSettings,
    all_settings,
    read_settings,
    save_settings,
    settings_of,
)
from estimator.storage import audit as kept_audit
from estimator.storage.database import Database, migrate, open_database
from tests.support.publishing import at_once
from tests.web.rules import RULES

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SENT: dict[str, Any] = {
    "served": True,
    "origins": ["https://www.example.org"],
    "treatments": ["ketamine"],
    "languages": ["es"],
    "accent": "#AA0000",
    "background": "#ffffff",
    "text": "#000000",
    "radius": 4,
    "contact_phone": "(555) 010-0100",
}
SITES = [
    ("https://www.example.org", "https://www.example.org"),
    ("https://www.example.org/", "https://www.example.org"),
    ("HTTPS://WWW.Example.ORG", "https://www.example.org"),
    ("https://example.org:8443", "https://example.org:8443"),
    ("https://*.example.org", "https://*.example.org"),
    ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ("http://localhost:8080", "http://localhost:8080"),
    ("http://127.0.0.1", "http://127.0.0.1"),
    ("http://clinic.localhost", "http://clinic.localhost"),
]
NOT_SITES = [
    *("http://www.example.org", "https://example.org/path", "https://*", "*", "'self'", "https:"),
    *("https://user@example.org", "https://example.org?x", "https://example.org#x", "null"),
    *("https://exa mple.org", "https://example.org;script-src *", "https://example.org\nx: y"),
    *("https://a.*.example.org", "https://.example.org", "https://münchen.example", "data:"),
    *("https://example", "javascript:alert(1)", "//example.org", ""),
]


def read(**changes: Any) -> WidgetSettings:
    return read_settings("main", SENT | changes, RULES)


@pytest.mark.parametrize(("typed", "kept"), SITES)
def test_a_site_is_an_origin(typed: str, kept: str) -> None:
    assert read(origins=[typed]).origins == (kept,)


@pytest.mark.parametrize("typed", NOT_SITES)
def test_what_is_not_an_origin_is_refused(typed: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read(origins=["https://fine.example.org", typed])

    assert [finding.field for finding in refused.value.findings] == ["origins[1]"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "red"),
        ("background", "#fff"),
        ("text", "#000000;}"),
        ("radius", 25),
        ("languages", []),
        ("languages", ["fr"]),
        ("treatments", ["aspirin"]),
        ("contact_phone", "call me"),
        ("contact_email", "a b@c"),
        ("origins", [f"https://s{number}.example.org" for number in range(21)]),
        ("surprise", 1),
    ],
)
def test_everything_else_is_checked_too(field: str, value: Any) -> None:
    with pytest.raises(DocumentRefused):
        read(**{field: value})


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://a.example.org", True),
        ("https://b.a.example.org", True),
        ("https://example.org", False),
        ("https://a.example.org.evil.test", False),
        ("https://evil.test/.example.org", False),
        ("http://a.example.org", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_star_stands_for_what_is_before_the_site(origin: str, allowed: bool) -> None:
    assert (
        WidgetSettings(clinic_id="a", origins=("https://*.example.org",)).allows(origin) is allowed
    )


def test_before_anybody_decides_only_the_page_is_served(database: Database) -> None:
    found = settings_of(database, "main")

    assert found.served
    assert found.origins == ()
    assert not found.allows("https://www.example.org")


def test_what_is_saved_is_there_and_in_the_audit(database: Database) -> None:
    audit = Audit(b"a key")
    save_settings(database, audit, NOW, "Robin", read())
    save_settings(database, audit, NOW, "Kim", read(served=False))

    found = settings_of(database, "main")
    assert (found.accent, found.languages, found.served) == ("#aa0000", ("es",), False)
    assert (found.changed_by, found.changed_at) == ("Kim", NOW)
    assert [each.clinic_id for each in all_settings(database, RULES)] == ["main", "branch"]
    with database.session() as session:
        events = list(kept_audit.all_events(session))
    assert [(event.actor, event.action, event.about) for event in events] == [
        ("Robin", "widget.save", "main"),
        ("Kim", "widget.save", "main"),
    ]


def test_counts_add_up_by_day(database: Database) -> None:
    yesterday = date(2026, 3, 1)
    record(database, {("main", TODAY, "opened"): 2, ("main", yesterday, "opened"): 1})
    record(database, {("main", TODAY, "opened"): 3, ("main", TODAY, "answered"): 1})
    record(database, {("branch", TODAY, "opened"): 9, ("main", date(2026, 1, 1), "opened"): 7})

    assert daily_counts(database, "main", TODAY) == [(TODAY, 5, 1), (yesterday, 1, 0)]


def count_often(database: Database) -> int:
    for _ in range(20):
        record(database, {("main", TODAY, "opened"): 1})
    return 20


def test_processes_that_count_at_once_lose_nothing(database_url: str) -> None:
    database = open_database(database_url)
    migrate(database)
    total = sum(at_once(count_often, database_url))

    assert daily_counts(database, "main", TODAY) == [(TODAY, total, 0)]
    database.close()
