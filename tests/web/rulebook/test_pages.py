"""The pages of a release's life as a client meets them, on both databases where it matters."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from estimator import services
from estimator.rulebook.annotated import ERRORS
from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import fingerprint
from estimator.services import audit_check
from estimator.storage import audit, releases
from estimator.storage.database import Database, open_database
from estimator.web import Settings
from estimator.web.audit import WORDS
from tests.builders import limit, plan
from tests.support.rulebooks import published, workbook
from tests.support.staff import app_of, close, person
from tests.web.page import Page
from tests.web.rulebook.conftest import APPROVER, EDITOR, Mounted, fill

WHY = "Prices of March"
READY, TO_DECIDE = workbook(80), workbook(80, decide=True)
STOPPED = workbook(80, limit("deductible", 1, "none"))


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    return person(app, *EDITOR)


@pytest.fixture
def approver(app: Flask) -> FlaskClient:
    return person(app, *APPROVER)


def upload(client: FlaskClient, data: bytes, why: str = WHY, name: str = "rules.xlsx") -> Any:
    form = {"workbook": (BytesIO(data), name), "why": why}
    return client.post("/rulebook/upload", data=form, content_type="multipart/form-data")


def draft_of(client: FlaskClient, data: bytes) -> str:
    """Upload a workbook and return the address of its draft."""
    response = upload(client, data)
    assert response.status_code == 303
    return str(response.headers["Location"])


def shown(client: FlaskClient, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.text)


def problems(response: TestResponse) -> str:
    """Return the words of the summary of what stands in the way."""
    assert response.status_code == 422
    page = Page(response.text)
    assert page.title.startswith("Error: ")
    return page.words("outcome")


def finding_of(page: Page) -> str:
    (field,) = page.attributes("input", name="finding")
    return field["value"]


def test_the_whole_way_from_upload_to_rolling_back(database_url: str, mounted: Mounted) -> None:
    fill(database_url)
    app = mounted(database_url)
    editor, approver = person(app, *EDITOR), person(app, *APPROVER)
    data = workbook(80, decide=True)

    address = draft_of(editor, data)
    finding = finding_of(shown(editor, address))
    accepted = editor.post(f"{address}/accept", data={"finding": finding, "why": "It has none."})
    live = approver.post(f"{address}/publish", data={"why": "Checked", "live": "1"})

    assert accepted.headers["Location"] == f"{address}#finding-{finding[:12]}"
    assert live.headers["Location"] == "/rulebook/releases/2"
    page = shown(approver, "/rulebook/releases/2").all("main")[0]
    for words in ("live", "robin", "kim", "Checked", "It has none.", "1 test passed"):
        assert words in page
    estimate = approver.post("/api/v1/estimates", json={"clinic_id": "main"}).get_json()
    assert estimate["release"] == 2
    back = approver.post("/rulebook/releases/1/rollback", data={"why": "Wrong", "live": "2"})
    assert back.headers["Location"] == "/rulebook/releases/3"
    assert "release 1" in shown(approver, "/rulebook/releases/3").all("dl", class_="given")[0]
    assert person(app, "lou", "viewer").get("/readyz").get_json()["release"] == 3


def test_the_overview_says_what_is_live_and_what_is_on_its_way(
    editor: FlaskClient, approver: FlaskClient
) -> None:
    draft_of(editor, workbook(80))
    withdrawn = draft_of(editor, workbook(90))
    editor.post(f"{withdrawn}/withdraw", data={"withdraw_why": "Wrong file."})

    page = shown(editor, "/rulebook")

    assert "Release 1 live" in page.all("section", class_="live")[0]
    assert "Draft 2: rules.xlsx" in page.all("section")[1]
    assert "withdrawn" in page.all("details")[0]


@pytest.mark.parametrize(
    ("role", "sees", "not_"),
    [
        ("viewer", (), ("Upload a workbook", "Audit")),
        ("editor", ("Upload a workbook",), ("Audit",)),
        ("admin", ("Upload a workbook", "Audit"), ()),
    ],
)
def test_nobody_is_shown_what_they_may_not_do(
    app: Flask, role: str, sees: tuple[str, ...], not_: tuple[str, ...]
) -> None:
    page = shown(person(app, "lou", role), "/rulebook").all("main")[0]

    assert all(words in page for words in sees)
    assert not any(words in page for words in not_)


@pytest.mark.parametrize(
    ("data", "who", "word", "sentence"),
    [
        (STOPPED, EDITOR, "to mend", "Mend each finding marked"),
        (TO_DECIDE, APPROVER, "to decide", "Mend each finding marked decide, or let a rule editor"),
        (READY, EDITOR, "waits for another person", "ask another person who may approve"),
        (READY, APPROVER, "waits for approval", "Look at what changes, then approve it below."),
        (READY, ("lou", "viewer"), "waits for approval", "It waits for somebody who may"),
    ],
)
def test_everybody_reads_what_comes_next(
    app: Flask, data: bytes, who: tuple[str, str], word: str, sentence: str
) -> None:
    address = draft_of(person(app, *EDITOR), data)
    reader = person(app, *who)

    assert any(word in each for each in shown(reader, "/rulebook").all("li"))
    (said,) = shown(reader, address).all("p", class_="next")
    assert said.startswith("Next: ")
    assert sentence in said


def test_nothing_comes_next_for_a_closed_draft(editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80))
    editor.post(f"{address}/withdraw", data={"withdraw_why": "Not wanted"})

    assert shown(editor, address).all("p", class_="next") == []


def test_a_viewer_reads_a_draft_and_changes_nothing(app: Flask, editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80, decide=True))
    viewer = person(app, "lou", "viewer")

    page = shown(viewer, address)

    assert "plan-without-deductible" in page.all("main")[0]
    assert page.all("button") == ["Show"]
    for action in ("accept", "withdraw", "publish"):
        assert viewer.post(f"{address}/{action}", data={}).status_code == 403
    assert upload(viewer, workbook()).status_code == 403


def test_a_file_that_is_no_workbook_is_not_kept(editor: FlaskClient) -> None:
    response = upload(editor, b"%PDF-1.7 an offer", why="My reason", name="offer.pdf")

    assert "It looks like a PDF" in problems(response) or "PDF" in problems(response)
    assert Page(response.text).all("textarea") == ["My reason"]
    assert "On their way" not in editor.get("/rulebook").text


@pytest.mark.parametrize("form", [{}, {"why": WHY}, {"workbook": (BytesIO(b""), "")}])
def test_an_upload_without_a_file_is_told_so(editor: FlaskClient, form: dict[str, Any]) -> None:
    response = editor.post(
        "/rulebook/upload", data={"none": "", **form}, content_type="multipart/form-data"
    )

    assert "No file was chosen" in problems(response)
    assert ("#workbook", "No file was chosen.") in Page(response.text).problems


def test_an_upload_without_a_reason_leads_to_its_field(editor: FlaskClient) -> None:
    response = upload(editor, workbook(), why=" ")

    assert ("#why", "No reason is given.") in Page(response.text).problems
    assert 'aria-describedby="why-hint why-error"' in response.text


def test_only_a_form_with_a_file_is_taken(editor: FlaskClient) -> None:
    response = editor.post("/rulebook/upload", data={"why": WHY})

    assert response.status_code == 415


@pytest.fixture(scope="module")
def mixed(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """A draft with a stop, two to decide and notes, which no test changes, and its address."""
    copy = shutil.copy(filled, tmp_path_factory.mktemp("mixed") / "it.sqlite3")
    app = app_of(f"sqlite:///{copy}")
    rows = (plan("silver"), limit("deductible", 1, "bronze"))
    yield app, draft_of(person(app, *EDITOR), workbook(80, *rows, decide=True))
    close(app)


def test_findings_are_listed_by_sheet_with_what_to_do(mixed: tuple[Flask, str]) -> None:
    app, address = mixed

    page = shown(person(app, *EDITOR), address)

    headings = [heading.rsplit(" ", 1)[0] for heading in page.all("h3")]
    assert headings[:2] == ["Limits", "Plans"]
    said = page.all("li", class_="item")
    assert any("bronze" in text and "unknown-id" in text for text in said)


@pytest.mark.parametrize(
    ("query", "takes"),
    [
        ("severity=stop", {"stop"}),
        ("severity=decide", {"decide"}),
        ("severity=note", {"note"}),
        ("sheet=Limits", {"stop"}),
        ("severity=decide&sheet=Limits", set()),
        ("severity=nonsense", set()),
        ("severity=&sheet=", {"stop", "decide", "note"}),
    ],
)
def test_findings_are_filtered_by_kind_and_sheet(
    mixed: tuple[Flask, str], query: str, takes: set[str]
) -> None:
    app, address = mixed

    page = shown(person(app, *EDITOR), f"{address}?{query}")

    words = {text.split()[0] for text in page.all("li", class_="item")}
    assert {word for word in words if not word.isdigit()} == takes
    known = {"stop", "decide", "note", "Limits", "Plans"}
    for name, value in (pair.split("=") for pair in query.split("&")):
        assert page.selected(name) == (value if value in known else "")


def test_repeats_of_one_kind_stand_together(editor: FlaskClient) -> None:
    rows = [limit("deductible", 1, f"p{number}") for number in range(4)]

    page = shown(editor, draft_of(editor, workbook(80, *rows)))

    assert "3 more of the same kind under Plan ID" in page.all("summary")
    assert page.all("h3")[0] == "Limits 4"


def test_a_wrong_decision_is_said_at_its_field(editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80, decide=True))
    finding = finding_of(shown(editor, address))

    response = editor.post(f"{address}/accept", data={"finding": finding, "why": "a\x00b"})

    field = f"#why-{finding[:12]}"
    assert [where for where, _ in Page(response.text).problems] == [field]
    unknown = editor.post(f"{address}/accept", data={"finding": "0" * 64, "why": "Fine."})
    assert "no such finding" in problems(unknown)


def test_a_filter_stays_after_a_decision(editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80, decide=True))
    finding = finding_of(shown(editor, address))

    sent = {"finding": finding, "why": "It has none.", "severity": "decide", "sheet": ""}
    response = editor.post(f"{address}/accept", data=sent)

    assert "?severity=decide#finding-" in response.headers["Location"]
    page = shown(editor, response.headers["Location"])
    assert "Accepted: It has none. robin" in page.all("p", class_="why")[-1]


def test_what_stands_in_the_way_is_listed_and_nothing_is_published(
    mixed: tuple[Flask, str],
) -> None:
    app, address = mixed
    approver = person(app, *APPROVER)

    page = shown(approver, address)
    response = approver.post(f"{address}/publish", data={"why": "Go", "live": "1"})

    ready = " ".join(page.all("ul", class_="ready"))
    assert "have to be mended" in ready or "has to be mended" in ready
    assert "Approve and publish" not in page.all("button")
    assert "Not accepted yet" in problems(response)
    assert approver.get("/readyz").get_json()["release"] == 1


def test_whoever_uploaded_does_not_approve(app: Flask) -> None:
    robin = person(app, "robin", "approver")
    address = draft_of(robin, workbook(80))

    page = shown(robin, address)
    response = robin.post(f"{address}/publish", data={"why": "Go", "live": "1"})

    assert "You uploaded it, so another person approves it." in page.all("main")[0]
    assert "Approve and publish" not in page.all("button")
    assert "so another person approves it" in problems(response)


def test_one_person_may_do_both_where_that_is_set(url: str, mounted: Mounted) -> None:
    robin = person(mounted(url, two_people="never"), "robin", "approver")
    address = draft_of(robin, workbook(80))

    response = robin.post(f"{address}/publish", data={"why": "Go", "live": "1"})

    assert response.headers["Location"] == "/rulebook/releases/2"


def test_a_release_that_went_live_meanwhile_is_confirmed(
    editor: FlaskClient, approver: FlaskClient
) -> None:
    mine, theirs = draft_of(editor, workbook(80)), draft_of(editor, workbook(90))
    approver.post(f"{theirs}/publish", data={"why": "First", "live": "1"})

    page = shown(approver, mine)
    too_soon = approver.post(f"{mine}/publish", data={"why": "My reason", "live": "1"})
    confirmed = approver.post(f"{mine}/publish", data={"why": "Looked", "live": "2"})

    assert "Release 2 went live since this was compared with release 1" in page.all("main")[0]
    (box,) = page.attributes("input", name="live")
    assert (box["type"], box["value"], "required" in box) == ("checkbox", "2", True)
    assert "Release 2 is live now" in problems(too_soon)
    assert "My reason" in Page(too_soon.text).all("textarea")
    assert confirmed.headers["Location"] == "/rulebook/releases/3"


def test_a_closed_draft_offers_nothing(editor: FlaskClient, approver: FlaskClient) -> None:
    address = draft_of(editor, workbook(80, decide=True))
    editor.post(f"{address}/withdraw", data={"withdraw_why": "Wrong file."})

    page = shown(approver, address)

    assert page.all("button") == ["Show"]
    again = approver.post(f"{address}/publish", data={"why": "Go", "live": "1"})
    assert "Draft 2 was withdrawn" in problems(again)


def test_withdrawing_needs_a_reason(editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80))

    response = editor.post(f"{address}/withdraw", data={"withdraw_why": ""})

    assert ("#withdraw_why", "No reason is given.") in Page(response.text).problems
    assert "open" in Page(response.text).attributes("details")[-1]


def test_a_draft_that_says_what_is_live_is_told_so(editor: FlaskClient) -> None:
    page = shown(editor, draft_of(editor, workbook(70)))

    assert "exactly what the live release says" in page.all("main")[0]
    assert "Nothing is wrong with it" not in page.all("main")[0] or "0 findings" in page.all("h2")


def test_a_release_is_downloaded_byte_for_byte(editor: FlaskClient, approver: FlaskClient) -> None:
    data = workbook(80)
    address = draft_of(editor, data)
    approver.post(f"{address}/publish", data={"why": "Go", "live": "1"})

    for path in ("/rulebook/releases/2/workbook", f"{address}/workbook"):
        response = editor.get(path)
        assert response.data == data
        assert "spreadsheetml" in response.content_type
        assert re.fullmatch(
            r'attachment; filename="(release|draft)-\d.xlsx"',
            response.headers["Content-Disposition"],
        )


def test_a_clean_workbook_says_the_same(editor: FlaskClient, app: Flask) -> None:
    fresh = load_workbook_bytes(editor.get("/rulebook/releases/1/clean").data)

    assert (
        fingerprint(fresh.rows)
        == person(app, *EDITOR).get("/api/v1/release").get_json()["fingerprint"]
    )


def test_a_draft_is_downloaded_with_its_errors(mixed: tuple[Flask, str]) -> None:
    app, address = mixed

    response = person(app, *EDITOR).get(f"{address}/errors")

    sheet = openpyxl.load_workbook(BytesIO(response.data))["Limits"]
    assert ERRORS in [cell.value for cell in sheet[1]]


def test_every_download_is_in_the_audit(editor: FlaskClient, url: str) -> None:
    address = draft_of(editor, workbook(80))
    paths = ("/rulebook/releases/1/workbook", "/rulebook/releases/1/clean")
    for path in (*paths, f"{address}/workbook", f"{address}/errors"):
        editor.get(path)

    database = open_database(url)
    with database.session() as session:
        told = [
            (each.actor, each.action, each.about, each.details["kind"])
            for each in audit.all_events(session)
            if each.action.endswith(".download")
        ]
    database.close()
    assert told == [
        ("robin", "release.download", "1", "original"),
        ("robin", "release.download", "1", "clean"),
        ("robin", "draft.download", "2", "original"),
        ("robin", "draft.download", "2", "errors"),
    ]


@pytest.mark.parametrize("number", [0, 9, 2**31, 10**30])
@pytest.mark.parametrize("part", ["", "/workbook", "/clean", "/errors"])
def test_what_is_not_there_is_not_found(app: Flask, number: int, part: str) -> None:
    admin = person(app, "lou", "admin")
    for kind in ("drafts", "releases"):
        assert admin.get(f"/rulebook/{kind}/{number}{part}").status_code == 404
    for path in (
        f"drafts/{number}/publish",
        f"drafts/{number}/accept",
        f"releases/{number}/rollback",
    ):
        form = {"why": "Go", "withdraw_why": "Go", "finding": "0" * 64}
        assert admin.post(f"/rulebook/{path}", data=form).status_code == 404


def test_what_is_typed_is_shown_as_text(editor: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    response = upload(editor, workbook(80), why=script, name=f"{script}.xlsx")

    page = editor.get(response.headers["Location"]).text

    assert script not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_draft_links_what_it_changes(editor: FlaskClient) -> None:
    address = draft_of(editor, workbook(80))

    assert f'href="{address}/difference"' in editor.get(address).text
    assert editor.get(f"{address}/difference").status_code == 200


def test_a_test_that_fails_is_told_with_both_amounts(editor: FlaskClient) -> None:
    page = editor.get(draft_of(editor, workbook(80, expected=1081))).text

    assert page.count('<td class="n">$1,081.00</td><td class="n">$80.00</td>') == 2
    assert "expects the patient to pay $1,081.00, but the rules give $80.00." in page


def test_publishing_keeps_a_checkpoint_outside(url: str, tmp_path: Path, mounted: Mounted) -> None:
    kept = tmp_path / "elsewhere" / "checkpoints"
    app = mounted(url, audit_checkpoint=str(kept))
    address = draft_of(person(app, *EDITOR), workbook(80))

    person(app, *APPROVER).post(f"{address}/publish", data={"why": "Go", "live": "1"})

    database = open_database(url)
    assert [each.entry for each in audit_check.kept(kept)] == [4]
    assert (
        audit_check.head(database, audit_now(database)).seal
        == next(  # type: ignore[union-attr]
            audit_check.kept(kept)
        ).seal
    )
    database.close()


def audit_now(database: Database) -> Any:
    with database.session() as session:
        return audit.newest(session, 1)[0].at


def test_a_checkpoint_that_cannot_be_written_stops_no_publishing(
    url: str, caplog: pytest.LogCaptureFixture, mounted: Mounted
) -> None:
    app = mounted(url, audit_checkpoint="/dev/null/checkpoints")
    address = draft_of(person(app, *EDITOR), workbook(80))

    response = person(app, *APPROVER).post(f"{address}/publish", data={"why": "Go", "live": "1"})

    assert response.status_code == 303
    assert "checkpoint cannot be written" in caplog.text


def test_the_audit_is_for_admins(app: Flask, editor: FlaskClient) -> None:
    draft_of(editor, workbook(80))

    page = shown(person(app, "lou", "admin"), "/audit?check=1")

    assert "The audit is whole" in page.words("outcome")
    rows = page.all("tr")
    assert "robin uploaded draft 2" in rows[1]
    assert hashlib.sha256(workbook(80)).hexdigest()[:12] in rows[1]
    assert editor.get("/audit").status_code == 403


def test_whatever_the_audit_may_tell_has_words() -> None:
    kinds = "draft|release|database|user|estimate|batch|widget"
    named = re.compile(rf'"((?:{kinds})\.[a-z_]+|sign_(?:in|out)(?:\.[a-z]+)?)"')
    source = Path(services.__file__).parent

    told = {name for each in source.rglob("*.py") for name in named.findall(each.read_text())}

    assert len(told) > 25
    assert told <= WORDS.keys()


def test_a_broken_audit_is_said_with_its_place(
    app: Flask, url: str, tmp_path: Path, mounted: Mounted
) -> None:
    lines = tmp_path / "checkpoints"
    audit_check.keep(lines, audit_check.Checkpoint(2, "0" * 64, "2026-03-01"))
    other = mounted(url, audit_checkpoint=str(lines))

    page = shown(person(other, "lou", "admin"), "/audit?check=1")

    assert "Entry 2 is another one than the checkpoint of 2026-03-01 saw" in page.words("outcome")
    lines.write_text("nonsense")
    broken = shown(person(other, "lou", "admin"), "/audit?check=1")
    assert "is no checkpoint" in broken.words("outcome")


def test_a_long_audit_is_read_in_parts(
    app: Flask, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.web.audit.AT_ONCE", 1)
    admin = person(app, "lou", "admin")

    newest = shown(admin, "/audit")
    older = shown(admin, newest.attributes("a")[-1]["href"])

    assert "published release" in newest.all("tr")[1]
    assert "uploaded draft" in older.all("tr")[1]
    assert "Nothing is recorded before that" in shown(admin, "/audit?before=1").all("main")[0]


def test_without_a_secret_postgresql_says_what_to_set(postgres_url: str, mounted: Mounted) -> None:
    fill(postgres_url)
    app = mounted(postgres_url)
    next(iter(app.extensions["estimator"].values())).settings = Settings(database_url=postgres_url)

    response = upload(person(app, *EDITOR), workbook(80))

    assert response.status_code == 503
    assert "Set ESTIMATOR_SECRET_KEY" in response.text


@pytest.mark.parametrize("two_people", ["sometimes", "AUTO", ""])
def test_a_setting_that_is_none_is_refused(
    sqlite_url: str, two_people: str, mounted: Mounted
) -> None:
    with pytest.raises(ValueError, match="auto, always or never"):
        mounted(sqlite_url, two_people=two_people)


def test_the_history_holds_every_release(url: str, editor: FlaskClient) -> None:
    database = open_database(url)
    published(database, workbook(80), live=1)
    with database.session() as session:
        assert len(releases.history(session)) == 2
    database.close()

    rows = shown(editor, "/rulebook").all("tr")

    assert [row.split()[:2] for row in rows[1:]] == [["Release", "2"], ["Release", "1"]]
