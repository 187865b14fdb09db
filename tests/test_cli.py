"""The command, run as a person runs it: its answers, its findings, its exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import fingerprint
from estimator.rulebook.template import write_workbook
from tests.builders import (
    BASE,
    a_test,
    benefit,
    cash,
    clinic,
    course,
    deductible,
    sheets,
    treatment,
)

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("estimator")
ROWS = (
    *(BASE, treatment(), course(), cash("infusion", 80), deductible(0)),
    benefit("copay", copay=15),
)
CASE = {
    "plan": {"benefits": [{"category": "*", "coinsurance": "0.20"}]},
    "claims": [{"date": "2026-03-02", "category": "mri", "billed": "100.00"}],
}
PATIENCE = 120

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, sqlite_url: str) -> Run:
    """Run the command in an empty folder with a database of its own."""

    def command(
        *arguments: str | Path, data: str | bytes = "", **more: Any
    ) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "ESTIMATOR_DATABASE_URL": sqlite_url,
            "PYTHONPATH": str(ROOT),
            **more.pop("environment", {}),
        }
        given = data.encode() if isinstance(data, str) else data
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=given,
            capture_output=True,
            env=environment,
            cwd=tmp_path,
            timeout=PATIENCE,
            check=False,
            **more,
        )
        assert b"Traceback" not in done.stderr
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return command


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "rules.xlsx"
    path.write_bytes(write_workbook(sheets(ROWS)))
    return path


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    path = tmp_path / "failing.xlsx"
    path.write_bytes(write_workbook(sheets(ROWS, a_test("self-pay", 81))))
    return path


# check


def test_a_workbook_that_can_be_published_is_said_to_be(run: Run, workbook: Path) -> None:
    done = run("check", workbook)

    assert (done.returncode, done.stderr) == (0, "")
    last = done.stdout.splitlines()[-1]
    assert last.startswith(f"{workbook} can be published. Fingerprint ")


def test_a_workbook_that_cannot_be_published_says_why(run: Run, failing: Path) -> None:
    done = run("check", failing)

    assert done.returncode == 1
    assert "[failing-test]" in done.stdout
    assert done.stdout.splitlines()[-1] == f"{failing} cannot be published: 1 to mend first."


@pytest.mark.parametrize(("name", "code"), [("workbook", 0), ("failing", 1)])
def test_findings_can_be_had_as_json(
    run: Run, request: pytest.FixtureRequest, name: str, code: int
) -> None:
    path: Path = request.getfixturevalue(name)

    done = run("check", path, "--json")

    answer = json.loads(done.stdout)
    assert done.returncode == code
    assert set(answer) == {"publishable", "fingerprint", "findings"}
    assert answer["publishable"] is (code == 0)
    assert answer["fingerprint"] == fingerprint(load_workbook_bytes(path.read_bytes()).rows)
    for finding in answer["findings"]:
        assert set(finding) == {
            *("severity", "code", "sheet", "cell", "header", "shown", "message", "advice"),
        }


def test_a_workbook_can_come_from_standard_input(run: Run, workbook: Path) -> None:
    assert run("check", "-", data=workbook.read_bytes()).returncode == 0


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%\xe2\xe3 not a workbook", b"\x00" * 512, b""])
def test_a_file_that_is_no_workbook_cannot_be_read(run: Run, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "renamed.xlsx"
    path.write_bytes(data)

    done = run("check", path, "--json")

    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert (answer["publishable"], answer["fingerprint"]) == (False, None)
    assert len(answer["findings"]) == 1


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_what_is_no_file_cannot_be_read(run: Run, name: str) -> None:
    done = run("check", name)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{name} cannot be read: ")


# new


def test_a_new_workbook_opens_again(run: Run, tmp_path: Path) -> None:
    done = run("new", "mine.xlsx")

    assert done.returncode == 0
    loaded = load_workbook_bytes((tmp_path / "mine.xlsx").read_bytes())
    assert loaded.findings == ()
    assert run("check", "mine.xlsx").returncode in (0, 1)


def test_new_writes_over_nothing(run: Run, workbook: Path) -> None:
    before = workbook.read_bytes()

    done = run("new", workbook)

    assert (done.returncode, done.stdout) == (2, "")
    assert "is there already" in done.stderr
    assert workbook.read_bytes() == before


def no_room() -> None:
    """Let no file grow beyond 1,000 bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_nothing_half_written_is_left_of_a_new_workbook(run: Run, tmp_path: Path) -> None:
    done = run("new", "mine.xlsx", preexec_fn=no_room)

    assert done.returncode == 2
    assert "cannot be read or written" in done.stderr
    assert not (tmp_path / "mine.xlsx").exists()


def test_a_folder_that_is_not_there_is_said(run: Run) -> None:
    done = run("new", "nowhere/mine.xlsx")

    assert done.returncode == 2
    assert done.stderr.startswith("nowhere/mine.xlsx cannot be read or written: ")


# pack and unpack


def test_a_workbook_is_unpacked_and_packed_again(run: Run, workbook: Path, tmp_path: Path) -> None:
    assert run("unpack", workbook, "a/folder").returncode == 0
    assert run("pack", "a/folder", "again.xlsx").returncode == 0

    packed = load_workbook_bytes((tmp_path / "again.xlsx").read_bytes())
    assert fingerprint(packed.rows) == fingerprint(load_workbook_bytes(workbook.read_bytes()).rows)
    assert not list((tmp_path / "a").rglob(".*"))


def test_a_folder_that_cannot_be_read_leaves_the_workbook_as_it_was(
    run: Run, workbook: Path, tmp_path: Path
) -> None:
    run("unpack", workbook, "folder")
    (tmp_path / "folder" / "Limits.csv").write_text("Plan ID\nx\n")
    before = workbook.read_bytes()

    done = run("pack", "folder", workbook)

    assert (done.returncode, done.stdout) == (1, "")
    assert "[missing-column]" in done.stderr
    assert workbook.read_bytes() == before


def test_nothing_half_written_is_left_of_packing(run: Run, workbook: Path, tmp_path: Path) -> None:
    run("unpack", workbook, "folder")
    before = workbook.read_bytes()

    done = run("pack", "folder", workbook, preexec_fn=no_room)

    assert done.returncode == 2
    assert workbook.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "rules.xlsx"]


def test_nothing_is_unpacked_of_what_is_no_workbook(run: Run, tmp_path: Path) -> None:
    (tmp_path / "renamed.xlsx").write_bytes(b"%PDF-1.7")

    done = run("unpack", "renamed.xlsx", "folder")

    assert (done.returncode, done.stdout) == (1, "")
    assert "stop: " in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["renamed.xlsx"]


def test_a_device_is_not_packed_into(run: Run, workbook: Path) -> None:
    run("unpack", workbook, "folder")

    done = run("pack", "folder", "/dev/null")

    assert done.returncode == 2
    assert not Path("/dev/null").is_file()


# adjudicate


def test_a_case_is_adjudicated_from_a_file_or_standard_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(json.dumps(CASE))

    from_file = run("adjudicate", "case.json")
    from_input = run("adjudicate", "-", data=json.dumps(CASE))

    assert (from_file.returncode, from_file.stderr) == (0, "")
    assert json.loads(from_file.stdout)["totals"]["patient_pays"] == "20.00"
    assert from_input.stdout == from_file.stdout


def test_a_list_of_cases_gets_a_list_of_answers(run: Run, workbook: Path) -> None:
    done = run("adjudicate", "-", "--rulebook", workbook, data=json.dumps([CASE, CASE]))

    first, second = json.loads(done.stdout)
    assert first == second
    assert json.loads(run("adjudicate", "-", data="[]").stdout) == []


@pytest.mark.parametrize("command", ["adjudicate", "estimate"])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json-not-readable"),
        (b"{", "json-not-readable"),
        (b"\xff\xfe", "json-not-readable"),
        (b"\x00\x00", "json-not-readable"),
        (b'{"months": NaN}', "json-not-readable"),
        (b'{"months": 1, "months": 2}', "json-not-readable"),
        (b"[" * 100_000, "json-not-readable"),
        (b'"text"', "document-not-an-object"),
        (b'{"\\ud800": 1, "plan": {}}', "field-not-readable"),
    ],
)
def test_a_document_that_cannot_be_read_gives_findings(
    run: Run, workbook: Path, command: str, data: bytes, code: str
) -> None:
    done = run(command, "-", "--rulebook", workbook, data=data)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"[{code}]" in done.stderr


def test_a_bad_case_in_a_list_is_named_and_nothing_is_answered(run: Run) -> None:
    done = run("adjudicate", "-", data=json.dumps([CASE, {}, {**CASE, "colour": "red"}]))

    assert (done.returncode, done.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        *("document 2", "document 3"),
    ]


@pytest.mark.parametrize("command", ["adjudicate", "estimate"])
def test_a_document_that_is_not_there_is_said(run: Run, command: str) -> None:
    done = run(command, "missing.json")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "missing.json cannot be read: no such file or directory.\n"


# estimate


REQUEST = {"plan_id": "gold", "start_date": "2026-03-02"}


def test_a_request_is_estimated_with_a_workbook(run: Run, workbook: Path, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(REQUEST))

    done = run("estimate", "request.json", "--rulebook", workbook)

    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = answer["comparison"]["rows"]
    assert (row["route"], row["typical"]) == ("insured", "15.00")
    assert answer["release"] is None
    assert (
        answer["fingerprint"] == json.loads(run("check", workbook, "--json").stdout)["fingerprint"]
    )


def test_a_list_of_requests_gets_a_list_of_answers(run: Run, workbook: Path) -> None:
    requests = [REQUEST, {"start_date": "2026-03-02"}]

    done = run("estimate", "-", "--rulebook", workbook, data=json.dumps(requests))

    best = [each["comparison"]["rows"][0]["route"] for each in json.loads(done.stdout)]
    assert best == ["insured", "self_pay"]


def test_a_request_that_cannot_be_used_gives_findings(run: Run, workbook: Path) -> None:
    document = json.dumps({"plan_id": "golden", "treatments": ["ketamin"]})

    done = run("estimate", "-", "--rulebook", workbook, data=document)

    assert (done.returncode, done.stdout) == (1, "")
    assert "Did you mean gold?" in done.stderr
    assert "Did you mean ketamine?" in done.stderr


def test_a_workbook_with_a_stop_is_not_used(run: Run, failing: Path, tmp_path: Path) -> None:
    (tmp_path / "renamed.xlsx").write_bytes(b"%PDF-1.7")

    for name, code in ((failing, "failing-test"), ("renamed.xlsx", "not-a-workbook")):
        done = run("estimate", "-", "--rulebook", name, data=json.dumps(REQUEST))
        assert (done.returncode, done.stdout) == (1, "")
        assert f"[{code}]" in done.stderr


def test_an_answer_is_utf_8_whatever_the_terminal(run: Run, tmp_path: Path) -> None:
    rows = (clinic("café-free"), *BASE[1:], treatment(name="Ketaminé"), course())
    path = tmp_path / "accents.xlsx"
    path.write_bytes(write_workbook(sheets(rows, cash("infusion", 80), deductible(0))))
    ascii_only = {"PYTHONIOENCODING": "ascii"}

    done = run("check", path, "--json", environment=ascii_only)

    # The ID is refused, and shown as it stands.
    assert done.returncode == 1
    assert "café-free" in done.stdout


def test_an_answer_that_cannot_be_written_is_said(run: Run, workbook: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "check", workbook, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            timeout=PATIENCE,
            check=False,
        )

    assert done.returncode != 0
    assert b"Traceback" not in done.stderr


# The published release


@pytest.mark.parametrize(
    "url", ["mysql://root:secret@localhost/x", "nonsense", "sqlite://", "sqlite:////dev/null/x.db"]
)
def test_a_database_that_cannot_be_used_is_said(run: Run, url: str) -> None:
    done = run("estimate", "-", data="{}", environment={"ESTIMATOR_DATABASE_URL": url})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The database of ESTIMATOR_DATABASE_URL cannot be used: ")
    assert "secret" not in done.stderr


def test_a_database_that_does_not_answer_is_said(run: Run) -> None:
    url = f"postgresql://user:secret@127.0.0.1:{free_port()}/nothing"

    done = run("example", environment={"ESTIMATOR_DATABASE_URL": url})

    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be used" in done.stderr
    assert "secret" not in done.stderr


def test_the_shipped_rules_answer_where_nothing_else_is_published(run: Run) -> None:
    patient = (ROOT / "rules" / "example-patient.json").read_bytes()

    done = run("estimate", "-", data=patient)
    shown = run("example")

    answer = json.loads(done.stdout)
    assert (done.returncode, answer["release"]) == (0, 1)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "not a promise of coverage" in shown.stdout
    for row in answer["comparison"]["rows"]:
        assert f"${float(row['typical']):,.2f}" in shown.stdout


# serve


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server on a free port with a fresh database; it is over when the test is."""
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port), "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"ESTIMATOR_DATABASE_URL": sqlite_url, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def answered(url: str) -> tuple[int, bytes]:
    """Return what the server answers, once it does."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - http
                return answer.status, answer.read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_a_server_starts_on_an_empty_database_and_stops_when_told(
    served: tuple[str, subprocess.Popen[bytes]],
) -> None:
    url, process = served

    status, _ = answered(f"{url}/healthz")
    _, release = answered(f"{url}/api/v1/release")
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=PATIENCE)

    assert status == 200
    assert b"1" in release
    assert process.returncode == 0
    assert url.encode() in printed
    assert b"Traceback" not in printed


def test_an_address_that_is_taken_is_told_before_anything_else(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]))

    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be served: address already in use. Choose another --port" in done.stderr


# The command itself


def test_the_command_says_what_it_can(run: Run) -> None:
    shown = run("--help")

    assert shown.returncode == 0
    for name in ("check", "new", "adjudicate", "estimate", "serve", "example", "pack", "unpack"):
        assert name in shown.stdout


def test_an_unknown_command_is_misuse(run: Run) -> None:
    assert run("estimat").returncode == 2
