"""Releases, the audit and backups from a terminal, on both databases."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from estimator.cli import main
from estimator.services import rulebooks
from estimator.storage import audit, drafts, releases
from estimator.storage.database import Database, migrate, open_database
from estimator.storage.tables import User
from tests.builders import ask, pays
from tests.support.rulebooks import NOW, SECRET, workbook

WHY = ("--why", "Prices of March")
DECISION = "plan-without-deductible@Plans!A2"


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESTIMATOR_SECRET_KEY", SECRET)
    monkeypatch.delenv("ESTIMATOR_TWO_PEOPLE", raising=False)
    monkeypatch.delenv("ESTIMATOR_AUDIT_CHECKPOINT", raising=False)
    named = "database" if "database" in request.fixturenames else "sqlite_url"
    found = request.getfixturevalue(named)
    url = found if named == "sqlite_url" else request.getfixturevalue("database_url")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", str(url))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def file(data: bytes, name: str = "rules.xlsx") -> str:
    Path(name).write_bytes(data)
    return name


def publish(price: int) -> Result:
    return run("release", "publish", file(workbook(price)), *WHY)


def test_a_workbook_is_published_and_rolled_back(database: Database) -> None:
    first, second = publish(70), publish(80)
    back = run("release", "rollback", "1", "--why", "80 was wrong")

    assert [each.output for each in (first, second, back)] == [
        "Release 1 is live.\n",
        "Release 2 is live.\n",
        "Release 3 is live: release 1 again.\n",
    ]
    assert pays(ask(rulebooks.live(database).rulebook), "self_pay") == "70.00"
    with database.session() as session:
        actors = {each.actor for each in audit.all_events(session)}
    assert actors == {f"{getpass.getuser()} (command line)"}
    listed = run("release", "list").output.splitlines()
    assert [line.split(":")[0] for line in listed] == ["release 3 (live)", "release 2", "release 1"]
    assert "Release 1 again. 80 was wrong" in listed[0]


def test_before_anything_is_published_the_list_says_so() -> None:
    assert run("release", "list").output == "Nothing is published yet.\n"


def test_what_is_to_decide_is_accepted_with_a_reason(database: Database) -> None:
    name = file(workbook(80, decide=True))

    refused = run("release", "publish", name, *WHY)
    done = run("release", "publish", name, *WHY, "--accept", f"{DECISION}=It has none: a = b.")

    assert refused.exit_code == 1
    assert "[finding-not-accepted]" in refused.output
    assert "kept as draft 1" in refused.output
    assert done.output == "Release 1 is live.\n"
    with database.session() as session:
        (accepted,) = releases.history(session)[0].accepted
    assert accepted["reason"] == "It has none: a = b."


@pytest.mark.parametrize("accept", ["nonsense", "plan-without-deductible=why", f"{DECISION}="])
def test_an_acceptance_in_another_shape_is_refused_before_anything_is_done(accept: str) -> None:
    done = run("release", "publish", file(workbook(80)), *WHY, "--accept", accept)

    assert done.exit_code == 2
    assert "CODE@SHEET!CELL=REASON" in done.output
    assert not Path("estimator.sqlite3").exists()


def test_an_acceptance_of_what_is_not_there_names_what_is() -> None:
    name = file(workbook(80, decide=True))

    done = run("release", "publish", name, *WHY, "--accept", "date-hole@Limits!A2=Fine.")

    assert done.exit_code == 2
    assert f"To decide: {DECISION}." in done.output


def test_a_workbook_with_a_stop_stays_a_draft() -> None:
    done = run("release", "publish", file(workbook(80, expected=81)), *WHY)

    assert done.exit_code == 1
    assert "the rules give $80.00" in done.output
    assert run("release", "list").output.startswith("draft 1: rules.xlsx")


@pytest.mark.parametrize("name", ["rules.xlsx", "missing.xlsx"])
def test_a_file_that_cannot_be_read_is_told_so(name: str) -> None:
    Path("rules.xlsx").write_bytes(b"%PDF-1.7")

    done = run("release", "publish", name, *WHY)

    assert done.exit_code in (1, 2)
    assert "PDF" in done.output or "missing.xlsx cannot be read" in done.output


def test_two_people_are_needed_at_a_terminal_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        names = ("kim", "robin")
        session.add_all(User(name=n, role="admin", failures=0, created_at=NOW) for n in names)

    alone = publish(80)
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    other = run("release", "approve", "1", *WHY)

    assert alone.exit_code == 1
    assert "[needs-another-person]" in alone.output
    assert other.output == "Release 1 is live.\n"


def test_whoever_uploads_on_a_page_does_not_approve_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ESTIMATOR_TWO_PEOPLE", "always")
    monkeypatch.setattr(getpass, "getuser", lambda: "Robin")
    publish(80)

    assert "[needs-another-person]" in run("release", "approve", "1", *WHY).output


def test_a_name_that_the_system_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", unknown)
    publish(80)

    assert "(command line)  release.publish 1" in run("audit", "show").output


def test_a_release_that_went_live_meanwhile_is_named() -> None:
    run("release", "publish", file(workbook(80, expected=81)), *WHY)
    publish(70)
    mended = run("release", "approve", "1", *WHY)

    assert "Release 1 is live now." in mended.output
    compared = run("release", "approve", "1", *WHY, "--live", "1").output
    assert "[live-release-moved]" not in compared
    assert "[draft-has-stops]" in compared


@pytest.mark.parametrize("command", [("release", "approve", "9"), ("release", "rollback", "9")])
def test_a_number_that_is_not_there_is_told_so(command: tuple[str, ...]) -> None:
    done = run(*command, *WHY)

    assert done.exit_code == 2
    assert "There is no release or draft of this number." in done.output


@pytest.mark.parametrize("command", ["approve", "rollback"])
def test_a_number_beyond_every_other_is_told_so(command: str) -> None:
    refused = run("release", command, "9" * 25, *WHY)

    assert refused.exit_code == 2
    assert "is not in the range 1<=x<=2147483647" in refused.output


def test_a_setting_that_is_none_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_TWO_PEOPLE", "sometimes")

    assert "auto, always or never, not sometimes" in publish(80).output


def test_a_database_that_cannot_be_reached_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "mysql://u:secret@h/d")

    for command in (("release", "list"), ("restore", file(b"", "x.zip"))):
        done = run(*command)
        assert done.exit_code == 2
        assert "cannot be used" in done.output
        assert "secret" not in done.output


def test_publishing_keeps_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_AUDIT_CHECKPOINT", "kept/checkpoints")
    publish(70)
    publish(80)
    run("release", "rollback", "1", "--why", "Wrong")

    whole = run("audit", "verify")

    assert len(Path("kept/checkpoints").read_text().splitlines()) == 3
    assert whole.output.startswith("The audit is whole: 5 entries as they were sealed, and as the")
    monkeypatch.setenv("ESTIMATOR_AUDIT_CHECKPOINT", "/dev/null/checkpoints")
    assert "The audit's checkpoint cannot be written" in publish(90).output


def cut_off(database: Database) -> None:
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE estimator_audit DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER estimator_audit_no_delete"))
        connection.execute(text("DELETE FROM estimator_audit WHERE number > 1"))


def test_an_audit_that_was_cut_off_is_found_beside_a_checkpoint(database: Database) -> None:
    publish(70)
    noted = run("audit", "checkpoint", "--checkpoint", "here")
    cut_off(database)

    without, beside = run("audit", "verify"), run("audit", "verify", "--checkpoint", "here")

    assert noted.output == "Entry 2 is noted in here.\n"
    assert (without.exit_code, beside.exit_code) == (0, 1)
    assert "No checkpoint was given" in without.output
    assert "The end is cut off" in beside.output
    assert "Sound before that: 1 entries." in beside.output


def test_a_checkpoint_needs_a_file_and_an_entry() -> None:
    assert "Name a file with --checkpoint" in run("audit", "checkpoint").output
    assert "Nothing is recorded yet" in run("audit", "checkpoint", "--checkpoint", "here").output


def test_checkpoints_that_cannot_be_read_are_told_so() -> None:
    publish(70)
    file(b"nonsense", "wrong")

    assert (
        "Line 1 of wrong is no checkpoint."
        in run("audit", "verify", "--checkpoint", "wrong").output
    )
    assert "none cannot be read" in run("audit", "verify", "--checkpoint", "none").output


def test_without_a_secret_postgresql_says_what_to_set(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", postgres_url)
    monkeypatch.delenv("ESTIMATOR_SECRET_KEY")

    done = publish(70)

    assert done.exit_code == 2
    assert "Set ESTIMATOR_SECRET_KEY" in done.output


def test_the_newest_entries_are_shown_oldest_first() -> None:
    publish(70)
    publish(80)

    lines = run("audit", "show", "--last", "3").output.splitlines()

    assert [re.split(r"  +", line)[3] for line in lines] == [
        "release.publish 1",
        "draft.upload 2",
        "release.publish 2",
    ]


def test_a_backup_is_restored_into_a_new_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(70)
    made = run("backup", "all.zip")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "sqlite:///new.sqlite3")

    restored = run("restore", "all.zip")

    assert "all.zip is written: releases: 1, entries of the audit: 2." in made.output
    assert "The secret is not in it." in made.output
    assert "The audit is whole (entries: 2)" in restored.output
    assert run("release", "list").output.startswith("release 1 (live)")
    assert "database.restore" in run("audit", "show").output
    assert "whole: 3 entries" in run("audit", "verify").output
    again = run("restore", "all.zip")
    assert again.exit_code == 2
    assert "in use already" in again.output
    with database.session() as session:
        assert audit.newest(session, 1)[0].action == "database.backup"


def test_a_secret_inside_goes_beside_a_new_sqlite_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESTIMATOR_SECRET_KEY")
    publish(70)
    made = run("backup", "all.zip", "--with-secret")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "sqlite:///new.sqlite3")

    restored = run("restore", "all.zip")

    assert "The secret is in it" in made.output
    assert "The audit is whole" in restored.output
    assert Path("new.sqlite3.secret").stat().st_mode & 0o777 == 0o600


def test_without_the_secret_a_restoration_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(70)
    run("backup", "all.zip")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "sqlite:///new.sqlite3")
    monkeypatch.delenv("ESTIMATOR_SECRET_KEY")
    nothing = run("restore", "all.zip")
    made_no_secret = not Path("new.sqlite3.secret").exists()
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "sqlite:///newer.sqlite3")
    monkeypatch.setenv("ESTIMATOR_SECRET_KEY", "another secret of ours")
    wrong = run("restore", "all.zip")

    for done in (nothing, wrong):
        assert done.exit_code == 0
        assert "set ESTIMATOR_SECRET_KEY to the secret of the installation" in done.output
    assert made_no_secret
    assert "Entry 1 (draft.upload" in wrong.output


def test_a_secret_for_postgresql_is_set_by_a_person(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(70)
    run("backup", "all.zip", "--with-secret")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", postgres_url)
    monkeypatch.delenv("ESTIMATOR_SECRET_KEY")

    restored = run("restore", "all.zip")

    assert "unzip -p all.zip secret" in restored.output
    assert SECRET not in restored.output


@pytest.mark.parametrize("name", ["there.zip", "no/folder.zip"])
def test_a_backup_that_cannot_be_written_is_told_so(name: str) -> None:
    file(b"", "there.zip")

    done = run("backup", name)

    assert done.exit_code == 2
    assert "is there already" in done.output or "cannot be written" in done.output


@pytest.mark.parametrize("name", ["missing.zip", "rules.xlsx"])
def test_a_file_that_is_no_backup_is_told_so(name: str) -> None:
    file(b"no zip")

    done = run("restore", name)

    assert done.exit_code == 2
    assert "cannot be read" in done.output or "is no backup" in done.output


def test_a_withdrawn_draft_is_not_listed() -> None:
    run("release", "publish", file(workbook(80, expected=81)), *WHY)
    database = open_database("sqlite:///estimator.sqlite3")
    migrate(database)
    with database.writing() as session:
        draft = drafts.hold(session, 1)
        assert draft is not None
        draft.state = "withdrawn"
    database.close()

    assert run("release", "list").output == "Nothing is published yet.\n"
